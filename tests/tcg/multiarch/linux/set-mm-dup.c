/*
 * What is read from a copy of a descriptor, and written to it
 *
 * The emulator swaps bytes of an eventfd, and rewrites a signalfd's messages;
 * the same must be done for every number that a program has of one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <sys/eventfd.h>
#include <sys/signalfd.h>

static int by_dup(int fd)
{
    return dup(fd);
}

static int by_dup2(int fd)
{
    return dup2(fd, 20);
}

static int by_dup3(int fd)
{
    return dup3(fd, 20, O_CLOEXEC);
}

static int by_fcntl(int fd)
{
    return fcntl(fd, F_DUPFD, 20);
}

static int by_fcntl_cloexec(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, 20);
}

static int (*const ways[])(int fd) = {
    by_dup, by_dup2, by_dup3, by_fcntl, by_fcntl_cloexec
};

static void counter(const char *id, const void *arg)
{
    int (*const *copy_of)(int fd) = arg;
    int fd = eventfd(3, 0), copy = (*copy_of)(fd);
    uint64_t n = 0;

    check_num(id, "read from the copy", 8, read(copy, &n, 8));
    check_num(id, "what was there at first", 3, n);
    n = 2;
    check_num(id, "write to the eventfd", 8, write(fd, &n, 8));
    check_num(id, "read from the copy again", 8, read(copy, &n, 8));
    check_num(id, "what was written", 2, n);
    n = 5;
    check_num(id, "write to the copy", 8, write(copy, &n, 8));
    close(copy);
    check_num(id, "read from the eventfd", 8, read(fd, &n, 8));
    check_num(id, "what was written to the copy", 5, n);
}

static void signals(const char *id, const void *arg)
{
    int (*const *copy_of)(int fd) = arg;
    struct signalfd_siginfo info = { 0 };
    sigset_t set;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    fd = (*copy_of)(signalfd(-1, &set, 0));
    raise(SIGUSR1);
    check_num(id, "read", sizeof(info), read(fd, &info, sizeof(info)));
    check_num(id, "ssi_signo", SIGUSR1, info.ssi_signo);
    check_num(id, "ssi_pid", getpid(), info.ssi_pid);
}

/* The number of a copy that was closed is something else's afterwards. */
static void number_used_again(const char *id, const void *arg)
{
    int (*const *copy_of)(int fd) = arg;
    int copy = (*copy_of)(eventfd(3, 0)), ends[2];
    uint64_t n = UINT64_C(0x0102030405060708), got = 0;

    close(copy);
    if (pipe(ends) < 0 || dup2(ends[0], copy) < 0) {
        exit(1);
    }
    check_num(id, "write to a pipe", 8, write(ends[1], &n, 8));
    check_num(id, "read from it", 8, read(copy, &got, 8));
    check_num(id, "what was written", n, got);
}

int main(int argc, char **argv)
{
    static const char *const ids[][3] = {
        { "O01", "O11", "O21" }, { "O02", "O12", "O22" },
        { "O03", "O13", "O23" }, { "O04", "O14", "O24" },
        { "O05", "O15", "O25" },
    };

    begin(argc, argv);
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        run_case(ids[i][0], counter, &ways[i]);
        run_case(ids[i][1], signals, &ways[i]);
        run_case(ids[i][2], number_used_again, &ways[i]);
    }
    return finish();
}
