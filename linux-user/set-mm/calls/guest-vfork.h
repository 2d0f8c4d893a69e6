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
 * The child goes on as the calling thread, under another process number: with
 * its CPU, on its stack below this function, with its thread-local variables.
 * The kernel suspends the caller until the child has executed something else
 * or has ended; then all that it changed for itself is put back.  Mirrors
 * kernel/fork.c:kernel_clone().
 *
 * Returns: the child's number or a negative target errno: EAGAIN also where
 * children are nested too deep or the process is about to end; or
 * QEMU_ERESTARTSYS.
 */
abi_long guest_vfork(CPUArchState *env, unsigned flags, abi_ulong newsp,
                     abi_ulong parent_tid, abi_ulong newtls,
                     abi_ulong child_tid);

/**
 * guest_vfork_takes: must a signal that does not dump core have QEMU's handler?
 * @sig: the guest's number; its action is the default one
 *
 * A child shares its parent's locks, so a signal may end or stop it only where
 * it has none.  Until a process makes one the host does that.
 */
bool guest_vfork_takes(int sig);

/* QEMU's; not for a child, which is no process to gdb and to plugins. */
void __wrap_preexit_cleanup(CPUArchState *env, int code);
void __real_preexit_cleanup(CPUArchState *env, int code);
void __wrap_gdb_signalled(CPUArchState *env, int sig);
void __real_gdb_signalled(CPUArchState *env, int sig);

#endif /* LINUX_USER_GUEST_VFORK_H */
