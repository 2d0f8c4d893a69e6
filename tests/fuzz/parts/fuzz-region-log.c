/*
 * region-log.c against looking, for each address that matters, for the newest
 * change that covers it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "part.h"
#include "set-mm/rules/region-log.h"

enum { MOST = 64 };

static uint32_t want_at(const Region *log, size_t n, uint64_t addr)
{
    while (n--) {
        if (log[n].start <= log[n].last && log[n].last != UINT64_MAX &&
            log[n].start <= addr && addr <= log[n].last) {
            return log[n].prot & REGION_MAPPED ? log[n].prot : 0;
        }
    }
    return 0;
}

static uint32_t got_at(GArray *regions, uint64_t addr)
{
    for (unsigned i = 0; i < regions->len; i++) {
        const Region *r = &g_array_index(regions, Region, i);

        if (r->start <= addr && addr <= r->last) {
            return r->prot;
        }
    }
    return 0;
}

/* A page among a few, so that they overlap, or anything. */
static uint64_t take_address(Input *in)
{
    uint8_t page = take(in, 1);

    return page == 0xff ? take(in, 8) : (uint64_t)(page & 0x3f) << 12;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input in = { data, size };
    Region log[MOST] = { { 0 } };
    size_t n = 0;
    GArray *regions;

    while (in.left && n < MOST) {
        log[n].start = take_address(&in);
        log[n].last = take_address(&in) - (take(&in, 1) & 1);
        log[n].prot = take(&in, 1) & 15;
        log[n].unused = 0;
        n++;
    }
    regions = region_log_replay(log, n);
    for (unsigned i = 0; i < regions->len; i++) {
        const Region *r = &g_array_index(regions, Region, i);
        const Region *before = i ? r - 1 : NULL;

        CHECK(r->start <= r->last && (r->prot & REGION_MAPPED));
        CHECK(!before || before->last < r->start);
        CHECK(!before || before->last + 1 < r->start ||
              before->prot != r->prot);
    }
    for (size_t i = 0; i < n; i++) {
        const uint64_t edges[] = {
            log[i].start - 1, log[i].start, log[i].last, log[i].last + 1,
            log[i].start / 2 + log[i].last / 2,
        };

        for (int j = 0; j < 5; j++) {
            CHECK(got_at(regions, edges[j]) == want_at(log, n, edges[j]));
        }
    }
    g_array_unref(regions);
    return 0;
}
