/*
 * Gives up root's privileges, and waits.
 *
 * usage: give-up threads|alone
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include <grp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void *wait_beside(void *unused)
{
    for (;;) {
        pause();
    }
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t thread;

    if (argc > 1 && !strcmp(argv[1], "threads") &&
        pthread_create(&thread, NULL, wait_beside, NULL)) {
        return 1;
    }
    if (setgroups(0, NULL) || setresgid(65534, 65534, 65534) ||
        setresuid(65534, 65534, 65534)) {
        return 1;
    }
    puts("ready");
    fflush(stdout);
    wait_beside(NULL);
}
