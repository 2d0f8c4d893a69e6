/*
 * What a forking guest is told of its child
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_FORK_H
#define LINUX_USER_GUEST_FORK_H

#include "qemu.h"

/**
 * guest_fork_check: whether what the child is to be told by can be
 * @flags: of clone(2)
 * @parent_tid: of the guest
 *
 * The kernel fails before there is a child; see copy_process().
 *
 * Returns: 0 or a negative target errno: EMFILE, EFAULT.
 */
int guest_fork_check(unsigned flags, abi_ulong parent_tid);

/**
 * guest_fork_tell: write the child's number or descriptor for its parent
 * @pid: of the child, or -1 for none
 * @flags: of clone(2)
 * @parent_tid: of the guest
 *
 * After the fork is over, as to look at the guest's memory takes QEMU's locks.
 */
void guest_fork_tell(pid_t pid, unsigned flags, abi_ulong parent_tid);

#endif /* LINUX_USER_GUEST_FORK_H */
