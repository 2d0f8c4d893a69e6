/*
 * select(2) of any number, poll(2) of too many, and descriptors in a message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_SELECT_H
#define LINUX_USER_GUEST_SELECT_H

#include <sys/select.h>
#include <sys/socket.h>
#include "qemu.h"
#include "set-mm/calls/guest-copy.h"

/**
 * guest_select_count: how many numbers select(2) looks at
 * @n: as many as the guest says
 *
 * As in the kernel (core_sys_select()) no more than the table has room for:
 * what the guest has behind that in memory need not be a set.
 */
int guest_select_count(int n);

/**
 * guest_fdset_in: read a set of the guest's
 * @kind: room for the host's, which has any number of bits
 * @set: gets that, or NULL if @addr is 0
 * @n: guest_select_count()
 *
 * Returns: 0 or -TARGET_EFAULT.
 */
abi_long guest_fdset_in(enum GuestRoom kind, fd_set **set, abi_ulong addr,
                        int n);

/* guest_fdset_out: write it back; returns 0 or -TARGET_EFAULT */
abi_long guest_fdset_out(abi_ulong addr, const fd_set *set, int n);

/**
 * guest_poll_error: what poll(2) says whose array cannot be accessed
 *
 * Returns: -TARGET_EINVAL if @nfds is more than RLIMIT_NOFILE, for which the
 * kernel looks first, else -TARGET_EFAULT.
 */
abi_long guest_poll_error(unsigned nfds);

/**
 * guest_received: cut what the host has received to the guest's room
 * @guests: the guest's
 * @msg: after recvmsg(2), with more room than the guest has
 *
 * Descriptors that the guest is not told of are closed, as the kernel does not
 * even install them (scm_detach_fds()).
 *
 * Returns: @msg.
 */
struct msghdr *guest_received(const struct target_msghdr *guests,
                              struct msghdr *msg);

#endif /* LINUX_USER_GUEST_SELECT_H */
