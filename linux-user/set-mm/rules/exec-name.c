/*
 * How an emulator tells the next one that /proc/self/exe was executed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "set-mm/rules/exec-name.h"
#include <stdio.h>
#include <string.h>

static const char plain[] = "fd/", marked[] = "fd/./";

/* Where the number begins that ends before @end, or @end. */
static size_t number_at(const char *path, size_t end)
{
    while (end && path[end - 1] >= '0' && path[end - 1] <= '9') {
        end--;
    }
    return end;
}

/*
 * Where the components @dir begin that end before @end, or -1: whole ones, so
 * that "xfd/1" is none.
 */
static int dir_at(const char *path, size_t end, const char *dir)
{
    size_t len = strlen(dir);

    if (end < len || memcmp(path + end - len, dir, len) ||
        (end > len && path[end - len - 1] != '/')) {
        return -1;
    }
    return end - len;
}

/* The same for "task/K/", of a keeper, or "../K/". */
static int keeper_at(const char *path, size_t end)
{
    size_t number;
    int at;

    if (!end || path[end - 1] != '/') {
        return -1;
    }
    number = number_at(path, end - 1);
    if (number == end - 1) {
        return -1;
    }
    at = dir_at(path, number, "task/");
    return at < 0 ? dir_at(path, number, "../") : at;
}

/*
 * @fd: how the directory of the descriptor is spelled
 * @fd_at: gets where that begins
 *
 * Returns: where the whole link begins, or -1.
 */
static int link_at(const char *path, const char *fd, int *fd_at)
{
    size_t number = number_at(path, strlen(path));

    *fd_at = path[number] ? dir_at(path, number, fd) : -1;
    return *fd_at < 0 ? -1 : keeper_at(path, *fd_at);
}

bool exec_name_mark(const char *link, char *buf, size_t size)
{
    int at, len;

    if (link_at(link, plain, &at) < 0) {
        return false;
    }
    len = snprintf(buf, size, "%.*s%s%s", at, link, marked,
                   link + at + strlen(plain));
    return len > 0 && (size_t)len < size;
}

bool exec_name_restore(char *path)
{
    int fd_at;
    int at = link_at(path, marked, &fd_at);

    if (at < 0) {
        return false;
    }
    strcpy(path + at, "exe");
    return true;
}
