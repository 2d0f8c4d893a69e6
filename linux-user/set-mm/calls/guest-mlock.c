/*
 * Locked memory
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/syscall.h>
#include "qemu/atomic.h"
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "set-mm/calls/guest-mlock.h"
#include "set-mm/state/guest-ranges.h"
#include "set-mm/state/guest-space.h"

#ifndef MLOCK_ONFAULT
# define MLOCK_ONFAULT 1
#endif
#ifndef MCL_ONFAULT
# define MCL_ONFAULT 4
#endif

static bool future;

typedef int LockFn(void *addr, size_t len, int flags);

static int lock_range(void *addr, size_t len, int flags)
{
    return flags ? syscall(SYS_mlock2, addr, len, flags) : mlock(addr, len);
}

static int unlock_range(void *addr, size_t len, int flags)
{
    return munlock(addr, len);
}

static abi_long fail(int error)
{
    errno = error < 0 ? -error : error;
    return -1;
}

static abi_long up_to_hole(LockFn *fn, abi_ulong addr, abi_ulong len,
                           int flags)
{
    MemSpace space = guest_space();
    uint64_t start = addr, aligned = len;
    abi_ulong prefix;
    int error = mem_rules_mlock(&space, &start, &aligned);
    abi_long ret = 0;

    /* Somebody who may not is told so first. */
    if (fn == lock_range && mlock(g2h_untagged(0), 0) < 0) {
        return -1;
    }
    if (error || !aligned) {
        return error ? fail(error) : 0;
    }
    mmap_lock();
    prefix = guest_range_prefix(start, aligned);
    if (prefix) {
        /* Where the kernel meets a hole it does not go on to read pages in. */
        ret = fn(g2h_untagged(start), prefix,
                 prefix == aligned ? flags : MLOCK_ONFAULT);
    }
    mmap_unlock();
    return ret || prefix == aligned ? ret : fail(ENOMEM);
}

abi_long guest_mlock(abi_ulong start, abi_ulong len, int flags)
{
    return flags & ~MLOCK_ONFAULT ? fail(EINVAL)
                                  : up_to_hole(lock_range, start, len, flags);
}

abi_long guest_munlock(abi_ulong start, abi_ulong len)
{
    return up_to_hole(unlock_range, start, len, 0);
}

typedef struct LockAll {
    int flags;
    int error;
} LockAll;

/* Reading the pages in may fail, as where there is no access. */
static int lock_one(void *opaque, WalkAddr start, WalkAddr end,
                    WalkFlags flags)
{
    LockAll *all = opaque;
    void *addr = g2h_untagged(start);

    if (start >= guest_mm_limits().task_size) {
        return 0;
    }
    if (lock_range(addr, end - start, MLOCK_ONFAULT) < 0) {
        all->error = errno;
        return 1;
    }
    if (!(all->flags & MCL_ONFAULT)) {
        mlock(addr, end - start);
    }
    return 0;
}

static int unlock_one(void *opaque, WalkAddr start, WalkAddr end,
                      WalkFlags flags)
{
    if (start < guest_mm_limits().task_size) {
        munlock(g2h_untagged(start), end - start);
    }
    return 0;
}

abi_long guest_mlockall(int flags)
{
    LockAll all = { .flags = flags };

    if (!flags || flags == MCL_ONFAULT ||
        (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT))) {
        return fail(EINVAL);
    }
    if (mlock(g2h_untagged(0), 0) < 0) {
        return -1;
    }
    if (flags & MCL_CURRENT) {
        guest_ranges_walk(&all, lock_one);
    }
    if (all.error) {
        guest_ranges_walk(NULL, unlock_one);
        return fail(all.error);
    }
    qatomic_set(&future, flags & MCL_FUTURE);
    return 0;
}

abi_long guest_munlockall(void)
{
    qatomic_set(&future, false);
    guest_ranges_walk(NULL, unlock_one);
    return 0;
}

int guest_mlock_flags(void)
{
    return qatomic_read(&future) ? MAP_LOCKED : 0;
}

void guest_mlock_in_child(void)
{
    future = false;
}
