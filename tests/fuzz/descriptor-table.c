/*
 * The table of descriptors as fuzz-descriptors sees it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "descriptors.h"

enum { LOW = 80 };

/* Beside those below LOW: what a limit or a growing table is about. */
static const int far_numbers[] = {
    100, 127, 128, 255, 256, 257, 511, 512, 1000, 1019, 1020, 1021, 1022, 1023,
    1024, 1025, 1030, 2047, 2048, 4090, 4094, 4095, 4096, 4097, 8192, 19990,
    19998, 19999, 20000, 20001,
};
enum { FAR = sizeof(far_numbers) / sizeof(far_numbers[0]) };

Table first_table;
__thread Table *table = &first_table;

int any_number(void)
{
    int fd;

    do {
        fd = draw(4) ? (int)draw(20) : draw(2) ? (int)draw(LOW)
                                               : far_numbers[draw(FAR)];
    } while (fd == OUTPUT);
    return fd;
}

int any_fd(void)
{
    if (table->count && draw(6)) {
        return table->open[draw(table->count)];
    }
    return draw(20) ? any_number() : ANY_OF(-1, -100, 0x7fffffff);
}

bool is_output(int fd)
{
    struct stat output, st;

    return fstat(OUTPUT, &output) || fstat(fd, &st) ||
           (st.st_dev == output.st_dev && st.st_ino == output.st_ino);
}

/* --- What the table is ---------------------------------------------------- */

/* Numbers of processes, threads and inodes are each system's own. */
static void strip(char *text)
{
    char *to = text, *fd = strstr(text, "/fd/");
    bool in_proc = !strncmp(text, "/proc/", 6);

    for (char *c = text; *c; c++) {
        bool is_number = *c >= '0' && *c <= '9' && c > text &&
                         (c[-1] == '[' || (in_proc && c[-1] == '/'));

        if (is_number && (!fd || c < fd)) {
            c += strspn(c, "0123456789") - 1;
            *to++ = '#';
        } else {
            *to++ = *c;
        }
    }
    *to = '\0';
}

const char *kind_of(int fd, char *text, size_t size)
{
    char path[64];
    size_t below = strlen(directory);
    ssize_t len;

    snprintf(path, sizeof(path), "/proc/thread-self/fd/%d", fd);
    len = readlink(path, text, size - 1);
    if (len < 0) {
        snprintf(text, size, "?%s", strerrorname_np(errno));
        return text;
    }
    text[len] = '\0';
    if (!strncmp(text, directory, below)) {
        memmove(text, text + below, len - below + 1);
        /* Which of the two the executable is cannot be told natively. */
        if (!strcmp(text, "/program") || !strcmp(text, "/copy")) {
            strcpy(text, "EXE");
        }
    } else if (!strncmp(text, "/dev/null", 9)) {
        strcpy(text, "null");
    } else {
        strip(text);
    }
    return text;
}

/* Architectures have other numbers for some errors. */
void name_result(long result, char *text, size_t size)
{
    if (result < 0) {
        snprintf(text, size, "%s", strerrorname_np(-result) ?: "?");
    } else {
        snprintf(text, size, "%ld", result);
    }
}

/* One number, if it is open; names are slower to ask for. */
static void look_at(int fd, bool is_named, char *text, size_t size)
{
    char kind[300] = "", at[24] = "";
    int flags = fcntl(fd, F_GETFD), status;
    struct stat st;

    if (flags < 0) {
        return;
    }
    if (fd != OUTPUT && table->count < MAX_OPEN) {
        table->open[table->count++] = fd;
    }
    status = fcntl(fd, F_GETFL);
    if (fstat(fd, &st)) {
        st.st_mode = 0;
    }
    if (!is_output(fd)) {
        name_result(error(lseek(fd, 0, SEEK_CUR)), at, sizeof(at));
    }
    snprintf(text, size, " %d%s%s:%o@%s%s%s", fd, flags ? "c" : "",
             (status & O_PATH) ? "p" :
             (status & O_ACCMODE) == O_RDONLY ? "r" :
             (status & O_ACCMODE) == O_WRONLY ? "w" : "",
             (unsigned)st.st_mode & S_IFMT, at,
             (status & O_NONBLOCK) ? "n" : "", (status & O_APPEND) ? "a" : "");
    if (is_named) {
        kind_of(fd, kind, sizeof(kind));
        snprintf(text + strlen(text), size - strlen(text), "=%s", kind);
    }
}

/* Each has its piece of the line. */
void look(bool is_named, char *line, size_t size)
{
    char piece[400];
    size_t len = 0;

    table->count = 0;
    for (int i = 0; i < LOW + FAR; i++) {
        *piece = '\0';
        look_at(i < LOW ? i : far_numbers[i - LOW], is_named, piece,
                sizeof(piece));
        if (len + strlen(piece) < size) {
            strcpy(line + len, piece);
            len += strlen(piece);
        }
    }
    line[len] = '\0';
}
