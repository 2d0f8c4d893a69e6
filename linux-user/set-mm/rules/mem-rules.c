/*
 * The rules of memory calls
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <sys/mman.h>
#include "set-mm/rules/mem-rules.h"

#ifndef MREMAP_DONTUNMAP
# define MREMAP_DONTUNMAP 4
#endif

static bool is_aligned(const MemSpace *space, uint64_t addr)
{
    return !(addr & (space->page_size - 1));
}

uint64_t mem_rules_align(const MemSpace *space, uint64_t len)
{
    return (len + space->page_size - 1) & -space->page_size & space->ulong_max;
}

bool mem_rules_fits(const MemSpace *space, uint64_t start, uint64_t len)
{
    return len <= space->task_size && start <= space->task_size - len;
}

/* Does a range of pages wrap? */
static bool wraps(const MemSpace *space, uint64_t start, uint64_t len)
{
    return ((start + len) & space->ulong_max) < start;
}

int mem_rules_munmap(const MemSpace *space, uint64_t start, uint64_t *len)
{
    if (!is_aligned(space, start) ||
        !mem_rules_fits(space, start, *len)) {
        return -EINVAL;
    }
    *len = mem_rules_align(space, *len);
    return *len ? 0 : -EINVAL;
}

int mem_rules_mprotect(const MemSpace *space, uint64_t start, uint64_t *len,
                       int prot)
{
    const int grows = PROT_GROWSDOWN | PROT_GROWSUP;

    if ((prot & grows) == grows || !is_aligned(space, start)) {
        return -EINVAL;
    }
    if (!*len) {
        return 0;
    }
    *len = mem_rules_align(space, *len);
    return !*len || wraps(space, start, *len) ? -ENOMEM : 0;
}

static bool overlap(const MemMove *m)
{
    return m->old < m->new + m->new_len && m->new < m->old + m->old_len;
}

int mem_rules_mremap(const MemSpace *space, MemMove *m)
{
    const unsigned long places = MREMAP_FIXED | MREMAP_DONTUNMAP;

    if ((m->flags & ~(places | MREMAP_MAYMOVE)) ||
        ((m->flags & places) && !(m->flags & MREMAP_MAYMOVE))) {
        return -EINVAL;
    }
    m->old_len = mem_rules_align(space, m->old_len);
    m->new_len = mem_rules_align(space, m->new_len);
    if (!is_aligned(space, m->old) || !m->new_len ||
        m->new_len > space->task_size ||
        ((m->flags & MREMAP_DONTUNMAP) && m->old_len != m->new_len)) {
        return -EINVAL;
    }
    if ((m->flags & places) &&
        (!is_aligned(space, m->new) ||
         !mem_rules_fits(space, m->new, m->new_len) || overlap(m))) {
        return -EINVAL;
    }
    return 0;
}

int mem_rules_msync(const MemSpace *space, uint64_t start, uint64_t *len,
                    int flags)
{
    const int both = MS_ASYNC | MS_SYNC;

    if ((flags & ~(both | MS_INVALIDATE)) || !is_aligned(space, start) ||
        (flags & both) == both) {
        return -EINVAL;
    }
    *len = mem_rules_align(space, *len);
    return wraps(space, start, *len) ? -ENOMEM : 0;
}

int mem_rules_madvise(const MemSpace *space, uint64_t start, uint64_t *len)
{
    uint64_t asked = *len;

    if (!is_aligned(space, start)) {
        return -EINVAL;
    }
    *len = mem_rules_align(space, asked);
    return (asked && !*len) || wraps(space, start, *len) ? -EINVAL : 0;
}

int mem_rules_mlock(const MemSpace *space, uint64_t *start, uint64_t *len)
{
    *len = mem_rules_align(space, *len + (*start & (space->page_size - 1)));
    *start &= -space->page_size;
    return wraps(space, *start, *len) ? -EINVAL : 0;
}

int mem_rules_mincore(const MemSpace *space, uint64_t start, uint64_t *len)
{
    if (!is_aligned(space, start)) {
        return -EINVAL;
    }
    if (!mem_rules_fits(space, start, *len)) {
        return -ENOMEM;
    }
    *len = mem_rules_align(space, *len);
    return 0;
}
