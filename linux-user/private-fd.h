/*
 * Descriptors of the emulator's own, kept out of the guest's way
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_PRIVATE_FD_H
#define LINUX_USER_PRIVATE_FD_H

/**
 * private_fd_dup: duplicate a descriptor to a number that no guest program
 * gets by opening files
 * @fd: stays open and the caller's
 *
 * The duplicate is close-on-exec.  It lies near 1024 at most: the kernel's
 * table of descriptors, copied by every fork, is as long as the highest one.
 *
 * Returns: the new descriptor, owned by the caller, or -1 with errno.
 */
int private_fd_dup(int fd);

#endif /* LINUX_USER_PRIVATE_FD_H */
