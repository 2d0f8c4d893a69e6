/*
 * System calls on descriptors: the guest's numbers are all it can name
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_FD_H
#define LINUX_USER_GUEST_FD_H

#include "set-mm/calls/guest-rlimit.h"
#include "set-mm/host/private-fd.h"

/**
 * guest_fd_refuses: does a system call name one of our descriptors?
 * @num: TARGET_NR_ number
 * @arg: its arguments 1 to 5
 *
 * Called if the value of one is that of a private descriptor.
 *
 * Returns: true if that argument is a descriptor, so that the answer is
 * EBADF.
 */
bool guest_fd_refuses(int num, const abi_long arg[5]);

typedef abi_long GuestSyscall(CPUArchState *env, int num, abi_long arg1,
                              abi_long arg2, abi_long arg3, abi_long arg4,
                              abi_long arg5, abi_long arg6, abi_long arg7,
                              abi_long arg8);

/* Out of the way of those that succeed. */
abi_long guest_syscall_again(GuestSyscall *host, CPUArchState *env, int num,
                             abi_long arg1, abi_long arg2, abi_long arg3,
                             abi_long arg4, abi_long arg5, abi_long arg6,
                             abi_long arg7, abi_long arg8);

/**
 * guest_syscall: carry out a system call of the guest
 * @host: QEMU's do_syscall1()
 *
 * Every call comes by here, so what is not ours costs a few comparisons.
 *
 * Returns: what @host does, or -TARGET_EBADF.
 */
static inline abi_long guest_syscall(GuestSyscall *host, CPUArchState *env,
                                     int num, abi_long arg1, abi_long arg2,
                                     abi_long arg3, abi_long arg4,
                                     abi_long arg5, abi_long arg6,
                                     abi_long arg7, abi_long arg8)
{
    abi_long ret;

    if (unlikely(private_fd_may_be(arg1) | private_fd_may_be(arg2) |
                 private_fd_may_be(arg3) | private_fd_may_be(arg5))) {
        const abi_long arg[] = { arg1, arg2, arg3, arg4, arg5 };

        if (guest_fd_refuses(num, arg)) {
            return -TARGET_EBADF;
        }
    }
    ret = host(env, num, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8);
    if (unlikely(ret == -TARGET_EMFILE) && guest_rlimit_raise_ceiling()) {
        return guest_syscall_again(host, env, num, arg1, arg2, arg3, arg4,
                                   arg5, arg6, arg7, arg8);
    }
    return ret;
}

/**
 * guest_fd_is_file: can the number be used like an open file?
 *
 * Returns: false for a descriptor of ours, for one opened with O_PATH, and
 * perhaps for one that is not open.
 */
bool guest_fd_is_file(int fd);

/* guest_fd_highest: the highest number that the guest has open, or -1 */
int guest_fd_highest(void);

/* guest_close: close(2); returns 0, or -1 with errno */
int guest_close(int fd);

/* close_range(2) of the host */
typedef int HostCloseRange(int first, int last, int flags);

/**
 * guest_close_range: close_range(2) around our own descriptors
 *
 * Returns: 0, or -1 with errno.
 */
int guest_close_range(HostCloseRange *host, unsigned first, unsigned last,
                      int flags);

/*
 * guest_dup: dup(2)
 * guest_dup2: dup2(2)
 * guest_dup3: dup3(2); @flags are the host's
 * guest_fcntl: fcntl(2) of commands that take an integer and do not block
 *
 * Return: as those, or -1 with errno.
 */
int guest_dup(int fd);
int guest_dup2(int old, int new);
int guest_dup3(int old, int new, int flags);
int guest_fcntl(int fd, int cmd, abi_ulong arg);

/**
 * guest_fd_opened: look at the number that a call of the host has given
 *
 * Returns: @fd, or -1 with EMFILE if the guest may not have it.
 */
int guest_fd_opened(int fd);

/**
 * guest_fd_named: the number for the host for one in the guest's memory
 *
 * Returns: @fd, or a number that is never open.
 */
int guest_fd_named(int fd);

/* pselect6(2) of the host */
typedef int HostPselect6(int n, fd_set *in, fd_set *out, fd_set *except,
                         struct timespec *timeout, void *sig);

/* guest_pselect6: pselect6(2); returns as that, or -1 with errno */
int guest_pselect6(HostPselect6 *host, int n, fd_set *in, fd_set *out,
                   fd_set *except, struct timespec *timeout, void *sig);

/* guest_unshare: unshare(2); returns 0, or -1 with errno */
int guest_unshare(int flags);

/**
 * guest_getdents: what getdents(2) has read, without our own descriptors
 * @buf: of @size bytes, as the host's call has filled it
 * @len: what the host's call returned
 *
 * guest_getdents64: the same for getdents64(2)
 *
 * Return: bytes in @buf, 0 at the end of the directory, or -1 with errno.
 */
int guest_getdents(int fd, void *buf, unsigned size, int len);
int guest_getdents64(int fd, void *buf, unsigned size, int len);

#endif /* LINUX_USER_GUEST_FD_H */
