/*
 * How long a forked child goes on without a keeper
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "set-mm/calls/guest-child.h"

static void interrupt(void)
{
    if (thread_cpu) {
        cpu_exit(thread_cpu);
    }
}

void guest_child_init(void)
{
    put_off_init(interrupt);
}

static bool may_wait_for_lock(int cmd)
{
    return cmd != TARGET_F_DUPFD && cmd != TARGET_F_DUPFD_CLOEXEC &&
           cmd != TARGET_F_GETFD && cmd != TARGET_F_SETFD &&
           cmd != TARGET_F_GETFL && cmd != TARGET_F_SETFL;
}

/*
 * What children do before they execute something else or end.  None of these
 * waits for anybody, stops the caller, or changes by which names and with which
 * rights the executable can be opened.
 */
bool guest_child_stays(int num, int arg2)
{
    switch (num) {
    case TARGET_NR_brk:
    case TARGET_NR_chdir:
    case TARGET_NR_close:
    case TARGET_NR_dup:
    case TARGET_NR_dup3:
    case TARGET_NR_execve:
    case TARGET_NR_execveat:
    case TARGET_NR_exit:
    case TARGET_NR_exit_group:
    case TARGET_NR_fchdir:
    case TARGET_NR_getppid:
    case TARGET_NR_gettid:
    case TARGET_NR_munmap:
    case TARGET_NR_rt_sigaction:
    case TARGET_NR_rt_sigprocmask:
    case TARGET_NR_set_robust_list:
    case TARGET_NR_set_tid_address:
    case TARGET_NR_setpgid:
    case TARGET_NR_setsid:
    case TARGET_NR_sigaltstack:
    case TARGET_NR_umask:
        return false;
#ifdef TARGET_NR_close_range
    case TARGET_NR_close_range:
        return false;
#endif
#ifdef TARGET_NR_dup2
    case TARGET_NR_dup2:
        return false;
#endif
#ifdef TARGET_NR_fcntl
    case TARGET_NR_fcntl:
        return may_wait_for_lock(arg2);
#endif
#ifdef TARGET_NR_fcntl64
    case TARGET_NR_fcntl64:
        return may_wait_for_lock(arg2);
#endif
#ifdef TARGET_NR_getpid
    case TARGET_NR_getpid:
        return false;
#endif
#ifdef TARGET_NR_getxpid
    case TARGET_NR_getxpid:
        return false;
#endif
#ifdef TARGET_NR_mmap
    case TARGET_NR_mmap:
        return false;
#endif
#ifdef TARGET_NR_mmap2
    case TARGET_NR_mmap2:
        return false;
#endif
#ifdef TARGET_NR_rseq
    case TARGET_NR_rseq:
        return false;
#endif
    default:
        return true;
    }
}
