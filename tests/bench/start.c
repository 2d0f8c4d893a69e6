/*
 * Time how a program starts and ends, on the host
 *
 *   start COUNT PROGRAM [ARGUMENT]...
 *
 * Prints what "bench OPERATION COUNT" prints: nanoseconds from one start to
 * the end of the process, in each of SLICES loops of COUNT.  hyperfine would
 * do one program after the other, and a machine that becomes slower meanwhile
 * would be held against the second; this can alternate as all the rest does.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE

#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    SLICES = 5,
};

static void start(char **argv, posix_spawn_file_actions_t *actions)
{
    pid_t pid;
    int status;
    int err = posix_spawn(&pid, argv[0], actions, NULL, argv, environ);

    if (err) {
        fprintf(stderr, "start: %s: %s\n", argv[0], strerror(err));
        exit(1);
    }
    if (waitpid(pid, &status, 0) != pid || status) {
        fprintf(stderr, "start: %s: wait status 0x%x\n", argv[0], status);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    posix_spawn_file_actions_t actions;
    struct timespec from, to;
    long count = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
    double ns;

    if (count < 1) {
        fprintf(stderr, "usage: start COUNT PROGRAM [ARGUMENT]...\n");
        return 1;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null",
                                     O_WRONLY, 0);
    start(argv + 2, &actions);
    for (int slice = 0; slice < SLICES; slice++) {
        clock_gettime(CLOCK_MONOTONIC, &from);
        for (long i = 0; i < count; i++) {
            start(argv + 2, &actions);
        }
        clock_gettime(CLOCK_MONOTONIC, &to);
        ns = (to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec);
        printf("%.0f\n", ns / count);
    }
    return 0;
}
