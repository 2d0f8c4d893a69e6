/*
 * exec-name.c against regular expressions
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <regex.h>
#include "part.h"
#include "set-mm/rules/exec-name.h"

/* Where the match of the whole end begins, without its slash; or -1. */
static int match(const char *pattern, const char *text)
{
    regmatch_t found;
    regex_t regex;
    int at = -1;

    CHECK(regcomp(&regex, pattern, REG_EXTENDED) == 0);
    if (regexec(&regex, text, 1, &found, 0) == 0) {
        at = found.rm_so + (text[found.rm_so] == '/');
    }
    regfree(&regex);
    return at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input in = { data, size };
    size_t room = take(&in, 1);
    char *path = take_string(&in), *before = strdup(path);
    char *buf = malloc(room ? room : 1);
    int plain = match("(^|/)(task|\\.\\.)/[0-9]+/fd/[0-9]+$", path);
    int marked = match("(^|/)(task|\\.\\.)/[0-9]+/fd/\\./[0-9]+$", path);
    bool fits = plain >= 0 && strlen(path) + 2 < room;

    CHECK(exec_name_mark(path, buf, room) == fits);
    if (fits) {
        CHECK(strlen(buf) == strlen(path) + 2);
        CHECK(exec_name_restore(buf));
        CHECK(!strncmp(buf, path, plain) && !strcmp(buf + plain, "exe"));
    }
    CHECK(exec_name_restore(path) == (marked >= 0));
    if (marked >= 0) {
        CHECK(!strncmp(path, before, marked));
        CHECK(!strcmp(path + marked, "exe"));
    } else {
        CHECK(!strcmp(path, before));
    }
    free(buf);
    free(before);
    free(path);
    return 0;
}
