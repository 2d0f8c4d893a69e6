/*
 * Pages of the guest's space: whose they are
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "set-mm/state/guest-mm.h"
#include "set-mm/state/guest-pages.h"
#include "set-mm/state/guest-regions.h"

void guest_range_set_flags(abi_ulong start, abi_ulong len, int flags)
{
    abi_ulong last = start + (len - 1);

    set_page_flags(start, last, flags);
    guest_regions_note(start, last, flags);
}

void guest_pages_hide(abi_ulong addr, abi_ulong len)
{
    guest_ranges_hide(addr, len);
    guest_regions_note(addr, addr + (len - 1), 0);
}

void guest_pages_show(abi_ulong addr, abi_ulong len)
{
    guest_ranges_show(addr, len);
    guest_range_set_flags(addr, len, 0);
}

void guest_pages_start(void)
{
#ifdef TARGET_HPPA
    /* The first page has the gateway to the kernel, which is no mapping. */
    mmap_lock();
    guest_pages_hide(0, TARGET_PAGE_SIZE);
    mmap_unlock();
#endif
}

static abi_long map_own(abi_ulong addr, abi_ulong len, int how)
{
    return target_mmap(addr, len, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | how, -1, 0);
}

/*
 * The last pages of all are behind the end of a 32-bit guest's address space,
 * and nobody misses them.
 */
static abi_long map_behind_end(abi_ulong len)
{
    uint64_t end = (uint64_t)(abi_ulong)-1 + 1;
    uint64_t task_size = guest_mm_task_size();

    for (uint64_t at = end - len; end && at >= task_size;
         at -= TARGET_PAGE_SIZE) {
        if (at + (len - 1) <= reserved_va && !has_page_flags(at, 1, 0) &&
            !has_page_flags(at + (len - 1), 1, 0)) {
            return map_own(at, len, MAP_FIXED);
        }
    }
    return -1;
}

abi_ulong map_hidden(abi_ulong len)
{
    abi_ulong addr;

    len = TARGET_PAGE_ALIGN(len);
    mmap_lock();
    addr = reserved_va ? map_behind_end(len) : (abi_ulong)-1;
    if (addr == (abi_ulong)-1) {
        addr = map_own(0, len, 0);
    }
    if (addr != (abi_ulong)-1) {
        /* No system call of the guest's may read or write it. */
        guest_range_set_flags(addr, len, reserved_va ? PAGE_VALID : 0);
        if (reserved_va) {
            guest_pages_hide(addr, len);
        }
    }
    mmap_unlock();
    return addr;
}

void unmap_hidden(abi_ulong addr, abi_ulong len)
{
    len = TARGET_PAGE_ALIGN(len);
    mmap_lock();
    if (reserved_va) {
        guest_pages_show(addr, len);
    }
    target_munmap(addr, len);
    mmap_unlock();
}
