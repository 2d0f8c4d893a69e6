/*
 * Calls that tell of or about memory and leave its mappings as they are
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "target_mman.h"
#include "set-mm/calls/guest-madvise.h"
#include "set-mm/calls/guest-mlock.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/state/guest-mem.h"
#include "set-mm/state/guest-pages.h"
#include "set-mm/state/guest-space.h"

#ifndef MADV_POPULATE_WRITE
# define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_GUARD_INSTALL
# define MADV_GUARD_INSTALL 102
# define MADV_GUARD_REMOVE 103
#endif

/* A child lacks something that its page flags tell of. */
static bool has_dontfork;

static abi_long fail(int error)
{
    errno = error < 0 ? -error : error;
    return -1;
}

/* Two architectures have numbers of their own. */
static int host_advice(int advice)
{
#if defined(TARGET_ALPHA)
    return advice == 6 ? MADV_DONTNEED : advice == 4 ? -1 : advice;
#elif defined(TARGET_HPPA)
    switch (advice) {
    case 65 ... 70:             /* MERGEABLE to DODUMP */
        return advice - 65 + MADV_MERGEABLE;
    case 71:
        return MADV_WIPEONFORK;
    case 72:
        return MADV_KEEPONFORK;
    default:
        return advice;
    }
#else
    return advice;
#endif
}

/* The host knows all advice, and does nothing for no bytes. */
static bool is_known(int advice)
{
    return advice != MADV_GUARD_INSTALL && advice != MADV_GUARD_REMOVE &&
           madvise(NULL, 0, advice) == 0;
}

/*
 * QEMU has MTE's tags to forget.  It does no more where a mapping may not be
 * what it seems, which only larger pages bring about.
 */
static abi_long forget(const GuestRange *r, int guests, int advice)
{
    abi_ulong len = r->last - r->start + 1;
    abi_long ret = target_madvise(r->start, len, guests);

    if (ret || TARGET_PAGE_SIZE != qemu_real_host_page_size() ||
        has_page_flags(r->start, len, PAGE_PASSTHROUGH)) {
        return ret;
    }
    return madvise(g2h_untagged(r->start), len, advice);
}

static abi_long advise(const GuestRange *r, int guests, int advice)
{
    abi_ulong len = r->last - r->start + 1;
    uintptr_t mask = qemu_real_host_page_size() - 1;

    if (advice == MADV_DONTNEED) {
        return forget(r, guests, advice);
    }
    if ((r->start | len) & mask) {
        /* Most advice is a hint. */
        return advice == MADV_WIPEONFORK || advice == MADV_DONTFORK ||
               advice == MADV_REMOVE ? fail(EINVAL) : 0;
    }
    if (advice == MADV_POPULATE_WRITE) {
        has_page_flags(r->start, len, PAGE_WRITE);
    }
    has_dontfork |= advice == MADV_DONTFORK;
    return madvise(g2h_untagged(r->start), len, advice);
}

abi_long guest_madvise(abi_ulong start, abi_ulong len, int guests)
{
    g_autoptr(GArray) mapped = NULL;
    MemSpace space = guest_space();
    uint64_t aligned = len;
    int advice = host_advice(guests);
    abi_ulong done = 0;
    abi_long ret = 0;
    int error;

    if (!is_known(advice)) {
        return fail(EINVAL);
    }
    error = mem_rules_madvise(&space, start, &aligned);
    if (error || !aligned) {
        return error ? fail(error) : 0;
    }
    mmap_lock();
    mapped = guest_ranges_mapped(start, aligned);
    for (guint i = 0; i < mapped->len && !ret; i++) {
        const GuestRange *r = &g_array_index(mapped, GuestRange, i);

        /* These two end at a hole. */
        if (advice >= MADV_POPULATE_WRITE - 1 &&
            advice <= MADV_POPULATE_WRITE && r->start != start + done) {
            break;
        }
        ret = advise(r, guests, advice);
        done += r->last - r->start + 1;
    }
    mmap_unlock();
    return ret || done == aligned ? ret : fail(ENOMEM);
}

/* What the host has not, nor the guest; both in the order of addresses. */
static void forget_between(uint64_t from, uint64_t to)
{
    g_autoptr(GArray) lost = guest_ranges_mapped(from, to - from);

    for (guint i = 0; i < lost->len; i++) {
        const GuestRange *r = &g_array_index(lost, GuestRange, i);
        abi_ulong len = r->last - r->start + 1;

        guest_range_set_flags(r->start, len, 0);
        if (reserved_va) {
            mmap(g2h_untagged(r->start), len, PROT_NONE, MAP_PRIVATE |
                 MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
        }
    }
}

static void forget_what_host_lacks(const char *maps)
{
    uint64_t end = guest_mm_limits().task_size, at = 0;
    HostMapping host;

    while (host_mapping_parse(&maps, &host) && at < end) {
        uint64_t start = host.start - guest_base;

        if (host.start < guest_base) {
            continue;
        }
        start = MIN(start, end);
        if (at < start) {
            forget_between(at, start);
        }
        at = MAX(at, host.end - guest_base);
    }
}

void guest_memory_in_child(void)
{
    g_autofree char *maps = NULL;
    size_t len;

    guest_mlock_in_child();
    if (has_dontfork) {
        maps = host_proc_read("thread-self/maps", &len);
    }
    if (maps) {
        mmap_lock();
        forget_what_host_lacks(maps);
        mmap_unlock();
    }
}

abi_long guest_msync(abi_ulong start, abi_ulong len, int flags)
{
    g_autoptr(GArray) mapped = NULL;
    MemSpace space = guest_space();
    uint64_t aligned = len, done = 0;
    int error = mem_rules_msync(&space, start, &aligned, flags);

    if (error || !aligned) {
        return error ? fail(error) : 0;
    }
    mmap_lock();
    mapped = guest_ranges_mapped(start, aligned);
    mmap_unlock();
    /* Not with the lock: a disk may take its time. */
    for (guint i = 0; i < mapped->len; i++) {
        const GuestRange *r = &g_array_index(mapped, GuestRange, i);
        uint64_t page = r->start & -qemu_real_host_page_size();

        if (msync(g2h_untagged(page), r->last + 1 - page, flags) < 0) {
            return -1;
        }
        done += r->last - r->start + 1;
    }
    return done == aligned ? 0 : fail(ENOMEM);
}

/* Bytes of the guest's answer for @pages of its pages. */
static bool read_residence(abi_ulong start, size_t pages, uint8_t *vec)
{
    uintptr_t host_page = qemu_real_host_page_size();
    uint64_t from = start & -host_page;
    uint64_t len = start + pages * TARGET_PAGE_SIZE - from;
    g_autofree uint8_t *host = g_malloc(DIV_ROUND_UP(len, host_page));

    if (mincore(g2h_untagged(from), len, host) < 0) {
        return false;
    }
    for (size_t i = 0; i < pages; i++) {
        uint64_t at = start + i * TARGET_PAGE_SIZE - from;

        vec[i] = 1;
        for (uint64_t end = at + TARGET_PAGE_SIZE; at < end; at += host_page) {
            vec[i] &= host[at / host_page];
        }
    }
    return true;
}

abi_long guest_mincore(abi_ulong start, abi_ulong len, abi_ulong vec)
{
    enum { AT_ONCE = 4096 };
    uint8_t answer[AT_ONCE];
    MemSpace space = guest_space();
    uint64_t aligned = len;
    int error = mem_rules_mincore(&space, start, &aligned);
    size_t pages = aligned / TARGET_PAGE_SIZE;

    if (error) {
        return fail(error);
    }
    if (!mem_rules_fits(&space, vec, pages)) {
        return fail(EFAULT);
    }
    while (pages) {
        size_t n = MIN(pages, AT_ONCE), there;
        bool is_read;

        mmap_lock();
        there = guest_range_prefix(start, n * TARGET_PAGE_SIZE) /
                TARGET_PAGE_SIZE;
        is_read = there && read_residence(start, there, answer);
        mmap_unlock();
        if (!is_read) {
            return fail(ENOMEM);
        }
        if (!guest_mem_store(vec, answer, there)) {
            return fail(EFAULT);
        }
        pages -= there;
        start += there * TARGET_PAGE_SIZE;
        vec += there;
    }
    return 0;
}
