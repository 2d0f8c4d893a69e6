/*
 * Options of prctl(2) that QEMU does not know, or that it leaves to the host
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_PRCTL_H
#define LINUX_USER_GUEST_PRCTL_H

#include "qemu.h"

/* guest_prctl_wants: is it an option that guest_prctl() handles? */
bool guest_prctl_wants(int option);

/**
 * guest_prctl: prctl(2) for an option that guest_prctl_wants()
 * @env: of the calling thread
 * @option: the option; each is explained where it is carried out
 * @arg2, @arg3, @arg4, @arg5: as the guest passed them
 *
 * Returns: what prctl(2) does, or a negative target errno.
 */
abi_long guest_prctl(CPUArchState *env, int option, abi_ulong arg2,
                     abi_ulong arg3, abi_ulong arg4, abi_ulong arg5);

#endif /* LINUX_USER_GUEST_PRCTL_H */
