/*
 * What a system call copies from or to memory that goes away, that lies beyond
 * the end of its file, or that holds code: EFAULT or success, as the kernel has
 * it, and the program goes on
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-ends.h"
#include <linux/capability.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>

enum {
    PAGE = 4096,
    RACE_SECONDS = 1,
    MANY = 40000,
    /* The kernel and QEMU look at arguments in another order. */
    ANY = -1,
};

static char *page;
static bool stop;
static int epoll;
static char *path;

/* ------------------------------------- calls that the emulator copies for */

static long do_clock_gettime(void)
{
    return syscall(SYS_clock_gettime, CLOCK_MONOTONIC, page);
}

static long do_clock_getres(void)
{
    return syscall(SYS_clock_getres, CLOCK_MONOTONIC, page);
}

static long do_gettimeofday(void)
{
    return syscall(SYS_gettimeofday, page, NULL);
}

static long do_uname(void)
{
    return syscall(SYS_uname, page);
}

static long do_getrusage(void)
{
    return syscall(SYS_getrusage, RUSAGE_SELF, page);
}

static long do_times(void)
{
    return syscall(SYS_times, page) < 0 ? -1 : 0;
}

static long do_sysinfo(void)
{
    return syscall(SYS_sysinfo, page);
}

static long do_prlimit(void)
{
    return syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, page);
}

static long do_sigprocmask(void)
{
    return syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, page, _NSIG / 8);
}

static long do_sigprocmask_in(void)
{
    return syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, page, NULL, _NSIG / 8);
}

static long do_sigaction(void)
{
#if defined(sparc) || \
    defined(__sparc__)
    /* The fourth is what a handler returns to. */
    return syscall(SYS_rt_sigaction, SIGUSR1, NULL, page, NULL, _NSIG / 8);
#else
    return syscall(SYS_rt_sigaction, SIGUSR1, NULL, page, _NSIG / 8);
#endif
}

static long do_sigpending(void)
{
    return syscall(SYS_rt_sigpending, page, _NSIG / 8);
}

static long do_sigaltstack(void)
{
    return syscall(SYS_sigaltstack, NULL, page);
}

static long do_getitimer(void)
{
    return syscall(SYS_getitimer, ITIMER_REAL, page);
}

static long do_utimensat(void)
{
    return syscall(SYS_utimensat, AT_FDCWD, path, page, 0);
}

static long do_poll(void)
{
    struct pollfd *fd = (void *)page;

    return syscall(SYS_ppoll, fd, 1, &(struct timespec) { 0, 0 }, NULL,
                   _NSIG / 8) < 0 ? -1 : 0;
}

static long do_epoll_ctl(void)
{
    return syscall(SYS_epoll_ctl, epoll, EPOLL_CTL_ADD, epoll, page);
}

static long do_open(void)
{
    return syscall(SYS_openat, AT_FDCWD, page, O_RDONLY, 0);
}

static long do_access(void)
{
    return syscall(SYS_faccessat, AT_FDCWD, page, F_OK);
}

static long do_statfs(void)
{
    return statfs(path, (struct statfs *)page);
}

static long do_statx(void)
{
    return syscall(SYS_statx, AT_FDCWD, path, 0, 0, page);
}

static long do_getcwd(void)
{
    return syscall(SYS_getcwd, page, 500) < 0 ? -1 : 0;
}

static long do_getsockname(void)
{
    return syscall(SYS_getsockname, epoll, page, page + 64);
}

static long do_writev(void)
{
    return syscall(SYS_writev, epoll, page, 2);
}

static long do_sendmsg(void)
{
    return syscall(SYS_sendmsg, epoll, page, 0);
}

static long do_affinity(void)
{
    return syscall(SYS_sched_getaffinity, 0, 128, page) < 0 ? -1 : 0;
}

static long do_getresuid(void)
{
/* 32-bit sparc has the one with 32-bit numbers only. */
#ifdef SYS_getresuid
    const long number = SYS_getresuid;
#else
    const long number = SYS_getresuid32;
#endif

    return syscall(number, page, page + 4, page + 8);
}

static long do_capget(void)
{
    struct __user_cap_header_struct header = {
        .version = _LINUX_CAPABILITY_VERSION_3,
    };

    return syscall(SYS_capget, &header, page);
}

static long do_sched_param(void)
{
    return syscall(SYS_sched_getparam, 0, page);
}

/* What a call may answer to a page of zeros, beside success. */
static const struct copy_call {
    const char *text;
    long (*fn)(void);
    int other;
} copy_calls[] = {
    { "clock_gettime", do_clock_gettime, 0 },
    { "clock_getres", do_clock_getres, 0 },
    { "gettimeofday", do_gettimeofday, 0 },
    { "uname", do_uname, 0 },
    { "getrusage", do_getrusage, 0 },
    { "times", do_times, 0 },
    { "sysinfo", do_sysinfo, 0 },
    { "prlimit64", do_prlimit, 0 },
    { "rt_sigprocmask", do_sigprocmask, 0 },
    { "rt_sigprocmask of a set", do_sigprocmask_in, 0 },
    { "rt_sigaction", do_sigaction, 0 },
    { "rt_sigpending", do_sigpending, 0 },
    { "sigaltstack", do_sigaltstack, 0 },
    { "getitimer", do_getitimer, 0 },
    { "utimensat", do_utimensat, EINVAL },
    { "ppoll", do_poll, 0 },
    { "epoll_ctl", do_epoll_ctl, EINVAL },
    { "openat", do_open, ENOENT },
    { "faccessat", do_access, ENOENT },
    { "statfs", do_statfs, 0 },
    { "statx", do_statx, 0 },
    { "getcwd", do_getcwd, 0 },
    { "getsockname", do_getsockname, ENOTSOCK },
    { "writev", do_writev, EINVAL },
    { "sendmsg", do_sendmsg, ANY },
    { "sched_getaffinity", do_affinity, EINVAL },
    { "getresuid", do_getresuid, 0 },
    { "capget", do_capget, 0 },
    { "sched_getparam", do_sched_param, 0 },
};

enum { NR_CALLS = sizeof(copy_calls) / sizeof(copy_calls[0]) };

static void prepare(void)
{
    static char name[PATH_MAX + 64];

    in_dir(name, sizeof(name), ".");
    path = name;
    epoll = epoll_create1(0);
}

/* ------------------------------------------- memory that is not there */

static void *unmap_and_map(void *unused)
{
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        munmap(page, PAGE);
        mmap(page, PAGE, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    }
    return unused;
}

static void *protect(void *unused)
{
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        mprotect(page, PAGE, PROT_NONE);
        mprotect(page, PAGE, PROT_READ | PROT_WRITE);
    }
    return unused;
}

static void race(void *(*fn)(void *))
{
    const double end = seconds() + RACE_SECONDS;
    pthread_t thread;

    prepare();
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_create(&thread, NULL, fn, NULL);
    /* The other thread may keep this one waiting long. */
    for (unsigned i = 0; i == 0 || seconds() < end; i++) {
        const struct copy_call *call = &copy_calls[i % NR_CALLS];

        if (call->fn() < 0 && errno != EFAULT &&
            call->other != ANY && errno != call->other) {
            _exit(100 + i % NR_CALLS);
        }
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    pthread_join(thread, NULL);
}

static void race_unmap(void)
{
    race(unmap_and_map);
}

static void race_protect(void)
{
    race(protect);
}

static void run_races(const char *id, const void *unused)
{
    (void)unused;
    check_status(id, "calls beside munmap and mmap of what they copy", 0,
                 run_to_end(race_unmap));
    check_status(id, "calls beside mprotect of what they copy", 0,
                 run_to_end(race_protect));
}

/* ----------------------------------------------- beyond the end of a file */

static const struct copy_call *beyond_call;

static void call_beyond_end(void)
{
    char name[PATH_MAX + 64];
    long ret;
    int fd;

    prepare();
    in_dir(name, sizeof(name), "short");
    fd = open(name, O_RDWR | O_CREAT, 0600);
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ret = beyond_call->fn();
    _exit(ret < 0 ? errno : 0);
}

static void run_beyond_end(const char *id, const void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < NR_CALLS; i++) {
        /* The descriptor is looked at before the memory, or after it. */
        const int other = copy_calls[i].fn == do_sendmsg ?
                          ENOTSOCK : copy_calls[i].other;
        const bool either = other == ENOTSOCK || other == EINVAL;
        int status;

        beyond_call = &copy_calls[i];
        status = run_to_end(call_beyond_end);
        if (either && WIFEXITED(status) &&
            WEXITSTATUS(status) == other) {
            status = EFAULT << 8;
        }
        check_status(id, copy_calls[i].text, EFAULT << 8, status);
    }
}

/* --------------------------------------------------- memory with code */

static int ends[2];
static ssize_t got;

static void *sleep_in_read(void *unused)
{
    got = read(ends[0], page + 2048, 4);
    return unused;
}

static void *sleep_in_readv(void *unused)
{
    struct iovec vec[] = { { page + 2048, 2 }, { page + 3072, 2 } };

    got = readv(ends[0], vec, 2);
    return unused;
}

static void *sleep_in_recv(void *unused)
{
    got = recv(ends[0], page + 2048, 4, 0);
    return unused;
}

static void *sleep_in_recvmsg(void *unused)
{
    struct iovec vec = { page + 2048, 4 };
    struct msghdr msg = { .msg_iov = &vec, .msg_iovlen = 1 };

    got = recvmsg(ends[0], &msg, 0);
    return unused;
}

static bool sleeps_beside_code(void *(*fn)(void *))
{
    pthread_t thread;

    page = page_of_code();
    pthread_create(&thread, NULL, fn, NULL);
    usleep(200000);
    if (call_code(page) != 7 || write(ends[1], "abcd", 4) != 4) {
        return false;
    }
    pthread_join(thread, NULL);
    return got == 4 && call_code(page) == 7;
}

static void run_beside_code(const char *id, const void *unused)
{
    (void)unused;
    if (pipe(ends)) {
        return;
    }
    check_true(id, "read that sleeps while code beside its buffer runs",
               sleeps_beside_code(sleep_in_read));
    check_true(id, "readv that sleeps while code beside its buffers runs",
               sleeps_beside_code(sleep_in_readv));
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    check_true(id, "recv that sleeps while code beside its buffer runs",
               sleeps_beside_code(sleep_in_recv));
    check_true(id, "recvmsg that sleeps while code beside its buffer runs",
               sleeps_beside_code(sleep_in_recvmsg));
}

/* ------------------------------------------------------- many elements */

static void *poll_many(void *count)
{
    struct pollfd *fds = calloc(MANY, sizeof(*fds));

    for (unsigned i = 0; i < MANY; i++) {
        fds[i].fd = -1;
    }
    *(int *)count = poll(fds, MANY, 0);
    return NULL;
}

enum { LARGE = 8 << 20 };

/* As much as the guest says is on no stack of the emulator's. */
static void *say_large_sizes(void *unused)
{
    char *room = mmap(NULL, LARGE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct iovec vec = { room, 1 };
    struct msghdr msg = {
        .msg_iov = &vec, .msg_iovlen = 1,
        .msg_control = room, .msg_controllen = LARGE,
    };
    socklen_t len = LARGE;
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    if (recvmsg(fd, &msg, MSG_DONTWAIT) != -1 || errno != EAGAIN) {
        _exit(1);
    }
    if (getsockname(fd, (struct sockaddr *)room, &len)) {
        _exit(2);
    }
    if (syscall(SYS_sched_getaffinity, 0, LARGE, room) <= 0) {
        _exit(3);
    }
    if (bind(fd, (struct sockaddr *)room, LARGE) != -1 || errno != EINVAL) {
        _exit(4);
    }
    return unused;
}

static void run_large_sizes(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, say_large_sizes, NULL);
    pthread_join(thread, NULL);
}

static void run_many(const char *id, const void *unused)
{
    struct rlimit limit = { MANY, MANY };
    pthread_t thread;
    int count = -1;

    (void)unused;
    check_status(id, "calls with large sizes in a thread", 0,
                 run_to_end(run_large_sizes));
    if (setrlimit(RLIMIT_NOFILE, &limit)) {
        skip(id, "poll of many descriptors in a thread",
             "no right to a limit so high");
        return;
    }
    pthread_create(&thread, NULL, poll_many, &count);
    pthread_join(thread, NULL);
    check_num(id, "poll of many descriptors in a thread", 0, count);
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    run_case("C01", run_races, NULL);
    run_case("C02", run_beyond_end, NULL);
    run_case("C03", run_beside_code, NULL);
    run_case("C04", run_many, NULL);
    return finish();
}
