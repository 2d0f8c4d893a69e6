/*
 * mremap(2)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_MREMAP_H
#define LINUX_USER_GUEST_MREMAP_H

/**
 * guest_mremap: mremap(2), as guest-mmap.h has it
 *
 * Mirrors mm/mremap.c:do_mremap().  A mapping stays where it is if it can, and
 * with MREMAP_DONTUNMAP the old place stays mapped.  ENOMEM for MREMAP_FIXED
 * where the emulator is.
 */
abi_long guest_mremap(abi_ulong old, abi_ulong old_len, abi_ulong new_len,
                      unsigned long flags, abi_ulong new);

#endif /* LINUX_USER_GUEST_MREMAP_H */
