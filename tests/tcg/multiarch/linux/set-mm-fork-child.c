/*
 * A forked child, from its first instruction on: what others see of it, and
 * what it sees of itself
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

/* ------------------------------------------------- what the child is doing */

static int ends[2];         /* of a pipe that nobody writes to */
static int locked = -1;     /* a file that the parent has locked */

static void spin(void)
{
    static bool ends_here;

    while (!__atomic_load_n(&ends_here, __ATOMIC_RELAXED)) {
        continue;
    }
}

/* Calls that take no time, and nothing else. */
static void call_quickly(void)
{
    for (;;) {
        close(dup(0));
        syscall(SYS_getpid);
    }
}

static void sleep_long(void)
{
    pause();
}

static void read_pipe(void)
{
    char byte;

    if (read(ends[0], &byte, 1) == 1) {
        _exit(1);
    }
}

static void wait_for_lock(void)
{
    struct flock lock = { .l_type = F_WRLCK };

    fcntl(locked, F_SETLKW, &lock);
}

static void stop(void)
{
    kill(getpid(), SIGSTOP);
}

static void wait_for_child(void)
{
    pid_t parent = getpid();

    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent) {
            spin();
        }
        _exit(0);
    }
    wait_for(-1);
}

static void *pause_beside(void *arg)
{
    (void)arg;
    pause();
    return NULL;
}

static void start_thread(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, pause_beside, NULL);
    spin();
}

static const struct behaviour {
    const char *name;
    void (*fn)(void);
    unsigned threads;
} behaviours[] = {
    { "spins", spin, 1 },
    { "calls quickly", call_quickly, 1 },
    { "sleeps", sleep_long, 1 },
    { "reads a pipe", read_pipe, 1 },
    { "waits for a lock", wait_for_lock, 1 },
    { "stops itself", stop, 1 },
    { "waits for a child", wait_for_child, 1 },
    { "starts a thread", start_thread, 2 },
};

enum { BEHAVIOURS = sizeof(behaviours) / sizeof(behaviours[0]) };

/* ---------------------------------------------------------------- a look */

static char *entry(pid_t pid, const char *name)
{
    static char path[64];

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    return path;
}

enum { LINK = 1, FILE_OF_LINK = 2, ARGUMENTS = 4, ALL = 7 };

/* Of a process whose program is ours. */
static unsigned look(pid_t pid)
{
    char text[2][4096];
    ssize_t len[2];
    struct stat st[2];
    unsigned seen = 0;

    if (!strcmp(judge.self, read_link(entry(pid, "exe"), text[0],
                                      sizeof(text[0])))) {
        seen |= LINK;
    }
    if (stat(judge.self, &st[0]) == 0 && stat(entry(pid, "exe"), &st[1]) == 0 &&
        st[0].st_ino == st[1].st_ino && st[0].st_dev == st[1].st_dev) {
        seen |= FILE_OF_LINK;
    }
    len[0] = read_whole("/proc/self/cmdline", text[0], sizeof(text[0]));
    len[1] = read_whole(entry(pid, "cmdline"), text[1], sizeof(text[1]));
    if (len[0] > 0 && len[0] == len[1] && !memcmp(text[0], text[1], len[0])) {
        seen |= ARGUMENTS;
    }
    return seen;
}

/* For a moment a child can look like its emulator to all but its parent. */
static unsigned look_again(pid_t pid)
{
    unsigned seen = look(pid);

    for (int i = 0; i < 200 && seen != ALL; i++) {
        usleep(10000);
        seen = look(pid);
    }
    return seen;
}

static void check_looks(const char *id, const struct behaviour *b, bool brother)
{
    char text[100];
    pid_t pid, reader;
    int status;

    pid = fork();
    if (pid == 0) {
        b->fn();
        _exit(0);
    }
    snprintf(text, sizeof(text), "%s, seen by its %s", b->name,
             brother ? "brother" : "parent");
    if (brother) {
        reader = fork();
        if (reader == 0) {
            _exit(look_again(pid));
        }
        status = wait_for(reader);
        check_num(id, text, ALL, WIFEXITED(status) ? WEXITSTATUS(status) : 0);
    } else {
        check_num(id, text, ALL, look(pid));
    }
    if (b->threads > 1) {
        usleep(200000);
    }
    snprintf(text, sizeof(text), "%s, threads", b->name);
    check_num(id, text, b->threads, count_entries(entry(pid, "task")));
    kill(pid, SIGKILL);
    wait_for(pid);
}

static void looked_at(const char *id, const void *arg)
{
    struct flock lock = { .l_type = F_WRLCK };
    char path[PATH_MAX + 64];

    in_dir(path, sizeof(path), "locked");
    locked = open(path, O_RDWR | O_CREAT, 0600);
    check_err(id, "a lock", 0, err_of(fcntl(locked, F_SETLK, &lock)));
    check_err(id, "a pipe", 0, err_of(pipe(ends)));
    for (int i = 0; i < BEHAVIOURS; i++) {
        check_looks(id, &behaviours[i], arg != NULL);
    }
}

/* -------------------------------------------------- what the child notices */

static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * (int64_t)1000000 + t.tv_nsec / 1000;
}

static int in_child(int (*fn)(void))
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        _exit(fn());
    }
    status = wait_for(pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 0x100 + status;
}

static int poll_at_once(void)
{
    return err_of(poll(NULL, 0, 20));
}

static int sleep_at_once(void)
{
    struct timespec t = { .tv_nsec = 20 * 1000 * 1000 };

    return err_of(nanosleep(&t, NULL));
}

/* Not interrupted by anything that was begun before. */
static int poll_after(int us)
{
    int64_t end = now_us() + us;

    while (now_us() < end) {
        close(dup(0));
    }
    return poll_at_once();
}

static int poll_after_2_ms(void)
{
    return poll_after(2000);
}

static int poll_after_6_ms(void)
{
    return poll_after(6000);
}

static int wait_for_signal(void)
{
    struct timespec t = { .tv_nsec = 20 * 1000 * 1000 };
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    return err_of(sigtimedwait(&all, NULL, &t));
}

static int look_for_timers(void)
{
    char text[100];
    ssize_t len = read_whole("/proc/self/timers", text, sizeof(text));

    return len > 0;
}

static int look_at_self(void)
{
    char link[PATH_MAX];

    return strcmp(judge.self, read_link("/proc/self/exe", link, sizeof(link)));
}

static int look_without_numbers(void)
{
    struct rlimit none = { 0, 0 };

    setrlimit(RLIMIT_NOFILE, &none);
    return look_at_self();
}

static int look_as_nobody(void)
{
    if (setresgid(65534, 65534, 65534) == 0) {
        setresuid(65534, 65534, 65534);
    }
    return look_at_self();
}

/* The parent of the one that looks has ended. */
static int look_as_orphan(void)
{
    int status[2];
    char byte = 'x';
    pid_t pid;

    if (pipe(status)) {
        return 1;
    }
    pid = fork();
    if (pid == 0) {
        if (fork() == 0) {
            byte = look_at_self() ? 'n' : 'y';
            _exit(write(status[1], &byte, 1) != 1);
        }
        _exit(0);
    }
    wait_for(pid);
    close(status[1]);
    return read(status[0], &byte, 1) != 1 || byte != 'y';
}

static void notices(const char *id, const void *arg)
{
    (void)arg;
    check_num(id, "poll is not interrupted", 0, in_child(poll_at_once));
    check_num(id, "nanosleep is not interrupted", 0, in_child(sleep_at_once));
    check_num(id, "poll after 2 ms", 0, in_child(poll_after_2_ms));
    check_num(id, "poll after 6 ms", 0, in_child(poll_after_6_ms));
    check_num(id, "no signal arrives", EAGAIN, in_child(wait_for_signal));
    check_num(id, "no timer is listed", 0, in_child(look_for_timers));
    check_num(id, "exe", 0, in_child(look_at_self));
    check_num(id, "exe without numbers", 0, in_child(look_without_numbers));
    check_num(id, "exe as another user", 0, in_child(look_as_nobody));
    check_num(id, "exe as an orphan", 0, look_as_orphan());
}

/* ------------------------------------------- the executable has a new name */

static char names[2][PATH_MAX + 64];

static void expect_link(const char *id, const char *text, const char *want,
                        void (*fn)(void))
{
    char link[PATH_MAX];
    pid_t pid = fork();

    if (pid == 0) {
        fn();
        check_str(id, text, want, read_link("/proc/self/exe", link,
                                            sizeof(link)));
        _exit(0);
    }
    check_num(id, "the child ends", 0, wait_for(pid));
}

static void rename_it(void)
{
    rename(names[0], names[1]);
}

static void remove_it(void)
{
    unlink(names[1]);
}

static void replace_it(void)
{
    write_file(names[1], 0755, "#!/bin/true\n", 12);
}

static void renamed(const char *id, const void *arg)
{
    char deleted[PATH_MAX + 80];
    int error;

    (void)arg;
    in_dir(names[0], sizeof(names[0]), "one");
    in_dir(names[1], sizeof(names[1]), "two");
    snprintf(deleted, sizeof(deleted), "%s (deleted)", names[1]);
    write_file(names[0], 0755, "#!/bin/true\n", 12);
    detach_exe();
    error = set_exe_by_map(open(names[0], O_RDONLY));
    check_err(id, "installed", want_exe_by_map(0), error);
    if (error) {
        return;
    }
    expect_link(id, "renamed by the child", names[1], rename_it);
    expect_link(id, "removed by the child", deleted, remove_it);
    expect_link(id, "replaced by the child", deleted, replace_it);
}

/* ------------------------------------------------------ a child's brother */

/* With a signal for the end, which is the caller's anyway. */
static pid_t clone_brother(void)
{
    const unsigned long flags = CLONE_PARENT | SIGCHLD;

#if defined(s390) || \
    defined(__s390x__) || defined(__CRIS__)
    return syscall(SYS_clone, 0, flags, 0, 0, 0);
#else
    return syscall(SYS_clone, flags, 0, 0, 0, 0);
#endif
}

static void brothers(const char *id, const void *arg)
{
    pid_t self = getpid(), pid = fork();
    int status[2] = { -1, -1 };
    siginfo_t info;

    (void)arg;
    if (pid == 0) {
        pid_t brother = clone_brother();

        if (brother == 0) {
            _exit(getppid() == self ? 4 : 5);
        }
        _exit(brother < 0 ? errno : 3);
    }
    check_num(id, "the child", 3 << 8, wait_for(pid));
    check_err(id, "its brother is ours", 0,
              err_of(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT)));
    check_num(id, "by SIGCHLD", CLD_EXITED, info.si_code);
    wait(&status[0]);
    check_num(id, "its end", 4 << 8, status[0]);
    check_err(id, "no other", ECHILD, err_of(wait(&status[1])));
}

int main(int argc, char **argv)
{
    static const bool brother = true;

    begin(argc, argv);
    run_case("K01", looked_at, NULL);
    run_case("K02", looked_at, &brother);
    run_case("K03", notices, NULL);
    run_case("K04", renamed, NULL);
    run_case("K05", brothers, NULL);
    return finish();
}
