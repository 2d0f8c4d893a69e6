/*
 * How an emulator tells the next one that /proc/self/exe was executed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>
#include <string.h>
#include "set-mm/rules/exec-name.h"

static void test_there_and_back(void)
{
    static const struct {
        const char *link, *marked, *exe;
    } cases[] = {
        { "/proc/self/task/12/fd/0", "/proc/self/task/12/fd/./0",
          "/proc/self/exe" },
        { "task/345/fd/7", "task/345/fd/./7", "exe" },
        { "../345/fd/7", "../345/fd/./7", "exe" },
        { "/proc/12/task/34/../35/fd/0", "/proc/12/task/34/../35/fd/./0",
          "/proc/12/task/34/exe" },
        { "//proc//self/task/1/fd/9", "//proc//self/task/1/fd/./9",
          "//proc//self/exe" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        char buf[64];

        g_assert_true(exec_name_mark(cases[i].link, buf, sizeof(buf)));
        g_assert_cmpstr(buf, ==, cases[i].marked);
        g_assert_true(exec_name_restore(buf));
        g_assert_cmpstr(buf, ==, cases[i].exe);
    }
}

/* What a guest may execute under its own name. */
static void test_others(void)
{
    static const char *const paths[] = {
        "", "/", "7", "./7", "fd/./", "xfd/./7", "/proc/self/task/1/fd/7",
        "task/1/fd/./7/x", "task/1/fd/././7x", "/dev/fd/7", "exe",
        "/proc/self/fd/./7", "fd/./7", "xtask/1/fd/./7", "task/x/fd/./7",
        "task//fd/./7", "1/fd/./7", "task/1fd/./7", ".../1/fd/./7",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *path = g_strdup(paths[i]);

        g_assert_false(exec_name_restore(path));
        g_assert_cmpstr(path, ==, paths[i]);
    }
}

static void test_no_link(void)
{
    static const char *const links[] = {
        "", "fd", "fd/", "fd/x", "xfd/1", "/proc/self/exe", "task/1/fd/1/",
        "/proc/self/fd/1", "fd/1", "task/1/xfd/1", "task/fd/1",
    };
    char buf[64];

    for (unsigned i = 0; i < G_N_ELEMENTS(links); i++) {
        g_assert_false(exec_name_mark(links[i], buf, sizeof(buf)));
    }
}

static void test_short_buffer(void)
{
    static const char link[] = "/proc/self/task/1/fd/0";

    for (size_t size = 1; size < sizeof("/proc/self/task/1/fd/./0"); size++) {
        g_autofree char *buf = g_malloc(size);

        g_assert_false(exec_name_mark(link, buf, size));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/there-and-back", test_there_and_back);
    g_test_add_func("/others", test_others);
    g_test_add_func("/no-link", test_no_link);
    g_test_add_func("/short-buffer", test_short_buffer);
    return g_test_run();
}
