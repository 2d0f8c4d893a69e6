/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * debuggee: a program to look at from outside while it runs, or when it died
 *
 *     debuggee wait             call checkpoint() every 20 ms until killed, for
 *                               at most 60 s
 *     debuggee crash [TITLE]    die of SIGSEGV, as TITLE if given
 *     debuggee title TITLE      write TITLE over the arguments, as
 *                               setproctitle() does, then as "wait"
 *     debuggee fork TITLE       the same in a child; the parent as "wait"
 *
 * Prints "ready PID" when it is where it was asked to go.  Exit status: 0, or
 * 2 on wrong usage.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* For a breakpoint; see "wait".  Returns n + 1. */
int __attribute__((noinline)) checkpoint(int n)
{
    asm volatile("" : "+r" (n));
    return n + 1;
}

static void ready(void)
{
    printf("ready %d\n", (int)getpid());
    fflush(stdout);
}

static void wait_for_end(void)
{
    const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };

    for (int n = 0; n < 3000; n = checkpoint(n)) {
        nanosleep(&pause, NULL);
    }
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

static void __attribute__((noinline)) crash(void)
{
    *(volatile int *)8 = 0;
}

/* See the top of this file. */
int main(int argc, char **argv)
{
    const char *what = argc > 1 ? strdup(argv[1]) : "";

    if (!strcmp(what, "crash")) {
        if (argc > 2) {
            set_title(argv, argv[2]);
        }
        crash();
    }
    if (!strcmp(what, "fork") && argc > 2 && fork()) {
        ready();
        wait_for_end();
        return 0;
    }
    if ((!strcmp(what, "title") || !strcmp(what, "fork")) && argc > 2) {
        set_title(argv, argv[2]);
    } else if (strcmp(what, "wait")) {
        fputs("usage: debuggee wait|crash|title|fork [TITLE]\n", stderr);
        return 2;
    }
    ready();
    wait_for_end();
    return 0;
}
