/*
 * The rules of PR_SET_MM, without QEMU and without a kernel
 *
 * The guest tests ask the whole emulator; here are the cases that a guest
 * cannot arrange, above all 32-bit sums that wrap and the ends of the address
 * space.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <glib.h>
#include "set-mm/rules/mm-rules.h"

enum { NFIELDS = sizeof(MMLayout) / sizeof(uint64_t) };

static const MMLayout sane = {
    .start_code = 0x400000, .end_code = 0x480000,
    .start_data = 0x490000, .end_data = 0x4a0000,
    .start_brk = 0x500000, .brk = 0x520000,
    .start_stack = 0x7ff000000000,
    .arg_start = 0x7ff000001000, .arg_end = 0x7ff000001010,
    .env_start = 0x7ff000001010, .env_end = 0x7ff000001100,
};

static const MMLimits limits64 = {
    .min_addr = 0x10000, .task_size = 0x7ffffffff000,
    .rlimit_data = UINT64_MAX, .ulong_max = UINT64_MAX,
};

static const MMLimits limits32 = {
    .min_addr = 0x1000, .task_size = 0xfffff000,
    .rlimit_data = UINT64_MAX, .ulong_max = UINT32_MAX,
};

static void test_gate(void)
{
    for (int opt = -2; opt < 20; opt++) {
        bool takes_arg4 = opt == MM_OPT_AUXV || opt == MM_OPT_MAP ||
                          opt == MM_OPT_MAP_SIZE;

        g_assert_cmpint(mm_rules_gate(opt, 0, 0), ==, 0);
        g_assert_cmpint(mm_rules_gate(opt, 0, 1), ==, -EINVAL);
        g_assert_cmpint(mm_rules_gate(opt, 1, 1), ==, -EINVAL);
        g_assert_cmpint(mm_rules_gate(opt, 1, 0), ==,
                        takes_arg4 ? 0 : -EINVAL);
        /* The high half of a 64-bit argument counts. */
        g_assert_cmpint(mm_rules_gate(opt, 0, 1ull << 32), ==, -EINVAL);
    }
}

static void test_bounds(void)
{
    for (int i = 0; i < NFIELDS; i++) {
        const uint64_t outside[] = {
            0, limits64.min_addr - 1, limits64.task_size, UINT64_MAX,
        };

        for (unsigned j = 0; j < G_N_ELEMENTS(outside); j++) {
            MMLayout layout = sane;

            ((uint64_t *)&layout)[i] = outside[j];
            g_assert_cmpint(mm_rules_validate(&layout, &limits64), ==,
                            -EINVAL);
        }
    }
    g_assert_cmpint(mm_rules_validate(&sane, &limits64), ==, 0);
}

static void test_order(void)
{
    static const struct {
        size_t low;
        size_t high;
        bool may_be_empty;
    } pairs[] = {
        { 0, 1, false }, { 2, 3, true }, { 4, 5, true }, { 7, 8, true },
        { 9, 10, true },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(pairs); i++) {
        MMLayout layout = sane;
        uint64_t *value = (uint64_t *)&layout;

        value[pairs[i].low] = value[pairs[i].high];
        g_assert_cmpint(mm_rules_validate(&layout, &limits64), ==,
                        pairs[i].may_be_empty ? 0 : -EINVAL);
        value[pairs[i].low]++;
        g_assert_cmpint(mm_rules_validate(&layout, &limits64), ==, -EINVAL);
        value[pairs[i].low] -= 2;
        g_assert_cmpint(mm_rules_validate(&layout, &limits64), ==, 0);
    }
}

static void test_data_limit(void)
{
    MMLimits limits = limits64;
    uint64_t need = (sane.brk - sane.start_brk) +
                    (sane.end_data - sane.start_data);

    limits.rlimit_data = need;
    g_assert_cmpint(mm_rules_validate(&sane, &limits), ==, 0);
    limits.rlimit_data = need - 1;
    g_assert_cmpint(mm_rules_validate(&sane, &limits), ==, -EINVAL);
}

static void test_data_limit_wraps(void)
{
    MMLayout layout = {
        .start_code = 0x1000, .end_code = 0x2000,
        .start_data = 0x1000, .end_data = 0x80001000,
        .start_brk = 0x1000, .brk = 0x80001000,
        .start_stack = 0x1000,
        .arg_start = 0x1000, .arg_end = 0x1000,
        .env_start = 0x1000, .env_end = 0x1000,
    };
    MMLimits limits = limits32;

    /* 2 GiB and 2 GiB are nothing to a 32-bit unsigned long. */
    limits.rlimit_data = 0;
    g_assert_cmpint(mm_rules_validate(&layout, &limits), ==, 0);
    limits.ulong_max = UINT64_MAX;
    g_assert_cmpint(mm_rules_validate(&layout, &limits), ==, -EINVAL);
}

static void test_fields(void)
{
    static const size_t field_of[] = {
        [MM_OPT_START_CODE] = 0, [MM_OPT_END_CODE] = 1,
        [MM_OPT_START_DATA] = 2, [MM_OPT_END_DATA] = 3,
        [MM_OPT_START_BRK] = 4, [MM_OPT_BRK] = 5,
        [MM_OPT_START_STACK] = 6,
        [MM_OPT_ARG_START] = 7, [MM_OPT_ARG_END] = 8,
        [MM_OPT_ENV_START] = 9, [MM_OPT_ENV_END] = 10,
    };

    for (int opt = MM_OPT_START_CODE; opt <= MM_OPT_ENV_END; opt++) {
        MMLayout layout = sane;
        MMLayout expected = sane;
        uint64_t value = ((uint64_t *)&sane)[field_of[opt]] - 1;

        ((uint64_t *)&expected)[field_of[opt]] = value;
        g_assert_cmpint(mm_rules_set_field(&layout, opt, value, &limits64,
                                           UINT64_MAX), ==, 0);
        g_assert_cmpmem(&layout, sizeof(layout), &expected, sizeof(expected));
    }
}

static void test_vma(void)
{
    for (int opt = MM_OPT_START_CODE; opt <= MM_OPT_ENV_END; opt++) {
        bool needs = opt == MM_OPT_START_STACK ||
                     (opt >= MM_OPT_ARG_START && opt <= MM_OPT_ENV_END);
        bool is_start = opt == MM_OPT_ARG_START || opt == MM_OPT_ENV_START;
        MMLayout layout = sane;
        uint64_t addr = is_start ? sane.arg_start : sane.env_end;

        g_assert_cmpint(mm_rules_needs_vma(opt), ==, needs);
        if (needs) {
            g_assert_cmpint(mm_rules_set_field(&layout, opt, addr, &limits64,
                                               addr), ==, -EFAULT);
            g_assert_cmpmem(&layout, sizeof(layout), &sane, sizeof(sane));
            g_assert_cmpint(mm_rules_set_field(&layout, opt, addr, &limits64,
                                               addr + 1), ==, 0);
        }
    }
}

/* A wrong order is found before a missing mapping. */
static void test_order_before_vma(void)
{
    MMLayout layout = sane;

    g_assert_cmpint(mm_rules_set_field(&layout, MM_OPT_ARG_START,
                                       sane.arg_end + 1, &limits64, 0),
                    ==, -EINVAL);
}

static void test_unknown(void)
{
    const int unknown[] = { -1, 0, 12, 13, 14, 15, 16, 99, INT32_MAX };

    for (unsigned i = 0; i < G_N_ELEMENTS(unknown); i++) {
        MMLayout layout = sane;

        g_assert_cmpint(mm_rules_set_field(&layout, unknown[i], 0x20000,
                                           &limits64, UINT64_MAX),
                        ==, -EINVAL);
        g_assert_false(mm_rules_needs_vma(unknown[i]));
    }
}

static void test_auxv(void)
{
    g_assert_cmpint(mm_rules_auxv(0, 448), ==, 0);
    g_assert_cmpint(mm_rules_auxv(448, 448), ==, 0);
    g_assert_cmpint(mm_rules_auxv(449, 448), ==, -EINVAL);
    g_assert_cmpint(mm_rules_map_auxv(0, 0, 448), ==, 0);
    g_assert_cmpint(mm_rules_map_auxv(8, 0, 448), ==, 0);
    g_assert_cmpint(mm_rules_map_auxv(0, 8, 448), ==, -EINVAL);
    g_assert_cmpint(mm_rules_map_auxv(8, 448, 448), ==, 0);
    g_assert_cmpint(mm_rules_map_auxv(8, 449, 448), ==, -EINVAL);
    g_assert_cmpint(mm_rules_map_auxv(8, UINT32_MAX, 448), ==, -EINVAL);
}

static void test_brk(void)
{
    static const struct {
        uint64_t brk;
        uint64_t request;
        BrkAction action;
        uint64_t from;
        uint64_t to;
    } cases[] = {
        { 0x520000, 0, BRK_REFUSE, 0, 0 },
        { 0x520000, 0x4fffff, BRK_REFUSE, 0, 0 },
        { 0x520000, 0x520000, BRK_MOVE, 0, 0 },
        { 0x520000, 0x51f001, BRK_MOVE, 0, 0 },
        { 0x520001, 0x521000, BRK_MOVE, 0, 0 },
        { 0x520000, 0x520001, BRK_GROW, 0x520000, 0x521000 },
        { 0x520001, 0x523000, BRK_GROW, 0x521000, 0x523000 },
        { 0x520000, 0x51f000, BRK_SHRINK, 0x51f000, 0x520000 },
        { 0x520001, 0x500000, BRK_SHRINK, 0x500000, 0x521000 },
        { 0x520000, UINT64_MAX, BRK_REFUSE, 0, 0 },
        { 0x520000, UINT64_MAX - 0xffe, BRK_REFUSE, 0, 0 },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        MMLayout layout = sane;
        uint64_t from = 0, to = 0;

        layout.brk = cases[i].brk;
        g_assert_cmpint(mm_rules_brk(&layout, cases[i].request, &limits64,
                                     0x1000, &from, &to),
                        ==, cases[i].action);
        g_assert_cmphex(from, ==, cases[i].from);
        g_assert_cmphex(to, ==, cases[i].to);
    }
}

static void test_brk_limit(void)
{
    MMLimits limits = limits64;
    uint64_t from, to;

    limits.rlimit_data = 0x10000 + 0x30000;
    g_assert_cmpint(mm_rules_brk(&sane, 0x530000, &limits, 0x1000,
                                 &from, &to), ==, BRK_GROW);
    g_assert_cmpint(mm_rules_brk(&sane, 0x530001, &limits, 0x1000,
                                 &from, &to), ==, BRK_REFUSE);
}

static void test_brk_end_of_32_bits(void)
{
    MMLayout layout = sane;
    uint64_t from = 0, to = 0;

    g_assert_cmpint(mm_rules_brk(&layout, UINT32_MAX, &limits32, 0x1000,
                                 &from, &to), ==, BRK_REFUSE);
    g_assert_cmpint(mm_rules_brk(&layout, 0xfffff000, &limits32, 0x1000,
                                 &from, &to), ==, BRK_GROW);
    g_assert_cmphex(to, ==, 0xfffff000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gate", test_gate);
    g_test_add_func("/validate/bounds", test_bounds);
    g_test_add_func("/validate/order", test_order);
    g_test_add_func("/validate/data-limit", test_data_limit);
    g_test_add_func("/validate/data-limit-wraps", test_data_limit_wraps);
    g_test_add_func("/field/stored", test_fields);
    g_test_add_func("/field/vma", test_vma);
    g_test_add_func("/field/order-before-vma", test_order_before_vma);
    g_test_add_func("/field/unknown", test_unknown);
    g_test_add_func("/auxv", test_auxv);
    g_test_add_func("/brk/actions", test_brk);
    g_test_add_func("/brk/data-limit", test_brk_limit);
    g_test_add_func("/brk/end-of-32-bits", test_brk_end_of_32_bits);
    return g_test_run();
}
