/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * agent.c: what stays in the program's memory and answers the signal
 */
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/futex.h>
#include "agent.h"

#define PATIENCE    5000        /* milliseconds for a thread to arrive */

static char stack[65536] __attribute__((aligned(4096)));

/* Even: nothing happens.  Odd: threads that get the signal have to wait. */
static uint32_t round;
static uint32_t locked;

/*
 * Our own stack's upper end, for whoever must leave the program's.
 */
uintptr_t agent_stack(void)
{
    return (uintptr_t)stack + sizeof(stack);
}

/* For what threads do one after the other when they arrive. */
static void lock(void)
{
    while (__atomic_exchange_n(&locked, 1, __ATOMIC_ACQUIRE)) {
        agent_pause();
    }
}

static void unlock(void)
{
    __atomic_store_n(&locked, 0, __ATOMIC_RELEASE);
}

static bool has_arrived(int tid)
{
    for (int i = 0; i < MAX_THREADS; i++) {
        if (__atomic_load_n(&agent.arrived[i], __ATOMIC_ACQUIRE) == tid) {
            return true;
        }
    }
    return false;
}

/* A thread says where it can be found; it will not run before it is told. */
static void arrive(uintptr_t frame, bool saves)
{
    int i = __atomic_fetch_add(&agent.count, 1, __ATOMIC_ACQ_REL);

    if (i < MAX_THREADS) {
        thread_save(&agent.threads[i], frame);
        lock();
        save_private(agent.threads[i].tid, saves);
        unlock();
        __atomic_store_n(&agent.arrived[i], agent.threads[i].tid,
                         __ATOMIC_RELEASE);
    }
}

/*
 * Call back for each thread of the process; stops and returns what it
 * returned when that is not 0, and -1 when the threads cannot be listed.
 */
static int each_thread(int (*fn)(int tid))
{
    long fd = sys(__NR_openat, AT_FDCWD, "/proc/self/task",
                  O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    long got;
    int ret = -1;

    if (fd < 0) {
        return -1;
    }
    while ((got = sys(__NR_getdents64, fd, agent.buffer,
                      sizeof(agent.buffer))) > 0) {
        ret = 0;
        for (long i = 0; i < got && !ret;) {
            DirEntry *entry = (DirEntry *)(agent.buffer + i);
            const char *p = entry->name;
            int tid = text_number(&p, 10);

            if (tid) {
                ret = fn(tid);
            }
            i += entry->len;
        }
        if (ret) {
            break;
        }
    }
    sys(__NR_close, fd);
    return ret;
}

/* 1 and a signal for a thread that has not arrived. */
static int call_thread(int tid)
{
    if (has_arrived(tid)) {
        return 0;
    }
    sys(__NR_tgkill, sys(__NR_getpid), tid, agent.signal);
    for (int i = 0; i < PATIENCE; i++) {
        if (has_arrived(tid)) {
            return 1;
        }
        /* It may have ended meanwhile. */
        if (sys(__NR_tgkill, sys(__NR_getpid), tid, 0) < 0) {
            return 1;
        }
        agent_pause();
    }
    return 2;
}

/* Call all threads together.  Returns NULL, or the reason of a failure. */
static const char *gather(void)
{
    int ret;

    /* Whoever is not here can still start others. */
    while ((ret = each_thread(call_thread)) == 1) {
        continue;
    }
    if (ret) {
        return ret < 0 ? "its threads cannot be listed"
                       : "a thread does not answer the signal";
    }
    return agent.count > MAX_THREADS ? "too many threads" : NULL;
}

/* The leader saves; the others only wait for it. */
static void on_signal(int sig, void *info, void *uc)
{
    uint32_t now = __atomic_load_n(&round, __ATOMIC_ACQUIRE);
    uintptr_t frame = ARCH_FRAME(uc);
    const char *reason;

    (void)sig;
    (void)info;
    if (now % 2 || !__atomic_compare_exchange_n(&round, &now, now + 1, false,
                                                __ATOMIC_ACQ_REL,
                                                __ATOMIC_ACQUIRE)) {
        now |= 1;
        arrive(frame, false);
        while (__atomic_load_n(&round, __ATOMIC_ACQUIRE) == now) {
            sys(__NR_futex, &round, FUTEX_WAIT, now, NULL);
        }
        return;
    }

    arrive(frame, true);
    reason = gather();
    if (!reason) {
        reason = save();
    }
    if (reason) {
        say(reason, "not saved");
    } else if (!agent.keep_running) {
        sys(__NR_exit_group, 0);
    }
    memset(agent.arrived, 0, sizeof(agent.arrived));
    agent.count = agent.pending_count = 0;
    __atomic_store_n(&round, now + 2, __ATOMIC_RELEASE);
    sys(__NR_futex, &round, FUTEX_WAKE, INT32_MAX);
}

/*
 * Wait for the signal from now on.  Returns a negative errno on failure.
 */
long agent_listen(void)
{
    KernelAction action = { .handler = (uintptr_t)on_signal };

    action.flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
#ifdef ARCH_HAS_RESTORER
    action.flags |= SA_RESTORER;
    action.restorer = (uintptr_t)arch_restorer;
#endif
    memset(action.mask, -1, sizeof(action.mask));
    return sys(__NR_rt_sigaction, agent.signal, &action, NULL, MASK_SIZE);
}
