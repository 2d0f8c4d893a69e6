/*
 * mremap(2)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "signal-common.h"
#include "set-mm/calls/guest-mmap.h"
#include "set-mm/calls/guest-mremap.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/state/guest-as.h"
#include "set-mm/state/guest-claim.h"
#include "set-mm/state/guest-pages.h"
#include "set-mm/state/guest-pieces.h"
#include "set-mm/state/guest-space.h"

#ifndef MREMAP_DONTUNMAP
# define MREMAP_DONTUNMAP 4
#endif

static abi_long fail(int error)
{
    errno = error;
    return -1;
}

static abi_long unmap_tail(const MemMove *m)
{
    abi_ulong tail = m->old_len - m->new_len;
    abi_long ret = tail ? guest_munmap(m->old + m->new_len, tail) : 0;

    return ret ? ret : m->old;
}

/* One mapping only, as far as its protection tells; the host's is coarser. */
static bool is_one(const MemMove *m)
{
    const int prot = PAGE_READ | PAGE_WRITE_ORG | PAGE_EXEC;
    g_autoptr(GArray) alike = guest_ranges_alike(m->old, m->old_len);

    for (guint i = 1; i < alike->len; i++) {
        if ((g_array_index(alike, GuestRange, i).flags & prot) !=
            (g_array_index(alike, GuestRange, 0).flags & prot)) {
            return false;
        }
    }
    return true;
}

/*
 * QEMU protects code that it has translated, which makes two mappings of the
 * host's out of one of the guest's.  Asking for pages to write undoes that, but
 * for a permission that QEMU 7.2 gives the host as well.
 */
static void make_whole(const MemMove *m)
{
    int flags = page_get_flags(m->old);

    if (m->old_len && (flags & PAGE_WRITE_ORG) && (flags & PAGE_EXEC) &&
        has_page_flags(m->old, m->old_len, PAGE_WRITE) && is_one(m)) {
        mprotect(g2h_untagged(m->old), m->old_len, PROT_READ | PROT_WRITE);
    }
}

static int new_flags(const MemMove *m)
{
    return page_get_flags(m->old) | PAGE_VALID;
}

/* Behind a mapping is the reservation of the guest's space, or nothing. */
static void open_reservation(abi_ulong start, abi_ulong len)
{
    if (reserved_va) {
        munmap(g2h_untagged(start), len);
    }
}

static void close_reservation(abi_ulong start, abi_ulong len)
{
    if (reserved_va) {
        mmap(g2h_untagged(start), len, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
             -1, 0);
    }
}

/* errno is the host's if it was asked, else ENOMEM. */
static bool grow_in_place(const MemSpace *space, const MemMove *m)
{
    abi_ulong end = m->old + m->old_len, more = m->new_len - m->old_len;
    g_autoptr(GArray) behind = NULL;
    int flags = new_flags(m);

    errno = ENOMEM;
    if (!mem_rules_fits(space, m->old, m->new_len)) {
        return false;
    }
    if (reserved_va && more) {
        behind = guest_ranges_mapped(end, more);
        if (behind->len || guest_range_has_hidden(end, more)) {
            return false;
        }
    }
    open_reservation(end, more);
    if (mremap(g2h_untagged(m->old), m->old_len, m->new_len, 0) ==
        MAP_FAILED) {
        int error = errno;

        close_reservation(end, more);
        errno = error;
        return false;
    }
    guest_range_set_flags(end, more, flags);
    return true;
}

/* What QEMU and the kernel remember by address. */
static void note_move(const MemMove *m)
{
    abi_ulong by = m->new - m->old;

    if (guest_mm_vdso_moved(m->old, m->old_len, m->new)) {
        if (default_sigreturn - m->old < m->old_len) {
            default_sigreturn += by;
        }
        if (default_rt_sigreturn - m->old < m->old_len) {
            default_rt_sigreturn += by;
        }
    }
}

/* What is new has the flags of the end. */
static void set_new_flags(const MemMove *m, const GArray *old)
{
    uint64_t end = m->new + m->new_len;

    for (guint i = 0; i < old->len; i++) {
        const GuestRange *r = &g_array_index(old, GuestRange, i);
        uint64_t at = r->start - m->old + m->new;
        uint64_t until = i + 1 < old->len ? at + (r->last - r->start + 1)
                                          : end;

        if (at < end) {
            guest_range_set_flags(at, MIN(until, end) - at, r->flags);
        }
    }
}

static void note_moved(const MemMove *m, const GArray *old)
{
    guest_mmap_replaced(m->new, m->new_len);
    set_new_flags(m, old);
    note_move(m);
    if (m->old_len && !(m->flags & MREMAP_DONTUNMAP)) {
        close_reservation(m->old, m->old_len);
        guest_range_set_flags(m->old, m->old_len, 0);
        guest_mmap_replaced(m->old, m->old_len);
    }
}

/* To m->new, where the host has nothing that matters. */
static abi_long move(const MemMove *m)
{
    unsigned long flags = MREMAP_MAYMOVE | MREMAP_FIXED |
                          (m->flags & MREMAP_DONTUNMAP);
    g_autoptr(GArray) old = guest_ranges_alike(m->old, m->old_len ?: 1);

    if (mremap(g2h_untagged(m->old), m->old_len, m->new_len, flags,
               g2h_untagged(m->new)) == MAP_FAILED) {
        return -1;
    }
    note_moved(m, old);
    return m->new;
}

static abi_long move_fixed(const MemMove *m)
{
    GArray *claimed;
    abi_long ret;
    int error = guest_mmap_claim(m->new, m->new_len, &claimed);

    if (error) {
        return fail(ENOMEM);
    }
    ret = move(m);
    error = errno;
    guest_claim_end(claimed, ret != -1);
    errno = error;
    return ret;
}

/*
 * Since Linux 6.17 several mappings can be moved in one call; the holes between
 * them leave what is in the new place.  Where one cannot be moved, those before
 * it have been.  A segment of System V only moves alone (vma_multi_allowed() in
 * mm/mremap.c).
 */
static abi_long move_several(const MemMove *m)
{
    g_autoptr(GArray) mapped = guest_ranges_mapped(m->old, m->old_len);
    GuestPieces pieces;
    int error = 0;

    for (guint i = 0; i < mapped->len; i++) {
        const GuestRange *r = &g_array_index(mapped, GuestRange, i);
        MemMove part = { r->start, r->last - r->start + 1 };

        make_whole(&part);
    }
    guest_pieces_begin(&pieces, m->old, m->old_len);
    while (!error && guest_pieces_next(&pieces)) {
        MemMove part = {
            pieces.start, pieces.len, pieces.len,
            m->new + (pieces.start - m->old), m->flags,
        };

        if (pieces.is_segment && part.old_len < m->old_len) {
            error = EFAULT;
        } else if (move_fixed(&part) == -1) {
            error = errno;
        }
    }
    guest_pieces_end(&pieces);
    return error ? fail(error) : m->new;
}

/* The host finds a place that is good for the guest as well. */
static abi_long move_by_host(MemMove *m)
{
    g_autoptr(GArray) old = guest_ranges_alike(m->old, m->old_len ?: 1);
    void *to = mremap(g2h_untagged(m->old), m->old_len, m->new_len, m->flags,
                      g2h_untagged(m->new));

    if (to == MAP_FAILED) {
        return -1;
    }
    m->new = h2g(to);
    note_moved(m, old);
    return m->new;
}

/* One mapping of the host's, which knows files and offsets as well. */
static bool is_one_of_host(const MemMove *m)
{
    const uint64_t start = (uintptr_t)g2h_untagged(m->old);
    g_autofree char *maps = NULL;
    const char *line;
    HostMapping one;
    size_t len;

    maps = host_proc_read("thread-self/maps", &len);
    line = maps;
    while (line && host_mapping_parse(&line, &one)) {
        if (one.start <= start && start < one.end) {
            return one.end - start >= m->old_len;
        }
    }
    return !maps;
}

/* A hint counts if nothing is there. */
static abi_ulong place_for(const MemMove *m)
{
    g_autoptr(GArray) there = NULL;

    if (!(m->flags & MREMAP_DONTUNMAP) || !m->new) {
        return 0;
    }
    there = guest_ranges_mapped(m->new, m->new_len);
    return there->len || guest_range_has_hidden(m->new, m->new_len) ? 0
                                                                    : m->new;
}

static abi_long move_anywhere(MemMove *m)
{
    abi_long ret;
    int error;

    if (!reserved_va && TARGET_PAGE_SIZE == qemu_real_host_page_size() &&
        h2g_valid((void *)UINTPTR_MAX)) {
        return move_by_host(m);
    }
    /* The host is told of a place, so it would move several. */
    if (m->old_len == m->new_len && !is_one_of_host(m)) {
        return fail(EFAULT);
    }
    m->new = mmap_find_vma(place_for(m), m->new_len, TARGET_PAGE_SIZE);
    if (m->new == (abi_ulong)-1) {
        return fail(ENOMEM);
    }
    ret = move(m);
    if (ret == -1 && !reserved_va) {
        error = errno;
        munmap(g2h_untagged(m->new), m->new_len);
        errno = error;
    }
    return ret;
}

/*
 * Only what stays has to be one mapping; the rest goes first.  The host is
 * told of the rest where all of it is the guest's.
 */
static abi_long move_less(MemMove *m)
{
    MemMove kept = { m->old, m->new_len, m->new_len, m->new, m->flags };

    if (!guest_range_is_mapped(m->old, m->new_len)) {
        return fail(EFAULT);
    }
    make_whole(&kept);
    if (!is_one(&kept)) {
        return fail(EFAULT);
    }
    if (guest_range_is_mapped(m->old, m->old_len)) {
        return move_fixed(m);
    }
    if (!is_one_of_host(&kept)) {
        return fail(EFAULT);
    }
    return unmap_tail(m) == -1 ? -1 : move_fixed(&kept);
}

/*
 * The kernel clears the new place before it looks for the old one, which may
 * lie there.
 */
static abi_long move_copy(const MemMove *m)
{
    abi_long ret = move_fixed(m);

    if (ret == -1 && errno == EFAULT && m->old - m->new < m->new_len) {
        guest_munmap(m->new, m->new_len);
        errno = EFAULT;
    }
    return ret;
}

/* The kernel looks first whether it is one mapping that is to grow. */
static abi_long no_room(const MemMove *m)
{
    int error = errno;

    return fail(error == ENOMEM && !is_one_of_host(m) ? EFAULT : error);
}

/* Called with mmap_lock() held. */
static abi_long remap(const MemSpace *space, MemMove *m)
{
    bool is_placed = m->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP);
    abi_ulong needed = MAX(m->old_len, TARGET_PAGE_SIZE);

    if (!is_placed && m->old_len >= m->new_len) {
        return guest_range_prefix(m->old, TARGET_PAGE_SIZE) ? unmap_tail(m)
                                                            : fail(EFAULT);
    }
    if (!mem_rules_fits(space, m->old, needed) ||
        !guest_range_prefix(m->old, TARGET_PAGE_SIZE)) {
        return fail(EFAULT);
    }
    if ((m->flags & MREMAP_FIXED) && m->old_len == m->new_len) {
        return move_several(m);
    }
    if ((m->flags & MREMAP_FIXED) && m->old_len > m->new_len) {
        return move_less(m);
    }
    if (!guest_range_is_mapped(m->old, needed)) {
        return fail(EFAULT);
    }
    if (m->new_len > m->old_len &&
        !guest_as_may_add(m->new_len - m->old_len)) {
        return fail(ENOMEM);
    }
    make_whole(m);
    if (m->old_len && !is_one(m)) {
        return fail(EFAULT);
    }
    if (m->flags & MREMAP_FIXED) {
        return m->old_len ? move_fixed(m) : move_copy(m);
    }
    if (!m->old_len && !(m->flags & MREMAP_MAYMOVE)) {
        /* It fails, but the host knows best how. */
        return mremap(g2h_untagged(m->old), 0, m->new_len, 0) == MAP_FAILED
               ? -1 : fail(ENOMEM);
    }
    if (!(m->flags & MREMAP_MAYMOVE)) {
        return grow_in_place(space, m) ? m->old : no_room(m);
    }
    if (m->old_len && !is_placed && grow_in_place(space, m)) {
        return m->old;
    }
    return move_anywhere(m);
}

abi_long guest_mremap(abi_ulong old, abi_ulong old_len, abi_ulong new_len,
                      unsigned long flags, abi_ulong new)
{
    MemSpace space = guest_space();
    MemMove m = { old, old_len, new_len, new, flags };
    int error = mem_rules_mremap(&space, &m);
    abi_long ret;

    if (error) {
        return fail(-error);
    }
    mmap_lock();
    ret = remap(&space, &m);
    mmap_unlock();
    return ret;
}
