/*
 * RLIMIT_NOFILE is the guest's own: every call that asks for descriptors, or
 * compares with the limit, answers as on Linux, whoever has set it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { HIGH = 4000 };

static bool set_soft(rlim_t soft)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = soft;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

/* Descriptors 0 to 2 and nothing else, and a limit above what is usual. */
static bool begin_high(const char *id)
{
    for (int fd = 3; fd < 64; fd++) {
        close(fd);
    }
    if (!set_soft(HIGH)) {
        skip(id, "a limit of 4000", "the hard limit is lower");
        return false;
    }
    return true;
}

/* Returns: the first number that is free now. */
static int fill_up_to(int end)
{
    int fd;

    do {
        fd = dup(0);
    } while (fd >= 0 && fd < end - 1);
    return fd + 1;
}

typedef int (*PairFn)(int pair[2]);

static int make_pipe(int pair[2])
{
    return pipe(pair);
}

static int make_sockets(int pair[2])
{
    return socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
}

/* What makes two at once gets all numbers but the last of an odd count. */
static void pairs(const char *id, const void *arg)
{
    PairFn make = *(const PairFn *)arg;
    int pair[2], last = -1, error = 0, made = 0;

    if (!begin_high(id)) {
        return;
    }
    dup2(0, 3);
    while (!(error = err_of(make(pair)))) {
        last = pair[1];
        made++;
    }
    check_num(id, "pairs made below a limit of 4000", (HIGH - 4) / 2, made);
    check_num(id, "the last number", HIGH - 1, last);
    check_err(id, "one pair more", EMFILE, error);
    for (int fd = 3; fd < HIGH; fd++) {
        close(fd);
    }
    for (made = 0; make(pair) == 0; made++) {
        continue;
    }
    check_num(id, "pairs made with one number more", (HIGH - 3) / 2, made);
}

static bool send_many(int to, int fd, int count)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(100 * sizeof(int))];
    } control = { .head = { .cmsg_level = SOL_SOCKET,
                            .cmsg_type = SCM_RIGHTS,
                            .cmsg_len = CMSG_LEN(count * sizeof(int)) } };
    struct iovec io = { .iov_base = (char *)"x", .iov_len = 1 };
    struct msghdr message = {
        .msg_iov = &io, .msg_iovlen = 1, .msg_control = &control,
        .msg_controllen = CMSG_SPACE(count * sizeof(int)),
    };

    for (int i = 0; i < count; i++) {
        memcpy(CMSG_DATA(&control.head) + i * sizeof(int), &fd, sizeof(fd));
    }
    return sendmsg(to, &message, 0) == 1;
}

/* Returns: how many descriptors have come; *@flags are the message's. */
static int receive_many(int from, int *last, int *flags)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(100 * sizeof(int))];
    } control;
    char byte;
    struct iovec io = { .iov_base = &byte, .iov_len = 1 };
    struct msghdr message = {
        .msg_iov = &io, .msg_iovlen = 1, .msg_control = &control,
        .msg_controllen = sizeof(control),
    };
    struct cmsghdr *head;
    int count;

    if (recvmsg(from, &message, 0) != 1) {
        return -1;
    }
    *flags = message.msg_flags;
    head = CMSG_FIRSTHDR(&message);
    if (!head) {
        return 0;
    }
    count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    if (count) {
        memcpy(last, CMSG_DATA(head) + (count - 1) * sizeof(int),
               sizeof(*last));
    }
    return count;
}

static void rights(const char *id, const void *arg)
{
    const int open_before[] = { 20, 950, 1000, 1020, 1500, 3000, HIGH - 50 };
    int pair[2], last, flags, count, first;
    char text[100];

    (void)arg;
    for (size_t i = 0; i < sizeof(open_before) / sizeof(int); i++) {
        int want = open_before[i] + 100 <= HIGH ? 100 : HIGH - open_before[i];

        if (!begin_high(id)) {
            return;
        }
        make_sockets(pair);
        first = fill_up_to(open_before[i]);
        snprintf(text, sizeof(text), "%d open: 100 descriptors are sent",
                 open_before[i]);
        check_true(id, text, send_many(pair[0], 0, 100));
        count = receive_many(pair[1], &last, &flags);
        snprintf(text, sizeof(text), "%d open: descriptors received",
                 open_before[i]);
        check_num(id, text, want, count);
        snprintf(text, sizeof(text), "%d open: the last one's number",
                 open_before[i]);
        check_num(id, text, first + want - 1, last);
        snprintf(text, sizeof(text), "%d open: MSG_CTRUNC", open_before[i]);
        check_num(id, text, want < 100 ? MSG_CTRUNC : 0, flags & MSG_CTRUNC);
        for (int fd = 3; fd < HIGH; fd++) {
            close(fd);
        }
    }
}

static void poll_compares(const char *id, const void *arg)
{
    static struct pollfd fds[HIGH + 1];
    const int limits[] = { 16, 1024, HIGH };
    char text[100];

    (void)arg;
    for (int i = 0; i <= HIGH; i++) {
        fds[i].fd = -1;
    }
    if (!begin_high(id)) {
        return;
    }
    for (size_t i = 0; i < sizeof(limits) / sizeof(int); i++) {
        set_soft(limits[i]);
        snprintf(text, sizeof(text), "limit %d: poll of as many", limits[i]);
        check_err(id, text, 0, err_of(poll(fds, limits[i], 0)));
        snprintf(text, sizeof(text), "limit %d: poll of one more", limits[i]);
        check_err(id, text, EINVAL, err_of(poll(fds, limits[i] + 1, 0)));
        snprintf(text, sizeof(text), "limit %d: ppoll of one more", limits[i]);
        check_err(id, text, EINVAL,
                  err_of(ppoll(fds, limits[i] + 1, NULL, NULL)));
    }
}

static void numbers_named(const char *id, const void *arg)
{
    char text[100];

    (void)arg;
    if (!begin_high(id)) {
        return;
    }
    for (int limit = HIGH; limit > 2; limit /= 3) {
        set_soft(limit);
        snprintf(text, sizeof(text), "limit %d: dup2 to the last", limit);
        check_num(id, text, limit - 1, dup2(0, limit - 1));
        snprintf(text, sizeof(text), "limit %d: dup2 to the limit", limit);
        check_err(id, text, EBADF, err_of(dup2(0, limit)));
        snprintf(text, sizeof(text), "limit %d: dup3 to the limit", limit);
        check_err(id, text, EBADF, err_of(dup3(0, limit, 0)));
        snprintf(text, sizeof(text), "limit %d: F_DUPFD from the limit", limit);
        check_err(id, text, EINVAL, err_of(fcntl(0, F_DUPFD, limit)));
        snprintf(text, sizeof(text), "limit %d: F_DUPFD from the last", limit);
        check_err(id, text, EMFILE, err_of(fcntl(0, F_DUPFD, limit - 1)));
        if (limit > 3) {
            close(limit - 1);
        }
    }
}

/* A file that was made is given a number, or it is not made. */
static void created_at_the_limit(const char *id, const void *arg)
{
    char path[PATH_MAX];
    int fd;

    (void)arg;
    if (!begin_high(id)) {
        return;
    }
    set_soft(1024);
    in_dir(path, sizeof(path), "new");
    fill_up_to(1024);
    check_err(id, "O_CREAT|O_EXCL without a number", EMFILE,
              err_of(open(path, O_CREAT | O_EXCL | O_RDWR, 0600)));
    check_err(id, "no file was made", ENOENT, err_of(access(path, F_OK)));
    set_soft(HIGH);
    fd = open(path, O_CREAT | O_EXCL | O_RDWR, 0600);
    check_num(id, "O_CREAT|O_EXCL with a raised limit", 1024, fd);
}

static void hard_limit(const char *id, const void *arg)
{
    struct rlimit limit, now;

    (void)arg;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_max++;
    check_err(id, "the hard limit raised by 1",
              may_raise_limits() ? 0 : EPERM,
              err_of(setrlimit(RLIMIT_NOFILE, &limit)));
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 100;
    limit.rlim_max = 200;
    check_err(id, "both lowered", 0, err_of(setrlimit(RLIMIT_NOFILE, &limit)));
    getrlimit(RLIMIT_NOFILE, &now);
    check_num(id, "soft", 100, now.rlim_cur);
    check_num(id, "hard", 200, now.rlim_max);
    limit.rlim_cur = 201;
    check_err(id, "soft above hard", EINVAL,
              err_of(setrlimit(RLIMIT_NOFILE, &limit)));
}

static void from_outside(const char *id, const void *arg)
{
    struct rlimit limit = { 3000, 3500 }, seen = { 0, 0 };
    int ready[2], told[2];
    char byte;
    pid_t pid;

    (void)arg;
    if (!begin_high(id) || pipe(ready) || pipe(told)) {
        return;
    }
    pid = fork();
    if (pid == 0) {
        if (read(ready[0], &byte, 1) == 1) {
            getrlimit(RLIMIT_NOFILE, &seen);
        }
        _exit(write(told[1], &seen, sizeof(seen)) != sizeof(seen));
    }
    check_err(id, "prlimit of a child", 0,
              err_of(prlimit(pid, RLIMIT_NOFILE, &limit, NULL)));
    check_num(id, "the child is told", 1, write(ready[1], "x", 1));
    check_num(id, "the child tells", sizeof(seen),
              read(told[0], &seen, sizeof(seen)));
    check_num(id, "soft, as the child sees it", 3000, seen.rlim_cur);
    check_num(id, "hard, as the child sees it", 3500, seen.rlim_max);
    wait_for(pid);
}

/* The number of a line of /proc/self/limits; -1 for "unlimited". */
static uint64_t limit_in_file(const char *name)
{
    char text[4096];
    char *line;

    read_text("/proc/self/limits", text, sizeof(text));
    line = strstr(text, name);
    if (!line || strlen(line) < 27) {
        return 0;
    }
    line += 26;
    return strncmp(line, "unlimited", 9) ? number_in(line) : (uint64_t)-1;
}

/* Also of what QEMU remembers and does not apply. */
static void told_alike(const char *id, const void *arg)
{
    static const struct {
        const char *name;
        int resource;
        rlim_t value;
    } limits[] = {
        { "Max data size", RLIMIT_DATA, 200 << 20 },
        { "Max stack size", RLIMIT_STACK, 7 << 20 },
        { "Max address space", RLIMIT_AS, 3u << 30 },
        { "Max open files", RLIMIT_NOFILE, 100 },
        { "Max core file size", RLIMIT_CORE, 4096 },
        { "Max file size", RLIMIT_FSIZE, 8192 },
    };
    struct rlimit limit, by_prlimit;
    char text[100];

    (void)arg;
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        getrlimit(limits[i].resource, &limit);
        limit.rlim_cur = limits[i].value;
        setrlimit(limits[i].resource, &limit);
        getrlimit(limits[i].resource, &limit);
        prlimit(getpid(), limits[i].resource, NULL, &by_prlimit);
        snprintf(text, sizeof(text), "%s: getrlimit", limits[i].name);
        check_num(id, text, limits[i].value, limit.rlim_cur);
        snprintf(text, sizeof(text), "%s: prlimit", limits[i].name);
        check_num(id, text, limits[i].value, by_prlimit.rlim_cur);
        snprintf(text, sizeof(text), "%s: /proc/self/limits", limits[i].name);
        check_num(id, text, limits[i].value, limit_in_file(limits[i].name));
    }
}

static void install_at(const char *id, rlim_t limit, int fd, const char *path,
                       bool may)
{
    const int want = limit < sw_fewest_numbers() ? EMFILE : 0;
    char text[100], link[PATH_MAX];

    set_soft(limit);
    snprintf(text, sizeof(text), "limit %d: EXE_FILE", (int)limit);
    check_err(id, text, may ? want_busy(EBUSY, want) : EPERM,
              set_exe_by_option(fd));
    snprintf(text, sizeof(text), "limit %d: its link", (int)limit);
    if (may && !want && !busy_rule()) {
        check_str(id, text, path, read_link("/proc/self/exe", link,
                                            sizeof(link)));
    }
}

/* What is the guest's to use up is none of the executable's business. */
static void executable(const char *id, const void *arg)
{
    const rlim_t limits[] = { HIGH, 10, 5, 4, 3, 2 };
    char path[2][PATH_MAX];
    int fd[2];
    bool may;

    (void)arg;
    if (!begin_high(id)) {
        return;
    }
    /* Looks into /proc, for which there is no number left later. */
    may = may_set_one();
    for (int i = 0; i < 2; i++) {
        in_dir(path[i], sizeof(path[i]), i ? "one" : "two");
        write_file(path[i], 0755, "#!/bin/true\n", 12);
        fd[i] = open(path[i], O_RDONLY);
    }
    fill_up_to(HIGH);
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        /* few-numbers: whether a file is mapped takes a number more to find. */
        if (busy_rule() && !judge.native && limits[i] < 5) {
            break;
        }
        install_at(id, limits[i], fd[i % 2], path[i % 2], may);
    }
}

/* sshd's sandbox and the judges of contests start programs so. */
static void file_size(const char *id, const void *arg)
{
    struct rlimit none = { 0, 0 };
    char link[PATH_MAX], expected[PATH_MAX];
    pid_t pid;

    (void)arg;
    read_link("/proc/self/exe", expected, sizeof(expected));
    setrlimit(RLIMIT_FSIZE, &none);
    pid = fork();
    if (pid == 0) {
        void *at = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        munmap(at, 1 << 20);
        read_link("/proc/self/exe", link, sizeof(link));
        _exit(strcmp(link, expected) ? 1 : 5);
    }
    check_num(id, "no file may have a size: a child ends by itself",
              W_EXITCODE(5, 0), wait_for(pid));
    check_str(id, "no file may have a size: the executable", expected,
              read_link("/proc/self/exe", link, sizeof(link)));
}

int main(int argc, char **argv)
{
    static const PairFn pipes = make_pipe, sockets = make_sockets;

    begin(argc, argv);
    run_case("L01", pairs, &pipes);
    run_case("L02", pairs, &sockets);
    run_case("L03", rights, NULL);
    run_case("L04", poll_compares, NULL);
    run_case("L05", numbers_named, NULL);
    run_case("L06", created_at_the_limit, NULL);
    run_case("L07", hard_limit, NULL);
    run_case("L08", from_outside, NULL);
    run_case("L09", told_alike, NULL);
    run_case("L10", executable, NULL);
    run_case("L11", file_size, NULL);
    return finish();
}
