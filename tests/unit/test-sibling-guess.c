/*
 * Unit tests of sibling-guess.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>
#include "set-mm/rules/sibling-guess.h"

/* A command line in C's way, and the guest's part of it. */
#define CHECK_PROGRAM(cmdline, program) \
    check_program(cmdline, sizeof(cmdline), program)

static void check_program(const char *cmdline, size_t size, const char *want)
{
    size_t at = sibling_guess_program(cmdline, size);

    if (want) {
        g_assert_cmpstr(cmdline + at, ==, want);
        g_assert_cmpuint(at, >, 0);
    } else {
        g_assert_cmpuint(at, ==, 0);
    }
}

static void program(void)
{
    CHECK_PROGRAM("qemu-arm\0./guest\0-x", "./guest");
    CHECK_PROGRAM("/usr/bin/qemu-s390x\0/bin/ls", "/bin/ls");
    CHECK_PROGRAM("qemu-arm\0-L\0/sys\0-strace\0guest", "guest");
    CHECK_PROGRAM("qemu-arm\0--cpu\0max\0guest", "guest");
    CHECK_PROGRAM("qemu-arm\0-set-mm\0caps=all\0-0\0name\0guest", "guest");
    CHECK_PROGRAM("qemu-arm\0--\0guest", "guest");
}

/* Flag P of binfmt_misc: path, argv[0], the rest. */
static void preserved(void)
{
    CHECK_PROGRAM("/usr/bin/qemu-arm\0/bin/ls\0ls\0-l", "ls");
    CHECK_PROGRAM("/usr/bin/qemu-arm\0/bin/ls\0/bin/ls\0-l", "/bin/ls");
    CHECK_PROGRAM("/usr/bin/qemu-arm\0/bin/cat\0file", "/bin/cat");
}

static void no_emulator(void)
{
    CHECK_PROGRAM("sleep\0100", NULL);
    CHECK_PROGRAM("qemu-arm", NULL);
    CHECK_PROGRAM("qemu-arm\0-L", NULL);
    CHECK_PROGRAM("qemu-arm\0-strace", NULL);
    g_assert_cmpuint(sibling_guess_program("", 0), ==, 0);
    /* A title without a NUL at its end. */
    g_assert_cmpuint(sibling_guess_program("qemu-arm title", 14), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sibling-guess/program", program);
    g_test_add_func("/sibling-guess/preserved", preserved);
    g_test_add_func("/sibling-guess/no-emulator", no_emulator);
    return g_test_run();
}
