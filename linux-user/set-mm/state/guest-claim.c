/*
 * Addresses that the guest names and that are free
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "set-mm/state/guest-claim.h"

static size_t size_of(const GuestRange *r)
{
    return r->last - r->start + 1;
}

/* A page of the host may be more than one of the guest's. */
static GuestRange whole_host_pages(const GuestRange *r)
{
    uint64_t mask = qemu_real_host_page_size() - 1;

    return (GuestRange) {
        .start = (r->start + mask) & ~mask,
        .last = ((r->last + 1) & ~mask) - 1,
    };
}

static int claim_hole(const GuestRange *hole)
{
    void *want = g2h_untagged(hole->start);
    void *got = mmap(want, size_of(hole), PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
                     MAP_FIXED_NOREPLACE, -1, 0);

    return got == want ? 0 : -errno;
}

static void release(const GArray *claimed, guint n)
{
    for (guint i = 0; i < n; i++) {
        const GuestRange *r = &g_array_index(claimed, GuestRange, i);

        munmap(g2h_untagged(r->start), size_of(r));
    }
}

int guest_claim(abi_ulong start, abi_ulong len, GArray **claimed)
{
    g_autoptr(GArray) holes = NULL;
    int error = 0;

    *claimed = NULL;
    if (reserved_va) {
        return guest_range_has_hidden(start, len) ? -EEXIST : 0;
    }
    if (guest_range_is_mapped(start, len)) {
        return 0;
    }
    holes = guest_ranges_free(start, len);
    for (guint i = 0; i < holes->len && !error; i++) {
        GuestRange *hole = &g_array_index(holes, GuestRange, i);

        *hole = whole_host_pages(hole);
        if (hole->last + 1 != hole->start) {
            error = claim_hole(hole);
        }
        if (error) {
            release(holes, i);
        }
    }
    if (!error) {
        *claimed = g_steal_pointer(&holes);
    }
    return error;
}

void guest_claim_end(GArray *claimed, bool is_used)
{
    if (claimed) {
        if (!is_used) {
            release(claimed, claimed->len);
        }
        g_array_unref(claimed);
    }
}
