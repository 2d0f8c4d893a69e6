/*
 * Unit tests of mem-rules.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <glib.h>
#include <sys/mman.h>
#include "set-mm/rules/mem-rules.h"

#ifndef MREMAP_DONTUNMAP
# define MREMAP_DONTUNMAP 4
#endif

static const MemSpace wide = {
    .task_size = 0x7ffffffff000, .page_size = 4096, .ulong_max = UINT64_MAX,
};
static const MemSpace narrow = {
    .task_size = 0xffffe000, .page_size = 4096, .ulong_max = UINT32_MAX,
};
static const MemSpace large_pages = {
    .task_size = 0x7fffffff0000, .page_size = 65536, .ulong_max = UINT64_MAX,
};

static void aligns(void)
{
    g_assert_cmphex(mem_rules_align(&wide, 0), ==, 0);
    g_assert_cmphex(mem_rules_align(&wide, 1), ==, 4096);
    g_assert_cmphex(mem_rules_align(&wide, 4096), ==, 4096);
    g_assert_cmphex(mem_rules_align(&wide, -1), ==, 0);
    g_assert_cmphex(mem_rules_align(&narrow, 0xffffffff), ==, 0);
    g_assert_cmphex(mem_rules_align(&large_pages, 4096), ==, 65536);
}

static void fits(void)
{
    g_assert_true(mem_rules_fits(&wide, 0, wide.task_size));
    g_assert_false(mem_rules_fits(&wide, 1, wide.task_size));
    g_assert_true(mem_rules_fits(&wide, wide.task_size, 0));
    g_assert_false(mem_rules_fits(&wide, -4096ull, 4096));
    g_assert_false(mem_rules_fits(&narrow, 0xffffd000, 0x2000));
}

typedef struct RangeRow {
    const MemSpace *space;
    uint64_t start, len;
    int error;
    uint64_t want;              /* the length, where there is no error */
} RangeRow;

static void munmaps(void)
{
    static const RangeRow rows[] = {
        { &wide, 0x1000, 1, 0, 0x1000 },
        { &wide, 0x1000, 0, -EINVAL, 0 },
        { &wide, 0x1001, 0x1000, -EINVAL, 0 },
        { &wide, 0x7fffffffe000, 0x1000, 0, 0x1000 },
        { &wide, 0x7fffffffe000, 0x1001, -EINVAL, 0 },
        { &wide, 0x1000, -4096ull, -EINVAL, 0 },
        { &narrow, 0xffffd000, 0x1000, 0, 0x1000 },
        { &narrow, 0xffffe000, 0x1000, -EINVAL, 0 },
        { &large_pages, 0x1000, 0x10000, -EINVAL, 0 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint64_t len = rows[i].len;

        g_assert_cmpint(mem_rules_munmap(rows[i].space, rows[i].start, &len),
                        ==, rows[i].error);
        if (!rows[i].error) {
            g_assert_cmphex(len, ==, rows[i].want);
        }
    }
}

static int mprotect_error(const MemSpace *space, uint64_t start, uint64_t len,
                          int prot)
{
    return mem_rules_mprotect(space, start, &len, prot);
}

static void mprotects(void)
{
    const int both = PROT_GROWSDOWN | PROT_GROWSUP;

    g_assert_cmpint(mprotect_error(&wide, 0x1000, 1, 0), ==, 0);
    g_assert_cmpint(mprotect_error(&wide, 0x1001, 0, 0), ==, -EINVAL);
    g_assert_cmpint(mprotect_error(&wide, 0x1000, 0, 0), ==, 0);
    g_assert_cmpint(mprotect_error(&wide, 0x1000, 0, both), ==, -EINVAL);
    g_assert_cmpint(mprotect_error(&wide, 0x2000, -0x1000ull, 0), ==,
                    -ENOMEM);
    g_assert_cmpint(mprotect_error(&wide, 0x1000, -1, 0), ==, -ENOMEM);
    g_assert_cmpint(mprotect_error(&narrow, 0x2000, 0xfffff000, 0), ==,
                    -ENOMEM);
}

static int mremap_error(uint64_t old, uint64_t old_len, uint64_t new_len,
                        unsigned long flags, uint64_t new)
{
    MemMove move = { old, old_len, new_len, new, flags };

    return mem_rules_mremap(&wide, &move);
}

static void mremaps(void)
{
    const unsigned long may = MREMAP_MAYMOVE, fixed = may | MREMAP_FIXED;
    const unsigned long stays = may | MREMAP_DONTUNMAP;

    g_assert_cmpint(mremap_error(0x1000, 0x1000, 0x2000, 0, 0), ==, 0);
    g_assert_cmpint(mremap_error(0x1000, 0x1000, 0x2000, 8, 0), ==, -EINVAL);
    g_assert_cmpint(mremap_error(0x1000, 0x1000, 0x2000, MREMAP_FIXED, 0), ==,
                    -EINVAL);
    g_assert_cmpint(mremap_error(0x1001, 0x1000, 0x2000, may, 0), ==,
                    -EINVAL);
    g_assert_cmpint(mremap_error(0x1000, 0x1000, 0, may, 0), ==, -EINVAL);
    g_assert_cmpint(mremap_error(0x1000, 0x1000, -1, may, 0), ==, -EINVAL);
    g_assert_cmpint(mremap_error(0x1000, 0, 0x1000, may, 0), ==, 0);
    g_assert_cmpint(mremap_error(0x1000, 0x1000, 0x1000, fixed, 0x2000), ==,
                    0);
    g_assert_cmpint(mremap_error(0x1000, 0x1001, 0x1000, fixed, 0x2000), ==,
                    -EINVAL);
    g_assert_cmpint(mremap_error(0x2000, 0x1000, 0x1001, fixed, 0x1000), ==,
                    -EINVAL);
    g_assert_cmpint(mremap_error(0x1000, 0x1000, 0x1000, fixed, 0x2001), ==,
                    -EINVAL);
    g_assert_cmpint(mremap_error(0x1000, 0x1000, 0x1000, fixed,
                                 0x7ffffffff000), ==, -EINVAL);
    g_assert_cmpint(mremap_error(0x1000, 0x1000, 0x1000, stays, 0), ==, 0);
    g_assert_cmpint(mremap_error(0x1000, 0x1000, 0x1000, stays, 0x1000), ==,
                    -EINVAL);
    g_assert_cmpint(mremap_error(0x1000, 0x1000, 0x2000, stays, 0), ==,
                    -EINVAL);
}

static void msyncs(void)
{
    uint64_t len = 1;

    g_assert_cmpint(mem_rules_msync(&wide, 0x1000, &len, MS_SYNC), ==, 0);
    g_assert_cmphex(len, ==, 4096);
    g_assert_cmpint(mem_rules_msync(&wide, 0x1000, &len,
                                    MS_SYNC | MS_ASYNC), ==, -EINVAL);
    g_assert_cmpint(mem_rules_msync(&wide, 0x1000, &len, 8), ==, -EINVAL);
    g_assert_cmpint(mem_rules_msync(&wide, 0x1001, &len, 0), ==, -EINVAL);
    len = -0x1000ull;
    g_assert_cmpint(mem_rules_msync(&wide, 0x2000, &len, 0), ==, -ENOMEM);
}

static void advises(void)
{
    uint64_t len = 0;

    g_assert_cmpint(mem_rules_madvise(&wide, 0x1000, &len), ==, 0);
    g_assert_cmpint(mem_rules_madvise(&wide, 0x1001, &len), ==, -EINVAL);
    len = -1;
    g_assert_cmpint(mem_rules_madvise(&wide, 0x1000, &len), ==, -EINVAL);
    len = 5;
    g_assert_cmpint(mem_rules_madvise(&large_pages, 0x10000, &len), ==, 0);
    g_assert_cmphex(len, ==, 65536);
}

static void locks(void)
{
    uint64_t start = 0x1ffe, len = 4;

    g_assert_cmpint(mem_rules_mlock(&wide, &start, &len), ==, 0);
    g_assert_cmphex(start, ==, 0x1000);
    g_assert_cmphex(len, ==, 0x2000);
    start = 0xfffff000;
    len = 0x2000;
    g_assert_cmpint(mem_rules_mlock(&narrow, &start, &len), ==, -EINVAL);
}

static void residence(void)
{
    uint64_t len = 1;

    g_assert_cmpint(mem_rules_mincore(&wide, 0x1000, &len), ==, 0);
    g_assert_cmphex(len, ==, 4096);
    g_assert_cmpint(mem_rules_mincore(&wide, 0x1001, &len), ==, -EINVAL);
    g_assert_cmpint(mem_rules_mincore(&wide, 0x7ffffffff000, &len), ==,
                    -ENOMEM);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mem-rules/align", aligns);
    g_test_add_func("/mem-rules/fits", fits);
    g_test_add_func("/mem-rules/munmap", munmaps);
    g_test_add_func("/mem-rules/mprotect", mprotects);
    g_test_add_func("/mem-rules/mremap", mremaps);
    g_test_add_func("/mem-rules/msync", msyncs);
    g_test_add_func("/mem-rules/madvise", advises);
    g_test_add_func("/mem-rules/mlock", locks);
    g_test_add_func("/mem-rules/mincore", residence);
    return g_test_run();
}
