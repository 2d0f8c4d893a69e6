/*
 * Namespaces: unshare(2), setns(2), and clone(2) of a process
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_NAMESPACE_H
#define LINUX_USER_GUEST_NAMESPACE_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * guest_unshare: unshare(2)
 * guest_setns: setns(2)
 *
 * The kernel lets no process of several threads enter a user or mount
 * namespace, so for a guest of one thread the emulator's threads do not exist
 * meanwhile.  None could be made after the caller has taken another PID
 * namespace for its children, so that comes last, by a call of its own.
 *
 * Return: 0, or -1 with host errno.
 */
int guest_unshare(int flags);
int guest_setns(int fd, int type);

/**
 * guest_fork_refuses: does clone(2) without CLONE_VM not know these flags?
 * @flags: the guest's, without those that QEMU ignores
 */
bool guest_fork_refuses(unsigned flags);

/**
 * guest_fork: fork(2) with flags of clone(2)
 * @flags: the guest's; those for namespaces, CLONE_PARENT, CLONE_FS and
 *         CLONE_FILES are the kernel's affair, and so is the signal
 *
 * Returns: as fork(2), with host errno.
 */
pid_t guest_fork(unsigned flags);

/* The C library's _Fork(3), by which its fork(3) calls the kernel. */
pid_t __wrap__Fork(void);
pid_t __real__Fork(void);

#endif /* LINUX_USER_GUEST_NAMESPACE_H */
