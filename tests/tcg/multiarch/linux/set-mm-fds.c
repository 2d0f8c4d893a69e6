/*
 * The numbers of descriptors: every one of them is the program's
 *
 * An emulator may hold files that the program has not opened.  No call may
 * show one, lose one, or find a number taken.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <linux/close_range.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/xattr.h>

enum {
    MOST = 1024,
    PROBED = 4096,
    MAX_NUMBERS = 6000,
    /* More than the 256 descriptors of a low limit. */
    FORKS = 300,
    LARGE = 524288,
    /* What a shell may have left open. */
    INHERITED = 256,
};

static struct rlimit at_start;

/* The numbers that are looked at; none of them is open. */
static int number[MAX_NUMBERS];
static unsigned numbers;

/* Found out at start: it takes a free number. */
static bool may_install;

/* ------------------------------------------------------------- helpers */

static int want_install(int want)
{
    return may_install ? want : EPERM;
}

static const char *path_of(const char *name)
{
    static char path[4][PATH_MAX + 64];
    static unsigned next;

    next = (next + 1) % 4;
    in_dir(path[next], sizeof(path[next]), name);
    return path[next];
}

static int set_nofile(rlim_t cur, rlim_t max)
{
    struct rlimit limit = { .rlim_cur = cur, .rlim_max = max };

    return err_of(setrlimit(RLIMIT_NOFILE, &limit));
}

/* Returns: the soft limit that there is now. */
static unsigned soft(unsigned wanted)
{
    if (at_start.rlim_max < wanted) {
        wanted = at_start.rlim_max;
    }
    set_nofile(wanted, at_start.rlim_max);
    return wanted;
}

static unsigned soft_now(void)
{
    struct rlimit limit = { 0, 0 };

    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

static void add_numbers(uint64_t from, uint64_t to)
{
    for (; from < to && from <= INT_MAX && numbers < MAX_NUMBERS; from++) {
        number[numbers++] = from;
    }
}

static void add_around(uint64_t at)
{
    if (at > PROBED + 64) {
        add_numbers(at - 64, at + 64);
    }
}

static void collect_numbers(void)
{
    add_numbers(3, PROBED);
    add_around(at_start.rlim_cur);
    add_around(at_start.rlim_max);
    for (int bit = 13; bit < 31; bit++) {
        add_numbers((1u << bit) - 2, (1u << bit) + 2);
    }
    add_numbers(INT_MAX, (uint64_t)INT_MAX + 1);
}

/* Standard input is at hand for what a probe needs beside the number. */
static void at_zero(int fd)
{
    if (fd > 0) {
        dup2(fd, 0);
        close(fd);
    }
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

/* Returns: how many numbers were free; they stay open. */
static unsigned fill(void)
{
    unsigned count = 0;

    while (dup(1) >= 0) {
        count++;
    }
    return count;
}

static void close_from(unsigned first, unsigned limit)
{
    for (unsigned fd = first; fd < limit; fd++) {
        close(fd);
    }
}

/* Nothing here needs a free number. */
static void identity(const char *id, const char *when, const char *want)
{
    char now[PATH_MAX], text[120];
    struct stat link, file;

    snprintf(text, sizeof(text), "%s: readlink of exe", when);
    check_str(id, text, want, read_link("/proc/self/exe", now, sizeof(now)));
    snprintf(text, sizeof(text), "%s: stat of exe", when);
    check_true(id, text, stat("/proc/self/exe", &link) == 0 &&
               stat(want, &file) == 0 && link.st_dev == file.st_dev &&
               link.st_ino == file.st_ino);
}

static int make_executable(const char *name)
{
    write_file(path_of(name), 0755, "#!/bin/true\n", 12);
    return open(path_of(name), O_RDONLY);
}

/* Read while a number is free, as it takes one to read /proc/self/stat. */
static struct mm_map map;

static void prepare_install(void)
{
    detach_exe();
    read_map(&map);
}

static void install(const char *id, const char *when, const char *name, int fd)
{
    char text[120];

    map.exe_fd = fd;
    snprintf(text, sizeof(text), "%s: install a file", when);
    check_err(id, text, want_install(0), set_map(&map));
    identity(id, when, want_install(0) ? judge.self : path_of(name));
}

/* --------------------------------------------------- numbers not open */

static char small[64];

static int p_getfd(int fd)
{
    return err_of(fcntl(fd, F_GETFD));
}

static int p_setfd(int fd)
{
    return err_of(fcntl(fd, F_SETFD, FD_CLOEXEC));
}

static int p_getfl(int fd)
{
    return err_of(fcntl(fd, F_GETFL));
}

static int p_setfl(int fd)
{
    return err_of(fcntl(fd, F_SETFL, O_NONBLOCK));
}

static int p_dupfd(int fd)
{
    return err_of(fcntl(fd, F_DUPFD, 0));
}

static int p_getlk(int fd)
{
    struct flock lock = { .l_type = F_RDLCK };

    return err_of(fcntl(fd, F_GETLK, &lock));
}

static int p_getown(int fd)
{
    return err_of(fcntl(fd, F_GETOWN));
}

static int p_flock(int fd)
{
    return err_of(flock(fd, LOCK_UN));
}

static int p_dup(int fd)
{
    return err_of(dup(fd));
}

static int p_dup2(int fd)
{
    return err_of(dup2(fd, 0));
}

static int p_dup2_self(int fd)
{
    return err_of(dup2(fd, fd));
}

static int p_dup3(int fd)
{
    return err_of(dup3(fd, 0, O_CLOEXEC));
}

static int p_fstat(int fd)
{
    struct stat st;

    return err_of(fstat(fd, &st));
}

static int p_fstatat(int fd)
{
    struct stat st;

    return err_of(fstatat(fd, "", &st, AT_EMPTY_PATH));
}

static int p_statx(int fd)
{
    struct statx stx;

    return err_of(statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &stx));
}

static int p_fstatfs(int fd)
{
    struct statfs fs;

    return err_of(fstatfs(fd, &fs));
}

static int p_ioctl(int fd)
{
    int count;

    return err_of(ioctl(fd, FIONREAD, &count));
}

static int p_lseek(int fd)
{
    return err_of(lseek(fd, 0, SEEK_CUR));
}

static int p_read(int fd)
{
    return err_of(read(fd, small, 1));
}

static int p_read_nothing(int fd)
{
    return err_of(read(fd, small, 0));
}

static int p_pread(int fd)
{
    return err_of(pread(fd, small, 1, 0));
}

static int p_readv(int fd)
{
    struct iovec iov = { .iov_base = small, .iov_len = 1 };

    return err_of(readv(fd, &iov, 1));
}

static int p_write(int fd)
{
    return err_of(write(fd, small, 1));
}

static int p_pwrite(int fd)
{
    return err_of(pwrite(fd, small, 1, 0));
}

static int p_fchdir(int fd)
{
    return err_of(fchdir(fd));
}

static int p_fsync(int fd)
{
    return err_of(fsync(fd));
}

static int p_fdatasync(int fd)
{
    return err_of(fdatasync(fd));
}

static int p_ftruncate(int fd)
{
    return err_of(ftruncate(fd, 0));
}

static int p_fallocate(int fd)
{
    return err_of(fallocate(fd, 0, 0, 1));
}

static int p_fchmod(int fd)
{
    return err_of(fchmod(fd, 0755));
}

static int p_fchown(int fd)
{
    return err_of(fchown(fd, -1, -1));
}

static int p_futimens(int fd)
{
    return err_of(futimens(fd, NULL));
}

static int p_fgetxattr(int fd)
{
    return err_of(fgetxattr(fd, "user.x", small, sizeof(small)));
}

static int p_getdents(int fd)
{
    return err_of(syscall(SYS_getdents64, fd, small, sizeof(small)));
}

static int p_openat(int fd)
{
    return err_of(openat(fd, "x", O_RDONLY));
}

static int p_faccessat(int fd)
{
    return err_of(faccessat(fd, "x", F_OK, 0));
}

static int p_readlinkat(int fd)
{
    return err_of(readlinkat(fd, "x", small, sizeof(small)));
}

static int p_unlinkat(int fd)
{
    return err_of(unlinkat(fd, "x", 0));
}

static int p_execveat(int fd)
{
    static char *args[] = { (char *)"x", NULL };

    return err_of(syscall(SYS_execveat, fd, "", args, environ,
                          AT_EMPTY_PATH));
}

static int p_mmap(int fd)
{
    return mmap(NULL, page_size(), PROT_READ, MAP_PRIVATE, fd, 0) ==
           MAP_FAILED ? errno : 0;
}

static int p_sendfile(int fd)
{
    return err_of(sendfile(0, fd, NULL, 1));
}

static int p_epoll(int fd)
{
    struct epoll_event event = { .events = EPOLLIN };

    return err_of(epoll_ctl(0, EPOLL_CTL_ADD, fd, &event));
}

static int p_inotify(int fd)
{
    return err_of(inotify_add_watch(fd, "/", IN_OPEN));
}

static int p_timerfd(int fd)
{
    struct itimerspec time;

    return err_of(timerfd_gettime(fd, &time));
}

static int p_accept(int fd)
{
    return err_of(accept(fd, NULL, NULL));
}

static int p_setns(int fd)
{
    return err_of(setns(fd, 0));
}

/* Standard input is a socket. */
static int p_send_rights(int fd)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec iov = { .iov_base = small, .iov_len = 1 };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
                          .msg_control = &control,
                          .msg_controllen = sizeof(control) };
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

    memset(&control, 0, sizeof(control));
    cmsg->cmsg_level = SOL_SOCKET;
    cmsg->cmsg_type = SCM_RIGHTS;
    cmsg->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
    return err_of(sendmsg(0, &msg, MSG_DONTWAIT | MSG_NOSIGNAL));
}

static int p_pidfd_getfd(int fd)
{
    return err_of(syscall(SYS_pidfd_getfd, 0, fd, 0));
}

static int p_exe_by_map(int fd)
{
    map.exe_fd = fd;
    return set_map(&map);
}

static int p_poll(int fd)
{
    struct pollfd one = { .fd = fd, .events = POLLIN };

    return poll(&one, 1, 0) == 1 && one.revents == POLLNVAL ? EBADF : 0;
}

static int p_close(int fd)
{
    return err_of(close(fd));
}

struct probe {
    const char *text;
    int (*fn)(int fd);
};

static const struct probe fcntl_probes[] = {
    { "fcntl F_GETFD", p_getfd },
    { "fcntl F_SETFD", p_setfd },
    { "fcntl F_GETFL", p_getfl },
    { "fcntl F_SETFL", p_setfl },
    { "fcntl F_DUPFD", p_dupfd },
    { "fcntl F_GETLK", p_getlk },
    { "fcntl F_GETOWN", p_getown },
    { "flock", p_flock },
    { "dup", p_dup },
    { "dup2 of it", p_dup2 },
    { "dup2 of it onto itself", p_dup2_self },
    { "dup3 of it", p_dup3 },
    { NULL, NULL },
};

static const struct probe look_probes[] = {
    { "fstat", p_fstat },
    { "fstatat AT_EMPTY_PATH", p_fstatat },
    { "statx AT_EMPTY_PATH", p_statx },
    { "fstatfs", p_fstatfs },
    { "ioctl FIONREAD", p_ioctl },
    { "fgetxattr", p_fgetxattr },
    { "poll POLLNVAL", p_poll },
    { "fchmod", p_fchmod },
    { "fchown", p_fchown },
    { "futimens", p_futimens },
    { "accept", p_accept },
    { "timerfd_gettime", p_timerfd },
    { "inotify_add_watch", p_inotify },
    { "setns", p_setns },
    { NULL, NULL },
};

static const struct probe io_probes[] = {
    { "lseek", p_lseek },
    { "read", p_read },
    { "read of no byte", p_read_nothing },
    { "pread", p_pread },
    { "readv", p_readv },
    { "write", p_write },
    { "pwrite", p_pwrite },
    { "fsync", p_fsync },
    { "fdatasync", p_fdatasync },
    { "ftruncate", p_ftruncate },
    { "fallocate", p_fallocate },
    { "mmap", p_mmap },
    { "sendfile from it", p_sendfile },
    { NULL, NULL },
};

static const struct probe directory_probes[] = {
    { "fchdir", p_fchdir },
    { "getdents64", p_getdents },
    { "openat below it", p_openat },
    { "faccessat below it", p_faccessat },
    { "readlinkat below it", p_readlinkat },
    { "unlinkat below it", p_unlinkat },
    { NULL, NULL },
};

static const struct probe close_probes[] = {
    { "close", p_close },
    { "close again", p_close },
    { NULL, NULL },
};

static void check_every(const char *id, const char *text, int want,
                        int (*fn)(int fd))
{
    char full[120];
    int got = want;
    unsigned i;

    for (i = 0; i < numbers && got == want; i++) {
        got = fn(number[i]);
    }
    snprintf(full, sizeof(full), "%s, every number: %s", text,
             err_name(want));
    check_answer(got == want, id, full, full, err_name(got),
                 "number %d got %s", number[i - 1], err_name(got));
}

static void not_open(const char *id, const void *arg)
{
    for (const struct probe *probe = arg; probe->text; probe++) {
        check_every(id, probe->text, EBADF, probe->fn);
    }
    identity(id, "probed", judge.self);
}

static void not_open_at_hand(const char *id, const void *arg)
{
    int pair[2];

    (void)arg;
    at_zero(epoll_create1(0));
    check_every(id, "epoll_ctl", EBADF, p_epoll);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0) {
        at_zero(pair[0]);
        close(pair[1]);
        check_every(id, "sendmsg SCM_RIGHTS", EBADF, p_send_rights);
    }
    if (sw_lacks(SYS_execveat)) {
        skip(id, "execveat", "this QEMU has no execveat");
    } else {
        check_every(id, "execveat AT_EMPTY_PATH", EBADF, p_execveat);
    }
    identity(id, "probed", judge.self);
}

static void not_open_by_pidfd(const char *id, const void *arg)
{
    int pidfd = syscall(SYS_pidfd_open, getpid(), 0);

    (void)arg;
    if (pidfd < 0) {
        skip(id, "pidfd_getfd", "no pidfd_open");
        return;
    }
    at_zero(pidfd);
    check_every(id, "pidfd_getfd", EBADF, p_pidfd_getfd);
}

static void not_open_to_install(const char *id, const void *arg)
{
    (void)arg;
    prepare_install();
    check_every(id, "PR_SET_MM_MAP with it", want_install(EBADF),
                p_exe_by_map);
    identity(id, "probed", judge.self);
}

/* All of them in one call. */
static void not_open_to_poll(const char *id, const void *arg)
{
    static struct pollfd all[MAX_NUMBERS];
    unsigned limit = soft(MOST), invalid = 0;

    (void)arg;
    for (unsigned i = 0; i < limit - 3; i++) {
        all[i].fd = i + 3;
        all[i].events = POLLIN | POLLOUT;
    }
    check_num(id, "poll of all numbers", limit - 3,
              poll(all, limit - 3, 0));
    for (unsigned i = 0; i < limit - 3; i++) {
        invalid += all[i].revents == POLLNVAL;
    }
    check_num(id, "POLLNVAL of all numbers", limit - 3, invalid);
}

static int select_one(int fd)
{
    struct timeval now = { 0, 0 };
    fd_set set;

    FD_ZERO(&set);
    FD_SET(fd, &set);
    return err_of(select(MOST, &set, NULL, NULL, &now));
}

static void check_select(const char *id, const char *text, int from, int to,
                         int want)
{
    int got = want, fd;

    for (fd = from; fd < to && got == want; fd++) {
        got = select_one(fd);
    }
    check_answer(got == want, id, text, text, err_name(got),
                 "number %d got %s", fd - 1, err_name(got));
}

/* Bits behind the kernel's table of descriptors are not looked at. */
static void not_open_to_select(const char *id, const void *arg)
{
    int limit = soft(MOST);

    (void)arg;
    /* The smallest table has as many as the kernel's long has bits. */
    if (wide_addresses()) {
        check_select(id, "select, numbers up to 63: EBADF", 3, 64, EBADF);
    } else {
        check_select(id, "select, numbers up to 31: EBADF", 3, 32, EBADF);
    }
    check_num(id, "dup2 onto the last number", limit - 1,
              dup2(1, limit - 1));
    check_select(id, "select, the last number: OK", limit - 1, limit, 0);
    check_select(id, "select, every other number: EBADF", 3, limit - 1,
                 EBADF);
    close(limit - 1);
    check_select(id, "select, the last number closed: EBADF", limit - 1,
                 limit, EBADF);
}

static unsigned fd_size(void)
{
    char status[8192];
    char *line;

    read_text("/proc/self/status", status, sizeof(status));
    line = strstr(status, "\nFDSize:");
    return line ? number_in(line + 8) : 0;
}

/* A forked process gets a table as large as it needs. */
static void size_of_table(const char *id, const void *arg)
{
    unsigned limit = soft(MOST);

    (void)arg;
    check(fd_size() > 2 && fd_size() <= 64, id,
          "FDSize with three descriptors is 64 at most",
          "got %u", fd_size());
    check_select(id, "select of a number behind the table: OK", limit - 1,
                 limit, 0);
    dup2(1, limit - 1);
    check(fd_size() >= limit, id, "FDSize with the last number",
          "expected %u at least got %u", limit, fd_size());
}

static int path_error(const char *dir, int fd, int (*fn)(const char *path))
{
    char path[80];

    snprintf(path, sizeof(path), "%s/%d", dir, fd);
    return fn(path);
}

static int by_readlink(const char *path)
{
    return err_of(readlink(path, small, sizeof(small)));
}

static int by_stat(const char *path)
{
    struct stat st;

    return err_of(stat(path, &st));
}

static int by_lstat(const char *path)
{
    struct stat st;

    return err_of(lstat(path, &st));
}

static int by_access(const char *path)
{
    return err_of(access(path, F_OK));
}

static int by_open(const char *path)
{
    return err_of(open(path, O_RDONLY));
}

static int by_open_path(const char *path)
{
    return err_of(open(path, O_PATH | O_NOFOLLOW));
}

static int by_open_write(const char *path)
{
    return err_of(open(path, O_WRONLY));
}

struct path_probe {
    const char *text;
    int (*fn)(const char *path);
};

static const struct path_probe path_probes[] = {
    { "readlink", by_readlink },
    { "stat", by_stat },
    { "lstat", by_lstat },
    { "access", by_access },
    { "open", by_open },
    { "open O_PATH|O_NOFOLLOW", by_open_path },
    { "open O_WRONLY", by_open_write },
    { NULL, NULL },
};

static void check_no_path(const char *id, const char *dir,
                          const struct path_probe *probe)
{
    char text[160];
    int got = ENOENT;
    unsigned i;

    for (i = 0; i < numbers && got == ENOENT; i++) {
        got = path_error(dir, number[i], probe->fn);
    }
    snprintf(text, sizeof(text), "%s of %s/N, every number: ENOENT",
             probe->text, dir);
    check_answer(got == ENOENT, id, text, text, err_name(got),
                 "number %d got %s", number[i - 1], err_name(got));
}

static void no_path(const char *id, const void *arg)
{
    char dir[80];

    snprintf(dir, sizeof(dir), arg, getpid());
    for (const struct path_probe *probe = path_probes; probe->text; probe++) {
        check_no_path(id, dir, probe);
    }
}

/* ------------------------------------------------------- numbers taken */

static int onto_by_dup2(int fd)
{
    return dup2(1, fd);
}

static int onto_by_dup3(int fd)
{
    return dup3(1, fd, O_CLOEXEC);
}

static int onto_by_f_dupfd(int fd)
{
    return fcntl(1, F_DUPFD, fd);
}

static int onto_by_f_dupfd_cloexec(int fd)
{
    return fcntl(1, F_DUPFD_CLOEXEC, fd);
}

struct onto {
    const char *text;
    int (*fn)(int fd);
    int above, far;
};

static const struct onto ontos[] = {
    { "dup2", onto_by_dup2, EBADF, EBADF },
    { "dup3", onto_by_dup3, EBADF, EBADF },
    { "F_DUPFD", onto_by_f_dupfd, EINVAL, EINVAL },
    { "F_DUPFD_CLOEXEC", onto_by_f_dupfd_cloexec, EINVAL, EINVAL },
};

/* Each number is closed again before the next, or all of them afterwards. */
static void check_onto(const char *id, const struct onto *onto, int limit,
                       bool keep)
{
    char text[120];
    int got = 2, fd;

    for (fd = 3; fd < limit && got == fd - 1; fd++) {
        got = onto->fn(fd);
        if (!keep) {
            close(fd);
        }
    }
    snprintf(text, sizeof(text), "%s onto every number, %s", onto->text,
             keep ? "all kept" : "each closed");
    check(got == limit - 1, id, text, "number %d got %d", fd - 1, got);
    if (keep) {
        snprintf(text, sizeof(text), "%s: close of every number",
                 onto->text);
        for (fd = 3; fd < limit && close(fd) == 0; fd++) {
            continue;
        }
        check_num(id, text, limit, fd);
    }
}

static void onto_every(const char *id, const void *arg)
{
    const struct onto *onto = arg;
    int limit = soft(MOST);
    char text[120];

    check_onto(id, onto, limit, false);
    check_onto(id, onto, limit, true);
    snprintf(text, sizeof(text), "%s onto the limit", onto->text);
    check_err(id, text, onto->above, err_of(onto->fn(limit)));
    snprintf(text, sizeof(text), "%s onto -1", onto->text);
    check_err(id, text, onto->far, err_of(onto->fn(-1)));
    snprintf(text, sizeof(text), "%s onto 2^31-1", onto->text);
    check_err(id, text, onto->far, err_of(onto->fn(INT_MAX)));
    identity(id, "dupped over", judge.self);
}

/* ------------------------------------------------------ numbers used up */

static int more_by_open(void)
{
    return open("/dev/null", O_RDONLY);
}

static int more_by_open_proc(void)
{
    return open("/proc/self/cmdline", O_RDONLY);
}

static int more_by_open_exe(void)
{
    return open("/proc/self/exe", O_RDONLY);
}

static int more_by_dup(void)
{
    return dup(0);
}

static int more_by_f_dupfd(void)
{
    return fcntl(0, F_DUPFD, 0);
}

static int more_by_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0);
}

static int more_by_epoll(void)
{
    return epoll_create1(0);
}

static int more_by_memfd(void)
{
    return syscall(SYS_memfd_create, "m", 0);
}

static int more_by_inotify(void)
{
    return inotify_init1(0);
}

static int more_by_pipe(void)
{
    int fds[2] = { -1, -1 };

    return pipe(fds) ? -1 : fds[0];
}

struct more {
    const char *text;
    int (*fn)(void);
};

static const struct more mores[] = {
    { "open", more_by_open },
    { "open of cmdline", more_by_open_proc },
    { "open of exe", more_by_open_exe },
    { "dup", more_by_dup },
    { "fcntl F_DUPFD", more_by_f_dupfd },
    { "socket", more_by_socket },
    { "epoll_create1", more_by_epoll },
    { "memfd_create", more_by_memfd },
    { "inotify_init1", more_by_inotify },
    { "pipe", more_by_pipe },
};

/* No number is free. */
static void check_used_up(const char *id, const char *when)
{
    char text[120];

    for (size_t i = 0; i < sizeof(mores) / sizeof(mores[0]); i++) {
        snprintf(text, sizeof(text), "%s: %s", when, mores[i].text);
        /* A place to begin the search at has to be below the limit. */
        check_err(id, text, mores[i].fn == more_by_f_dupfd && !soft_now()
                  ? EINVAL : EMFILE, err_of(mores[i].fn()));
    }
}

/* One number is free, or each call gets the lowest of several. */
static void check_lowest(const char *id, const char *when, int lowest)
{
    char text[120];
    int fd;

    for (size_t i = 0; i < sizeof(mores) / sizeof(mores[0]); i++) {
        if (mores[i].fn == more_by_pipe) {
            continue;
        }
        snprintf(text, sizeof(text), "%s: number of %s", when,
                 mores[i].text);
        fd = mores[i].fn();
        check(fd == lowest, id, text, "expected %d got %d", lowest, fd);
        close(fd);
    }
}

static void lowest_number(const char *id, const void *arg)
{
    unsigned limit = soft(MOST);

    (void)arg;
    check_lowest(id, "three open", 3);
    fill();
    close(7);
    check_lowest(id, "only 7 free", 7);
    check_err(id, "only 7 free: pipe", EMFILE, err_of(more_by_pipe()));
    dup2(1, 7);
    close(limit - 1);
    check_lowest(id, "only the last free", limit - 1);
    identity(id, "one free", judge.self);
}

static void read_one_number_free(const char *id, const void *arg)
{
    static const char *const name[] = {
        "cmdline", "environ", "auxv", "stat", "statm", "status", "comm",
        "maps", "smaps", "limits",
    };
    static char now[65536];
    char path[80], text[80];

    (void)arg;
    soft(MOST);
    fill();
    close(100);
    for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
        snprintf(path, sizeof(path), "/proc/self/%s", name[i]);
        snprintf(text, sizeof(text), "read of %s with one number free",
                 name[i]);
        check_true(id, text, read_whole(path, now, sizeof(now)) > 0 ||
                   (!strcmp(name[i], "environ") && !environ[0]));
        snprintf(text, sizeof(text), "that is given back: %s", name[i]);
        check_true(id, text, !is_open(100));
    }
}

static void used_up(const char *id, const void *arg)
{
    unsigned limit = soft(MOST);
    int fd = make_executable("new");

    (void)arg;
    prepare_install();
    check_num(id, "numbers that are free", limit - 4, fill());
    check_used_up(id, "used up");
    identity(id, "used up", judge.self);
    check_err(id, "used up: access of exe", 0,
              err_of(access("/proc/self/exe", X_OK)));
    check_err(id, "used up: stat of cmdline", 0, by_stat("/proc/self/cmdline"));
    check_err(id, "used up: lstat of exe", 0, by_lstat("/proc/self/exe"));
    install(id, "used up", "new", fd);
    close_from(3, limit);
    check_num(id, "numbers that are free again", limit - 3, fill());
    check_used_up(id, "used up again");
    identity(id, "used up again",
             want_install(0) ? judge.self : path_of("new"));
}

/* As the machine has it, which may be too many to use up. */
static void used_up_untouched(const char *id, const void *arg)
{
    unsigned limit = soft_now();

    (void)arg;
    if (at_start.rlim_cur > 65536) {
        skip(id, "use up the machine's own limit", "more than 65536");
        return;
    }
    check_num(id, "numbers that are free, the machine's limit", limit - 3,
              fill());
    check_used_up(id, "the machine's limit used up");
    identity(id, "the machine's limit used up", judge.self);
    close_from(3, limit);
    check_lowest(id, "the machine's limit, all closed", 3);
}

/* Used up by the hard limit, above which there can be nothing. */
static void used_up_hard(const char *id, const void *arg)
{
    int fd = make_executable("new");

    (void)arg;
    if (at_start.rlim_max > 65536 && set_nofile(4096, 4096)) {
        skip(id, "use up the hard limit", "cannot be lowered");
        return;
    }
    set_nofile(soft_now() > 4096 ? soft_now() : at_start.rlim_max,
               at_start.rlim_max > 65536 ? 4096 : at_start.rlim_max);
    prepare_install();
    check_num(id, "numbers that are free, hard limit", soft_now() - 4,
              fill());
    check_used_up(id, "hard limit used up");
    identity(id, "hard limit used up", judge.self);
    install(id, "hard limit used up", "new", fd);
}

static void large_limit(const char *id, const void *arg)
{
    rlim_t max = at_start.rlim_max > LARGE ? at_start.rlim_max : LARGE;
    int fd = make_executable("new"), status;
    pid_t pid;

    (void)arg;
    if (set_nofile(LARGE, max)) {
        skip(id, "a limit of 524288", "not permitted");
        return;
    }
    prepare_install();
    check_num(id, "dup2 onto 524287", LARGE - 1, dup2(1, LARGE - 1));
    check_num(id, "F_DUPFD of 524286", LARGE - 2,
              fcntl(1, F_DUPFD, LARGE - 2));
    check_err(id, "F_DUPFD of 524286 again", EMFILE,
              err_of(fcntl(1, F_DUPFD, LARGE - 2)));
    check_err(id, "dup2 onto 524288", EBADF, err_of(dup2(1, LARGE)));
    check_num(id, "the lowest number", 4, dup(1));
    install(id, "limit of 524288", "new", fd);
    pid = fork();
    if (pid == 0) {
        _exit(!(is_open(LARGE - 1) && is_open(LARGE - 2) &&
                !is_open(LARGE - 3)));
    }
    status = wait_for(pid);
    check_num(id, "a child has the two numbers", 0, status);
    close(3);
    close(4);
    close(LARGE - 1);
    close(LARGE - 2);
    check_every(id, "limit of 524288: fstat", EBADF, p_fstat);
}

/* ------------------------------------------------------------- closing */

static int range(unsigned first, unsigned last, int flags)
{
    return err_of(syscall(SYS_close_range, first, last, flags));
}

static bool lacks_close_range(const char *id, const char *text)
{
    if (range(MOST * 2, MOST * 2, 0) == ENOSYS) {
        skip(id, text, "no close_range");
        return true;
    }
    return false;
}

static void close_every(const char *id, const void *arg)
{
    unsigned limit = soft(MOST);
    int fd;

    (void)arg;
    for (const struct probe *probe = close_probes; probe->text; probe++) {
        check_every(id, probe->text, EBADF, probe->fn);
    }
    identity(id, "closed", judge.self);
    check_num(id, "numbers that are free", limit - 3, fill());
    close_from(3, limit);
    fd = make_executable("new");
    prepare_install();
    close_from(fd + 1, PROBED);
    install(id, "closed", "new", fd);
    close_from(3, PROBED);
    identity(id, "closed again",
             want_install(0) ? judge.self : path_of("new"));
}

static void close_ranges(const char *id, const void *arg)
{
    int fd = make_executable("new");

    (void)arg;
    if (lacks_close_range(id, "close_range")) {
        return;
    }
    prepare_install();
    install(id, "before close_range", "new", fd);
    dup2(1, 9);
    check_err(id, "close_range(3, ~0U, 0)", 0, range(3, ~0u, 0));
    check_true(id, "everything is closed", !is_open(fd) && !is_open(9));
    identity(id, "close_range",
             want_install(0) ? judge.self : path_of("new"));
    check_lowest(id, "close_range", 3);
    check_err(id, "close_range(0, ~0U, 0)", 0, range(0, ~0u, 0));
    check_err(id, "close_range backwards", EINVAL, range(5, 4, 0));
    check_err(id, "close_range with an unknown flag", EINVAL,
              range(3, 4, 1 << 30));
    identity(id, "nothing open",
             want_install(0) ? judge.self : path_of("new"));
    check_num(id, "the first number after that", 0,
              open("/dev/null", O_RDWR));
}

static void close_ranges_cloexec(const char *id, const void *arg)
{
    (void)arg;
    if (lacks_close_range(id, "CLOSE_RANGE_CLOEXEC")) {
        return;
    }
    dup2(1, 9);
    if (range(3, ~0u, CLOSE_RANGE_CLOEXEC) == EINVAL) {
        skip(id, "CLOSE_RANGE_CLOEXEC", "a kernel without it");
        return;
    }
    check_num(id, "CLOSE_RANGE_CLOEXEC sets the flag", FD_CLOEXEC,
              fcntl(9, F_GETFD));
    check_num(id, "and nobody else's", 0, fcntl(1, F_GETFD));
    close(9);
    check_every(id, "after CLOSE_RANGE_CLOEXEC: F_GETFD", EBADF, p_getfd);
    identity(id, "CLOSE_RANGE_CLOEXEC", judge.self);
}

/*
 * A thread with a table of its own is still of the same process.  Aligned, as
 * m68k would be content with two bytes, but not the barrier's futex(2).
 */
struct apart {
    FUTEX_ALIGNED pthread_barrier_t barrier;
    int (*leave)(void);
    int left, readlink_error, installed;
    bool closed, same_exe_before, same_exe_after, same_in_child, same_file;
    const char *want;
    int fd;
} __attribute__((aligned(4)));

static int leave_by_unshare(void)
{
    return err_of(unshare(CLONE_FILES));
}

static int leave_by_close_range(void)
{
    return range(5, ~0u, CLOSE_RANGE_UNSHARE);
}

static bool exe_is(const char *want)
{
    char now[PATH_MAX];

    return !strcmp(want, read_link("/proc/self/exe", now, sizeof(now)));
}

/* In a child of the calling thread. */
static bool exe_is_in_child(const char *want)
{
    int status = -1;
    pid_t pid = fork();

    if (pid == 0) {
        _exit(!exe_is(want));
    }
    return waitpid(pid, &status, 0) == pid && status == 0;
}

/* Nobody looks before the thread has ended. */
static void *install_and_end(void *arg)
{
    struct apart *apart = arg;

    apart->left = apart->leave();
    map.exe_fd = 3;
    apart->installed = set_map(&map);
    return NULL;
}

static void *go_apart(void *arg)
{
    struct apart *apart = arg;

    apart->left = apart->leave();
    close_from(5, PROBED);
    apart->closed = !is_open(9);
    apart->same_exe_before = exe_is(judge.self);
    pthread_barrier_wait(&apart->barrier);
    /* The first thread installs a file. */
    pthread_barrier_wait(&apart->barrier);
    apart->same_in_child = exe_is_in_child(apart->want);
    apart->same_exe_after = exe_is(apart->want);
    apart->same_file = same_file("/proc/self/exe", 3) ||
                       want_install(0);
    map.exe_fd = 4;
    apart->installed = set_map(&map);
    pthread_barrier_wait(&apart->barrier);
    /* The first thread looks, as long as this one is there. */
    pthread_barrier_wait(&apart->barrier);
    return NULL;
}

static void check_apart(const char *id, struct apart *apart)
{
    check_err(id, "thread gets a table of its own", 0, apart->left);
    check_true(id, "thread's number is closed", apart->closed);
    check_true(id, "thread's exe before", apart->same_exe_before);
    check_true(id, "thread's child's exe, when another thread has installed",
               apart->same_in_child);
    check_true(id, "thread's exe, when another thread has installed",
               apart->same_exe_after);
    check_true(id, "thread's exe leads there", apart->same_file);
    check_err(id, "thread installs a file", want_install(0),
              apart->installed);
}

static void tables_apart(const char *id, const void *arg)
{
    struct apart apart = { .leave = (int (*)(void))(uintptr_t)arg };
    int fd = make_executable("new1"), fd2 = make_executable("new2");
    pthread_t thread;

    if (apart.leave == leave_by_close_range &&
        lacks_close_range(id, "CLOSE_RANGE_UNSHARE")) {
        return;
    }
    prepare_install();
    apart.want = want_install(0) ? judge.self : path_of("new1");
    dup2(1, 9);
    pthread_barrier_init(&apart.barrier, NULL, 2);
    if (fd != 3 || fd2 != 4 ||
        pthread_create(&thread, NULL, go_apart, &apart)) {
        check(false, id, "a thread and two files", "files %d %d", fd, fd2);
        return;
    }
    pthread_barrier_wait(&apart.barrier);
    check_true(id, "the first thread's number is open", is_open(9));
    identity(id, "first thread", judge.self);
    install(id, "first thread", "new1", fd);
    pthread_barrier_wait(&apart.barrier);
    pthread_barrier_wait(&apart.barrier);
    apart.want = want_install(0) ? judge.self : path_of("new2");
    identity(id, "first thread, the other has installed", apart.want);
    pthread_barrier_wait(&apart.barrier);
    pthread_join(thread, NULL);
    check_apart(id, &apart);
    identity(id, "first thread, the other is no more", apart.want);
    pthread_create(&thread, NULL, install_and_end, &apart);
    pthread_join(thread, NULL);
    check_err(id, "a third thread installs a file", want_install(0),
              apart.installed);
    identity(id, "first thread, which has not looked before the end",
             want_install(0) ? judge.self : path_of("new1"));
    close(9);
    close(3);
    close(4);
    check_every(id, "tables apart: F_GETFD", EBADF, p_getfd);
}

/* ------------------------------------------------------------- listing */

struct entry64 {
    uint64_t ino;
    int64_t off;
    unsigned short reclen;
    unsigned char type;
    char name[];
};

struct listing {
    unsigned count, dots, twice, odd, wrong_type;
    bool seen[MOST];
    int error;
};

static void list_name(struct listing *l, const char *name)
{
    unsigned long fd = 0;
    int len = 0;

    sscanf(name, "%lu%n", &fd, &len);
    if (!strcmp(name, ".") || !strcmp(name, "..")) {
        l->dots++;
    } else if (!len || name[len] || fd >= MOST) {
        l->odd++;
    } else {
        l->twice += l->seen[fd];
        l->seen[fd] = true;
        l->count++;
    }
}

static void list_by_getdents(int dir, size_t size, int type,
                             struct listing *l)
{
    char buf[4096] __attribute__((aligned(8)));
    struct entry64 *entry;
    long len;

    memset(l, 0, sizeof(*l));
    while ((len = syscall(SYS_getdents64, dir, buf, size)) > 0) {
        for (long at = 0; at < len; at += entry->reclen) {
            entry = (struct entry64 *)(buf + at);
            list_name(l, entry->name);
            l->wrong_type += entry->type != DT_DIR && entry->type != type;
        }
    }
    l->error = err_of(len);
}

static void list_by_readdir(DIR *dir, struct listing *l)
{
    struct dirent *entry;

    memset(l, 0, sizeof(*l));
    while ((entry = readdir(dir))) {
        list_name(l, entry->d_name);
    }
}

static void expect_numbers(struct listing *want, const int *fds)
{
    memset(want, 0, sizeof(*want));
    for (; *fds >= 0; fds++) {
        want->seen[*fds] = true;
        want->count++;
    }
}

static void check_listing(const char *id, const char *text,
                          const struct listing *want,
                          const struct listing *got)
{
    unsigned fd = 0;

    while (fd < MOST && want->seen[fd] == got->seen[fd]) {
        fd++;
    }
    check(fd == MOST && want->count == got->count && got->dots == 2 &&
          !got->twice && !got->odd && !got->error && !got->wrong_type, id,
          text, "expected %u got %u, first difference %u, %u dots, %u twice, "
          "%u odd, %u of another type, %s", want->count, got->count, fd,
          got->dots, got->twice, got->odd, got->wrong_type,
          err_name(got->error));
}

static const char *const list_dirs[] = {
    "/proc/self/fd", "/proc/self/fdinfo", "/proc/thread-self/fd",
    "/proc/thread-self/fdinfo", "/proc/%d/fd", "/proc/%d/fdinfo",
    "/proc/self/task/%d/fd", "/proc/self/task/%d/fdinfo",
    "//proc/./self/../self/fd/", NULL,
};

static void list_dir(const char *id, const char *dir,
                     const struct listing *want)
{
    static const size_t sizes[] = { 24, 32, 100, 4096 };
    int fd = open(dir, O_RDONLY | O_DIRECTORY);
    int type = strstr(dir, "info") ? DT_REG : DT_LNK;
    struct listing got;
    char text[120];

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        lseek(fd, 0, SEEK_SET);
        list_by_getdents(fd, sizes[i], type, &got);
        snprintf(text, sizeof(text), "%s lists what is open, by %zu bytes",
                 dir, sizes[i]);
        check_listing(id, text, want, &got);
    }
    close(fd);
}

/* The directory itself is 4, the lowest number. */
static void listing(const char *id, const void *arg)
{
    static const int open_numbers[] = { 0, 1, 2, 3, 4, 10, 200, MOST - 1, -1 };
    struct listing want;
    char dir[80];

    (void)arg;
    if (soft(MOST) < MOST) {
        skip(id, "listing", "the hard limit is too low");
        return;
    }
    for (int i = 3; open_numbers[i] >= 0; i++) {
        dup2(1, open_numbers[i]);
    }
    close(4);
    expect_numbers(&want, open_numbers);
    for (int i = 0; list_dirs[i]; i++) {
        snprintf(dir, sizeof(dir), list_dirs[i], getpid());
        list_dir(id, dir, &want);
    }
    close_from(3, MOST);
    at_zero(open("/dev/null", O_RDWR));
    expect_numbers(&want, (const int[]) { 0, 1, 2, 3, -1 });
    list_dir(id, "/proc/self/fd", &want);
}

static void listing_of_many(const char *id, const void *arg)
{
    int fds[MOST + 1], limit = soft(256), i;
    struct listing want;

    (void)arg;
    fill();
    for (i = 0; i < limit; i++) {
        fds[i] = i;
    }
    fds[i] = -1;
    expect_numbers(&want, fds);
    close(limit / 2);
    list_dir(id, "/proc/self/fd", &want);
    list_dir(id, "/proc/self/fdinfo", &want);
}

static void listing_errors(const char *id, const void *arg)
{
    char buf[64];
    int fd = open(arg, O_RDONLY | O_DIRECTORY);

    check_err(id, "getdents64 by 10 bytes", EINVAL,
              err_of(syscall(SYS_getdents64, fd, buf, 10)));
    check_err(id, "getdents64 to a bad pointer", EFAULT,
              err_of(syscall(SYS_getdents64, fd, (long)BAD_PTR, 4096)));
    lseek(fd, 0, SEEK_SET);
    check_true(id, "getdents64 afterwards",
               syscall(SYS_getdents64, fd, buf, sizeof(buf)) > 0);
    check_err(id, "read of the directory", EISDIR,
              err_of(read(fd, buf, sizeof(buf))));
}

/* Through the C library: the same listing again and again. */
static void listing_rewound(const char *id, const void *arg)
{
    DIR *dir = opendir(arg);
    struct listing want, got;
    const int fds[] = { 0, 1, 2, 3, 5, -1 };

    dup2(1, 5);
    expect_numbers(&want, fds);
    list_by_readdir(dir, &got);
    check_listing(id, "readdir", &want, &got);
    rewinddir(dir);
    list_by_readdir(dir, &got);
    check_listing(id, "readdir after rewinddir", &want, &got);
    dup2(1, 4);
    want.seen[4] = true;
    want.count++;
    rewinddir(dir);
    list_by_readdir(dir, &got);
    check_listing(id, "readdir, another one opened", &want, &got);
    close(4);
    close(5);
    want.seen[4] = want.seen[5] = false;
    want.count -= 2;
    rewinddir(dir);
    list_by_readdir(dir, &got);
    check_listing(id, "readdir, two closed", &want, &got);
    check_num(id, "the directory is number 3", 3, dirfd(dir));
    closedir(dir);
}

static void listing_sought(const char *id, const void *arg)
{
    DIR *dir = opendir(arg);
    char name[8][16] = { "" };
    long place[8];
    struct dirent *entry;
    int count, same = 0;

    for (count = 0; count < 8; count++) {
        place[count] = telldir(dir);
        entry = readdir(dir);
        if (!entry) {
            break;
        }
        snprintf(name[count], sizeof(name[count]), "%.15s", entry->d_name);
    }
    check_num(id, "entries of 0 to 3 and dots", 6, count);
    for (int i = count - 1; i >= 0; i--) {
        seekdir(dir, place[i]);
        entry = readdir(dir);
        same += entry && !strcmp(entry->d_name, name[i]);
    }
    check_num(id, "seekdir leads to the same entries", count, same);
    closedir(dir);
}

/* Each entry says where the next one is. */
static void listing_offsets(const char *id, const void *arg)
{
    char buf[24] __attribute__((aligned(8)));
    struct entry64 *entry = (struct entry64 *)buf;
    int dir = open(arg, O_RDONLY | O_DIRECTORY);
    int64_t off[8];
    char name[8][16];
    unsigned count = 0, same = 0;

    while (count < 8 &&
           syscall(SYS_getdents64, dir, buf, sizeof(buf)) > 0) {
        snprintf(name[count], 16, "%.4s", entry->name);
        off[count++] = entry->off;
    }
    check_num(id, "entries of 0 to 3 and dots, one by one", 6, count);
    for (unsigned i = 0; i + 1 < count; i++) {
        lseek(dir, off[i], SEEK_SET);
        same += syscall(SYS_getdents64, dir, buf, sizeof(buf)) > 0 &&
                !strcmp(entry->name, name[i + 1]);
    }
    check_num(id, "lseek to d_off leads to the next", count - 1, same);
    check_num(id, "lseek tells the place", off[count - 1],
              lseek(dir, 0, SEEK_CUR));
}

/* As glibc's closefrom does where there is no close_range. */
static void closefrom_loop(const char *id, const void *arg)
{
    char buf[1024] __attribute__((aligned(8)));
    struct entry64 *entry;
    unsigned rounds = 0, closed = 0;
    int dir;
    long len;

    (void)arg;
    soft(MOST);
    fill();
    close(77);
    dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY);
    while (rounds < 3 * MOST &&
           (len = syscall(SYS_getdents64, dir, buf, sizeof(buf))) > 0) {
        bool any = false;

        for (long at = 0; at < len; at += entry->reclen) {
            int fd;

            entry = (struct entry64 *)(buf + at);
            fd = atoi(entry->name);
            if (entry->name[0] != '.' && fd > 2 && fd != dir) {
                close(fd);
                any = true;
                closed++;
            }
        }
        if (any) {
            lseek(dir, 0, SEEK_SET);
        }
        rounds++;
    }
    check(rounds < 3 * MOST, id, "closing what is listed comes to an end",
          "%u rounds", rounds);
    check_num(id, "descriptors that were listed", soft_now() - 4, closed);
    close(dir);
    check_every(id, "closed what was listed: F_GETFD", EBADF, p_getfd);
    identity(id, "closed what was listed", judge.self);
}

/* Until nothing but the directory is there. */
static void close_until_empty(const char *id, const void *arg)
{
    struct listing got;
    unsigned rounds = 0;
    int dir;

    (void)arg;
    dup2(1, 40);
    dup2(1, 60);
    do {
        dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY);
        list_by_getdents(dir, 4096, DT_LNK, &got);
        close(dir);
        for (int fd = 3; fd < MOST; fd++) {
            if (got.seen[fd] && fd != dir) {
                close(fd);
            }
        }
    } while (got.count > 4 && ++rounds < 10);
    check(rounds < 10, id, "the listing becomes empty",
          "still %u after %u rounds", got.count, rounds);
    identity(id, "listing emptied", judge.self);
}

/* The number of descriptors, since Linux 6.2. */
static void size_of_listing(const char *id, const void *arg)
{
    struct stat st = { .st_size = 99 };
    struct statx stx = { .stx_size = 99 };
    bool counts = kernel_since(6, 2);
    int dir;

    (void)arg;
    stat("/proc/self/fd", &st);
    check_num(id, "stat size, three open", counts ? 3 : 0, st.st_size);
    dup2(1, 50);
    lstat("/proc/self/fd", &st);
    check_num(id, "lstat size, four open", counts ? 4 : 0, st.st_size);
    statx(AT_FDCWD, "/proc/thread-self/fd", 0, STATX_BASIC_STATS, &stx);
    check_num(id, "statx size in thread-self", counts ? 4 : 0,
              stx.stx_size);
    dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY);
    fstat(dir, &st);
    check_num(id, "fstat size, the directory too", counts ? 5 : 0,
              st.st_size);
    fstatat(dir, "../fd", &st, 0);
    check_num(id, "fstatat size", counts ? 5 : 0, st.st_size);
    fstatat(dir, "", &st, AT_EMPTY_PATH);
    check_num(id, "fstatat size by AT_EMPTY_PATH", counts ? 5 : 0,
              st.st_size);
    stat("/proc/self/fdinfo", &st);
    check_num(id, "stat size of fdinfo", 0, st.st_size);
    check_num(id, "links of the directory", 2, st.st_nlink);
}

static void listing_of_parent(const char *id, const void *arg)
{
    struct listing want, got;
    pid_t parent = getpid(), pid;
    char dir[80];

    (void)arg;
    dup2(1, 30);
    pid = fork();
    if (pid) {
        wait_for(pid);
        return;
    }
    dup2(1, 31);
    snprintf(dir, sizeof(dir), "/proc/%d/fd", parent);
    expect_numbers(&want, (const int[]) { 0, 1, 2, 30, -1 });
    list_by_getdents(open(dir, O_RDONLY), 4096, DT_LNK, &got);
    check_listing(id, "a child lists its parent's", &want, &got);
    expect_numbers(&want, (const int[]) { 0, 1, 2, 3, 4, 30, 31, -1 });
    list_by_getdents(open("/proc/self/fd", O_RDONLY), 4096, DT_LNK, &got);
    check_listing(id, "a child lists its own", &want, &got);
    _exit(0);
}

/* What a call needs for itself it gives back. */
static void nothing_left(const char *id, const void *arg)
{
    static const char *const names[] = {
        "exe", "cmdline", "environ", "auxv", "stat", "statm", "status",
        "comm", "maps", "smaps", "fd", "fdinfo", "task", "root", "cwd",
    };
    char path[80], now[PATH_MAX];
    struct stat st;
    int fd;

    (void)arg;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "/proc/self/%s", names[i]);
        stat(path, &st);
        lstat(path, &st);
        access(path, R_OK);
        read_link(path, now, sizeof(now));
        fd = open(path, O_RDONLY);
        fstat(fd, &st);
        close(fd);
        check_num(id, path, 3, dup(1));
        close(3);
    }
    prepare_install();
    for (int i = 0; i < 3; i++) {
        fd = make_executable("new");
        map.exe_fd = fd;
        set_map(&map);
        close(fd);
        check_num(id, "nothing is left of an installation", 3, dup(1));
        close(3);
        unlink(path_of("new"));
    }
    check_every(id, "after calls of all sorts: F_GETFD", EBADF, p_getfd);
}

/* ------------------------------------------------------- RLIMIT_NOFILE */

static struct rlimit limits_of(const char *path)
{
    struct rlimit limit = { 1, 1 };
    char text[8192];
    char *line;
    unsigned long cur = 1, max = 1;

    read_text(path, text, sizeof(text));
    line = strstr(text, "Max open files");
    if (line && sscanf(line + 14, "%lu %lu", &cur, &max) == 2) {
        limit.rlim_cur = cur;
        limit.rlim_max = max;
    }
    return limit;
}

static void check_limit(const char *id, const char *text,
                        struct rlimit want, struct rlimit got)
{
    check(want.rlim_cur == got.rlim_cur && want.rlim_max == got.rlim_max, id,
          text, "expected %llu/%llu got %llu/%llu",
          (unsigned long long)want.rlim_cur,
          (unsigned long long)want.rlim_max,
          (unsigned long long)got.rlim_cur,
          (unsigned long long)got.rlim_max);
}

static struct rlimit limit_by_prlimit(pid_t pid)
{
    struct rlimit limit = { 2, 2 };

    prlimit(pid, RLIMIT_NOFILE, NULL, &limit);
    return limit;
}

#ifdef SYS_getrlimit
static struct rlimit limit_by_old_call(void)
{
    unsigned long words[2] = { 3, 3 };

    syscall(SYS_getrlimit, RLIMIT_NOFILE, words);
    return (struct rlimit) { words[0], words[1] };
}

/* QEMU has forgotten it for 64-bit PowerPC. */
static bool lacks_old_call(void)
{
    return !judge.native && syscall(SYS_getrlimit, RLIMIT_NOFILE, NULL) &&
           errno == ENOSYS;
}
#endif

/* Every way to ask has the same answer; to read it takes a number. */
static void check_limit_everywhere(const char *id, const char *when,
                                   rlim_t cur, rlim_t max)
{
    struct rlimit want = { cur, max }, got = { 4, 4 };
    char text[120];

    getrlimit(RLIMIT_NOFILE, &got);
    snprintf(text, sizeof(text), "%s: getrlimit", when);
    check_limit(id, text, want, got);
    snprintf(text, sizeof(text), "%s: prlimit of 0", when);
    check_limit(id, text, want, limit_by_prlimit(0));
    snprintf(text, sizeof(text), "%s: prlimit of its own PID", when);
    check_limit(id, text, want, limit_by_prlimit(getpid()));
    snprintf(text, sizeof(text), "%s: sysconf", when);
    check_num(id, text, cur, sysconf(_SC_OPEN_MAX));
#ifdef SYS_getrlimit
    snprintf(text, sizeof(text), "%s: the old call", when);
    if (lacks_old_call()) {
        skip(id, text, "this QEMU has no getrlimit for the target");
    } else {
        check_limit(id, text, want, limit_by_old_call());
    }
#endif
    if (cur > 3) {
        snprintf(text, sizeof(text), "%s: /proc/self/limits", when);
        check_limit(id, text, want, limits_of("/proc/self/limits"));
        snprintf(text, sizeof(text), "%s: /proc/thread-self/limits", when);
        check_limit(id, text, want, limits_of("/proc/thread-self/limits"));
    }
}

/* Nobody has changed it between the parent process and here. */
static void limit_at_start(const char *id, const void *arg)
{
    char path[80];

    check_limit_everywhere(id, "at start", at_start.rlim_cur,
                           at_start.rlim_max);
    snprintf(path, sizeof(path), "/proc/%d/limits", *(const int *)arg);
    check_limit(id, "the limit of who has started it", limits_of(path),
                at_start);
}

static void check_free(const char *id, const char *when, unsigned want)
{
    char text[120];
    int lowest = dup(1);

    close(lowest);
    snprintf(text, sizeof(text), "%s: numbers that are free", when);
    check_num(id, text, want, fill());
    check_used_up(id, when);
    if (lowest >= 0) {
        close_from(lowest, soft_now());
    }
}

static void limit_lowered(const char *id, const void *arg)
{
    int fd = make_executable("new");

    (void)arg;
    prepare_install();
    check_err(id, "limit 3", 0, set_nofile(3, at_start.rlim_max));
    check_limit_everywhere(id, "limit 3", 3, at_start.rlim_max);
    check_used_up(id, "limit 3");
    identity(id, "limit 3", judge.self);
    check_err(id, "limit 3: dup2 onto 3", EBADF, err_of(dup2(1, 3)));
    check_err(id, "limit 3: F_DUPFD of 3", EINVAL,
              err_of(fcntl(1, F_DUPFD, 3)));
    check_num(id, "limit 3: dup2 onto 0", 0, dup2(1, 0));
    install(id, "limit 3", "new", fd);
    close(fd);
    identity(id, "limit 3, file closed",
             want_install(0) ? judge.self : path_of("new"));
    check_err(id, "limit 10", 0, set_nofile(10, at_start.rlim_max));
    check_free(id, "limit 10", 7);
    check_limit_everywhere(id, "limit 10", 10, at_start.rlim_max);
    check_err(id, "limit 0", 0, set_nofile(0, at_start.rlim_max));
    check_used_up(id, "limit 0");
    check_limit_everywhere(id, "limit 0", 0, at_start.rlim_max);
    identity(id, "limit 0",
             want_install(0) ? judge.self : path_of("new"));
    check_err(id, "limit raised again", 0, set_nofile(at_start.rlim_max,
                                                      at_start.rlim_max));
    check_limit_everywhere(id, "limit raised again", at_start.rlim_max,
                           at_start.rlim_max);
    soft(MOST);
    check_free(id, "limit 1024", soft_now() - 3);
    identity(id, "limit 1024",
             want_install(0) ? judge.self : path_of("new"));
}

static void hard_limit_lowered(const char *id, const void *arg)
{
    int fd = make_executable("new"), fd2 = make_executable("new2");

    (void)arg;
    prepare_install();
    check_err(id, "hard limit 10", 0, set_nofile(10, 10));
    check_limit_everywhere(id, "hard limit 10", 10, 10);
    check_free(id, "hard limit 10", 5);
    install(id, "hard limit 10", "new", fd);
    check_err(id, "hard limit 3", 0, set_nofile(3, 3));
    check_limit_everywhere(id, "hard limit 3", 3, 3);
    check_used_up(id, "hard limit 3");
    identity(id, "hard limit 3",
             want_install(0) ? judge.self : path_of("new"));
    install(id, "hard limit 3", "new2", fd2);
    close_from(3, MOST);
    check_err(id, "hard limit 0", 0, set_nofile(0, 0));
    check_used_up(id, "hard limit 0");
    identity(id, "hard limit 0",
             want_install(0) ? judge.self : path_of("new2"));
    check_limit_everywhere(id, "hard limit 0", 0, 0);
}

static void limit_errors(const char *id, const void *arg)
{
    bool may = may_raise_limits();

    (void)arg;
    check_err(id, "soft over hard", EINVAL,
              set_nofile(at_start.rlim_max + 1, at_start.rlim_max));
    check_err(id, "unlimited", EPERM,
              set_nofile(RLIM_INFINITY, RLIM_INFINITY));
    check_err(id, "over fs.nr_open", EPERM,
              set_nofile(1u << 31, 1u << 31));
    check_limit_everywhere(id, "after errors", at_start.rlim_cur,
                           at_start.rlim_max);
    check_err(id, "hard limit 100", 0, set_nofile(50, 100));
    check_err(id, "hard limit raised by one", may ? 0 : EPERM,
              set_nofile(50, 101));
    check_limit_everywhere(id, "raised by one", 50, may ? 101 : 100);
    check_err(id, "soft limit raised to hard", 0, set_nofile(100, 100));
    check_free(id, "soft limit raised to hard", 97);
    check_err(id, "getrlimit to a bad pointer", EFAULT,
              err_of(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, 0L,
                             (long)BAD_PTR)));
    check_err(id, "setrlimit from a bad pointer", EFAULT,
              err_of(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, (long)BAD_PTR,
                             0L)));
    identity(id, "after errors", judge.self);
}

#ifdef SYS_setrlimit
static void limit_by_old_calls(const char *id, const void *arg)
{
    unsigned long words[2] = { 20, at_start.rlim_max };

    (void)arg;
    check_err(id, "the old setrlimit", 0,
              err_of(syscall(SYS_setrlimit, RLIMIT_NOFILE, words)));
    check_limit_everywhere(id, "the old setrlimit", 20, at_start.rlim_max);
    check_free(id, "the old setrlimit", 17);
}
#endif

/* A number above the limit goes on working. */
static void open_above_limit(const char *id, const void *arg)
{
    struct stat st;

    (void)arg;
    soft(MOST);
    at_zero(open("/dev/zero", O_RDONLY));
    dup2(0, 100);
    check_err(id, "limit 50", 0, set_nofile(50, at_start.rlim_max));
    check_num(id, "read of 100", 1, read(100, small, 1));
    check_err(id, "fstat of 100", 0, err_of(fstat(100, &st)));
    check_num(id, "F_GETFD of 100", 0, fcntl(100, F_GETFD));
    check_num(id, "dup of 100", 3, dup(100));
    check_num(id, "dup2 of 100 onto 49", 49, dup2(100, 49));
    check_num(id, "dup2 of 100 onto itself", 100, dup2(100, 100));
    check_err(id, "dup3 of 100 onto itself", EINVAL,
              err_of(dup3(100, 100, 0)));
    check_err(id, "dup2 of 0 onto 100", EBADF, err_of(dup2(0, 100)));
    check_err(id, "dup3 of 0 onto 100", EBADF, err_of(dup3(0, 100, 0)));
    check_err(id, "F_DUPFD from 50", EINVAL,
              err_of(fcntl(100, F_DUPFD, 50)));
    check_num(id, "readlink of 100", strlen("/dev/zero"),
              readlink("/proc/self/fd/100", small, sizeof(small)));
    check_err(id, "close of 100", 0, err_of(close(100)));
    check_err(id, "close of 100 again", EBADF, err_of(close(100)));
    identity(id, "open above the limit", judge.self);
}

static void limit_of_child(const char *id, const void *arg)
{
    struct rlimit limit = { 20, at_start.rlim_max }, old = { 5, 5 };
    int go[2];
    char byte;
    pid_t pid;

    (void)arg;
    soft(MOST);
    if (pipe(go)) {
        return;
    }
    pid = fork();
    if (pid == 0) {
        close(go[1]);
        if (read(go[0], &byte, 1) != 1) {
            _exit(1);
        }
        at_zero(go[0]);
        check_limit_everywhere(id, "set by the parent", 20,
                               at_start.rlim_max);
        check_free(id, "set by the parent", 17);
        identity(id, "set by the parent", judge.self);
        _exit(0);
    }
    check_err(id, "prlimit of a child", 0,
              err_of(prlimit(pid, RLIMIT_NOFILE, &limit, &old)));
    check_num(id, "what it was before", soft_now(), old.rlim_cur);
    check_limit(id, "what the child has, asked by the parent", limit,
                limit_by_prlimit(pid));
    check_num(id, "the parent keeps its own", MOST < at_start.rlim_max ?
              MOST : at_start.rlim_max, soft_now());
    check_num(id, "let the child go", 1, write(go[1], "x", 1));
    wait_for(pid);
    check_err(id, "prlimit of nobody", ESRCH,
              err_of(prlimit(INT_MAX, RLIMIT_NOFILE, NULL, &old)));
}

static void limit_inherited(const char *id, const void *arg)
{
    pid_t pid;

    (void)arg;
    set_nofile(33, 44);
    pid = fork();
    if (pid == 0) {
        check_limit_everywhere(id, "forked", 33, 44);
        check_free(id, "forked", 30);
        identity(id, "forked", judge.self);
        _exit(set_nofile(5, 5));
    }
    check_num(id, "the child can lower its own", 0, wait_for(pid));
    check_limit_everywhere(id, "the parent afterwards", 33, 44);
}

static void *lower_in_thread(void *arg)
{
    *(int *)arg = set_nofile(25, at_start.rlim_max);
    return NULL;
}

static void limit_of_threads(const char *id, const void *arg)
{
    pthread_t thread;
    int error = -1;

    (void)arg;
    if (pthread_create(&thread, NULL, lower_in_thread, &error) == 0) {
        pthread_join(thread, NULL);
    }
    check_err(id, "setrlimit in a thread", 0, error);
    check_limit_everywhere(id, "set by a thread", 25, at_start.rlim_max);
    check_free(id, "set by a thread", 22);
}

/* ------------------------------------------------------ fork and execve */

struct table_report {
    bool came_back;
    int error;
    uint64_t cur, max;
    unsigned open, listed;
    int stray;
    char exe[1024];
};

/* "PROGRAM --table FD" is how the program is executed anew. */
static void report_table_if_asked(int argc, char **argv)
{
    static struct table_report report;
    struct listing got;
    struct rlimit limit;
    int fd;

    if (argc != 3 || strcmp(argv[1], "--table")) {
        return;
    }
    fd = atoi(argv[2]);
    report.came_back = true;
    getrlimit(RLIMIT_NOFILE, &limit);
    report.cur = limit.rlim_cur;
    report.max = limit.rlim_max;
    for (int i = 0; i < PROBED; i++) {
        report.open += is_open(i);
        report.stray = is_open(i) && i > 2 && i != fd ? i : report.stray;
    }
    /* In place of the pipe, which is of no use for the moment. */
    list_by_getdents(open("/proc/self/fd", O_RDONLY), 4096, DT_LNK, &got);
    report.listed = got.count;
    read_link("/proc/self/exe", report.exe, sizeof(report.exe));
    _exit(write(fd, &report, sizeof(report)) != sizeof(report));
}

static void exec_table(int fd, bool vforked)
{
    char text[16];
    char *args[] = { (char *)"again", (char *)"--table", text, NULL };

    snprintf(text, sizeof(text), "%d", fd);
    execve(vforked ? "/proc/self/exe" : judge.self, args, environ);
}

static void check_new_table(const char *id, const char *when,
                            const struct table_report *report, rlim_t cur,
                            rlim_t max)
{
    char text[120];

    snprintf(text, sizeof(text), "%s: open after execve", when);
    check(report->open == 4 && !report->stray, id, text,
          "expected 4 got %u, such as %d", report->open, report->stray);
    snprintf(text, sizeof(text), "%s: listed after execve", when);
    check_num(id, text, 5, report->listed);
    snprintf(text, sizeof(text), "%s: limit after execve", when);
    check_limit(id, text, (struct rlimit) { cur, max },
                (struct rlimit) { report->cur, report->max });
    snprintf(text, sizeof(text), "%s: exe after execve", when);
    check_str(id, text, judge.self, report->exe);
}

enum exec_how { PLAIN, VFORKED, LIMITED, FILLED };

static const char *const exec_name[] = {
    "execve", "vfork and execve of exe", "execve with hard limit 40",
    "execve with all numbers used",
};

static void exec_with(enum exec_how how, int out)
{
    if (how == LIMITED) {
        set_nofile(40, 40);
    }
    if (how == FILLED) {
        while (fcntl(1, F_DUPFD_CLOEXEC, 0) >= 0) {
            continue;
        }
    }
    exec_table(out, how == VFORKED);
}

static void table_after_exec(const char *id, const void *arg)
{
    enum exec_how how = *(const enum exec_how *)arg;
    struct table_report report = { .came_back = false };
    rlim_t limit = how == LIMITED ? 40 : soft(MOST);
    int pipes[2];
    pid_t pid;

    if (pipe(pipes)) {
        return;
    }
    fcntl(pipes[0], F_SETFD, FD_CLOEXEC);
    pid = how == VFORKED ? vfork() : fork();
    if (pid == 0) {
        exec_with(how, pipes[1]);
        _exit(errno);
    }
    close(pipes[1]);
    report.came_back = read(pipes[0], &report, sizeof(report)) ==
                       sizeof(report);
    report.error = WEXITSTATUS(wait_for(pid));
    if (!report.came_back && report.error == ENOEXEC) {
        skip(id, exec_name[how], "this host cannot execute the binary");
        return;
    }
    check_err(id, exec_name[how], 0, report.error);
    check_new_table(id, exec_name[how], &report, limit,
                    how == LIMITED ? limit : at_start.rlim_max);
}

static void fork_is_the_same(const char *id, const void *arg)
{
    int fd = make_executable("new"), status;
    pid_t pid;

    (void)arg;
    prepare_install();
    install(id, "before fork", "new", fd);
    close(fd);
    pid = fork();
    if (pid == 0) {
        check_every(id, "in a child: F_GETFD", EBADF, p_getfd);
        check_every(id, "in a child: close", EBADF, p_close);
        check_lowest(id, "in a child", 3);
        identity(id, "in a child",
                 want_install(0) ? judge.self : path_of("new"));
        fd = make_executable("new2");
        install(id, "in a child", "new2", fd);
        _exit(0);
    }
    status = wait_for(pid);
    check_num(id, "the child comes to its end", 0, status);
    identity(id, "in the parent",
             want_install(0) ? judge.self : path_of("new"));
}

/* Each says that it is there, and waits for all the others. */
static void live_together(int ready, int go, const char *want)
{
    char byte = 'x';

    if (write(ready, &byte, 1) != 1 || read(go, &byte, 1) != 0) {
        _exit(1);
    }
    _exit(exe_is(want) ? 0 : 2);
}

static unsigned fork_many(const char *want, int ready[2], int go[2])
{
    unsigned count;
    pid_t pid;

    for (count = 0; count < FORKS; count++) {
        pid = fork();
        if (pid == 0) {
            close(go[1]);
            close(ready[0]);
            live_together(ready[1], go[0], want);
        }
        if (pid < 0) {
            break;
        }
    }
    return count;
}

static void many_children(const char *id, const void *arg)
{
    const char *want = want_install(0) ? judge.self : path_of("new");
    unsigned count, there = 0, right = 0;
    int ready[2], go[2], status;
    char byte;

    (void)arg;
    if (pipe(ready) || pipe(go)) {
        return;
    }
    prepare_install();
    install(id, "before many forks", "new", make_executable("new"));
    count = fork_many(want, ready, go);
    while (there < count && read(ready[0], &byte, 1) == 1) {
        there++;
    }
    close(go[1]);
    for (unsigned i = 0; i < count; i++) {
        status = -1;
        right += wait(&status) > 0 && status == 0;
    }
    if (count < FORKS) {
        skip(id, "many children at once", "this user may not have as many");
    } else {
        check_num(id, "children alive at once", FORKS, there);
    }
    check_num(id, "children whose exe is right", count, right);
}

/* ---------------------------------------------------------------- main */

static void run_not_open(void)
{
    run_case("N01", not_open, fcntl_probes);
    run_case("N02", not_open, look_probes);
    run_case("N03", not_open, io_probes);
    run_case("N04", not_open, directory_probes);
    run_case("N05", not_open_at_hand, NULL);
    run_case("N06", not_open_by_pidfd, NULL);
    run_case("N07", not_open_to_install, NULL);
    run_case("N08", not_open_to_poll, NULL);
    run_case("N09", not_open_to_select, NULL);
    run_case("N10", size_of_table, NULL);
    run_case("N11", no_path, "/proc/self/fd");
    run_case("N12", no_path, "/proc/self/fdinfo");
    run_case("N13", no_path, "/proc/%d/fd");
    run_case("N14", no_path, "/proc/self/task/%d/fdinfo");
    run_case("N15", no_path, "/dev/fd");
}

static void run_taken(void)
{
    run_case("N20", onto_every, &ontos[0]);
    run_case("N21", onto_every, &ontos[1]);
    run_case("N22", onto_every, &ontos[2]);
    run_case("N23", onto_every, &ontos[3]);
    run_case("N24", lowest_number, NULL);
    run_case("N25", read_one_number_free, NULL);
    run_case("N26", used_up, NULL);
    run_case("N27", used_up_untouched, NULL);
    run_case("N28", used_up_hard, NULL);
    run_case("N29", large_limit, NULL);
}

static void run_closed(void)
{
    run_case("N30", close_every, NULL);
    run_case("N31", close_ranges, NULL);
    run_case("N32", close_ranges_cloexec, NULL);
    run_case("N33", tables_apart, (void *)(uintptr_t)leave_by_unshare);
    run_case("N34", tables_apart, (void *)(uintptr_t)leave_by_close_range);
}

static void run_listed(void)
{
    run_case("N40", listing, NULL);
    run_case("N41", listing_of_many, NULL);
    run_case("N42", listing_errors, "/proc/self/fd");
    run_case("N43", listing_errors, "/proc/self/fdinfo");
    run_case("N44", listing_rewound, "/proc/self/fd");
    run_case("N45", listing_rewound, "/proc/self/fdinfo");
    run_case("N46", listing_sought, "/proc/self/fd");
    run_case("N47", listing_offsets, "/proc/self/fd");
    run_case("N48", listing_offsets, "/proc/thread-self/fdinfo");
    run_case("N49", closefrom_loop, NULL);
    run_case("N50", close_until_empty, NULL);
    run_case("N51", size_of_listing, NULL);
    run_case("N52", listing_of_parent, NULL);
    run_case("N53", nothing_left, NULL);
}

static void run_limits(int *starter)
{
    run_case("N60", limit_at_start, starter);
    run_case("N61", limit_lowered, NULL);
    run_case("N62", hard_limit_lowered, NULL);
    run_case("N63", limit_errors, NULL);
#ifdef SYS_setrlimit
    run_case("N64", limit_by_old_calls, NULL);
#endif
    run_case("N65", open_above_limit, NULL);
    run_case("N66", limit_of_child, NULL);
    run_case("N67", limit_inherited, NULL);
    run_case("N68", limit_of_threads, NULL);
}

static void run_processes(void)
{
    static const enum exec_how how[] = { PLAIN, VFORKED, LIMITED, FILLED };

    run_case("N70", fork_is_the_same, NULL);
    run_case("N71", table_after_exec, &how[PLAIN]);
    run_case("N72", table_after_exec, &how[VFORKED]);
    run_case("N73", table_after_exec, &how[LIMITED]);
    run_case("N74", table_after_exec, &how[FILLED]);
    /* Neither rules nor users concern it, and it is the longest of all. */
    if (judge.native || (judge.caps_all && !judge.rule_linux)) {
        run_case("N75", many_children, NULL);
    }
}

int main(int argc, char **argv)
{
    int starter = getppid();

    report_table_if_asked(argc, argv);
    begin(argc, argv);
    at_zero(open("/dev/null", O_RDONLY));
    close_from(3, judge.native ? PROBED : INHERITED);
    getrlimit(RLIMIT_NOFILE, &at_start);
    may_install = may_set_exe_by_map();
    collect_numbers();
    run_not_open();
    run_taken();
    run_closed();
    run_listed();
    run_limits(&starter);
    run_processes();
    return finish();
}
