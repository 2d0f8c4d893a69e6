/*
 * clone(2) with CLONE_VM alone: a process beside its parent, in one memory
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif

enum {
    STACK = 64 * 1024,
    AT_ONCE = 8,
    IN_A_ROW = 100,
    MAKERS = 4,
    EACH = 20,
    LOW_DATA = 512 << 20,
};

/* One of several stacks; a child has it until it is gone. */
static pid_t make_on(int which, int (*fn)(void *), void *arg, int flags,
                     pid_t *tid)
{
    static char stack[AT_ONCE][STACK] __attribute__((aligned(64)));

    return clone(fn, stack[which] + (stack_grows_up() ? 0 : STACK),
                 flags | SIGCHLD, arg, tid);
}

static pid_t make(int (*fn)(void *), void *arg, int flags)
{
    return make_on(0, fn, arg, flags | CLONE_VM, NULL);
}

/* volatile: another process writes them. */
static volatile int begun, may_end, value;

static void begin_case(void)
{
    begun = may_end = value = 0;
}

/* volatile: another process writes it. */
static void wait_until(volatile int *flag)
{
    while (!*flag) {
        usleep(500);
    }
}

/* Lets it end.  Returns: its status. */
static int end(pid_t pid)
{
    may_end = 1;
    return wait_for(pid);
}

/* --- Memory --------------------------------------------------------------- */

static int answer(void *arg)
{
    begun = 1;
    wait_until(&may_end);
    value = *(int *)arg;
    return 5;
}

static void memory(const char *id, const void *arg)
{
    int number = 42;
    pid_t pid;

    (void)arg;
    pid = make(answer, &number, 0);
    wait_until(&begun);
    check_num(id, "it waits for us", 0, value);
    check_num(id, "status", 5 << 8, end(pid));
    check_num(id, "what it has written", 42, value);
}

static void *mapping;

static int map(void *arg)
{
    (void)arg;
    mapping = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *(char *)mapping = 'x';
    begun = 1;
    wait_until(&may_end);
    return 0;
}

static void memory_calls(const char *id, const void *arg)
{
    pid_t pid;

    (void)arg;
    pid = make(map, NULL, 0);
    wait_until(&begun);
    check_num(id, "its mapping", 'x', *(char *)mapping);
    munmap(mapping, page_size());
    check_num(id, "status", 0, end(pid));
}

/* --- Who it is ------------------------------------------------------------ */

static unsigned threads_of(const char *path)
{
    char text[8192];
    const char *line;

    read_text(path, text, sizeof(text));
    line = strstr(text, "Threads:");
    return line ? atoi(line + strlen("Threads:")) : 0;
}

static struct {
    pid_t pid, ppid, tid;
    unsigned tasks, threads;
    char exe[PATH_MAX];
} seen;

static int look(void *arg)
{
    (void)arg;
    seen.pid = getpid();
    seen.ppid = getppid();
    seen.tid = syscall(SYS_gettid);
    seen.tasks = count_entries("/proc/self/task");
    seen.threads = threads_of("/proc/self/status");
    read_link("/proc/self/exe", seen.exe, sizeof(seen.exe));
    begun = 1;
    wait_until(&may_end);
    return 0;
}

static void look_from_outside(const char *id, pid_t pid)
{
    char path[64], text[PATH_MAX];
    pid_t looker = fork();

    if (looker == 0) {
        snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
        if (threads_of(path) != 1) {
            _exit(1);
        }
        snprintf(path, sizeof(path), "/proc/%d/status", (int)getppid());
        if (threads_of(path) != 1) {
            _exit(2);
        }
        snprintf(path, sizeof(path), "/proc/%d/task", (int)getppid());
        if (count_entries(path) != 1) {
            _exit(3);
        }
        snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
        _exit(strcmp(read_link(path, text, sizeof(text)), judge.self) ? 4 : 0);
    }
    check_num(id, "another process sees two of one thread", 0,
              wait_for(looker));
}

static void identity(const char *id, const void *arg)
{
    struct stat st;
    nlink_t links;
    pid_t pid;

    (void)arg;
    stat("/proc/self/task", &st);
    links = st.st_nlink;
    pid = make(look, NULL, 0);
    wait_until(&begun);
    check_num(id, "getpid", pid, seen.pid);
    check_num(id, "gettid", pid, seen.tid);
    check_num(id, "getppid", getpid(), seen.ppid);
    check_num(id, "its tasks", 1, seen.tasks);
    check_num(id, "its threads", 1, seen.threads);
    check_str(id, "its exe", judge.self, seen.exe);
    check_num(id, "our tasks", 1, count_entries("/proc/self/task"));
    check_num(id, "our threads", 1, threads_of("/proc/self/status"));
    stat("/proc/self/task", &st);
    check_num(id, "links of our tasks", links, st.st_nlink);
    look_from_outside(id, pid);
    check_num(id, "status", 0, end(pid));
}

/* --- What is its own ------------------------------------------------------ */

static void add_1(int sig)
{
    (void)sig;
    value += 1;
}

static void add_100(int sig)
{
    (void)sig;
    value += 100;
}

static int change(void *arg)
{
    struct sigaction act = { .sa_handler = add_100 };
    struct rlimit limit;

    (void)arg;
    sigaction(SIGUSR1, &act, NULL);
    raise(SIGUSR1);
    getrlimit(RLIMIT_DATA, &limit);
    limit.rlim_cur = LOW_DATA;
    setrlimit(RLIMIT_DATA, &limit);
    close(0);
    prctl(PR_SET_NAME, "other", 0, 0, 0);
    begun = 1;
    wait_until(&may_end);
    return 0;
}

static void own(const char *id, const void *arg)
{
    struct sigaction act = { .sa_handler = add_1 };
    struct rlimit before, after;
    char comm[16] = "";
    pid_t pid;

    (void)arg;
    sigaction(SIGUSR1, &act, NULL);
    getrlimit(RLIMIT_DATA, &before);
    pid = make(change, NULL, 0);
    wait_until(&begun);
    raise(SIGUSR1);
    check_num(id, "handlers", 101, value);
    getrlimit(RLIMIT_DATA, &after);
    check_num(id, "a limit", before.rlim_cur, after.rlim_cur);
    check_true(id, "a descriptor", fcntl(0, F_GETFD) >= 0);
    prctl(PR_GET_NAME, comm, 0, 0, 0);
    check_str(id, "comm", judge.comm, comm);
    check_num(id, "status", 0, end(pid));
}

static void shared(const char *id, const void *arg)
{
    struct sigaction act = { .sa_handler = add_1 };
    pid_t pid;

    (void)arg;
    sigaction(SIGUSR1, &act, NULL);
    pid = make(change, NULL, CLONE_SIGHAND | CLONE_FILES | CLONE_FS);
    wait_until(&begun);
    raise(SIGUSR1);
    check_num(id, "handlers", 200, value);
    check_true(id, "a descriptor", fcntl(0, F_GETFD) < 0);
    check_num(id, "status", 0, end(pid));
}

/* --- Its end -------------------------------------------------------------- */

static int compute(void *arg)
{
    (void)arg;
    begun = 1;
    while (!may_end) {
        value++;
    }
    return 0;
}

static int execute(void *arg)
{
    (void)arg;
    execl(judge.self, judge.self, "exit", "7", NULL);
    return 9;
}

static int fork_in_it(void *arg)
{
    pid_t pid = fork();

    (void)arg;
    if (pid == 0) {
        value = 3;
        _exit(6);
    }
    return WEXITSTATUS(wait_for(pid));
}

static void ends(const char *id, const void *arg)
{
    static const int deadly[] = { SIGKILL, SIGTERM, SIGUSR2 };

    (void)arg;
    for (size_t i = 0; i < sizeof(deadly) / sizeof(*deadly); i++) {
        pid_t pid;

        begun = 0;
        pid = make(compute, NULL, 0);
        wait_until(&begun);
        kill(pid, deadly[i]);
        check_num(id, "killed", deadly[i], wait_for(pid) & 0x7f);
    }
    value = 0;
    check_num(id, "fork in it", 6 << 8, wait_for(make(fork_in_it, NULL, 0)));
    check_num(id, "which has a copy", 0, value);
    check_num(id, "it executes something", 7 << 8,
              wait_for(make(execute, NULL, 0)));
}

static int do_nothing(void *arg)
{
    (void)arg;
    return 0;
}

static void numbers(const char *id, const void *arg)
{
    /* volatile: the kernel writes it. */
    volatile pid_t told = 0;
    pid_t pid;

    (void)arg;
    pid = make_on(0, do_nothing, NULL, CLONE_VM | CLONE_PARENT_SETTID,
                  (pid_t *)&told);
    check_num(id, "CLONE_PARENT_SETTID", pid, told);
    wait_for(pid);
    told = -1;
    pid = make_on(0, do_nothing, NULL, CLONE_VM | CLONE_PIDFD,
                  (pid_t *)&told);
    check_true(id, "CLONE_PIDFD", told > 2 && fcntl(told, F_GETFD) >= 0);
    wait_for(pid);
    check_err(id, "CLONE_THREAD without CLONE_SIGHAND", EINVAL,
              make(do_nothing, NULL, CLONE_THREAD) < 0 ? errno : 0);
}

/* --- Many ----------------------------------------------------------------- */

static void *make_many(void *which)
{
    uintptr_t wrong = 0;

    for (int i = 0; i < EACH; i++) {
        wrong += wait_for(make_on((uintptr_t)which, do_nothing, NULL, CLONE_VM,
                                  NULL)) != 0;
    }
    return (void *)wrong;
}

static void many(const char *id, const void *arg)
{
    int wrong = 0, number = 1;
    pthread_t maker[MAKERS];
    pid_t pid[AT_ONCE];

    (void)arg;
    for (int i = 0; i < IN_A_ROW; i++) {
        wrong += wait_for(make(do_nothing, NULL, 0)) != 0;
    }
    check_num(id, "one after the other", 0, wrong);
    begin_case();
    for (int i = 0; i < AT_ONCE; i++) {
        pid[i] = make_on(i, answer, &number, CLONE_VM, NULL);
    }
    check_num(id, "our tasks", 1, count_entries("/proc/self/task"));
    check_num(id, "our threads", 1, threads_of("/proc/self/status"));
    for (int i = 0; i < AT_ONCE; i++) {
        wrong += end(pid[i]) != 5 << 8;
    }
    check_num(id, "at once", 0, wrong);
    for (uintptr_t i = 0; i < MAKERS; i++) {
        pthread_create(&maker[i], NULL, make_many, (void *)i);
    }
    for (int i = 0; i < MAKERS; i++) {
        void *of_one;

        pthread_join(maker[i], &of_one);
        wrong += (uintptr_t)of_one;
    }
    check_num(id, "by several threads", 0, wrong);
}

/* --- The parent ends ------------------------------------------------------ */

static int tell[2];

static int outlive(void *arg)
{
    (void)arg;
    begun = 1;
    usleep(400000);
    return write(tell[1], "x", 1) != 1;
}

/* @nr: of exit(2) or exit_group(2) */
static void outlives(const char *id, int nr)
{
    char byte;
    pid_t pid;

    if (pipe(tell) < 0) {
        return;
    }
    pid = fork();
    if (pid == 0) {
        make(outlive, NULL, 0);
        wait_until(&begun);
        syscall(nr, 7);
    }
    close(tell[1]);
    check_num(id, "the parent ends", 7 << 8, wait_for(pid));
    check_num(id, "the child goes on", 1, read(tell[0], &byte, 1));
    close(tell[0]);
}

static void orphans(const char *id, const void *arg)
{
    (void)arg;
    outlives(id, SYS_exit_group);
    begin_case();
    outlives(id, SYS_exit);
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "exit")) {
        return atoi(argv[2]);
    }
    begin(argc, argv);
    run_case("B01", memory, NULL);
    run_case("B02", memory_calls, NULL);
    run_case("B03", identity, NULL);
    run_case("B04", own, NULL);
    run_case("B05", shared, NULL);
    run_case("B06", ends, NULL);
    run_case("B07", numbers, NULL);
    run_case("B08", many, NULL);
    run_case("B09", orphans, NULL);
    return finish();
}
