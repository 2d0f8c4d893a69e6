/*
 * Calls that tell of or about memory and leave its mappings as they are
 *
 * For get_errno(), as guest-mmap.h has it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_MADVISE_H
#define LINUX_USER_GUEST_MADVISE_H

/**
 * guest_madvise: madvise(2)
 * @advice: the guest's number
 *
 * Mirrors mm/madvise.c:do_madvise(): holes are passed over, and then ENOMEM.
 * EINVAL for MADV_GUARD_INSTALL, as before Linux 6.13: QEMU would not expect
 * that memory whose flags say otherwise cannot be accessed.
 */
abi_long guest_madvise(abi_ulong start, abi_ulong len, int advice);

/**
 * guest_memory_in_child: a child does not have what MADV_DONTFORK was said of
 *
 * Called in a forked child with its one thread.
 */
void guest_memory_in_child(void);

/* guest_msync: msync(2); holes as for guest_madvise() */
abi_long guest_msync(abi_ulong start, abi_ulong len, int flags);

/* guest_mincore: mincore(2); ENOMEM where a hole begins */
abi_long guest_mincore(abi_ulong start, abi_ulong len, abi_ulong vec);

#endif /* LINUX_USER_GUEST_MADVISE_H */
