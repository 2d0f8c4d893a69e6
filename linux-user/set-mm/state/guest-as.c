/*
 * RLIMIT_AS of the guest
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "set-mm/state/guest-as.h"
#include "set-mm/state/guest-limits.h"
#include "set-mm/state/guest-mm.h"
#include "set-mm/state/guest-ranges.h"

typedef struct Sum {
    uint64_t end;
    uint64_t size;
} Sum;

static int add(void *opaque, WalkAddr start, WalkAddr end, WalkFlags flags)
{
    Sum *sum = opaque;

    if (start < sum->end) {
        sum->size += end - start;
    }
    return 0;
}

uint64_t guest_as_size(void)
{
    Sum sum = { .end = guest_mm_limits().task_size };

    guest_ranges_walk(&sum, add);
    return sum.size;
}

bool guest_as_is_limited(void)
{
    return guest_limits_as() != UINT64_MAX;
}

bool guest_as_may_add(uint64_t len)
{
    uint64_t most = guest_limits_as();

    return most == UINT64_MAX ||
           guest_as_size() + len <= (most & TARGET_PAGE_MASK);
}
