/*
 * vfork(2): what a child shares with its parent, and what is its own
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/time.h>

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif

enum {
    SHARING = CLONE_VM | CLONE_VFORK,
    STACK = 256 * 1024,
    SPAWNS = 40,
    SPAWNERS = 4,
    KILLS = 60,
    LOW_DATA = 512 << 20,
};

/* A stack of its own, so that it can call what it likes. */
static pid_t make_child(int (*fn)(void *), void *arg, int flags, pid_t *tid,
                        pid_t *child_tid)
{
    static char stack[4][STACK] __attribute__((aligned(64)));
    static int depth;
    char *end;
    pid_t pid;

    end = stack[depth++] + (stack_grows_up() ? 0 : STACK);
    pid = clone(fn, end, flags | SIGCHLD, arg, tid, NULL, child_tid);
    depth--;
    return pid;
}

/* Returns: the child's status. */
static int run_child(int (*fn)(void *), void *arg)
{
    return wait_for(make_child(fn, arg, SHARING, NULL, NULL));
}

/* volatile: a child of vfork writes it. */
static volatile int shared_value;
static pid_t parent;

/* --- Memory --------------------------------------------------------------- */

static int write_late(void *arg)
{
    usleep(30000);
    shared_value = *(int *)arg;
    return 3;
}

static void memory(const char *id, const void *arg)
{
    int value = 7;
    int status = run_child(write_late, &value);

    (void)arg;
    check_num(id, "the parent has waited, and sees what was written", 7,
              shared_value);
    check_num(id, "status", 3 << 8, status);
}

/* volatile: a child of vfork writes it. */
static void *volatile mapping;

static int change_memory(void *arg)
{
    (void)arg;
    mapping = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    /* volatile: the write must happen. */
    *(volatile char *)mapping = 'x';
    return sys_brk(sys_brk(0) + 3 * page_size()) == 0;
}

static void memory_calls(const char *id, const void *arg)
{
    uint64_t end = sys_brk(0);

    (void)arg;
    run_child(change_memory, NULL);
    check_num(id, "the break", end + 3 * page_size(), sys_brk(0));
    check_num(id, "a mapping of the child's", 'x', *(char *)mapping);
}

/* --- posix_spawn(3) ------------------------------------------------------- */

static char *const no_args[] = { "x", NULL };

static int spawn_error(const char *path, char *const *argv)
{
    pid_t pid;
    int error = posix_spawn(&pid, path, NULL, NULL, argv, environ);

    if (!error) {
        wait_for(pid);
    }
    return error;
}

static void errors(const char *id, const void *arg)
{
    static char *huge[40];
    static char word[127 * 1024];
    char path[PATH_MAX];
    int fd;

    (void)arg;
    check_err(id, "no such file", ENOENT, spawn_error("/no/such", no_args));
    in_dir(path, sizeof(path), "plain");
    write_file(path, 0644, "x", 1);
    check_num(id, "not to be executed", EACCES, spawn_error(path, no_args));
    in_dir(path, sizeof(path), "nonsense");
    write_file(path, 0755, "nonsense", 8);
    check_num(id, "of no format", ENOEXEC, spawn_error(path, no_args));
    memset(word, 'a', sizeof(word) - 1);
    for (int i = 0; i < 39; i++) {
        huge[i] = word;
    }
    check_num(id, "arguments that are too long", E2BIG,
              spawn_error(judge.self, huge));
    in_dir(path, sizeof(path), "busy");
    copy_file(judge.self, path, 0755);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    check_num(id, "a file with a writer",
              judge.native && kernel_since(6, 11) && !kernel_since(6, 13)
              ? 0 : ETXTBSY, spawn_error(path, no_args));
    close(fd);
}

/* --- What is the child's own ---------------------------------------------- */

static void on_signal(int sig)
{
    (void)sig;
    shared_value++;
}

static void on_other(int sig)
{
    (void)sig;
    shared_value += 100;
}

static int change_signals(void *arg)
{
    struct sigaction act = { .sa_handler = on_other };
    sigset_t set;

    (void)arg;
    sigaction(SIGUSR1, &act, NULL);
    signal(SIGUSR2, SIG_IGN);
    sigfillset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
    sigpending(&set);
    kill(parent, SIGUSR1);
    return sigismember(&set, SIGURG);
}

static void signals(const char *id, const void *arg)
{
    struct sigaction act = { .sa_handler = on_signal };
    sigset_t set, old;

    (void)arg;
    shared_value = 0;
    parent = getpid();
    sigaction(SIGUSR1, &act, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGURG);
    sigprocmask(SIG_BLOCK, &set, NULL);
    sigaction(SIGURG, &act, NULL);
    raise(SIGURG);
    check_num(id, "what is pending is not the child's", 0,
              run_child(change_signals, NULL));
    check_num(id, "the parent's handler is called", 1, shared_value);
    raise(SIGUSR1);
    check_num(id, "and again", 2, shared_value);
    sigaction(SIGUSR2, NULL, &act);
    check_true(id, "another action", act.sa_handler == SIG_DFL);
    sigprocmask(SIG_BLOCK, NULL, &old);
    check_true(id, "the mask", sigismember(&old, SIGURG) &&
               !sigismember(&old, SIGUSR1));
    sigpending(&set);
    check_true(id, "still pending", sigismember(&set, SIGURG));
}

static int handle_own(void *arg)
{
    struct sigaction act = { .sa_handler = on_other };

    (void)arg;
    sigaction(SIGUSR1, &act, NULL);
    shared_value = 0;
    kill(getpid(), SIGUSR1);
    return shared_value;
}

static int die_by(void *arg)
{
    int sig = *(int *)arg;

    signal(sig, SIG_DFL);
    if (sig == SIGSEGV) {
        /* volatile: the write must happen. */
        *(volatile char *)BAD_PTR = 1;
    }
    kill(getpid(), sig);
    pause();
    return 1;
}

static void deaths(const char *id, const void *arg)
{
    static const int sigs[] = {
        SIGTERM, SIGKILL, SIGSEGV, SIGABRT, SIGALRM, SIGUSR1, SIGPIPE,
    };
    struct rlimit none = { 0, 0 };
    char name[64];

    (void)arg;
    setrlimit(RLIMIT_CORE, &none);
    check_num(id, "a handler of the child's", 100 << 8,
              run_child(handle_own, NULL));
    for (size_t i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++) {
        int sig = sigs[i];

        snprintf(name, sizeof(name), "death by signal %zu of the list", i);
        check_num(id, name, sig, run_child(die_by, &sig) & 0x7f);
    }
}

static int ends[2];
static int number;

static int change_table(void *arg)
{
    (void)arg;
    close(number);
    number = dup2(1, 57);
    close(ends[0]);
    return fcntl(ends[0], F_GETFD) == 0;
}

static void tables(const char *id, const void *arg)
{
    uint64_t value = 5;

    (void)arg;
    if (pipe(ends) < 0) {
        return;
    }
    number = eventfd(0, 0);
    run_child(change_table, NULL);
    check_err(id, "closed by the child alone", 0,
              err_of(fcntl(ends[0], F_GETFD)));
    check_err(id, "opened by the child alone", EBADF,
              err_of(fcntl(57, F_GETFD)));
    close(ends[1]);

    number = eventfd(0, 0);
    check_num(id, "written", 8, write(number, &value, 8));
    {
        int kept = number;

        run_child(change_table, NULL);
        value = 0;
        check_num(id, "read", 8, read(kept, &value, 8));
        check_num(id, "a counter in the guest's byte order", 5, value);
        close(kept);
    }
    if (pipe(ends) < 0) {
        return;
    }
    number = eventfd(0, 0);
    wait_for(make_child(change_table, NULL, SHARING | CLONE_FILES, NULL,
                        NULL));
    check_err(id, "closed in a table that both have", EBADF,
              err_of(fcntl(ends[0], F_GETFD)));
    check_err(id, "opened in it", 0, err_of(fcntl(57, F_GETFD)));
    close(57);
    close(ends[1]);
}

static int change_rest(void *arg)
{
    struct rlimit rlim = { 20, 100 };
    struct itimerval timer;

    (void)arg;
    setrlimit(RLIMIT_NOFILE, &rlim);
    rlim = (struct rlimit) { 1 << 30, 1u << 31 };
    setrlimit(RLIMIT_DATA, &rlim);
    setrlimit(RLIMIT_AS, &rlim);
    prctl(PR_SET_NAME, "other", 0, 0, 0);
    if (chdir("/proc") < 0) {
        return 1;
    }
    umask(0123);
    getitimer(ITIMER_REAL, &timer);
    return timer.it_value.tv_sec ? 2 : 0;
}

static void rest(const char *id, const void *arg)
{
    static const int limits[] = { RLIMIT_NOFILE, RLIMIT_DATA, RLIMIT_AS };
    struct itimerval timer = { .it_value.tv_sec = 50 };
    struct rlimit before[3], after;
    char comm[16] = "", cwd[PATH_MAX] = "";

    (void)arg;
    for (int i = 0; i < 3; i++) {
        getrlimit(limits[i], &before[i]);
    }
    umask(022);
    setitimer(ITIMER_REAL, &timer, NULL);
    check_num(id, "no timer of the parent's", 0, run_child(change_rest, NULL));
    for (int i = 0; i < 3; i++) {
        getrlimit(limits[i], &after);
        check_num(id, "a soft limit", before[i].rlim_cur, after.rlim_cur);
        check_num(id, "a hard limit", before[i].rlim_max, after.rlim_max);
    }
    prctl(PR_GET_NAME, comm, 0, 0, 0);
    check_str(id, "comm", judge.comm, comm);
    check_true(id, "working directory", getcwd(cwd, sizeof(cwd)) &&
               strcmp(cwd, "/proc"));
    check_num(id, "umask", 022, umask(022));
    getitimer(ITIMER_REAL, &timer);
    check_true(id, "timer", timer.it_value.tv_sec > 20);
    memset(&timer, 0, sizeof(timer));
    setitimer(ITIMER_REAL, &timer, NULL);
}

/* --- Who it is ------------------------------------------------------------ */

static struct {
    pid_t pid, ppid, tid, self;
    char exe[PATH_MAX];
    char cmdline[256];
    unsigned tasks;
} seen;

static int look(void *arg)
{
    char text[64] = "";

    (void)arg;
    seen.pid = getpid();
    seen.ppid = getppid();
    seen.tid = syscall(SYS_gettid);
    seen.self = atoi(read_link("/proc/self", text, sizeof(text)));
    read_link("/proc/self/exe", seen.exe, sizeof(seen.exe));
    read_text("/proc/self/cmdline", seen.cmdline, sizeof(seen.cmdline));
    seen.tasks = count_entries("/proc/self/task");
    return 0;
}

static void identity(const char *id, const void *arg)
{
    char cmdline[256];
    pid_t pid = make_child(look, NULL, SHARING, NULL, NULL);

    (void)arg;
    check_num(id, "status", 0, wait_for(pid));
    check_num(id, "getpid", pid, seen.pid);
    check_num(id, "gettid", pid, seen.tid);
    check_num(id, "getppid", getpid(), seen.ppid);
    check_num(id, "/proc/self", pid, seen.self);
    check_str(id, "exe", judge.self, seen.exe);
    read_text("/proc/self/cmdline", cmdline, sizeof(cmdline));
    check_str(id, "cmdline", cmdline, seen.cmdline);
    check_num(id, "threads", 1, seen.tasks);
}

/* Another process looks at the child, which waits for that. */
static int be_seen(void *arg)
{
    char byte;

    (void)arg;
    judge.shared->value[0] = getpid();
    return read(ends[0], &byte, 1) != 1;
}

static void look_at(const char *id, pid_t pid)
{
    char path[64], text[8192], own[8192];
    const char *threads;

    snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
    check_str(id, "its exe", judge.self, read_link(path, text, sizeof(text)));
    snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
    read_text(path, text, sizeof(text));
    read_text("/proc/self/cmdline", own, sizeof(own));
    check_str(id, "its cmdline", own, text);
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    read_text(path, text, sizeof(text));
    threads = strstr(text, "Threads:");
    check_num(id, "its threads", 1,
              threads ? atoi(threads + strlen("Threads:")) : 0);
    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    read_text(path, text, sizeof(text));
    check_true(id, "its maps", strstr(text, judge.self));
}

static void seen_by_another(const char *id, const void *arg)
{
    pid_t pid;

    (void)arg;
    judge.shared->value[0] = 0;
    if (pipe(ends) < 0) {
        return;
    }
    pid = fork();
    if (pid == 0) {
        /* volatile: another process writes it. */
        while (!*(volatile uint64_t *)judge.shared->value) {
            usleep(1000);
        }
        look_at(id, judge.shared->value[0]);
        _exit(write(ends[1], "x", 1) != 1);
    }
    check_num(id, "the child", 0, run_child(be_seen, NULL));
    check_num(id, "who looked", 0, wait_for(pid));
    close(ends[0]);
    close(ends[1]);
}

static int do_nothing(void *arg)
{
    (void)arg;
    return 0;
}

static int tell_tid(void *arg)
{
    /* volatile: the kernel writes it. */
    shared_value = *(volatile pid_t *)arg;
    return 0;
}

static void numbers(const char *id, const void *arg)
{
    pid_t tid = 0, child_tid = 0, pid;
    int pidfd = -1;

    (void)arg;
    pid = make_child(tell_tid, &tid, SHARING | CLONE_PARENT_SETTID, &tid,
                     NULL);
    wait_for(pid);
    check_num(id, "CLONE_PARENT_SETTID, in the child", pid, shared_value);
    check_num(id, "CLONE_PARENT_SETTID", pid, tid);
    pid = make_child(tell_tid, &child_tid, SHARING | CLONE_CHILD_SETTID, NULL,
                     &child_tid);
    wait_for(pid);
    check_num(id, "CLONE_CHILD_SETTID", pid, shared_value);
    child_tid = 1;
    wait_for(make_child(do_nothing, NULL, SHARING | CLONE_CHILD_CLEARTID, NULL,
                        &child_tid));
    check_num(id, "CLONE_CHILD_CLEARTID", 0, child_tid);
    pid = make_child(do_nothing, NULL, SHARING | CLONE_PIDFD, &pidfd, NULL);
    if (pid < 0) {
        skip(id, "CLONE_PIDFD", "the kernel is too old");
        return;
    }
    check_err(id, "CLONE_PIDFD", 0, err_of(fcntl(pidfd, F_GETFD)));
    wait_for(pid);
    close(pidfd);
}

/* --- Children of children ------------------------------------------------- */

static int nest(void *arg)
{
    int depth = *(int *)arg;

    shared_value += depth;
    if (depth > 1) {
        int next = depth - 1;

        if (run_child(nest, &next) != 0) {
            return 9;
        }
    }
    return 0;
}

static void *look_in_thread(void *arg)
{
    struct rlimit limit;
    struct sigaction act;

    (void)arg;
    getrlimit(RLIMIT_DATA, &limit);
    sigaction(SIGUSR1, NULL, &act);
    return (void *)(uintptr_t)(limit.rlim_cur != LOW_DATA ||
                               act.sa_handler != SIG_IGN);
}

static int fork_in_child(void *arg)
{
    struct rlimit limit;
    pid_t pid;

    (void)arg;
    getrlimit(RLIMIT_DATA, &limit);
    limit.rlim_cur = LOW_DATA;
    setrlimit(RLIMIT_DATA, &limit);
    signal(SIGUSR1, SIG_IGN);
    pid = fork();
    if (pid == 0) {
        pthread_t thread;
        void *wrong = NULL;
        char text[PATH_MAX];

        shared_value = 50;
        pthread_create(&thread, NULL, look_in_thread, NULL);
        pthread_join(thread, &wrong);
        if (wrong) {
            _exit(9);
        }
        _exit(strcmp(read_link("/proc/self/exe", text, sizeof(text)),
                     judge.self) ? 8 : 4);
    }
    return WEXITSTATUS(wait_for(pid));
}

static void nested(const char *id, const void *arg)
{
    int depth = 3;

    (void)arg;
    shared_value = 0;
    check_num(id, "vfork in a child of vfork", 0, run_child(nest, &depth));
    check_num(id, "all share memory", 6, shared_value);
    check_num(id, "fork in a child", 4 << 8, run_child(fork_in_child, NULL));
    check_num(id, "which has a copy", 6, shared_value);
}

/* --- Threads -------------------------------------------------------------- */

/* volatile: another thread writes it. */
static volatile bool is_over;

static void *spawn_many(void *arg)
{
    uintptr_t wrong = 0;

    (void)arg;
    for (int i = 0; i < SPAWNS; i++) {
        wrong += spawn_error(i % 2 ? "/no/such" : "/bin/true", no_args) !=
                 (i % 2 ? ENOENT : 0);
    }
    return (void *)wrong;
}

static void *fork_many(void *arg)
{
    uintptr_t wrong = 0;

    (void)arg;
    while (!is_over) {
        pid_t pid = fork();

        if (pid == 0) {
            _exit(3);
        }
        wrong += wait_for(pid) != 3 << 8;
    }
    return (void *)wrong;
}

static void threads(const char *id, const void *arg)
{
    pthread_t spawner[SPAWNERS], forker;
    uintptr_t sum = 0;
    void *wrong;

    (void)arg;
    pthread_create(&forker, NULL, fork_many, NULL);
    for (int i = 0; i < SPAWNERS; i++) {
        pthread_create(&spawner[i], NULL, spawn_many, NULL);
    }
    for (int i = 0; i < SPAWNERS; i++) {
        pthread_join(spawner[i], &wrong);
        sum += (uintptr_t)wrong;
    }
    is_over = true;
    pthread_join(forker, &wrong);
    check_num(id, "spawns with another answer", 0, sum);
    check_num(id, "forks with another answer", 0, (uintptr_t)wrong);
}

/* --- Killed --------------------------------------------------------------- */

static int spin(void *arg)
{
    /* volatile: another process reads it. */
    volatile unsigned long *count = arg;

    shared_value = getpid();
    while (*count != (unsigned long)-1) {
        ++*count;
    }
    return 0;
}

/* Whoever is told to kill what writes its number. */
static void *kill_later(void *arg)
{
    while (!is_over) {
        pid_t pid = shared_value;

        if (pid) {
            usleep(*(useconds_t *)arg);
            shared_value = 0;
            kill(pid, SIGKILL);
        }
        usleep(100);
    }
    return NULL;
}

static void kills(const char *id, const void *arg)
{
    useconds_t after = 300;
    unsigned long count = 0;
    pthread_t killer;
    int killed = 0;

    (void)arg;
    shared_value = 0;
    is_over = false;
    pthread_create(&killer, NULL, kill_later, &after);
    for (int i = 0; i < KILLS; i++) {
        killed += (run_child(spin, &count) & 0x7f) == SIGKILL;
    }
    is_over = true;
    pthread_join(killer, NULL);
    check_num(id, "killed while they compute", KILLS, killed);
    check_true(id, "they have computed", count);
}

static int stop_self(void *arg)
{
    int sig = *(int *)arg;

    /* Nothing of job control stops a process group that is orphaned. */
    setpgid(0, 0);
    signal(sig, SIG_DFL);
    kill(getpid(), sig);
    return 6;
}

static void stop_in_orphaned_group(const char *id)
{
    siginfo_t info;
    pid_t pid = fork();

    if (pid == 0) {
        setsid();
        run_child(do_nothing, NULL);
        signal(SIGTSTP, SIG_DFL);
        raise(SIGTSTP);
        _exit(6);
    }
    memset(&info, 0, sizeof(info));
    waitid(P_PID, pid, &info, WSTOPPED | WEXITED);
    check_num(id, "SIGTSTP in an orphaned process group", CLD_EXITED,
              info.si_code);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void *continue_it(void *arg)
{
    siginfo_t info;

    (void)arg;
    memset(&info, 0, sizeof(info));
    while (waitid(P_ALL, 0, &info, WSTOPPED) < 0 && errno == ECHILD) {
        usleep(1000);
    }
    shared_value = info.si_status;
    kill(info.si_pid, SIGCONT);
    return NULL;
}

static void stops(const char *id, const void *arg)
{
    static const int sigs[] = { SIGSTOP, SIGTSTP };

    (void)arg;
    for (int i = 0; i < 2; i++) {
        int sig = sigs[i];
        pthread_t helper;

        pthread_create(&helper, NULL, continue_it, NULL);
        check_num(id, i ? "stopped by SIGTSTP" : "stopped by SIGSTOP", 6 << 8,
                  run_child(stop_self, &sig));
        pthread_join(helper, NULL);
        check_num(id, "what stopped it", sig, shared_value);
    }
    stop_in_orphaned_group(id);
}

/* --- The parent ends ------------------------------------------------------ */

static int outlive(void *arg)
{
    (void)arg;
    usleep(400000);
    return write(ends[1], "x", 1) != 1;
}

static void *end_soon(void *arg)
{
    (void)arg;
    usleep(50000);
    _exit(5);
}

static void orphans(const char *id, const void *arg)
{
    char byte = 0;
    pid_t pid;

    (void)arg;
    if (pipe(ends) < 0) {
        return;
    }
    pid = fork();
    if (pid == 0) {
        pthread_t thread;

        pthread_create(&thread, NULL, end_soon, NULL);
        run_child(outlive, NULL);
        _exit(7);
    }
    close(ends[1]);
    check_num(id, "the parent ends", 5 << 8, wait_for(pid));
    check_num(id, "the child goes on", 1, read(ends[0], &byte, 1));
    close(ends[0]);
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    run_case("V01", memory, NULL);
    run_case("V02", memory_calls, NULL);
    run_case("V03", errors, NULL);
    run_case("V04", signals, NULL);
    run_case("V05", deaths, NULL);
    run_case("V06", tables, NULL);
    run_case("V07", rest, NULL);
    run_case("V08", identity, NULL);
    run_case("V09", seen_by_another, NULL);
    run_case("V10", numbers, NULL);
    run_case("V11", nested, NULL);
    run_case("V12", threads, NULL);
    run_case("V13", kills, NULL);
    run_case("V14", stops, NULL);
    run_case("V15", orphans, NULL);
    return finish();
}
