/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * restore-proc.c: signals, timers and threads of an image
 */
#include <asm/siginfo.h>
#include <linux/futex.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/time.h>
#include "restore.h"

#ifndef PR_TIMER_CREATE_RESTORE_IDS
#define PR_TIMER_CREATE_RESTORE_IDS 77
#endif

#define MAX_TIMER_ID    10000   /* so many are made to get at a number */

static char stacks[MAX_THREADS][THREAD_STACK] __attribute__((aligned(64)));
static uint32_t ready, released;
static Restorer *current;
static bool refused;            /* a thread's own waiting signal */

/*
 * Set what is done with each signal.  Returns NULL, or the reason of a
 * failure.
 */
const char *restore_actions(Restorer *r)
{
    for (uint64_t i = 0; i < r->img.head.count[IMAGE_ACTION]; i++) {
        const ImageAction *a = &r->img.actions[i];
        KernelAction action;

        memset(&action, 0, sizeof(action));
        action.handler = a->handler;
        action.flags = a->flags;
#if !defined(ARCH_ACTION_MIPS) && !defined(ARCH_ACTION_WITHOUT_RESTORER)
        action.restorer = a->restorer;
#endif
        memcpy(action.mask, a->mask, MASK_SIZE);
        if (sys(__NR_rt_sigaction, a->signal, &action, NULL, MASK_SIZE) < 0) {
            return "an action is refused";
        }
    }
    return NULL;
}

/*
 * Send the signals again that waited for one thread, by its place in the
 * table, which must be the caller, or for the process.  Returns whether the
 * kernel takes them.
 */
static bool send_pending(const Restorer *r, uint64_t thread)
{
    uint64_t tid = thread;

    if (thread != IMAGE_NONE) {
        tid = r->tids[thread];
    }

    for (uint64_t i = 0; i < r->img.head.count[IMAGE_SIGNAL]; i++) {
        const ImageSignal *s = &r->img.signals[i];

        if (s->thread == thread && agent_send(s, tid) < 0) {
            return false;
        }
    }
    return true;
}

/*
 * Send the process's and the leader's signals that waited, again; the other
 * threads have done so.  Returns NULL, or the reason of a failure.
 */
const char *restore_pending(Restorer *r)
{
    return !refused && send_pending(r, 0) && send_pending(r, IMAGE_NONE)
           ? NULL : "a waiting signal is refused";
}

/*
 * Make a POSIX timer.  Linux gives it the number that is asked for since 6.16;
 * before, numbers are given in order, so unwanted ones pass by.
 */
static const char *make_timer(Restorer *r, const ImageTimer *t)
{
    bool chosen = sys(__NR_prctl, PR_TIMER_CREATE_RESTORE_IDS, 1, 0, 0, 0) == 0;
    sigevent_t event;
    int id = -1;

    memset(&event, 0, sizeof(event));
    event.sigev_value.sival_ptr = (void *)(uintptr_t)t->sigval;
    event.sigev_signo = t->signal;
    event.sigev_notify = t->notify;
    if (t->thread != IMAGE_NONE) {
        event._sigev_un._tid = r->tids[t->thread];
    }
    for (int i = 0; i < MAX_TIMER_ID && id < (int)t->id; i++) {
        if (id >= 0) {
            sys(__NR_timer_delete, id);
        }
        if (chosen) {
            id = t->id;
        }
        if (sys(__NR_timer_create, (int)t->clock, &event, &id) < 0) {
            return "a timer is refused";
        }
    }
    sys(__NR_prctl, PR_TIMER_CREATE_RESTORE_IDS, 0, 0, 0, 0);
    return id == (int)t->id ? NULL : "a timer gets another number";
}

/*
 * Set all timers going.  Returns NULL, or the reason of a failure.
 */
const char *restore_timers(Restorer *r)
{
    for (uint64_t i = 0; i < r->img.head.count[IMAGE_TIMER]; i++) {
        const ImageTimer *t = &r->img.timers[i];
        const char *reason = NULL;
        long value[4] = {
            t->interval[0], t->interval[1], t->value[0], t->value[1]
        };

        if (t->kind < TIMER_POSIX) {
            sys(__NR_setitimer, t->kind, value, NULL);
            continue;
        }
        reason = make_timer(r, t);
        if (reason) {
            return reason;
        }
        sys(__NR_timer_settime, (int)t->id, 0, value, NULL);
    }
    return NULL;
}

/* A new thread becomes one of the image's, but waits with that. */
static void begin_thread(void *arg)
{
    uintptr_t i = (uintptr_t)arg;

    current->tids[i] = sys(__NR_gettid);
    if (!send_pending(current, i)) {
        refused = true;
    }
    __atomic_fetch_add(&ready, 1, __ATOMIC_ACQ_REL);
    while (!__atomic_load_n(&released, __ATOMIC_ACQUIRE)) {
        sys(__NR_futex, &released, FUTEX_WAIT, 0, NULL);
    }
    thread_restore(&current->img.threads[i]);
    arch_sigreturn(current->img.threads[i].frame);
}

/*
 * Start the image's other threads, which wait for restore_go().  Returns
 * NULL, or the reason of a failure.
 */
const char *restore_threads(Restorer *r)
{
    uint64_t count = r->img.head.count[IMAGE_THREAD];

    current = r;
    ready = released = 0;
    r->tids[0] = sys(__NR_gettid);
    for (uint64_t i = 1; i < count; i++) {
        uintptr_t sp = (uintptr_t)stacks[i] + THREAD_STACK;

        if (arch_clone(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
                       CLONE_THREAD | CLONE_SYSVSEM, sp, begin_thread,
                       (void *)(uintptr_t)i) < 0) {
            return "a thread cannot be started";
        }
    }
    while (__atomic_load_n(&ready, __ATOMIC_ACQUIRE) != count - 1) {
        agent_pause();
    }
    return NULL;
}

/*
 * Let all threads go on where they were.
 */
void restore_go(Restorer *r)
{
    const ImageThread *leader = &r->img.threads[0];

    __atomic_store_n(&released, 1, __ATOMIC_RELEASE);
    sys(__NR_futex, &released, FUTEX_WAKE, INT32_MAX);
    thread_restore(leader);
    arch_sigreturn(leader->frame);
}
