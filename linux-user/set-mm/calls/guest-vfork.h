/*
 * vfork(2), and clone(2) with CLONE_VM and CLONE_VFORK
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_VFORK_H
#define LINUX_USER_GUEST_VFORK_H

#include "qemu.h"

/* guest_vfork_wants: is it for guest_vfork(), by the flags of clone(2)? */
bool guest_vfork_wants(unsigned flags);

/**
 * guest_vfork: make a child in the guest's memory and wait for it
 * @env: of the calling thread
 * @flags, @newsp, @parent_tid, @newtls, @child_tid: as clone(2) has them
 *
 * The child goes on as the calling thread (sharer.h).  The kernel suspends the
 * caller until the child has executed something else or has ended; then all
 * that it changed for itself is put back.  Mirrors kernel_clone() in
 * kernel/fork.c.
 *
 * Returns: the child's number or a negative target errno: EAGAIN also where
 * children are nested too deep or the process is about to end; or
 * QEMU_ERESTARTSYS.
 */
abi_long guest_vfork(CPUArchState *env, unsigned flags, abi_ulong newsp,
                     abi_ulong parent_tid, abi_ulong newtls,
                     abi_ulong child_tid);

#endif /* LINUX_USER_GUEST_VFORK_H */
