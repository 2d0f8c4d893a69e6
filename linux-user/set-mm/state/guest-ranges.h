/*
 * Which addresses are the guest's
 *
 * QEMU's page flags tell what the guest has mapped; the host has more at
 * addresses that the guest could name.  A few pages that QEMU maps among the
 * guest's, such as the descriptor tables of x86, are the emulator's as well.
 *
 * All of it is protected by mmap_lock(), which callers hold.  Addresses are the
 * guest's, without tags.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_RANGES_H
#define LINUX_USER_GUEST_RANGES_H

#include "set-mm/state/memory-walk.h"

typedef struct GuestRange {
    uint64_t start;
    uint64_t last;
    int flags;                  /* of guest_ranges_alike() */
} GuestRange;

/**
 * guest_range_is_mapped: has the guest mapped all of a range?
 * @start: address of a page
 * @len: bytes, more than 0
 */
bool guest_range_is_mapped(abi_ulong start, abi_ulong len);

/**
 * guest_range_prefix: how much the guest has mapped from an address on
 *
 * Returns: bytes, at most @len; less where a hole begins.
 */
abi_ulong guest_range_prefix(abi_ulong start, abi_ulong len);

/**
 * guest_range_alike: how much has the same flags besides its protection
 * @start, @len: all of it mapped
 *
 * QEMU loses track of a range where some pages only have a flag that
 * mprotect(2) keeps, such as PAGE_ANON.
 *
 * Returns: bytes from @start on, at most @len.
 */
abi_ulong guest_range_alike(abi_ulong start, abi_ulong len);

/**
 * guest_ranges_mapped: what the guest has mapped within a range
 * guest_ranges_free: what it has not
 *
 * Returns: GuestRanges in the order of addresses, with something else between
 * any two.  For g_array_unref().
 */
GArray *guest_ranges_mapped(abi_ulong start, abi_ulong len);
GArray *guest_ranges_free(abi_ulong start, abi_ulong len);

/* guest_ranges_alike: what is mapped, in pieces with the same page flags */
GArray *guest_ranges_alike(abi_ulong start, abi_ulong len);

/* guest_range_has_hidden: has guest_ranges_hide() been told of a part of it? */
bool guest_range_has_hidden(abi_ulong start, abi_ulong len);

/**
 * guest_ranges_walk: walk_memory_regions() without the emulator's pages
 *
 * Takes mmap_lock() itself.
 */
typedef int GuestRangesFn(void *opaque, WalkAddr start, WalkAddr end,
                          WalkFlags flags);
void guest_ranges_walk(void *opaque, GuestRangesFn *fn);

/**
 * guest_ranges_hide: pages that are mapped are not the guest's
 * guest_ranges_show: they are no longer hidden
 *
 * guest-pages.h says when.
 */
void guest_ranges_hide(abi_ulong start, abi_ulong len);
void guest_ranges_show(abi_ulong start, abi_ulong len);

#endif /* LINUX_USER_GUEST_RANGES_H */
