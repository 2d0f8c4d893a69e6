/*
 * The rules of memory calls: which arguments are refused before any mapping is
 * looked at, and which error wins when several would apply
 *
 * Pure functions over numbers.  Errors are negative host errno values, 0 is
 * success.  Flags are the host's, addresses have no tags, and a length that
 * is passed on is rounded up to pages.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_MEM_RULES_H
#define LINUX_USER_MEM_RULES_H

#include <stdbool.h>
#include <stdint.h>

/* The address space of the guest's kernel. */
typedef struct MemSpace {
    uint64_t task_size;     /* first address that is no user address */
    uint64_t page_size;     /* in bytes */
    uint64_t ulong_max;     /* sums wrap there */
} MemSpace;

/* mem_rules_align: round up to pages, which wraps to 0 as in the kernel */
uint64_t mem_rules_align(const MemSpace *space, uint64_t len);

/* mem_rules_fits: does a range end within the address space? */
bool mem_rules_fits(const MemSpace *space, uint64_t start, uint64_t len);

/**
 * mem_rules_munmap: mm/vma.c:do_vmi_munmap()
 * @len: of the guest; rounded up on success
 */
int mem_rules_munmap(const MemSpace *space, uint64_t start, uint64_t *len);

/**
 * mem_rules_mprotect: mm/mprotect.c:do_mprotect_pkey()
 * @len: of the guest; rounded up on success, where 0 means: nothing to do
 * @prot: PROT_GROWSDOWN and PROT_GROWSUP included
 */
int mem_rules_mprotect(const MemSpace *space, uint64_t start, uint64_t *len,
                       int prot);

/* What mremap(2) is asked for. */
typedef struct MemMove {
    uint64_t old;
    uint64_t old_len;
    uint64_t new_len;
    uint64_t new;           /* with MREMAP_DONTUNMAP alone a hint */
    unsigned long flags;
} MemMove;

/**
 * mem_rules_mremap: mm/mremap.c:check_mremap_params()
 * @move: its lengths are rounded up
 */
int mem_rules_mremap(const MemSpace *space, MemMove *move);

/* mem_rules_msync: mm/msync.c; @len as for mem_rules_mprotect() */
int mem_rules_msync(const MemSpace *space, uint64_t start, uint64_t *len,
                    int flags);

/* mem_rules_madvise: mm/madvise.c:madvise_should_skip(); likewise */
int mem_rules_madvise(const MemSpace *space, uint64_t start, uint64_t *len);

/**
 * mem_rules_mlock: mm/mlock.c:do_mlock() and apply_vma_lock_flags()
 * @start: rounded down to a page
 * @len: likewise
 */
int mem_rules_mlock(const MemSpace *space, uint64_t *start, uint64_t *len);

/* mem_rules_mincore: mm/mincore.c; @len likewise */
int mem_rules_mincore(const MemSpace *space, uint64_t start, uint64_t *len);

#endif /* LINUX_USER_MEM_RULES_H */
