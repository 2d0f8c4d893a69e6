/*
 * How an emulator tells the next one that /proc/self/exe was executed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "set-mm/rules/exec-name.h"
#include <stdio.h>
#include <string.h>

static const char plain[] = "fd/", marked[] = "fd/./";

/* Where the number begins that @path ends in, or its end. */
static size_t number_at(const char *path)
{
    size_t at = strlen(path);

    while (at && path[at - 1] >= '0' && path[at - 1] <= '9') {
        at--;
    }
    return at;
}

/*
 * Where the directory @dir begins that the number at the end is in, or -1: a
 * whole component, so that "xfd/1" is none.
 */
static int dir_at(const char *path, const char *dir)
{
    size_t number = number_at(path), len = strlen(dir);

    if (!path[number] || number < len ||
        memcmp(path + number - len, dir, len) ||
        (number > len && path[number - len - 1] != '/')) {
        return -1;
    }
    return number - len;
}

bool exec_name_mark(const char *link, char *buf, size_t size)
{
    int at = dir_at(link, plain);
    int len;

    if (at < 0) {
        return false;
    }
    len = snprintf(buf, size, "%.*s%s%s", at, link, marked,
                   link + number_at(link));
    return len > 0 && (size_t)len < size;
}

bool exec_name_restore(char *path)
{
    int at = dir_at(path, marked);

    if (at < 0) {
        return false;
    }
    strcpy(path + at, "exe");
    return true;
}
