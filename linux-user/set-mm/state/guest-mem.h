/*
 * The guest's memory as the kernel reads and writes it
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

/**
 * guest_mem_load: copy from memory that a system call is told of
 * @to: host memory, @len bytes
 * @from: guest address
 * @len: bytes
 *
 * Mirrors copy_from_user().  Unlike QEMU's function of that name, it fails
 * where the memory goes away at the same time, or is a mapping of a file that
 * does not reach there; the emulator would be killed by a signal.
 *
 * Returns: whether all was copied; the error is EFAULT otherwise, and what is
 * in @to then is undefined.
 */
bool guest_mem_load(void *to, uint64_t from, size_t len);

/**
 * guest_mem_store: copy to memory that a system call is told of
 * @to: guest address
 * @from: host memory, @len bytes
 * @len: bytes
 *
 * Mirrors copy_to_user(); see guest_mem_load().
 *
 * Returns: whether all was copied; the error is EFAULT otherwise.
 */
bool guest_mem_store(uint64_t to, const void *from, size_t len);

/**
 * guest_mem_store_host: guest_mem_store() for who has a host pointer
 * @to: guest memory as QEMU's lock_user() has answered
 * @from: host memory, @len bytes
 * @len: bytes
 *
 * Returns: whether all was copied; the error is EFAULT otherwise.
 */
bool guest_mem_store_host(void *to, const void *from, size_t len);

/* guest_mem_load_host: guest_mem_load(), likewise */
bool guest_mem_load_host(void *to, const void *from, size_t len);

/**
 * guest_mem_poke: write to memory whatever its protection
 * @mem: the host's /proc/self/mem, open for writing
 * @addr: guest address, with @len bytes mapped
 * @from: host memory that is none of the guest's
 *
 * Mirrors mm/memory.c:access_remote_vm() with FOLL_FORCE.  Code that was there
 * is translated anew.  Called with mmap_lock() held.
 *
 * Returns: bytes written, or -1 with host errno.
 */
ssize_t guest_mem_poke(int mem, uint64_t addr, const void *from, size_t len);

#endif /* LINUX_USER_GUEST_MEM_H */
