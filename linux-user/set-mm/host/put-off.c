/*
 * A forked child that goes on without a keeper for a moment
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/prctl.h>
#include <sys/syscall.h>
#include "qemu/atomic.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/host/own-table.h"
#include "set-mm/host/put-off.h"

enum {
    /* Others wait for a keeper for longer (sibling.c). */
    PUT_OFF_NS = 4 * 1000 * 1000,
    /*
     * The C library's, for changes of users by its own functions, which QEMU
     * does not call.  QEMU hands it on to no guest, and nobody can block it.
     */
    OWN_SIGNAL = 33,
};

#ifndef PR_TIMER_CREATE_RESTORE_IDS
#define PR_TIMER_CREATE_RESTORE_IDS 77
#endif

/* The kernel's, where the handler comes first: all but MIPS and SPARC. */
typedef struct HostAction {
    void (*handler)(int sig, siginfo_t *info, void *context);
    unsigned long rest[31];
} HostAction;

static struct {
    void (*interrupt)(void);
    void (*others)(int sig, siginfo_t *info, void *context);
    int timer;
    bool may_choose;        /* the timer's number */
    bool is_due;
} put_off;

static void handle(int sig, siginfo_t *info, void *context)
{
    if (info->si_code == SI_TIMER) {
        qatomic_set(&put_off.is_due, true);
        put_off.interrupt();
    } else {
        put_off.others(sig, info, context);
    }
}

static long host_sigaction(const HostAction *action, HostAction *old)
{
    return syscall(__NR_rt_sigaction, OWN_SIGNAL, action, old, _NSIG / 8);
}

/* The C library has made its handler known before its first thread. */
static bool take_signal(void)
{
    HostAction action = { 0 };

    if (host_sigaction(NULL, &action) < 0 || !action.handler) {
        return false;
    }
    if (action.handler != handle) {
        put_off.others = action.handler;
        action.handler = handle;
    }
    return host_sigaction(&action, NULL) == 0;
}

/*
 * The guest's own timers begin at 0, so ours must not have that number.  Since
 * Linux 6.16 it can have the last one there is, behind which the kernel begins
 * at 0.
 */
static bool create_timer(struct sigevent *event)
{
    bool done;

    put_off.timer = INT_MAX;
    if (put_off.may_choose) {
        prctl(PR_TIMER_CREATE_RESTORE_IDS, 1, 0, 0, 0);
    }
    done = syscall(__NR_timer_create, CLOCK_MONOTONIC, event,
                   &put_off.timer) == 0;
    if (put_off.may_choose) {
        prctl(PR_TIMER_CREATE_RESTORE_IDS, 0, 0, 0, 0);
    }
    return done;
}

static bool start_timer(void)
{
    static const struct itimerspec once = { .it_value.tv_nsec = PUT_OFF_NS };
    struct sigevent event = {
        .sigev_notify = SIGEV_THREAD_ID,
        .sigev_signo = OWN_SIGNAL,
    };

    event._sigev_un._tid = syscall(__NR_gettid);
    if (!create_timer(&event)) {
        return false;
    }
    return syscall(__NR_timer_settime, put_off.timer, 0, &once, NULL) == 0;
}

/* What is held for the child, or has other names there, is needed now. */
static bool begin(void)
{
    put_off.is_due = false;
    return fork_safety_hold == FORK_HOLD_NAMELESS && take_signal() &&
           start_timer();
}

static void end(void)
{
    syscall(__NR_timer_delete, put_off.timer);
}

bool put_off_is_due(void)
{
    return qatomic_read(&put_off.is_due);
}

void put_off_init(void (*interrupt)(void))
{
    static const OwnPutOff functions = { begin, end };

#if !defined(HOST_MIPS) && !defined(HOST_SPARC64)
    put_off.interrupt = interrupt;
    /* What a child finds out is forgotten with it. */
    put_off.may_choose = prctl(PR_TIMER_CREATE_RESTORE_IDS, 2, 0, 0, 0) >= 0;
    own_table_may_put_off(&functions);
#endif
}
