/*
 * Unit tests of region-log.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include "set-mm/rules/region-log.h"

#define MAPPED(first, end, bits) \
    { .start = (first), .last = (end), .prot = REGION_MAPPED | (bits) }
#define UNMAPPED(first, end) { .start = (first), .last = (end) }

#define CHECK(log, want) \
    check(log, G_N_ELEMENTS(log), want, G_N_ELEMENTS(want))

static void check(const Region *log, size_t n, const Region *want,
                  size_t count)
{
    g_autoptr(GArray) got = region_log_replay(log, n);

    g_assert_cmpuint(got->len, ==, count);
    for (size_t i = 0; i < count; i++) {
        const Region *r = &g_array_index(got, Region, i);

        g_assert_cmphex(r->start, ==, want[i].start);
        g_assert_cmphex(r->last, ==, want[i].last);
        g_assert_cmphex(r->prot, ==, want[i].prot);
    }
}

static void nothing(void)
{
    g_autoptr(GArray) got = region_log_replay(NULL, 0);

    g_assert_cmpuint(got->len, ==, 0);
}

static void newest_counts(void)
{
    static const Region log[] = {
        MAPPED(0x1000, 0x8fff, PROT_READ),
        MAPPED(0x3000, 0x4fff, PROT_READ | PROT_WRITE),
        UNMAPPED(0x4000, 0x5fff),
        MAPPED(0x8000, 0x9fff, PROT_READ),
    };
    static const Region want[] = {
        MAPPED(0x1000, 0x2fff, PROT_READ),
        MAPPED(0x3000, 0x3fff, PROT_READ | PROT_WRITE),
        MAPPED(0x6000, 0x9fff, PROT_READ),
    };

    CHECK(log, want);
}

/* Another process may have written anything. */
static void unsound(void)
{
    static const Region log[] = {
        MAPPED(0x2000, 0x1fff, PROT_READ),
        MAPPED(0x1000, UINT64_MAX, PROT_READ),
        MAPPED(0x5000, 0x5fff, PROT_READ),
        MAPPED(UINT64_MAX, 0, PROT_READ),
    };
    static const Region want[] = { MAPPED(0x5000, 0x5fff, PROT_READ) };

    CHECK(log, want);
}

/* Against the obvious way, page by page. */
static void random_changes(void)
{
    enum { PAGES = 64, CHANGES = 200 };
    Region log[CHANGES];
    uint32_t pages[PAGES] = { 0 };

    for (int i = 0; i < CHANGES; i++) {
        int start = g_test_rand_int_range(0, PAGES);
        int end = g_test_rand_int_range(start, PAGES);

        log[i] = (Region) {
            .start = start, .last = end,
            .prot = g_test_rand_bit() ? 0 : REGION_MAPPED |
                    g_test_rand_int_range(0, 8),
        };
        for (int page = start; page <= end; page++) {
            pages[page] = log[i].prot;
        }
        g_autoptr(GArray) got = region_log_replay(log, i + 1);
        uint32_t shown[PAGES] = { 0 };

        for (int k = 0; k < (int)got->len; k++) {
            const Region *r = &g_array_index(got, Region, k);

            for (uint64_t page = r->start; page <= r->last; page++) {
                g_assert_cmphex(shown[page], ==, 0);
                shown[page] = r->prot;
            }
        }
        g_assert_cmpmem(shown, sizeof(shown), pages, sizeof(pages));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/region-log/nothing", nothing);
    g_test_add_func("/region-log/newest-counts", newest_counts);
    g_test_add_func("/region-log/unsound", unsound);
    g_test_add_func("/region-log/random-changes", random_changes);
    return g_test_run();
}
