/*
 * set-mm-opts.c against a parser that splits its text first
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "part.h"
#include "set-mm/rules/set-mm-opts.h"

static bool is(const char *word, size_t len, const char *known)
{
    return len == strlen(known) && !strncmp(word, known, len);
}

static bool want_word(SetMMOpts *opts, const char *word, size_t len)
{
    if (is(word, len, "rule=relaxed")) {
        opts->rule = SET_MM_RULE_RELAXED;
    } else if (is(word, len, "rule=linux")) {
        opts->rule = SET_MM_RULE_LINUX;
    } else if (is(word, len, "rule=off")) {
        opts->rule = SET_MM_RULE_OFF;
    } else if (is(word, len, "caps=host")) {
        opts->caps = SET_MM_CAPS_HOST;
    } else if (is(word, len, "caps=all")) {
        opts->caps = SET_MM_CAPS_ALL;
    } else if (is(word, len, "title=emulator")) {
        opts->title = SET_MM_TITLE_EMULATOR;
    } else if (is(word, len, "title=guest")) {
        opts->title = SET_MM_TITLE_GUEST;
    } else if (is(word, len, "exec=auto")) {
        opts->exec = SET_MM_EXEC_AUTO;
    } else if (is(word, len, "exec=kernel")) {
        opts->exec = SET_MM_EXEC_KERNEL;
    } else if (is(word, len, "exec=self")) {
        opts->exec = SET_MM_EXEC_SELF;
    } else if (is(word, len, "exec-suid=caller")) {
        opts->exec_suid = SET_MM_SUID_CALLER;
    } else if (is(word, len, "exec-suid=refuse")) {
        opts->exec_suid = SET_MM_SUID_REFUSE;
    } else if (len >= 10 && is(word, 10, "exec-path=") && len < 10 + 4096 &&
               (len == 10 || word[10] == '/')) {
        snprintf(opts->exec_path, sizeof(opts->exec_path), "%.*s",
                 (int)len - 10, word + 10);
    } else {
        return false;
    }
    return true;
}

/* Letter by letter.  Returns: the wrong word, with its line, or NULL. */
static const char *want(SetMMOpts *opts, const char *text, bool file,
                        size_t *len, unsigned *line)
{
    const char *word = NULL;
    bool comment = false;

    *line = 1;
    for (;; text++) {
        bool ends = !*text || *text == ',' ||
                    (file && strchr(" \t\r\n#", *text));

        if (!comment && !ends) {
            word = word ? word : text;
            continue;
        }
        if (word) {
            *len = text - word;
            if (!want_word(opts, word, *len)) {
                return word;
            }
            word = NULL;
        }
        if (!*text) {
            return NULL;
        }
        if (file && *text == '#') {
            comment = true;
        }
        if (file && *text == '\n') {
            comment = false;
            ++*line;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input in = { data, size };
    bool file = take(&in, 1) & 1;
    size_t room = 1 + take(&in, 1) * 2, len = 0;
    char *error = malloc(room), *text = take_string(&in);
    SetMMOpts got = { 0 }, expected = { 0 };
    unsigned line;
    const char *wrong = want(&expected, text, file, &len, &line);
    bool ok;

    memset(error, 'x', room);
    ok = file ? set_mm_opts_parse_file(&got, text, error, room)
              : set_mm_opts_parse(&got, text, error, room);
    CHECK(ok == !wrong);
    CHECK(got.rule == expected.rule && got.caps == expected.caps &&
          got.title == expected.title && got.exec == expected.exec &&
          got.exec_suid == expected.exec_suid &&
          !strcmp(got.exec_path, expected.exec_path));
    if (wrong) {
        char *full = malloc(len + 1000);

        full[0] = '\0';
        if (file) {
            sprintf(full, "%u: ", line);
        }
        sprintf(full + strlen(full), "unknown word '%.*s', known are "
                "rule=relaxed, rule=linux, rule=off, caps=host, caps=all, "
                "title=emulator, title=guest, exec=auto, exec=kernel, "
                "exec=self, exec-suid=caller, exec-suid=refuse, "
                "exec-path=/DIR", (int)len, wrong);
        /* As much of it as there is room for. */
        CHECK(strnlen(error, room) < room);
        CHECK(!strncmp(error, full, room - 1));
        CHECK(strlen(full) < room ? strlen(error) == strlen(full)
                                  : strlen(error) == room - 1);
        free(full);
    }
    free(error);
    free(text);
    return 0;
}
