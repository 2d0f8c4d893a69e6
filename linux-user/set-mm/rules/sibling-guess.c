/*
 * What another process's /proc tells everybody about an emulator
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "set-mm/rules/sibling-guess.h"
#include <string.h>

/* The words of a command line, each with its NUL but perhaps the last. */
typedef struct Words {
    const char *at;
    const char *end;
} Words;

static const char *next_word(Words *words)
{
    const char *word = words->at;
    const char *nul;

    if (word >= words->end) {
        return NULL;
    }
    nul = memchr(word, '\0', words->end - word);
    if (!nul) {
        return NULL;
    }
    words->at = nul + 1;
    return word;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static bool has_argument(const char *option)
{
    static const char *const alone[] = {
        "h", "help", "version", "one-insn-per-tb", "singlestep", "strace",
        "perfmap", "jitdump", "xtensa-abi-call0",
    };

    option += option[1] == '-' ? 2 : 1;
    for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++) {
        if (!strcmp(option, alone[i])) {
            return false;
        }
    }
    return true;
}

/* "/bin/ls", "ls": the kernel has put the path before argv[0]. */
static bool is_preserved(const char *path, const char *argv0)
{
    return argv0 && *path == '/' && strcmp(path, argv0) &&
           !strcmp(base_name(path), base_name(argv0));
}

size_t sibling_guess_program(const char *cmdline, size_t len)
{
    Words words = { cmdline, cmdline + len };
    const char *word = next_word(&words);
    Words behind;

    if (!word || strncmp(base_name(word), "qemu-", 5)) {
        return 0;
    }
    while ((word = next_word(&words)) && *word == '-') {
        if (!strcmp(word, "--")) {
            word = next_word(&words);
            break;
        }
        if (has_argument(word) && !next_word(&words)) {
            return 0;
        }
    }
    if (!word) {
        return 0;
    }
    behind = words;
    if (is_preserved(word, next_word(&behind))) {
        word = words.at;
    }
    return word - cmdline;
}
