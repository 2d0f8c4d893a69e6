/*
 * Segments of System V shared memory
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_SHM_H
#define LINUX_USER_GUEST_SHM_H

#include "qemu.h"

/* QEMU's function for shmat(2), whose name is another one in each series */
typedef abi_ulong GuestShmat(CPUArchState *env, int id, abi_ulong addr,
                             int flags);

/* guest_shmat: shmat(2), called as GuestShmat is */
abi_ulong guest_shmat(GuestShmat *shmat, CPUArchState *env, int id,
                      abi_ulong addr, int flags);

/* QEMU's function for shmdt(2), likewise */
typedef abi_long GuestShmdt(abi_ulong addr);

/**
 * guest_shmdt: shmdt(2)
 * @shmdt: called where there is no /proc
 *
 * QEMU unmaps what has been attached, also where other mappings have replaced
 * it meanwhile.
 *
 * Returns: 0 or a negative target errno.
 */
abi_long guest_shmdt(GuestShmdt *shmdt, abi_ulong addr);

#endif /* LINUX_USER_GUEST_SHM_H */
