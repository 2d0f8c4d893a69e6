/*
 * An entry of /proc is read at the file's own offset, whoever shares it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>

static const char *const entries[] = {
    "/proc/self/stat", "/proc/self/statm", "/proc/self/status",
    "/proc/self/comm", "/proc/self/limits", "/proc/self/cmdline",
    "/proc/self/environ", "/proc/self/auxv", "/proc/self/maps",
};

/* How much is read at first, and then. */
enum { NR_ENTRIES = sizeof(entries) / sizeof(entries[0]), FIRST = 5, NEXT = 8 };

static uint64_t offset_in_fdinfo(int fd)
{
    char path[64], text[512];

    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    read_text(path, text, sizeof(text));
    return strncmp(text, "pos:", 4) ? (uint64_t)-1 : number_in(text + 5);
}

static void check_fdinfo(const char *id, const char *entry, const char *when,
                         int fd, uint64_t want)
{
    char text[120];

    snprintf(text, sizeof(text), "%s, %s: fdinfo", entry, when);
    check_num(id, text, want, offset_in_fdinfo(fd));
    snprintf(text, sizeof(text), "%s, %s: SEEK_CUR", entry, when);
    check_num(id, text, want, lseek(fd, 0, SEEK_CUR));
}

static void moves(const char *id, const void *arg)
{
    char few[FIRST], text[120];

    (void)arg;
    for (int i = 0; i < NR_ENTRIES; i++) {
        const char *entry = entries[i];
        int fd = open(entry, O_RDONLY);

        check_fdinfo(id, entry, "opened", fd, 0);
        snprintf(text, sizeof(text), "%s: five bytes", entry);
        check_num(id, text, FIRST, read(fd, few, FIRST));
        check_fdinfo(id, entry, "five bytes read", fd, FIRST);
        snprintf(text, sizeof(text), "%s: pread", entry);
        check_num(id, text, FIRST, pread(fd, few, FIRST, 1));
        check_fdinfo(id, entry, "pread", fd, FIRST);
        snprintf(text, sizeof(text), "%s: SEEK_SET", entry);
        check_num(id, text, 2, lseek(fd, 2, SEEK_SET));
        check_fdinfo(id, entry, "moved", fd, 2);
        close(fd);
    }
}

/* The end is where reading has ended, whatever the host's text is like. */
static void ends(const char *id, const void *arg)
{
    static char text[1 << 20];

    (void)arg;
    for (int i = 0; i < NR_ENTRIES; i++) {
        int fd = open(entries[i], O_RDONLY);
        ssize_t len, total = 0;

        while ((len = read(fd, text + total, 1000)) > 0) {
            total += len;
        }
        check_fdinfo(id, entries[i], "all read", fd, total);
        close(fd);
    }
}

/* What follows the first bytes, read at once from another description. */
static void expect_rest(const char *entry, char rest[64])
{
    int fd = open(entry, O_RDONLY);

    memset(rest, 0, 64);
    if (pread(fd, rest, NEXT, FIRST) < 0) {
        rest[0] = '?';
    }
    close(fd);
}

static void check_goes_on(const char *id, const char *entry, const char *how,
                          int fd)
{
    char want[64], got[64] = "", text[120];
    ssize_t len;

    expect_rest(entry, want);
    len = read(fd, got, NEXT);
    snprintf(text, sizeof(text), "%s, %s: goes on", entry, how);
    check(len > 0 && !memcmp(got, want, len), id, text,
          "expected '%.8s' got %zd bytes '%.8s'", want, len, got);
}

/* Only of these is the text the same at any time, and in another process. */
static const char *const steady[] = {
    "/proc/self/comm", "/proc/self/limits", "/proc/self/cmdline",
    "/proc/self/auxv",
};

enum { NR_STEADY = sizeof(steady) / sizeof(steady[0]) };

static int open_and_begin(const char *entry)
{
    char few[FIRST];
    int fd = open(entry, O_RDONLY);

    if (read(fd, few, FIRST) != FIRST) {
        close(fd);
        return -1;
    }
    return fd;
}

static int pass_on(int fd)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control = { .head = { .cmsg_level = SOL_SOCKET,
                            .cmsg_type = SCM_RIGHTS,
                            .cmsg_len = CMSG_LEN(sizeof(int)) } };
    char byte = 'x';
    struct iovec io = { .iov_base = &byte, .iov_len = 1 };
    struct msghdr message = {
        .msg_iov = &io, .msg_iovlen = 1, .msg_control = &control,
        .msg_controllen = sizeof(control),
    };
    int pair[2], got = -1;

    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
    if (sendmsg(pair[0], &message, 0) == 1 &&
        recvmsg(pair[1], &message, 0) == 1) {
        memcpy(&got, CMSG_DATA(&control.head), sizeof(got));
    }
    close(pair[0]);
    close(pair[1]);
    return got;
}

static void shared(const char *id, const void *arg)
{
    (void)arg;
    for (int i = 0; i < NR_STEADY; i++) {
        int fd = open_and_begin(steady[i]), other;

        other = dup(fd);
        check_goes_on(id, steady[i], "a duplicate", other);
        check_fdinfo(id, steady[i], "read by the duplicate", fd, FIRST + NEXT);
        lseek(fd, FIRST, SEEK_SET);
        close(other);
        other = pass_on(fd);
        check_goes_on(id, steady[i], "received in a message", other);
        check_fdinfo(id, steady[i], "read by the receiver", fd, FIRST + NEXT);
        close(other);
        close(fd);
    }
}

/* A child's reads move the parent's offset, and the other way round. */
static void forked(const char *id, const void *arg)
{
    char text[120], few[10];

    (void)arg;
    for (int i = 0; i < NR_STEADY; i++) {
        int fd = open_and_begin(steady[i]);
        pid_t pid = fork();

        if (pid == 0) {
            _exit(read(fd, few, sizeof(few)) != sizeof(few) ||
                  offset_in_fdinfo(fd) != FIRST + sizeof(few));
        }
        snprintf(text, sizeof(text), "%s: a child goes on", steady[i]);
        check_num(id, text, 0, wait_for(pid));
        check_fdinfo(id, steady[i], "read by a child", fd,
                     FIRST + sizeof(few));
        close(fd);
    }
}

/* "PROGRAM --rest FD WANT": an executed program goes on where it is told. */
static void tell_rest(int argc, char **argv)
{
    char got[64] = "";

    if (argc == 4 && !strcmp(argv[1], "--rest")) {
        ssize_t len = read(atoi(argv[2]), got, NEXT);

        _exit(len > 0 && !strncmp(got, argv[3], len) ? 0 : 1);
    }
}

static void executed(const char *id, const void *arg)
{
    static const char *const texts[] = {
        "/proc/self/comm", "/proc/self/limits", "/proc/self/cmdline",
    };

    (void)arg;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char number[16], want[64], text[120];
        char *args[] = { (char *)"set-mm-offsets", (char *)"--rest", number,
                         want, NULL };
        int fd, status;
        pid_t pid;

        pid = fork();
        if (pid == 0) {
            fd = open_and_begin(texts[i]);
            expect_rest(texts[i], want);
            snprintf(number, sizeof(number), "%d", fd);
            /* Of the new program the entry is another text. */
            if (i == 0) {
                strcpy(want, "m-offsets\n");
            } else if (i == 2) {
                strcpy(want, "m-offsets");
            }
            execv("/proc/self/exe", args);
            _exit(2);
        }
        snprintf(text, sizeof(text), "%s: goes on after an execve", texts[i]);
        status = wait_for(pid);
        if (status == W_EXITCODE(2, 0)) {
            skip(id, text, "the kernel does not execute this architecture");
        } else {
            check_num(id, text, 0, status);
        }
    }
}

/* ------------------------------------------------- readers beside others */

enum { FORKS = 100 };

static volatile bool stop; /* another thread sets it */

static void *read_on(void *arg)
{
    int fd = open(arg, O_RDONLY);
    char text[4096];

    while (!stop) {
        lseek(fd, 0, SEEK_SET);
        while (read(fd, text, sizeof(text)) > 0) {
            continue;
        }
    }
    close(fd);
    return NULL;
}

static void beside_forks(const char *id, const void *arg)
{
    pthread_t reader[2];
    unsigned bad = 0;

    pthread_create(&reader[0], NULL, read_on, (void *)"/proc/self/status");
    pthread_create(&reader[1], NULL, read_on, (void *)"/proc/self/maps");
    (void)arg;
    for (int i = 0; i < FORKS; i++) {
        pid_t pid = fork();

        if (pid == 0) {
            char text[4096];
            int fd = open("/proc/self/status", O_RDONLY);

            _exit(read(fd, text, sizeof(text)) <= 0 || fd > 5);
        }
        bad += wait_for(pid) != 0;
    }
    stop = true;
    pthread_join(reader[0], NULL);
    pthread_join(reader[1], NULL);
    check_num(id, "children that saw something wrong", 0, bad);
}

static void unmounted(const char *id, const void *arg)
{
    int fd = open_and_begin("/proc/self/limits");

    (void)arg;
    close(fd);
    if (unshare(CLONE_NEWNS) ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL)) {
        skip(id, "/proc is unmounted", "no privilege");
        return;
    }
    if (mount("proc", judge.dir, "proc", 0, NULL)) {
        skip(id, "/proc is unmounted", "no procfs to mount");
        return;
    }
    check_err(id, "a procfs is unmounted", 0, err_of(umount(judge.dir)));
    if (mount("/proc", "/proc", NULL, MS_BIND, NULL)) {
        skip(id, "/proc is unmounted", "no bind mount");
        return;
    }
    check_err(id, "the upper one of two is unmounted", 0,
              err_of(umount("/proc")));
}

int main(int argc, char **argv)
{
    tell_rest(argc, argv);
    begin(argc, argv);
    run_case("O01", moves, NULL);
    run_case("O02", ends, NULL);
    run_case("O03", shared, NULL);
    run_case("O04", forked, NULL);
    run_case("O05", executed, NULL);
    run_case("O06", beside_forks, NULL);
    run_case("O07", unmounted, NULL);
    return finish();
}
