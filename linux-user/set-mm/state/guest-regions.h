/*
 * The guest's mappings, for other guests to see
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_REGIONS_H
#define LINUX_USER_GUEST_REGIONS_H

/**
 * guest_regions_note: behind each page_set_flags() of linux-user
 * @start, @last: addresses of the guest
 * @flags: as given to it
 *
 * Called with mmap_lock() held.
 */
void guest_regions_note(abi_ulong start, abi_ulong last, int flags);

#endif /* LINUX_USER_GUEST_REGIONS_H */
