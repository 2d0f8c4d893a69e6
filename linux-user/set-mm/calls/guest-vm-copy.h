/*
 * process_vm_readv(2) and process_vm_writev(2)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_VM_COPY_H
#define LINUX_USER_GUEST_VM_COPY_H

/* The arguments; addresses of arrays of struct iovec. */
typedef struct VmCopy {
    pid_t pid;
    abi_ulong local, local_count;
    abi_ulong remote, remote_count;
    abi_ulong flags;
    bool is_write;
} VmCopy;

/**
 * guest_vm_copy: for get_errno()
 *
 * Mirrors mm/process_vm_access.c: what can be copied is, up to the first
 * iovec of the other process that cannot.  Another process that runs under an
 * emulator of ours is copied from and to by its own addresses.
 *
 * Returns: bytes, or -1 with errno: EINVAL, EFAULT, ESRCH, EPERM, ENOMEM.
 */
abi_long guest_vm_copy(const VmCopy *copy);

#endif /* LINUX_USER_GUEST_VM_COPY_H */
