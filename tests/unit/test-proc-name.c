/*
 * Which entry of /proc does a path mean?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>
#include <string.h>
#include "proc-name.h"

static void test_ours(void)
{
    static const struct {
        const char *path;
        ProcEntry entry;
    } cases[] = {
        { "/proc/self/exe", PROC_ENTRY_EXE },
        { "/proc/self/cmdline", PROC_ENTRY_CMDLINE },
        { "/proc/self/environ", PROC_ENTRY_ENVIRON },
        { "/proc/self/auxv", PROC_ENTRY_AUXV },
        { "/proc/self/stat", PROC_ENTRY_STAT },
        { "/proc/1234/exe", PROC_ENTRY_EXE },
        { "/proc/1234/stat", PROC_ENTRY_STAT },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        bool relative = true;

        g_assert_cmpint(proc_name_entry(cases[i].path, 1234, &relative), ==,
                        cases[i].entry);
        g_assert_false(relative);
        /* The same below a directory that is /proc. */
        g_assert_cmpint(proc_name_entry(cases[i].path + strlen("/proc/"),
                                        1234, &relative),
                        ==, cases[i].entry);
        g_assert_true(relative);
    }
}

static void test_others(void)
{
    static const char *const paths[] = {
        "", "/", "exe", "//proc/self/exe", "/self/exe", "./self/exe",
        "/proc//exe", "/1234/exe", "/exe", "/proc/exe", "/proc/self", "/proc/self/",
        "/proc/self/exe/", "/proc/self/exes", "/proc/self/ex",
        "/proc/selfexe", "/proc/123/exe", "/proc/12345/exe",
        "/proc/01234/exe", "/proc/1234x/exe", "/tmp/proc/self/exe",
        "/proc/1/stat", "/proc/stat", "/proc/self/fd/exe",
    };

    bool relative;

    g_assert_cmpint(proc_name_entry(NULL, 1234, &relative), ==,
                    PROC_ENTRY_NONE);
    for (unsigned i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_assert_cmpint(proc_name_entry(paths[i], 1234, &relative), ==,
                        PROC_ENTRY_NONE);
    }
}

static void test_long_pid(void)
{
    bool relative;

    g_assert_cmpint(proc_name_entry("/proc/2147483647/exe", 2147483647,
                                    &relative), ==, PROC_ENTRY_EXE);
    g_assert_cmpint(proc_name_entry("/proc/21474836470/exe", 2147483647,
                                    &relative), ==, PROC_ENTRY_NONE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ours", test_ours);
    g_test_add_func("/others", test_others);
    g_test_add_func("/long-pid", test_long_pid);
    return g_test_run();
}
