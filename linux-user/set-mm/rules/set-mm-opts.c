/*
 * The option -set-mm LIST, its variable QEMU_SET_MM and the file of defaults
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "set-mm/rules/set-mm-opts.h"
#include <stdio.h>
#include <string.h>

static const struct {
    const char *text;
    size_t offset;
    int value;
} words[] = {
    { "rule=relaxed", offsetof(SetMMOpts, rule), SET_MM_RULE_RELAXED },
    { "rule=linux", offsetof(SetMMOpts, rule), SET_MM_RULE_LINUX },
    { "rule=off", offsetof(SetMMOpts, rule), SET_MM_RULE_OFF },
    { "caps=host", offsetof(SetMMOpts, caps), SET_MM_CAPS_HOST },
    { "caps=all", offsetof(SetMMOpts, caps), SET_MM_CAPS_ALL },
    { "title=emulator", offsetof(SetMMOpts, title), SET_MM_TITLE_EMULATOR },
    { "title=guest", offsetof(SetMMOpts, title), SET_MM_TITLE_GUEST },
    { "exec=auto", offsetof(SetMMOpts, exec), SET_MM_EXEC_AUTO },
    { "exec=kernel", offsetof(SetMMOpts, exec), SET_MM_EXEC_KERNEL },
    { "exec=self", offsetof(SetMMOpts, exec), SET_MM_EXEC_SELF },
    { "exec-suid=caller", offsetof(SetMMOpts, exec_suid), SET_MM_SUID_CALLER },
    { "exec-suid=refuse", offsetof(SetMMOpts, exec_suid), SET_MM_SUID_REFUSE },
};

static const char exec_path[] = "exec-path=";

/* Absolute, as the guest may go elsewhere; or none. */
static bool set_exec_path(SetMMOpts *opts, const char *dir, size_t len)
{
    if (len >= sizeof(opts->exec_path) || (len && *dir != '/')) {
        return false;
    }
    memcpy(opts->exec_path, dir, len);
    opts->exec_path[len] = '\0';
    return true;
}

enum { NWORDS = sizeof(words) / sizeof(words[0]) };

_Static_assert(sizeof(SetMMRule) == sizeof(int) &&
               sizeof(SetMMCaps) == sizeof(int) &&
               sizeof(SetMMTitle) == sizeof(int) &&
               sizeof(SetMMExec) == sizeof(int) &&
               sizeof(SetMMSuid) == sizeof(int),
               "every option is stored as an int");

static bool apply_word(SetMMOpts *opts, const char *word, size_t len)
{
    for (int i = 0; i < NWORDS; i++) {
        if (strlen(words[i].text) == len &&
            !memcmp(words[i].text, word, len)) {
            memcpy((char *)opts + words[i].offset, &words[i].value,
                   sizeof(words[i].value));
            return true;
        }
    }
    return len >= strlen(exec_path) &&
           !memcmp(word, exec_path, strlen(exec_path)) &&
           set_exec_path(opts, word + strlen(exec_path),
                         len - strlen(exec_path));
}

static void describe(char *error, size_t size, const char *word, size_t len)
{
    int used = snprintf(error, size, "unknown word '%.*s', known are",
                        (int)len, word);

    for (int i = 0; i < NWORDS && used >= 0 && (size_t)used < size; i++) {
        used += snprintf(error + used, size - used, "%s %s",
                         i ? "," : "", words[i].text);
    }
    if (used >= 0 && (size_t)used < size) {
        snprintf(error + used, size - used, ", %s/DIR", exec_path);
    }
}

bool set_mm_opts_parse(SetMMOpts *opts, const char *list,
                       char *error, size_t size)
{
    while (*list) {
        size_t len = strcspn(list, ",");

        if (len && !apply_word(opts, list, len)) {
            describe(error, size, list, len);
            return false;
        }
        list += len;
        list += *list == ',';
    }
    return true;
}

bool set_mm_opts_parse_file(SetMMOpts *opts, const char *text,
                            char *error, size_t size)
{
    unsigned line = 1;

    while (*text) {
        size_t len = strcspn(text, ", \t\r\n#");

        if (len && !apply_word(opts, text, len)) {
            size_t used = snprintf(error, size, "%u: ", line);

            if (used < size) {
                describe(error + used, size - used, text, len);
            }
            return false;
        }
        text += len;
        if (*text == '#') {
            text += strcspn(text, "\n");
        }
        line += *text == '\n';
        text += *text != '\0';
    }
    return true;
}
