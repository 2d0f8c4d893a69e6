/*
 * A range of the guest's memory, one mapping after the other
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/state/guest-pieces.h"
#include "set-mm/state/guest-ranges.h"

void guest_pieces_begin(GuestPieces *pieces, abi_ulong start, abi_ulong len)
{
    size_t unused;

    *pieces = (GuestPieces) {
        .start = start,
        .alike = guest_ranges_alike(start, len),
        .maps = host_proc_read("thread-self/maps", &unused),
    };
}

void guest_pieces_end(GuestPieces *pieces)
{
    g_array_unref(pieces->alike);
    g_free(pieces->maps);
}

/* Returns: false if nothing is mapped from @at on. */
static bool find_guests(GuestPieces *pieces, uint64_t at)
{
    const int prot = PAGE_READ | PAGE_WRITE_ORG | PAGE_EXEC;
    const GuestRange *first = NULL;

    for (guint i = 0; i < pieces->alike->len; i++) {
        const GuestRange *r = &g_array_index(pieces->alike, GuestRange, i);

        if (r->last < at) {
            continue;
        }
        if (!first) {
            first = r;
            pieces->start = MAX(r->start, at);
            pieces->len = 0;
        } else if (r->start != (uint64_t)pieces->start + pieces->len ||
                   (r->flags & prot) != (first->flags & prot)) {
            break;
        }
        pieces->len = r->last - pieces->start + 1;
    }
    return first;
}

bool guest_pieces_next(GuestPieces *pieces)
{
    const char *line = pieces->maps;
    HostMapping m;
    uint64_t start;

    if (!find_guests(pieces, (uint64_t)pieces->start + pieces->len)) {
        return false;
    }
    pieces->is_segment = false;
    start = (uintptr_t)g2h_untagged(pieces->start);
    while (line && host_mapping_parse(&line, &m)) {
        if (m.start <= start && start < m.end) {
            pieces->len = MIN(pieces->len, m.end - start);
            pieces->is_segment = host_mapping_is_segment(&m);
            break;
        }
    }
    return true;
}
