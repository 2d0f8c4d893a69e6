/*
 * QEMU's thread that frees what RCU has kept
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sched.h>
#include <sys/syscall.h>
#include "qemu/atomic.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/host/own-table.h"
#include "set-mm/host/rcu-thread.h"

enum {
    /* What may wait: some kilobytes. */
    MOST_WAITING = 256,
    /* So many make QEMU's thread begin without waiting for more. */
    ENOUGH_TO_BEGIN = 32,
};

static struct {
    QemuMutex lock;         /* of making it */
    void *(*fn)(void *);    /* QEMU's; NULL until QEMU wants the thread */
    void *arg;
    pid_t thread;
    bool is_made;           /* it runs, or is about to */
    unsigned waiting;       /* calls since then, while there is none */
    void (*changed)(void);
} rcu;

void rcu_thread_at_change(void (*changed)(void))
{
    rcu.changed = changed;
}

pid_t rcu_thread_id(void)
{
    return qatomic_read(&rcu.thread);
}

/*
 * The guest's table is not shared with it: a kernel lets some milliseconds pass
 * before a table grows that threads share.
 */
static void *run(void *opaque)
{
    own_table_leave();
    qatomic_set(&rcu.thread, syscall(__NR_gettid));
    return rcu.fn(rcu.arg);
}

static void make_thread(void)
{
    QemuThread thread;

    qemu_mutex_lock(&rcu.lock);
    if (rcu.fn && !rcu.is_made) {
        qatomic_set(&rcu.is_made, true);
        __real_qemu_thread_create(&thread, "call_rcu", run, NULL,
                                  QEMU_THREAD_DETACHED);
        while (!qatomic_read(&rcu.thread)) {
            sched_yield();
        }
    }
    qemu_mutex_unlock(&rcu.lock);
    if (rcu.changed) {
        rcu.changed();
    }
}

void __wrap_qemu_thread_create(QemuThread *thread, const char *name,
                               void *(*fn)(void *), void *arg, int mode)
{
    if (strcmp(name, "call_rcu")) {
        __real_qemu_thread_create(thread, name, fn, arg, mode);
        return;
    }
    rcu.fn = fn;
    rcu.arg = arg;
}

void __wrap_call_rcu1(struct rcu_head *head, RCUCBFunc *fn)
{
    __real_call_rcu1(head, fn);
    if (unlikely(!qatomic_read(&rcu.is_made)) &&
        qatomic_fetch_inc(&rcu.waiting) + 1 >= MOST_WAITING) {
        make_thread();
    }
}

static void do_nothing(struct rcu_head *head)
{
}

/* Called by the thread itself. */
static void end_thread(struct rcu_head *head)
{
    rcu_unregister_thread();
    pthread_exit(NULL);
}

void rcu_thread_end(void)
{
    static struct rcu_head calls[ENOUGH_TO_BEGIN];
    pid_t thread;

    if (!qatomic_read(&rcu.is_made)) {
        return;
    }
    for (int i = 0; i < ENOUGH_TO_BEGIN - 1; i++) {
        __real_call_rcu1(&calls[i], do_nothing);
    }
    __real_call_rcu1(&calls[ENOUGH_TO_BEGIN - 1], end_thread);
    while (!(thread = qatomic_read(&rcu.thread)) ||
           syscall(__NR_tgkill, getpid(), thread, 0) == 0) {
        g_usleep(100);
    }
    rcu.thread = 0;
    rcu.waiting = 0;
    qatomic_set(&rcu.is_made, false);
}

/* The parent's is not in the child, and what waited for it goes on waiting. */
static void forget_thread(void)
{
    rcu.thread = 0;
    rcu.is_made = false;
}

static void __attribute__((constructor(103))) rcu_thread_init(void)
{
    static const ForkActions at_fork = { .in_child = forget_thread };

    fork_safety_lock_init(&rcu.lock, &at_fork);
}
