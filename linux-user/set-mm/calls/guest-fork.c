/*
 * What a forking guest is told of its child
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/syscall.h>
#include "qemu.h"
#include "user-internals.h"
#include "set-mm/calls/guest-fork.h"

int guest_fork_check(unsigned flags, abi_ulong parent_tid)
{
    int fd;

    if (!(flags & CLONE_PIDFD)) {
        return 0;
    }
    fd = syscall(__NR_pidfd_open, getpid(), 0);
    if (fd < 0) {
        return get_errno(fd);
    }
    close(fd);
    return access_ok(thread_cpu, VERIFY_WRITE, parent_tid, sizeof(uint32_t)) ?
           0 : -TARGET_EFAULT;
}

void guest_fork_tell(pid_t pid, unsigned flags, abi_ulong parent_tid)
{
    int fd;

    if (pid <= 0) {
        return;
    }
    /* As the kernel does, ignore a bad pointer. */
    if (flags & CLONE_PARENT_SETTID) {
        put_user_u32(pid, parent_tid);
    }
    if (flags & CLONE_PIDFD) {
        fd = syscall(__NR_pidfd_open, pid, 0);
        if (fd >= 0) {
            put_user_u32(fd, parent_tid);
        }
    }
}
