/*
 * statx(2): what QEMU does not copy
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_STATX_H
#define LINUX_USER_GUEST_STATX_H

struct target_statx;

/* QEMU's host_to_target_statx() */
typedef abi_long QemuStatx(struct target_statx *host, abi_ulong addr);

/**
 * guest_statx_store: hand a guest what the host has said of a file
 * @qemu: stores the fields up to stx_dev_minor, and zeros behind
 * @host: in the host's byte order
 * @addr: the guest's
 *
 * The mask tells the guest of the fields behind, such as the number of a mount.
 *
 * Returns: 0 or a target errno.
 */
abi_long guest_statx_store(QemuStatx *qemu, struct target_statx *host,
                           abi_ulong addr);

#endif /* LINUX_USER_GUEST_STATX_H */
