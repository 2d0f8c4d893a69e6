/*
 * Making and ending the guest's threads
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/syscall.h>
#include "qemu/rcu.h"
#include "qemu.h"
#include "user-internals.h"
#include "qom/object.h"
#include "set-mm/calls/guest-fd.h"
#include "set-mm/calls/guest-thread.h"
#include "set-mm/host/clone-lock.h"
#include "set-mm/host/rcu-thread.h"
#include "set-mm/host/vfork-child.h"
#include "set-mm/state/guest-leader.h"

/* Of the thread that is being made, under its maker's mutex. */
static bool is_ready;

void guest_threads_stop(void)
{
    stop_all_tasks();
    guest_clone_lock();
}

bool guest_thread_is_alone(void)
{
    RCU_READ_LOCK_GUARD();
    return !CPU_NEXT(first_cpu);
}

static void remove_cpu(CPUState *cpu)
{
    object_property_set_bool(OBJECT(cpu), "realized", false, NULL);
    object_unparent(OBJECT(cpu));
}

bool guest_thread_has_others(void)
{
    int n = 0;
    CPUState *cpu;

    CPU_FOREACH(cpu) {
        if (++n > vfork_lenders() + 1) {
            return true;
        }
    }
    return false;
}

typedef struct EndedThread {
    struct rcu_head rcu;
    QSLIST_ENTRY(EndedThread) next;
    CPUState *cpu;
} EndedThread;

typedef QSLIST_HEAD(, EndedThread) EndedThreads;

/* Those that no reader can look at any more. */
static EndedThreads unseen = QSLIST_HEAD_INITIALIZER(unseen);

/* Callbacks of RCU take no lock, and x86's CPUs unmap what they have. */
static void note_unseen(struct rcu_head *head)
{
    EndedThread *ended = container_of(head, EndedThread, rcu);

    QSLIST_INSERT_HEAD_ATOMIC(&unseen, ended, next);
}

static void free_later(CPUState *cpu)
{
    EndedThread *ended = g_new(EndedThread, 1);

    ended->cpu = cpu;
    call_rcu1(&ended->rcu, note_unseen);
}

/* Called with the clone lock. */
static void free_unseen(void)
{
    EndedThreads list;
    EndedThread *ended;

    QSLIST_MOVE_ATOMIC(&list, &unseen);
    while ((ended = QSLIST_FIRST(&list))) {
        TaskState *ts = ended->cpu->opaque;

        QSLIST_REMOVE_HEAD(&list, next);
        object_unref(OBJECT(ended->cpu));
        g_free(ts);
        g_free(ended);
    }
}

void guest_thread_free(CPUState *cpu)
{
    if (!guest_leader_is_self()) {
        free_later(cpu);
    }
}

void guest_thread_leave(CPUState *cpu, int status)
{
    if (vfork_is_child()) {
        _exit(status);
    }
    cpu_exec_start(cpu);
    guest_clone_lock();
    guest_leader_ends();
    free_unseen();
}

void guest_thread_left(CPUState *cpu)
{
    guest_clone_unlock();
    cpu_exec_end(cpu);
}

void guest_thread_remove(CPUState *cpu)
{
    cpu_exec_start(cpu);
    guest_clone_lock();
    free_unseen();
    remove_cpu(cpu);
    vfork_lender_gone();
    guest_thread_left(cpu);
    thread_cpu = NULL;
    free_later(cpu);
    if (QLIST_IS_INSERTED(get_ptr_rcu_reader(), node)) {
        rcu_unregister_thread();
    }
}

void guest_thread_exit(int status)
{
    if (guest_leader_is_self()) {
        syscall(__NR_exit, status);
    }
    pthread_exit(NULL);
}

int guest_thread_create(CPUState *cpu, pthread_t *thread,
                        const pthread_attr_t *attr, void *(*fn)(void *),
                        void *arg)
{
    int ret = vfork_is_child() ? EAGAIN : rcu_thread_start();

    free_unseen();
    is_ready = false;
    if (!ret) {
        ret = guest_pthread_create(thread, attr, fn, arg);
    }
    if (ret) {
        /* What plugins know of it was left to its thread. */
        process_queued_cpu_work(cpu);
        remove_cpu(cpu);
        free_later(cpu);
    }
    return ret;
}

void guest_thread_ready(pthread_cond_t *cond)
{
    is_ready = true;
    pthread_cond_broadcast(cond);
}

void guest_thread_await(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    while (!is_ready) {
        pthread_cond_wait(cond, mutex);
    }
}
