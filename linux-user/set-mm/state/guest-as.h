/*
 * RLIMIT_AS of the guest
 *
 * The host's would count the emulator's memory as well, so the guest's is
 * counted here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_AS_H
#define LINUX_USER_GUEST_AS_H

/* guest_as_is_limited: is there a limit at all? */
bool guest_as_is_limited(void);

/**
 * guest_as_may_add: may there be so many bytes more?
 *
 * Mirrors mm/vma.c:may_expand_vm().  Called with mmap_lock() held.
 */
bool guest_as_may_add(uint64_t len);

/* guest_as_size: bytes of all mappings, as VmSize has them */
uint64_t guest_as_size(void);

#endif /* LINUX_USER_GUEST_AS_H */
