/*
 * Which addresses are the guest's
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "set-mm/state/guest-ranges.h"

/*
 * The emulator's pages within a space that QEMU has reserved for the guest.
 * Their page flags stay, lest QEMU gives the place to the guest.
 */
static GArray *hidden;

static const GuestRange *next_hidden(uint64_t from, uint64_t last)
{
    const GuestRange *next = NULL;

    for (guint i = 0; hidden && i < hidden->len; i++) {
        const GuestRange *r = &g_array_index(hidden, GuestRange, i);

        if (r->last >= from && r->start <= last &&
            (!next || r->start < next->start)) {
            next = r;
        }
    }
    return next;
}

bool guest_range_has_hidden(abi_ulong start, abi_ulong len)
{
    return hidden && next_hidden(start, start + (len - 1));
}

bool guest_range_is_mapped(abi_ulong start, abi_ulong len)
{
    return has_page_flags(start, len, 0) && !guest_range_has_hidden(start, len);
}

enum { PROTECTION = PAGE_READ | PAGE_WRITE | PAGE_EXEC | PAGE_WRITE_ORG };

/* Most of what is large is anonymous. */
abi_ulong guest_range_alike(abi_ulong start, abi_ulong len)
{
    const int kept = page_get_flags(start) & ~PROTECTION;
    abi_ulong at = TARGET_PAGE_SIZE;

    if ((kept & PAGE_ANON) && has_page_flags(start, len, kept)) {
        return len;
    }
    while (at < len && (page_get_flags(start + at) & ~PROTECTION) == kept) {
        at += TARGET_PAGE_SIZE;
    }
    return at;
}

typedef struct Walk {
    GuestRangesFn *fn;
    void *opaque;
} Walk;

static int walk_shown(void *opaque, WalkAddr start, WalkAddr end,
                      WalkFlags flags)
{
    const Walk *walk = opaque;
    const GuestRange *r;
    int ret = 0;

    while (!ret && start != end && (r = next_hidden(start, end - 1))) {
        if (start < r->start) {
            ret = walk->fn(walk->opaque, start, r->start, flags);
        }
        start = MIN(r->last, end - 1) + 1;
    }
    return ret || start == end ? ret
                               : walk->fn(walk->opaque, start, end, flags);
}

void guest_ranges_walk(void *opaque, GuestRangesFn *fn)
{
    Walk walk = { fn, opaque };

    if (hidden) {
        walk_memory_regions(&walk, walk_shown);
    } else {
        walk_memory_regions(opaque, fn);
    }
}

typedef struct Within {
    GuestRange asked;
    bool is_alike;
    GArray *mapped;
} Within;

static int add_mapped(void *opaque, WalkAddr start, WalkAddr end,
                      WalkFlags flags)
{
    Within *w = opaque;
    GuestRange r = { start, end - 1, w->is_alike ? flags : 0 };

    if (r.start > w->asked.last) {
        return 1;
    }
    if (r.last >= w->asked.start && (flags & PAGE_VALID)) {
        GuestRange *before = w->mapped->len ?
            &g_array_index(w->mapped, GuestRange, w->mapped->len - 1) : NULL;

        r.start = MAX(r.start, w->asked.start);
        r.last = MIN(r.last, w->asked.last);
        if (before && before->last + 1 == r.start &&
            before->flags == r.flags) {
            before->last = r.last;
        } else {
            g_array_append_val(w->mapped, r);
        }
    }
    return 0;
}

GArray *guest_ranges_mapped(abi_ulong start, abi_ulong len)
{
    Within w = {
        .asked = { start, start + (len - 1) },
        .mapped = g_array_new(false, false, sizeof(GuestRange)),
    };

    if (guest_range_is_mapped(start, len)) {
        g_array_append_val(w.mapped, w.asked);
    } else {
        guest_ranges_walk(&w, add_mapped);
    }
    return w.mapped;
}

GArray *guest_ranges_alike(abi_ulong start, abi_ulong len)
{
    Within w = {
        .asked = { start, start + (len - 1) },
        .is_alike = true,
        .mapped = g_array_new(false, false, sizeof(GuestRange)),
    };

    guest_ranges_walk(&w, add_mapped);
    return w.mapped;
}

GArray *guest_ranges_free(abi_ulong start, abi_ulong len)
{
    g_autoptr(GArray) mapped = guest_ranges_mapped(start, len);
    GArray *holes = g_array_new(false, false, sizeof(GuestRange));
    GuestRange hole = { .start = start };

    for (guint i = 0; i <= mapped->len; i++) {
        const GuestRange *r = i < mapped->len ?
            &g_array_index(mapped, GuestRange, i) : NULL;
        uint64_t end = r ? r->start : (uint64_t)start + len;

        if (hole.start != end) {
            hole.last = end - 1;
            g_array_append_val(holes, hole);
        }
        if (r) {
            hole.start = r->last + 1;
        }
    }
    return holes;
}

abi_ulong guest_range_prefix(abi_ulong start, abi_ulong len)
{
    g_autoptr(GArray) mapped = NULL;
    const GuestRange *first;

    if (guest_range_is_mapped(start, len)) {
        return len;
    }
    mapped = guest_ranges_mapped(start, len);
    first = &g_array_index(mapped, GuestRange, 0);
    return mapped->len && first->start == start ? first->last - start + 1 : 0;
}

void guest_ranges_hide(abi_ulong start, abi_ulong len)
{
    GuestRange r = { .start = start, .last = start + (len - 1) };

    if (!hidden) {
        hidden = g_array_new(false, false, sizeof(GuestRange));
    }
    g_array_append_val(hidden, r);
}

void guest_ranges_show(abi_ulong start, abi_ulong len)
{
    uint64_t last = start + (len - 1);

    for (guint i = 0; hidden && i < hidden->len; i++) {
        GuestRange r = g_array_index(hidden, GuestRange, i);

        if (r.last < start || last < r.start) {
            continue;
        }
        g_array_remove_index_fast(hidden, i--);
        if (r.start < start) {
            guest_ranges_hide(r.start, start - r.start);
        }
        if (last < r.last) {
            guest_ranges_hide(last + 1, r.last - last);
        }
    }
}
