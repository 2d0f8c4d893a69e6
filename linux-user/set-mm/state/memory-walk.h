/*
 * The guest's memory, by names that each series of QEMU knows
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_MEMORY_WALK_H
#define LINUX_USER_MEMORY_WALK_H

#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"

/* What the function has that walk_memory_regions() is given. */
#ifdef GUEST_ADDR_MAX
#include "exec/exec-all.h"
typedef target_ulong WalkAddr;
typedef unsigned long WalkFlags;
#else
/* QEMU 10.2 has a variable instead. */
#include "exec/mmap-lock.h"
#include "exec/translation-block.h"
#define GUEST_ADDR_MAX guest_addr_max
typedef vaddr WalkAddr;
typedef int WalkFlags;
#endif

/* has_page_flags: whether all of @len bytes have them; @len is 1 or more */
static inline bool has_page_flags(abi_ulong start, abi_ulong len, int flags)
{
#if QEMU_VERSION_MAJOR < 8
    return page_check_range(start, len, flags) == 0;
#else
    return page_check_range(start, len, flags);
#endif
}

/* set_page_flags: those of a new mapping, or 0; with mmap_lock() held */
static inline void set_page_flags(abi_ulong start, abi_ulong last, int flags)
{
#ifndef PAGE_RESET
    page_set_flags(start, last, flags, PAGE_VALID);
#elif QEMU_VERSION_MAJOR < 8
    page_set_flags(start, last + 1, flags ? flags | PAGE_RESET : 0);
#else
    page_set_flags(start, last, flags ? flags | PAGE_RESET : 0);
#endif
}

/* forget_code: what was translated of a range; with mmap_lock() held */
static inline void forget_code(abi_ulong start, abi_ulong last)
{
#ifndef PAGE_RESET
    tb_invalidate_phys_range(thread_cpu, start, last);
#elif QEMU_VERSION_MAJOR < 8
    tb_invalidate_phys_range(start, last + 1);
#else
    tb_invalidate_phys_range(start, last);
#endif
}

#endif /* LINUX_USER_MEMORY_WALK_H */
