/*
 * The calls that make and remove mappings
 *
 * QEMU's functions hand an address to the host as it is, and what is there may
 * be the emulator's.  Those here act on the guest's mappings only, fail where
 * Linux does, and then call QEMU's.
 *
 * They are for get_errno(): the result is a value or an error of the guest's,
 * or -1 with a host errno.  Addresses are without tags, flags are the host's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_MMAP_H
#define LINUX_USER_GUEST_MMAP_H

/**
 * guest_mmap: mmap(2)
 * @target_flags: the guest's, of which QEMU forgets some
 *
 * Mirrors mm/mmap.c:do_mmap().  ENOMEM for MAP_FIXED, and EEXIST for
 * MAP_FIXED_NOREPLACE, also where the emulator is.
 */
abi_long guest_mmap(abi_ulong start, abi_ulong len, int prot, int flags,
                    int target_flags, int fd, off_t offset);

/* guest_munmap: munmap(2); EINVAL only */
abi_long guest_munmap(abi_ulong start, abi_ulong len);

/**
 * guest_mprotect: mprotect(2)
 *
 * As the kernel, it changes what is there up to a hole, and then says ENOMEM.
 */
abi_long guest_mprotect(abi_ulong start, abi_ulong len, int prot);

/* guest_mmap_claim: guest_claim(), also where room is kept for the stack */
int guest_mmap_claim(abi_ulong start, abi_ulong len, GArray **claimed);

/**
 * guest_mmap_replaced: what was known of a range is no more
 *
 * Whoever unmaps or maps anew says so, with mmap_lock() held; @len is not 0.
 */
void guest_mmap_replaced(abi_ulong start, abi_ulong len);

/**
 * guest_personality: personality(2), whose READ_IMPLIES_EXEC is about mappings
 * guest_mmap_init: what it was when the program was started
 */
abi_long guest_personality(abi_ulong persona);
void guest_mmap_init(void);

/* guest_implied_prot: @prot as mmap(2) takes it under that personality */
int guest_implied_prot(int prot);

#endif /* LINUX_USER_GUEST_MMAP_H */
