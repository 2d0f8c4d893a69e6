/*
 * ioctl(PROCMAP_QUERY) as fs/proc/task_mmu.c answers it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include "set-mm/rules/procmap-query.h"

static const char maps[] =
    "00001000-00003000 r-xp 00002000 08:01 77                     /bin/a b\n"
    "00003000-00004000 rw-p 00000000 00:00 0\x20\n"
    "00008000-00009000 rw-s 00001000 fd:1f 123456789012 /new\\012line (deleted)\n"
    "7f0000000000-7f0000001000 ---p 00000000 00:00 0              [stack]\n";

typedef struct Row {
    uint64_t flags, addr;
    int error;
    uint64_t start;
    const char *name;
} Row;

static void test_find(void)
{
    static const Row rows[] = {
        { 0, 0, -ENOENT, 0, NULL },
        { 0, 0x1000, 0, 0x1000, "/bin/a b" },
        { 0, 0x2fff, 0, 0x1000, "/bin/a b" },
        { 0, 0x3000, 0, 0x3000, NULL },
        { 0, 0x4000, -ENOENT, 0, NULL },
        { 0, 0x8000, 0, 0x8000, "/new\nline (deleted)" },
        { 0, 0x7f0000000fff, 0, 0x7f0000000000, "[stack]" },
        { 0, 0x7f0000001000, -ENOENT, 0, NULL },
        { PROCMAP_COVERING_OR_NEXT, 0, 0, 0x1000, "/bin/a b" },
        { PROCMAP_COVERING_OR_NEXT, 0x4000, 0, 0x8000,
          "/new\nline (deleted)" },
        { PROCMAP_COVERING_OR_NEXT, -1, -ENOENT, 0, NULL },
        { PROCMAP_FILE_BACKED, 0x3000, -ENOENT, 0, NULL },
        { PROCMAP_FILE_BACKED | PROCMAP_COVERING_OR_NEXT, 0x3000, 0, 0x8000,
          "/new\nline (deleted)" },
        { PROCMAP_WRITABLE, 0x1000, -ENOENT, 0, NULL },
        { PROCMAP_READABLE | PROCMAP_EXECUTABLE, 0x1000, 0, 0x1000,
          "/bin/a b" },
        { PROCMAP_WRITABLE | PROCMAP_COVERING_OR_NEXT, 0x1000, 0, 0x3000,
          NULL },
        { PROCMAP_SHARED | PROCMAP_COVERING_OR_NEXT, 0x1000, 0, 0x8000,
          "/new\nline (deleted)" },
        { PROCMAP_SHARED | PROCMAP_COVERING_OR_NEXT, 0x9000, -ENOENT, 0,
          NULL },
    };

    for (int i = 0; i < G_N_ELEMENTS(rows); i++) {
        ProcmapQuery q = {
            .query_flags = rows[i].flags, .query_addr = rows[i].addr,
        };
        char *name = NULL;

        g_assert_cmpint(procmap_query_find(&q, maps, 4096, &name), ==,
                        rows[i].error);
        g_assert_cmphex(q.vma_start, ==, rows[i].start);
        g_assert_cmpstr(name, ==, rows[i].name);
        g_assert_cmphex(q.query_addr, ==, rows[i].addr);
        free(name);
    }
}

static void test_fields(void)
{
    ProcmapQuery q = { .query_addr = 0x8000, .vma_name_size = 5 };
    char *name = NULL;

    g_assert_cmpint(procmap_query_find(&q, maps, 8192, &name), ==, 0);
    g_assert_cmphex(q.vma_end, ==, 0x9000);
    g_assert_cmphex(q.vma_flags, ==,
                    PROCMAP_READABLE | PROCMAP_WRITABLE | PROCMAP_SHARED);
    g_assert_cmphex(q.vma_page_size, ==, 8192);
    g_assert_cmphex(q.vma_offset, ==, 0x1000);
    g_assert_cmphex(q.dev_major, ==, 0xfd);
    g_assert_cmphex(q.dev_minor, ==, 0x1f);
    g_assert_cmpuint(q.inode, ==, 123456789012);
    g_assert_cmpuint(q.vma_name_size, ==, 5);
    free(name);
}

static void test_broken(void)
{
    static const char *const texts[] = {
        "", "\n", "\n\n", "x", "1-2", "1000-2000 r--p", "1000-2000 r--p 0 0:0",
    };

    for (int i = 0; i < G_N_ELEMENTS(texts); i++) {
        ProcmapQuery q = { .query_flags = PROCMAP_COVERING_OR_NEXT };
        char *name = NULL;

        g_assert_cmpint(procmap_query_find(&q, texts[i], 4096, &name), ==,
                        -ENOENT);
        g_assert_null(name);
    }
}

static void test_check(void)
{
    const ProcmapQuery good[] = {
        { .query_flags = 0x3f },
        { .vma_name_size = 1, .vma_name_addr = 1 },
        { .build_id_size = 1, .build_id_addr = 1 },
    };
    const ProcmapQuery bad[] = {
        { .query_flags = 0x40 }, { .query_flags = 1ull << 63 },
        { .vma_name_size = 1 }, { .vma_name_addr = 1 },
        { .build_id_size = 1 }, { .build_id_addr = 1 },
    };

    for (int i = 0; i < G_N_ELEMENTS(good); i++) {
        g_assert_cmpint(procmap_query_check(&good[i]), ==, 0);
    }
    for (int i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_cmpint(procmap_query_check(&bad[i]), ==, -EINVAL);
    }
}

static void test_layout(void)
{
    g_assert_cmpuint(sizeof(ProcmapQuery), ==, 104);
    g_assert_cmpuint(G_STRUCT_OFFSET(ProcmapQuery, query_addr) + 8, ==,
                     PROCMAP_QUERY_MIN);
    g_assert_cmpuint(G_STRUCT_OFFSET(ProcmapQuery, build_id_addr), ==, 96);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/procmap-query/find", test_find);
    g_test_add_func("/procmap-query/fields", test_fields);
    g_test_add_func("/procmap-query/broken", test_broken);
    g_test_add_func("/procmap-query/check", test_check);
    g_test_add_func("/procmap-query/layout", test_layout);
    return g_test_run();
}
