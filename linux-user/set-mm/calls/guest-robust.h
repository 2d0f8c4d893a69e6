/*
 * set_robust_list(2), get_robust_list(2), and the death of an owner
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_ROBUST_H
#define LINUX_USER_GUEST_ROBUST_H

#include "qemu.h"

/**
 * guest_robust_list: set_robust_list(2) or get_robust_list(2)
 * @num: which of them
 * @arg1, @arg2, @arg3: as the guest passed them
 *
 * Returns: 0 or a negative target errno: EINVAL for a head of another size,
 * ESRCH, EPERM, EFAULT.  See kernel/futex/syscalls.c.
 */
abi_long guest_robust_list(int num, abi_long arg1, abi_long arg2,
                           abi_long arg3);

/**
 * guest_robust_exit: the calling thread ends
 *
 * Called with signals blocked; see futex_exit_release().
 */
void guest_robust_exit(void);

/**
 * guest_robust_exit_all: the process ends, by its own will
 *
 * Stops the others, for good, if one of them has a list to walk.
 */
void guest_robust_exit_all(void);

/* What a thread had before it made a child by vfork(2). */
typedef struct VforkRobust {
    abi_ulong head;
    pid_t tid;
} VforkRobust;

/**
 * guest_robust_vfork: the calling thread makes a child by vfork(2), which has
 * no list
 * guest_robust_vfork_end: the child is gone
 */
void guest_robust_vfork(VforkRobust *v);
void guest_robust_vfork_end(const VforkRobust *v);

#endif /* LINUX_USER_GUEST_ROBUST_H */
