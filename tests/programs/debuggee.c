/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * debuggee: a program to look at from outside while it runs, or when it died
 *
 *     debuggee END                  its arguments as they are
 *     debuggee END title TITLE      TITLE is written over them, as
 *                                   setproctitle() does
 *     debuggee END fork TITLE       the same in a child; the parent as before
 *     debuggee END anonymous TITLE  PR_SET_MM_ARG_START and ARG_END put them
 *                                   into a page of its own
 *     debuggee END file TITLE       into a mapped file
 *     debuggee END nowhere TITLE    into a page that is then unmapped
 *
 * END is "wait": print "ready PID", then call checkpoint() every 20 ms for a
 * minute; or "crash": die of SIGSEGV.  Exit status: 0, 1 if something failed,
 * or 2 on wrong usage.
 */
#define _GNU_SOURCE
#include <linux/prctl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

/* For a breakpoint; see "wait".  Returns n + 1. */
int __attribute__((noinline)) checkpoint(int n)
{
    asm volatile("" : "+r" (n));
    return n + 1;
}

static void wait_for_end(void)
{
    const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };

    printf("ready %d\n", (int)getpid());
    fflush(stdout);
    for (int n = 0; n < 3000; n = checkpoint(n)) {
        nanosleep(&pause, NULL);
    }
}

static void __attribute__((noinline)) crash(void)
{
    *(volatile int *)8 = 0;
}

/* Our strings, arguments before environment, lie one behind the other. */
static void set_title(char **argv, const char *title)
{
    char *start = argv[0], *end = start;

    for (char **arg = argv; *arg; arg++) {
        end = *arg + strlen(*arg) + 1;
    }
    title = strdup(title);
    memset(start, 0, end - start);
    strncpy(start, title, end - start - 1);
}

static bool set_field(int opt, const char *addr)
{
    return prctl(PR_SET_MM, opt, addr, 0, 0) == 0;
}

/* Upwards the end must go first, downwards the start. */
static bool move_args(const char *start, size_t len)
{
    return (set_field(PR_SET_MM_ARG_START, start) ||
            (set_field(PR_SET_MM_ARG_END, start + len) &&
             set_field(PR_SET_MM_ARG_START, start))) &&
           set_field(PR_SET_MM_ARG_END, start + len);
}

static bool move_title(const char *where, const char *title)
{
    size_t len = strlen(title) + 1;
    bool file = !strcmp(where, "file");
    int fd = file ? memfd_create("title", 0) : -1;
    char *page;

    if (file && write(fd, title, len) != (ssize_t)len) {
        return false;
    }
    page = mmap(NULL, 4096, PROT_READ | (file ? 0 : PROT_WRITE),
                MAP_PRIVATE | (file ? 0 : MAP_ANONYMOUS), fd, 0);
    if (page == MAP_FAILED) {
        return false;
    }
    if (!file) {
        memcpy(page, title, len);
    }
    return move_args(page, len) &&
           (strcmp(where, "nowhere") || munmap(page, 4096) == 0);
}

static bool prepare(char **argv, const char *how, const char *title)
{
    if (!strcmp(how, "fork") && fork()) {
        return true;
    }
    if (!strcmp(how, "title") || !strcmp(how, "fork")) {
        set_title(argv, title);
        return true;
    }
    return move_title(how, title);
}

/* See the top of this file. */
int main(int argc, char **argv)
{
    bool crashes = argc > 1 && !strcmp(argv[1], "crash");

    if ((argc != 2 && argc != 4) || (!crashes && strcmp(argv[1], "wait"))) {
        fputs("usage: debuggee wait|crash [HOW TITLE]\n", stderr);
        return 2;
    }
    if (argc == 4 && !prepare(argv, argv[2], argv[3])) {
        perror("debuggee");
        return 1;
    }
    if (crashes) {
        crash();
    }
    wait_for_end();
    return 0;
}
