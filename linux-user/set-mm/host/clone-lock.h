/*
 * The lock of who makes and who ends a thread
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_CLONE_LOCK_H
#define LINUX_USER_CLONE_LOCK_H

/**
 * guest_clone_lock: keep the list of threads as it is
 *
 * Instead of QEMU's clone_lock: held while a thread is made, so that each CPU
 * in the list has all that belongs to it, and while one leaves.  A fork and a
 * core dump take it as well.
 */
void guest_clone_lock(void);
void guest_clone_unlock(void);

/* Whether the calling thread holds it. */
bool guest_clone_locked(void);

/* In a forked child, whose parent held it for the fork. */
void guest_clone_lock_renew(void);

/**
 * guest_clone_fork_end: the end of a fork that has taken the lock
 * @child: whether this is the child
 */
void guest_clone_fork_end(bool child);

#endif /* LINUX_USER_CLONE_LOCK_H */
