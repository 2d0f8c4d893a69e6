/*
 * Memory calls that QEMU does not have
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_MORE_H
#define LINUX_USER_GUEST_MORE_H

/**
 * guest_more_syscalls: for the system calls that QEMU does not know
 * @num: the guest's
 *
 * mlock2, pkey_alloc, pkey_free, pkey_mprotect, process_vm_readv,
 * process_vm_writev, remap_file_pages and mseal; else it logs what QEMU logs.
 *
 * Returns: the guest's result, ENOSYS for all others.
 */
abi_long guest_more_syscalls(CPUArchState *env, int num, abi_long arg1,
                             abi_long arg2, abi_long arg3, abi_long arg4,
                             abi_long arg5, abi_long arg6);

#endif /* LINUX_USER_GUEST_MORE_H */
