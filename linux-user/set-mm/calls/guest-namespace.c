/*
 * Namespaces: unshare(2), setns(2), and clone(2) of a process
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <linux/sched.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include "qemu.h"
#include "user-internals.h"
#include "signal-common.h"
#if \
    __has_include("user/signal.h")
#include "user/signal.h"
#endif
#include "set-mm/calls/guest-namespace.h"
#include "set-mm/calls/guest-thread.h"
#include "set-mm/host/alone.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/host/vfork-child.h"
#include "set-mm/state/fd-table.h"

#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000
#endif
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif
#ifndef PR_GET_TID_ADDRESS
#define PR_GET_TID_ADDRESS 40
#endif

enum {
    /* Of the same number on all architectures. */
    NR_CLONE3 = 435,
    NEW_NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
                     CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
                     CLONE_NEWNET,
    /* What the emulator's threads would keep as it was, or keep from being. */
    WANT_ALONE = CLONE_NEWUSER | CLONE_NEWNS | CLONE_FS | CLONE_THREAD |
                 CLONE_SIGHAND | CLONE_VM,
    /* What QEMU's do_fork() knows by itself. */
    FLAGS_OF_QEMU = CSIGNAL | CLONE_SETTLS | CLONE_PARENT_SETTID |
                    CLONE_PIDFD | CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID,
    FLAGS_OF_KERNEL = NEW_NAMESPACES | CLONE_PARENT | CLONE_FS | CLONE_FILES,
};

typedef struct HostCall {
    int fd;
    int flags;
} HostCall;

static long call_unshare(void *opaque)
{
    const HostCall *call = opaque;

    return unshare(call->flags);
}

static long call_setns(void *opaque)
{
    const HostCall *call = opaque;

    return setns(call->fd, call->flags);
}

/* To the kernel a child of vfork(2) never is, as its memory is not its own. */
static bool is_alone(void)
{
    return !vfork_is_child() && guest_thread_is_alone();
}

int guest_unshare(int flags)
{
    HostCall first = { .flags = flags }, last = { .flags = CLONE_NEWPID };
    int ret;

    if (!(flags & WANT_ALONE) || !is_alone()) {
        ret = unshare(flags);
    } else {
        first.flags &= ~CLONE_NEWPID;
        ret = alone_call(call_unshare, &first);
        if (ret == 0 && (flags & CLONE_NEWPID)) {
            ret = call_unshare(&last);
        }
    }
    if (ret == 0 && (flags & CLONE_FILES)) {
        fd_table_unshare();
    }
    return ret;
}

/* Of a namespace's own descriptor the kernel knows the type. */
int guest_setns(int fd, int type)
{
    HostCall first = { fd, type & ~CLONE_NEWPID }, last = { fd, CLONE_NEWPID };
    int ret;

    if (!is_alone() || type == CLONE_NEWPID) {
        return setns(fd, type);
    }
    if (!(type & CLONE_NEWPID)) {
        /* A PID namespace's answers here, and nothing has to end for it. */
        ret = type ? -1 : setns(fd, CLONE_NEWPID);
        return ret == 0 ? 0 : alone_call(call_setns, &first);
    }
    ret = alone_call(call_setns, &first);
    return ret < 0 ? ret : call_setns(&last);
}

/* --- clone(2) ------------------------------------------------------------- */

/* For __wrap__Fork(), which fork(3) calls; 0: an ordinary one. */
static __thread unsigned fork_flags;

bool guest_fork_refuses(unsigned flags)
{
    return flags & ~(FLAGS_OF_QEMU | FLAGS_OF_KERNEL);
}

pid_t guest_fork(unsigned flags)
{
    pid_t pid;

    flags &= FLAGS_OF_KERNEL | CSIGNAL;
    fork_flags = flags == TARGET_SIGCHLD ? 0 : flags;
    fork_safety_hold = flags & CLONE_FILES ? FORK_HOLD_NEVER
                                           : FORK_HOLD_NAMELESS;
    if (flags & CLONE_FILES) {
        /* Either process can change what a number is for the other one. */
        fd_table_distrust();
    }
    pid = fork();
    fork_flags = 0;
    return pid;
}

/*
 * Where the C library keeps a thread's number, which it has the kernel write in
 * a child.
 */
static pid_t *tid_address(void)
{
    pid_t *address = NULL;

    prctl(PR_GET_TID_ADDRESS, &address);
    return address;
}

/*
 * Filters of containers do not know clone3(2); clone(2) has the two last
 * pointers in either order, and what is not asked for is not looked at.  s390x
 * has the flags elsewhere.
 */
static pid_t clone_process(uint64_t flags, int sig, pid_t *tid)
{
    struct clone_args args = {
        .flags = flags,
        .child_tid = (uintptr_t)tid,
        /* A sibling has the caller's. */
        .exit_signal = flags & CLONE_PARENT ? 0 : sig,
    };
    pid_t pid = syscall(NR_CLONE3, &args, sizeof(args));

    if (pid < 0 && (errno == ENOSYS || errno == EPERM) && !HOST_BIG_ENDIAN) {
        pid = syscall(__NR_clone, flags | sig, NULL, NULL, tid, tid);
    }
    return pid;
}

/* All else that fork(3) does for a child is done around this. */
pid_t __wrap__Fork(void)
{
    uint64_t flags = fork_flags & ~CSIGNAL;
    int sig = target_to_host_signal(fork_flags & CSIGNAL);
    pid_t *tid;

    if (!fork_flags) {
        return __real__Fork();
    }
    tid = tid_address();
    if (tid) {
        flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
    }
    return clone_process(flags, sig, tid);
}
