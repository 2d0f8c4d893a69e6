/*
 * Pages of the guest's space: whose they are
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_PAGES_H
#define LINUX_USER_GUEST_PAGES_H

#include "set-mm/state/guest-ranges.h"

/**
 * guest_range_set_flags: a new mapping of the guest's, or 0: none any more
 * @flags: as page_get_flags() tells them
 */
void guest_range_set_flags(abi_ulong start, abi_ulong len, int flags);

/**
 * guest_pages_hide: pages that are mapped are not the guest's
 * guest_pages_show: they are no longer hidden, and not mapped any more
 * @addr: of a page
 * @len: bytes
 *
 * Only where QEMU has reserved the guest's space: the page flags of what is
 * hidden keep QEMU from giving the place to the guest.
 */
void guest_pages_hide(abi_ulong addr, abi_ulong len);
void guest_pages_show(abi_ulong addr, abi_ulong len);

/**
 * guest_pages_start: hide what QEMU maps in place of the kernel's own pages
 *
 * After the program was loaded.
 */
void guest_pages_start(void);

/**
 * map_hidden: zeroed pages for QEMU's own use, with an address of the guest's
 * unmap_hidden: free them again
 * @len: bytes
 *
 * Take mmap_lock() themselves.
 *
 * Returns: of the former, the address or -1.
 */
abi_ulong map_hidden(abi_ulong len);
void unmap_hidden(abi_ulong addr, abi_ulong len);

#endif /* LINUX_USER_GUEST_PAGES_H */
