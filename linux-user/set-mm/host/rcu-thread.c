/*
 * What QEMU frees later, and the thread that does it
 *
 * QEMU has an RCU thread from its start, and a forked child makes one before
 * it does anything else.  Three things are wrong with that.  A fork holds
 * mmap_lock and waits for rcu_sync_lock; the RCU thread holds that and waits
 * for a reader; a reader may wait for mmap_lock.  A child that cannot make the
 * thread aborts.  And a fork copies the queue as the RCU thread has just left
 * it.
 *
 * So the queue is ours, with a lock that a fork takes, and a fork takes no
 * other of QEMU's RCU.  While the process has one thread, nobody else can be
 * reading, and it frees things itself.  The linker leads QEMU's calls here
 * (scripts/weave has the list), as util/ is not about user emulation alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sched.h>
#include <sys/syscall.h>
#include "qemu/rcu.h"
#include "qemu/units.h"
#include "qemu/thread.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/host/own-socket.h"
#include "set-mm/host/own-table.h"
#include "set-mm/host/rcu-thread.h"

/* As QEMU's does, give others a moment to add to the queue. */
#define GATHER_US 10000
#define STACK_SIZE (256 * KiB)
/* Each of a millisecond. */
enum { PAUSE_TRIES = 20 };

static struct {
    QemuMutex lock;
    QemuCond added;
    /* First in, first out; nodes stay until they have been called. */
    struct rcu_head *first;
    struct rcu_head *last;
    bool has_thread;        /* or had one, and others may be reading */
    bool is_paused;         /* somebody makes it anew */
    bool is_missing;        /* and could not */
    bool is_busy;           /* the thread waits for readers, or is about to */
    bool initialized;
    bool must_end;
    pid_t thread;           /* 0 until it runs */
    void (*changed)(void);
} rcu;

pid_t rcu_thread_id(void)
{
    return qatomic_read(&rcu.thread);
}

void rcu_thread_at_change(void (*changed)(void))
{
    rcu.changed = changed;
}

static __thread bool in_callback;

/* Runs the queue up to and with @end, which is in it; call with the lock. */
static void run_until(const struct rcu_head *end)
{
    struct rcu_head *node = NULL;

    in_callback = true;
    while (node != end) {
        node = rcu.first;
        rcu.first = node->next;
        if (!rcu.first) {
            rcu.last = NULL;
        }
        node->func(node);
    }
    in_callback = false;
}

static void append(struct rcu_head *node)
{
    node->next = NULL;
    if (rcu.last) {
        rcu.last->next = node;
    } else {
        rcu.first = node;
    }
    rcu.last = node;
}

/*
 * call_rcu1: instead of QEMU's
 *
 * Called with any of QEMU's locks held, so the lock is the last of all, and
 * callbacks only free memory.
 */
void __wrap_call_rcu1(struct rcu_head *node, RCUCBFunc *func)
{
    node->func = func;
    if (in_callback) {
        append(node);
        return;
    }
    qemu_mutex_lock(&rcu.lock);
    append(node);
    if (rcu.has_thread) {
        qemu_cond_signal(&rcu.added);
    } else if (!get_ptr_rcu_reader()->depth) {
        run_until(node);
    }
    qemu_mutex_unlock(&rcu.lock);
}

/*
 * The guest's table of descriptors is not shared with it: a kernel lets some
 * milliseconds pass before a table grows that threads share.
 */
static void *free_later(void *unused)
{
    const struct rcu_head *end;

    own_table_leave();
    qatomic_set(&rcu.thread, syscall(__NR_gettid));
    rcu_register_thread();
    qemu_mutex_lock(&rcu.lock);
    while (rcu.first || !rcu.must_end) {
        if (!rcu.first) {
            qemu_cond_wait(&rcu.added, &rcu.lock);
            continue;
        }
        rcu.is_busy = true;
        qemu_mutex_unlock(&rcu.lock);
        g_usleep(GATHER_US);
        qemu_mutex_lock(&rcu.lock);
        end = rcu.last;
        qemu_mutex_unlock(&rcu.lock);
        synchronize_rcu();
        qemu_mutex_lock(&rcu.lock);
        run_until(end);
        rcu.is_busy = false;
    }
    qemu_mutex_unlock(&rcu.lock);
    rcu_unregister_thread();
    return NULL;
}

static int make_thread(void)
{
    sigset_t all, old;
    pthread_attr_t attr;
    pthread_t thread;
    int ret;

    sigfillset(&all);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, STACK_SIZE);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    ret = pthread_create(&thread, &attr, free_later, NULL);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attr);
    while (!ret && !qatomic_read(&rcu.thread)) {
        sched_yield();
    }
    return ret;
}

void rcu_thread_tell(void)
{
    if (rcu.changed) {
        rcu.changed();
    }
}

int rcu_thread_start(void)
{
    bool is_first, is_missing;
    int ret;

    /* Before it is there, so that nothing is freed beside it. */
    qemu_mutex_lock(&rcu.lock);
    is_first = !rcu.has_thread;
    is_missing = rcu.is_missing;
    rcu.has_thread = true;
    rcu.is_missing = false;
    qemu_mutex_unlock(&rcu.lock);
    if (!is_first && !is_missing) {
        return 0;
    }
    ret = make_thread();
    if (!ret) {
        rcu_thread_tell();
    } else {
        rcu.is_missing = is_missing;
        rcu.has_thread = is_missing;
    }
    return ret;
}

/* Call with the lock, which it gives back. */
static void end_thread(void)
{
    pid_t thread = rcu.thread;

    rcu.must_end = true;
    qemu_cond_signal(&rcu.added);
    qemu_mutex_unlock(&rcu.lock);
    own_table_await_end(thread);
    rcu.must_end = false;
    rcu.thread = 0;
}

void rcu_thread_end(void)
{
    if (rcu.has_thread) {
        qemu_mutex_lock(&rcu.lock);
        end_thread();
        rcu.has_thread = false;
        rcu.is_missing = false;
    }
}

bool rcu_thread_pause(void)
{
    for (int tries = 0; tries < PAUSE_TRIES; tries++) {
        qemu_mutex_lock(&rcu.lock);
        if (!rcu.has_thread || rcu.is_paused) {
            qemu_mutex_unlock(&rcu.lock);
            return false;
        }
        if (rcu.is_missing || (!rcu.first && !rcu.is_busy)) {
            rcu.is_missing = false;
            rcu.is_paused = true;
            end_thread();
            return true;
        }
        qemu_mutex_unlock(&rcu.lock);
        g_usleep(1000);
    }
    return false;
}

void rcu_thread_resume(void)
{
    rcu.is_missing = make_thread() != 0;
    rcu.is_paused = false;
}

/*
 * QEMU's handlers do nothing before and after a fork in the parent, as their
 * locks belong to what the child makes anew; in the child they do that.
 */
static void before_fork(void)
{
    rcu_disable_atfork();
    qemu_mutex_lock(&rcu.lock);
}

static void after_fork_parent(void)
{
    qemu_mutex_unlock(&rcu.lock);
    rcu_enable_atfork();
}

static void in_child_first(void)
{
    if (rcu.initialized) {
        rcu_enable_atfork();
    }
}

static void in_child_last(void)
{
    qemu_mutex_init(&rcu.lock);
    qemu_cond_init(&rcu.added);
    rcu.has_thread = false;
    rcu.is_paused = false;
    rcu.is_missing = false;
    rcu.is_busy = false;
    rcu.must_end = false;
    rcu.thread = 0;
}

/*
 * Handlers of children run in this order: this, QEMU's, in_child_last(), those
 * of our modules.
 */
static void __attribute__((constructor(101))) before_qemus(void)
{
    pthread_atfork(NULL, NULL, in_child_first);
}

/* QEMU's constructor calls this, and so does each child. */
static void behind_qemus(void)
{
    if (!rcu.initialized) {
        qemu_mutex_init(&rcu.lock);
        qemu_cond_init(&rcu.added);
        pthread_atfork(before_fork, after_fork_parent, in_child_last);
        /* A fork takes locks from the last that was registered on. */
        fork_safety_register();
        rcu.initialized = true;
    }
}

void __wrap_qemu_thread_create(QemuThread *thread, const char *name,
                               void *(*fn)(void *), void *arg, int mode)
{
    if (!strcmp(name, "call_rcu")) {
        behind_qemus();
    } else if (!strcmp(name, "gdb-accept")) {
        own_socket_when_called(fn);
    } else {
        __real_qemu_thread_create(thread, name, fn, arg, mode);
    }
}
