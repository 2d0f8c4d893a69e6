/*
 * brk(2), on the break that PR_SET_MM can move
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "set-mm/calls/guest-mlock.h"
#include "set-mm/calls/guest-mmap.h"
#include "set-mm/state/guest-as.h"
#include "set-mm/state/guest-mm.h"
#include "set-mm/state/memory-walk.h"

static bool is_mapped(abi_ulong addr)
{
    return guest_addr_valid_untagged(addr) && page_get_flags(addr);
}

/* What is mapped of a range that a break has passed over. */
typedef struct MappedRange {
    uint64_t from;
    uint64_t to;
    uint64_t first;         /* to @end: mapped; the same: nothing is */
    uint64_t end;
} MappedRange;

static int add_mapped(void *opaque, WalkAddr start, WalkAddr end,
                      WalkFlags flags)
{
    MappedRange *range = opaque;

    if (start < range->to && end > range->from) {
        range->first = MIN(range->first, MAX(start, range->from));
        range->end = MAX(range->end, MIN(end, range->to));
    }
    return 0;
}

/* PR_SET_MM can have moved the break far beyond anything that is mapped. */
static bool shrink(abi_ulong from, abi_ulong to)
{
    MappedRange range = { .from = from, .to = to, .first = to, .end = from };

    walk_memory_regions(&range, add_mapped);
    return range.first < range.end &&
           target_munmap(range.first, range.end - range.first) == 0;
}

/*
 * Only a hint is given, so that neither a mapping of the guest nor one of the
 * emulator is ever replaced.  One free page must follow, as the kernel wants.
 */
static bool grow(abi_ulong from, abi_ulong to)
{
    abi_long addr;

    if (is_mapped(to) || !guest_as_may_add(to - from)) {
        return false;
    }
    addr = target_mmap(from, to - from,
                       guest_implied_prot(PROT_READ | PROT_WRITE),
                       MAP_ANONYMOUS | MAP_PRIVATE | guest_mlock_flags(),
                       -1, 0);
    if (addr == (abi_long)from) {
        return true;
    }
    /* Error numbers are the top page of the address space. */
    if ((abi_ulong)addr < (abi_ulong)-4096) {
        target_munmap(addr, to - from);
    }
    return false;
}

static bool apply(BrkAction action, abi_ulong from, abi_ulong to)
{
    switch (action) {
    case BRK_MOVE:
        return true;
    case BRK_GROW:
        return grow(from, to);
    case BRK_SHRINK:
        return shrink(from, to);
    default:
        return false;
    }
}

/* The program's end as the loader found it, before any guest instruction. */
void target_set_brk(abi_ulong end)
{
    MMLayout *mm = guest_mm_begin();

    mm->start_brk = TARGET_PAGE_ALIGN(end);
    mm->brk = mm->start_brk;
    guest_mm_end();
}

/*
 * Returns: the new break, or the old one where the request cannot be met;
 * Alpha imitates OSF/1 and wants an error there.
 */
abi_long do_brk(abi_ulong request)
{
    MMLimits limits = guest_mm_limits();
    uint64_t from = 0, to = 0;
    BrkAction action;
    MMLayout *mm;
    abi_ulong ret;
    bool done;

    mmap_lock();
    mm = guest_mm_begin();
    action = mm_rules_brk(mm, request, &limits, TARGET_PAGE_SIZE, &from, &to);
    done = apply(action, from, to);
    if (done) {
        mm->brk = request;
    }
    ret = mm->brk;
    guest_mm_end();
    mmap_unlock();
#ifdef TARGET_ALPHA
    /* As OSF/1 has it (osf_brk()), whatever the reason. */
    if (request && ret != request) {
        return -TARGET_ENOMEM;
    }
#endif
    return ret;
}
