/*
 * Addresses that the guest names and that are free
 *
 * A guest that says MAP_FIXED may replace what it has and take what is free.
 * What the host has there is neither, so before a call replaces a range its
 * holes are claimed, which only succeeds where the host has nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_CLAIM_H
#define LINUX_USER_GUEST_CLAIM_H

#include "set-mm/state/guest-ranges.h"

/**
 * guest_claim: make sure that the holes of a range are nobody else's
 * @start, @len: whole pages of the guest, more than 0
 * @claimed: on success gets what was claimed, for guest_claim_end()
 *
 * Called with mmap_lock() held; what is claimed stays so until the caller maps
 * something there.
 *
 * Returns: 0, -EEXIST if the emulator has a page there, or another negative
 * host errno, such as -ENOMEM behind the end of the host's address space.
 */
int guest_claim(abi_ulong start, abi_ulong len, GArray **claimed);

/**
 * guest_claim_end: forget about a claim
 * @is_used: whether the range has been mapped; else it becomes free again
 */
void guest_claim_end(GArray *claimed, bool is_used);

#endif /* LINUX_USER_GUEST_CLAIM_H */
