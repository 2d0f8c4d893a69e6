/*
 * sibling-guess.c against a way that makes a list of the words first
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include "part.h"
#include "set-mm/rules/sibling-guess.h"

enum { MOST = 4096 };

static const char *base(const char *path)
{
    const char *name = path;

    for (; *path; path++) {
        if (*path == '/') {
            name = path + 1;
        }
    }
    return name;
}

static bool stands_alone(const char *option)
{
    static const char *const options[] = {
        "-h", "-help", "-version", "-one-insn-per-tb", "-singlestep",
        "-strace", "-perfmap", "-jitdump", "-xtensa-abi-call0",
    };

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (!strcmp(option, options[i]) ||
            (option[1] == '-' && !strcmp(option + 1, options[i]))) {
            return true;
        }
    }
    return false;
}

static size_t want_program(const char *cmdline, size_t len)
{
    static const char *word[MOST];
    size_t count = 0, start = 0, at = 1;

    for (size_t i = 0; i < len && count < MOST; i++) {
        if (cmdline[i] == '\0') {
            word[count++] = cmdline + start;
            start = i + 1;
        }
    }
    if (!count || strncmp(base(word[0]), "qemu-", 5)) {
        return 0;
    }
    for (; at < count && word[at][0] == '-'; at++) {
        if (!strcmp(word[at], "--")) {
            at++;
            break;
        }
        if (!stands_alone(word[at])) {
            at++;
        }
    }
    if (at >= count) {
        return 0;
    }
    if (at + 1 < count && word[at][0] == '/' &&
        strcmp(word[at], word[at + 1]) &&
        !strcmp(base(word[at]), base(word[at + 1]))) {
        at++;
    }
    return word[at] - cmdline;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input in = { data, size };
    size_t words = 0;
    char *cmdline;

    /* The inputs that are kept say so. */
    if (!(take(&in, 1) & 1)) {
        return 0;
    }
    cmdline = malloc(in.left ? in.left : 1);
    memcpy(cmdline, in.at, in.left);
    for (size_t i = 0; i < in.left; i++) {
        words += !cmdline[i];
    }
    if (words < MOST) {
        CHECK(sibling_guess_program(cmdline, in.left) ==
              want_program(cmdline, in.left));
    }
    free(cmdline);
    return 0;
}
