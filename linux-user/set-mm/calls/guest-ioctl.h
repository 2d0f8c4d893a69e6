/*
 * ioctl(2) of files that are the guest's own
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_IOCTL_H
#define LINUX_USER_GUEST_IOCTL_H

/* QEMU's do_ioctl(), with target errnos */
typedef abi_long QemuIoctl(int fd, int cmd, abi_long arg);

/**
 * guest_ioctl: ioctl(2)
 * @qemu: called for all but PROCMAP_QUERY, which is answered from what maps
 *        says, also on a host before Linux 6.11
 *
 * The build ID of a program is the host's to tell, and only to the process
 * itself; otherwise there is none.
 *
 * Returns: 0 or a target errno.
 */
abi_long guest_ioctl(QemuIoctl *qemu, int fd, int cmd, abi_long arg);

#endif /* LINUX_USER_GUEST_IOCTL_H */
