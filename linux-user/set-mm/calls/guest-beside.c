/*
 * clone(2) with CLONE_VM alone: a process beside its parent, in one memory
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sched.h>
#include "qemu/atomic.h"
#include "qemu.h"
#include "user-internals.h"
#include "set-mm/calls/guest-beside.h"
#include "set-mm/calls/guest-thread.h"
#include "set-mm/calls/sharer.h"
#include "set-mm/host/own-table.h"
#include "set-mm/host/vfork-child.h"
#include "set-mm/state/public-state.h"

enum {
    /* What QEMU wants to see of who makes a thread, and what it does itself. */
    THREAD = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
             CLONE_SYSVSEM,
    OF_THREADS = CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID |
                 CLONE_CHILD_CLEARTID,
};

/* Of the maker and of the thread; whoever is last frees it. */
typedef struct Beside {
    Sharer sharer;
    abi_ulong parent_tid;
    CPUState *cpu;
    void *(*fn)(void *);
    void *arg;
    pthread_cond_t *cond;
    pthread_mutex_t *mutex;     /* NULL until the maker waits */
    bool is_told;               /* the maker, by the child */
    abi_long ret;               /* of clone(2) */
} Beside;

/* The maker's, until the call is done. */
static __thread Beside *wanted;

/* Of the thread, and of the child that goes on in its place. */
static __thread Beside *lent;

unsigned guest_beside(unsigned flags, abi_ulong parent_tid)
{
    if (!(flags & CLONE_VM) || flags & (CLONE_THREAD | CLONE_VFORK) ||
        vfork_is_child() || sharer_refuses(flags)) {
        return flags;
    }
    if (!vfork_begin()) {
        vfork_end();
        return flags;
    }
    own_table_begin();
    sharer_take_signals();
    wanted = g_atomic_rc_box_new0(Beside);
    wanted->sharer.flags = flags;
    wanted->parent_tid = parent_tid;
    return THREAD | (flags & OF_THREADS);
}

/* --- The child ------------------------------------------------------------ */

static int run_child(void *opaque)
{
    Beside *b = opaque;

    sharer_begin(&b->sharer);
    b->ret = vfork_child_pid;
    b->fn(b->arg);
    g_assert_not_reached();
}

void guest_beside_ready(pthread_cond_t *cond)
{
    if (lent) {
        lent->is_told = true;
    }
    guest_thread_ready(cond);
}

/* --- The thread ----------------------------------------------------------- */

/* There was no child, or it did not get so far. */
static void tell_maker(Beside *b)
{
    pthread_mutex_t *mutex;

    while (!(mutex = qatomic_load_acquire(&b->mutex))) {
        sched_yield();
    }
    pthread_mutex_lock(mutex);
    guest_thread_ready(b->cond);
    pthread_mutex_unlock(mutex);
}

/* All signals are blocked, as in any thread that is being made. */
static void *lend(void *opaque)
{
    Beside *b = opaque;
    CPUState *cpu = b->cpu;
    TaskState *ts = cpu->opaque;
    pid_t pid;

    lent = b;
    vfork_lender_begin();
    pid = sharer_run(&b->sharer, cpu, run_child, b);
    if (pid < 0) {
        b->ret = get_errno(pid);
    } else {
        b->ret = pid;
        sharer_clear_tid(cpu, ts->child_tidptr);
    }
    if (!b->is_told) {
        tell_maker(b);
    }
    g_atomic_rc_box_release(b);
    vfork_end();
    guest_thread_remove(cpu);
    vfork_lender_end();
    public_state_remove_child(pid);
    pthread_exit(NULL);
}

/* --- The maker ------------------------------------------------------------ */

/* Without CLONE_SETTLS it is the maker's; m68k has no register for it. */
static void inherit_tls(CPUState *cpu)
{
#ifdef TARGET_M68K
    const TaskState *maker = thread_cpu->opaque;
    TaskState *made = cpu->opaque;

    if (!made->tp_value) {
        made->tp_value = maker->tp_value;
    }
#endif
}

int guest_beside_create(CPUState *cpu, pthread_t *thread,
                        const pthread_attr_t *attr, void *(*fn)(void *),
                        void *arg)
{
    int ret;

    inherit_tls(cpu);
    if (!wanted) {
        return guest_thread_create(cpu, thread, attr, fn, arg);
    }
    wanted->cpu = cpu;
    wanted->fn = fn;
    wanted->arg = arg;
    g_atomic_rc_box_acquire(wanted);
    vfork_lender_made();
    ret = guest_thread_create(cpu, thread, attr, lend, wanted);
    if (ret) {
        g_atomic_rc_box_release(wanted);
        g_atomic_rc_box_release(wanted);
        wanted = NULL;
        vfork_lender_gone();
        vfork_end();
    }
    return ret;
}

void guest_beside_await(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    if (wanted) {
        wanted->cond = cond;
        qatomic_store_release(&wanted->mutex, mutex);
    }
    guest_thread_await(cond, mutex);
}

abi_long guest_beside_made(pid_t tid)
{
    abi_long ret = tid;

    if (wanted) {
        ret = wanted->ret;
        if (ret > 0 && wanted->sharer.flags & CLONE_PIDFD) {
            put_user_u32(wanted->sharer.pidfd, wanted->parent_tid);
        }
        g_atomic_rc_box_release(wanted);
        wanted = NULL;
    }
    return ret;
}
