/*
 * Reading the guest's memory as the kernel reads a process's for /proc
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_MEM_H
#define LINUX_USER_GUEST_MEM_H

/**
 * guest_mem_read_anon: copy the readable anonymous prefix of a range
 * @buf: host memory, @len bytes
 * @addr: guest address
 * @len: bytes
 *
 * Mirrors mm/memory.c:access_remote_vm() with FOLL_ANON: a private anonymous
 * mapping with read permission is copied, anything else ends the copy.
 *
 * Returns: bytes copied, which may be 0.
 */
size_t guest_mem_read_anon(void *buf, uint64_t addr, size_t len);

#endif /* LINUX_USER_GUEST_MEM_H */
