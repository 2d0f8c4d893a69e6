/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show-process: say what /proc tells of a process
 *
 *     show-process PID
 *     show-process stay [ARGUMENT...]
 *
 * The second gives itself another executable (its own file under the name
 * of its first ARGUMENT, if any) and other arguments by PR_SET_MM_MAP, says
 * what it sees of itself, then "ready", and stays until its standard input
 * ends.  Where two are of different architectures both say the same, byte by
 * byte, but for the padding of maps, which is left out.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/prctl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Static, so that what is said does not change what is mapped. */
static char out[1 << 20], in[1 << 20];
static size_t out_len;
static const char *process;

static void __attribute__((format(printf, 1, 2))) say(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    out_len += vsnprintf(out + out_len, sizeof(out) - out_len, fmt, ap);
    va_end(ap);
}

static void flush(void)
{
    if (write(1, out, out_len) < 0) {
        exit(1);
    }
    out_len = 0;
}

static const char *path_of(const char *entry)
{
    static char path[80];

    snprintf(path, sizeof(path), "/proc/%s/%s", process, entry);
    return path;
}

/* Returns: bytes, with a NUL behind, or -1. */
static ssize_t get(const char *entry)
{
    int fd = open(path_of(entry), O_RDONLY);
    ssize_t len = 0, n = 0;

    if (fd < 0) {
        say("%s: %s\n", entry, strerror(errno));
        return -1;
    }
    while ((n = read(fd, in + len, sizeof(in) - 1 - len)) > 0) {
        len += n;
    }
    close(fd);
    in[len] = '\0';
    return len;
}

static void say_link(void)
{
    ssize_t len = readlink(path_of("exe"), in, sizeof(in) - 1);
    struct stat st;

    in[len > 0 ? len : 0] = '\0';
    say("exe: %s\n", len < 0 ? strerror(errno) : in);
    if (stat(path_of("exe"), &st) == 0) {
        say("exe: inode %llu\n", (unsigned long long)st.st_ino);
    }
}

static void say_words(const char *entry)
{
    ssize_t len = get(entry);

    for (ssize_t i = 0; i < len; i++) {
        in[i] = in[i] ? in[i] : '|';
    }
    say("%s: %s\n", entry, len < 0 ? "" : in);
}

static void say_auxv(void)
{
    ssize_t len = get("auxv");

    say("auxv:");
    for (ssize_t i = 0; i < len; i++) {
        say("%s%02x", i % 16 ? "" : " ", (unsigned char)in[i]);
    }
    say("\n");
}

/* What PR_SET_MM moves, the name, and the number of threads. */
static void say_stat(void)
{
    char *at, *save = NULL;
    int n = 2;

    if (get("stat") < 0 || !(at = strrchr(in, ')'))) {
        return;
    }
    *at = '\0';
    say("stat: %s)\n", strchr(in, '('));
    for (at = strtok_r(at + 1, " \n", &save); at;
         at = strtok_r(NULL, " \n", &save)) {
        n++;
        if (n == 20 || (n >= 26 && n <= 28) || (n >= 45 && n <= 51)) {
            say("stat: %d %s\n", n, at);
        }
    }
}

static void say_maps(void)
{
    char *save = NULL;

    if (get("maps") < 0) {
        return;
    }
    for (char *line = strtok_r(in, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save)) {
        char range[64], rest[64], path[PATH_MAX] = "";

        sscanf(line, "%63s %63[-rwxps] %*s %*s %*s %4095[^\n]", range, rest,
               path);
        say("maps: %s %s %s\n", range, rest, path);
    }
}

static void say_all(const char *pid)
{
    process = pid;
    say_link();
    say_words("cmdline");
    say_words("environ");
    say_words("comm");
    say_auxv();
    say_stat();
    say_maps();
}

static uint64_t stat_field(int wanted)
{
    char *at, *save = NULL;
    int n = 2;

    process = "self";
    get("stat");
    at = strrchr(in, ')') + 1;
    for (at = strtok_r(at, " ", &save); at; at = strtok_r(NULL, " ", &save)) {
        if (++n == wanted) {
            return strtoull(at, NULL, 10);
        }
    }
    return 0;
}

static void become(const char *executable)
{
    static const char words[] = "show\0something else";
    struct prctl_mm_map map = {
        .start_code = stat_field(26),
        .end_code = stat_field(27),
        .start_stack = stat_field(28),
        .start_data = stat_field(45),
        .end_data = stat_field(46),
        .start_brk = stat_field(47),
        .brk = (uintptr_t)sbrk(0),
        .exe_fd = executable ? (unsigned)open(executable, O_RDONLY) : -1u,
    };
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    memcpy(page, words, sizeof(words));
    strcpy(page + 100, "SHOW=1");
    map.arg_start = (uintptr_t)page;
    map.arg_end = map.arg_start + sizeof(words);
    map.env_start = map.arg_start + 100;
    map.env_end = map.env_start + 7;
    if (prctl(PR_SET_MM, PR_SET_MM_MAP, (unsigned long)&map,
              (unsigned long)sizeof(map), 0ul) < 0) {
        say("PR_SET_MM_MAP: %s\n", strerror(errno));
    }
}

int main(int argc, char **argv)
{
    char byte;

    if (argc < 2) {
        fprintf(stderr, "usage: show-process PID | stay [EXECUTABLE]\n");
        return 2;
    }
    if (strcmp(argv[1], "stay")) {
        say_all(argv[1]);
        flush();
        return 0;
    }
    become(argc > 2 ? argv[2] : NULL);
    say_all("self");
    say("ready\n");
    flush();
    while (read(0, &byte, 1) > 0) {
        continue;
    }
    return 0;
}
