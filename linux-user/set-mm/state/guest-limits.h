/*
 * Resource limits that QEMU grants a guest and does not apply
 *
 * The host would apply them to the emulator's own memory.  They are what the
 * guest has set all the same: for getrlimit(2), for /proc/PID/limits, for
 * brk(2) and PR_SET_MM, which are judged by RLIMIT_DATA, for mmap(2), which is
 * by RLIMIT_AS, and for other guests.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_LIMITS_H
#define LINUX_USER_GUEST_LIMITS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include "set-mm/state/public-state.h"

/* Of a process. */
typedef struct GuestLimits {
    PublicRlimit at[NR_PUBLIC_LIMITS];
    uint64_t data;          /* guest_limits_data(), asked by every brk(2) */
    uint64_t as;            /* guest_limits_as(), by every mmap(2) */
} GuestLimits;

/* Of a child of vfork(2). */
typedef struct VforkLimits {
    GuestLimits own;
    GuestLimits *parents;
} VforkLimits;

/* guest_limits_init: after public_state_init() */
void guest_limits_init(void);

/**
 * guest_limits_find: is a limit one of these?
 * @resource: a host value
 * @which: gets it
 */
bool guest_limits_find(int resource, PublicLimit *which);

/**
 * guest_limits_get: what the guest has set; before that, the host's
 * guest_limits_set: set it, whole for every reader
 */
void guest_limits_get(PublicLimit which, struct rlimit *rlim);
void guest_limits_set(PublicLimit which, const struct rlimit *rlim);

/* guest_limits_data: soft RLIMIT_DATA in bytes, UINT64_MAX if unlimited */
uint64_t guest_limits_data(void);

/**
 * guest_limits_as: soft RLIMIT_AS that the guest has set, likewise
 *
 * The host's own counts the emulator's memory, so it is the host's affair.
 */
uint64_t guest_limits_as(void);

/**
 * guest_limits_vfork: the calling thread is about to make a child by vfork(2),
 * which has limits of its own from here on
 * guest_limits_vfork_end: the child is gone
 */
void guest_limits_vfork(VforkLimits *v);
void guest_limits_vfork_end(const VforkLimits *v);

#endif /* LINUX_USER_GUEST_LIMITS_H */
