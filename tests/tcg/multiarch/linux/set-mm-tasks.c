/*
 * The guest's threads are all there is, and namespaces work
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000
#endif

enum { MOST_TASKS = 16, NUMBERS_AROUND = 24 };

static FUTEX_ALIGNED pthread_barrier_t barrier;

static void *wait_in_thread(void *arg)
{
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    return arg;
}

/* Runs a check beside @others threads that wait. */
static void beside(const char *id, unsigned others,
                   void (*fn)(const char *id, unsigned threads))
{
    pthread_t thread[MOST_TASKS];

    pthread_barrier_init(&barrier, NULL, others + 1);
    for (unsigned i = 0; i < others; i++) {
        pthread_create(&thread[i], NULL, wait_in_thread, NULL);
    }
    pthread_barrier_wait(&barrier);
    fn(id, others + 1);
    pthread_barrier_wait(&barrier);
    for (unsigned i = 0; i < others; i++) {
        pthread_join(thread[i], NULL);
    }
    /* Whom pthread_join() has waited for is listed for a moment still. */
    usleep(others ? 100000 : 0);
}

static unsigned list_tasks(const char *path, long task[MOST_TASKS])
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    unsigned n = 0;

    while (dir && (entry = readdir(dir))) {
        if (entry->d_name[0] != '.' && n < MOST_TASKS) {
            task[n++] = atol(entry->d_name);
        }
    }
    if (dir) {
        closedir(dir);
    }
    return n;
}

static uint64_t threads_in(const char *file)
{
    char text[8192], comm[64];
    uint64_t field[STAT_FIELDS + 1];
    char *line;

    if (strstr(file, "stat") && !strstr(file, "status")) {
        read_stat_of(file, field, comm);
        return field[20];
    }
    read_text(file, text, sizeof(text));
    line = strstr(text, "\nThreads:");
    return line ? number_in(line + 10) : 0;
}

static nlink_t links_by_fd(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY);
    struct stat st = { .st_nlink = 0 };

    fstat(fd, &st);
    close(fd);
    return st.st_nlink;
}

static void check_listing(const char *id, unsigned threads)
{
    static const char *const dirs[] = {
        "/proc/self/task", "/proc/thread-self/../../task",
        "/proc/self/task/../task",
    };
    long task[MOST_TASKS];
    char text[120], path[80];
    struct stat st;

    for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
        snprintf(text, sizeof(text), "%u threads: entries of %s", threads,
                 dirs[i]);
        check_num(id, text, threads, list_tasks(dirs[i], task));
        stat(dirs[i], &st);
        snprintf(text, sizeof(text), "%u threads: links of %s", threads,
                 dirs[i]);
        check_num(id, text, threads + 2, st.st_nlink);
        snprintf(text, sizeof(text), "%u threads: links by fstat of %s",
                 threads, dirs[i]);
        check_num(id, text, threads + 2, links_by_fd(dirs[i]));
    }
    snprintf(path, sizeof(path), "/proc/%d/task", getpid());
    snprintf(text, sizeof(text), "%u threads: entries by number", threads);
    check_num(id, text, threads, list_tasks(path, task));
    snprintf(text, sizeof(text), "%u threads: stat", threads);
    check_num(id, text, threads, threads_in("/proc/self/stat"));
    snprintf(text, sizeof(text), "%u threads: status", threads);
    check_num(id, text, threads, threads_in("/proc/self/status"));
}

static void listing(const char *id, const void *arg)
{
    (void)arg;
    beside(id, 0, check_listing);
    beside(id, 1, check_listing);
    beside(id, 5, check_listing);
    beside(id, 0, check_listing);
}

/* Of another process, as itself tells it. */
static void of_a_child(const char *id, const void *arg)
{
    int ends[2], back[2];
    long task[MOST_TASKS];
    char path[80], byte;
    struct stat st;
    pid_t pid;

    (void)arg;
    if (pipe(ends) || pipe(back)) {
        return;
    }
    pid = fork();
    if (pid == 0) {
        byte = write(back[1], "x", 1);
        _exit(read(ends[0], &byte, 1) != 1);
    }
    check_num(id, "the child is there", 1, read(back[0], &byte, 1));
    snprintf(path, sizeof(path), "/proc/%d/task", pid);
    check_num(id, "a child's entries", 1, list_tasks(path, task));
    stat(path, &st);
    check_num(id, "a child's links", 3, st.st_nlink);
    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    check_num(id, "a child's threads in stat", 1, threads_in(path));
    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    check_num(id, "a child's threads in status", 1, threads_in(path));
    check_num(id, "the child is told", 1, write(ends[1], "x", 1));
    wait_for(pid);
}

static bool is_own(long number, const long *task, unsigned tasks)
{
    for (unsigned i = 0; i < tasks; i++) {
        if (task[i] == number) {
            return true;
        }
    }
    return false;
}

static void count_if(unsigned *count, bool condition)
{
    *count += condition;
}

/* kill(2) does not find a thread that is not the first of its process. */
static bool is_gone(long n)
{
    char path[40];

    snprintf(path, sizeof(path), "/proc/%ld", n);
    return kill(n, 0) < 0 && errno == ESRCH && access(path, F_OK) < 0;
}

static bool is_found(long n)
{
    return sched_getscheduler(n) >= 0 || getsid(n) >= 0 ||
           syscall(SYS_tkill, n, 0) == 0 ||
           (errno = 0, getpriority(PRIO_PROCESS, n) != -1 || !errno);
}

/* A new process or thread can get the number meanwhile; ours would stay. */
static bool is_found_though_gone(long n)
{
    return is_gone(n) && is_found(n) && is_gone(n) && is_found(n);
}

/* No number beside those that are listed is one of ours. */
static void strange_numbers(const char *id, const void *arg)
{
    unsigned killed = 0, named = 0, asked = 0, looked = 0;
    long task[MOST_TASKS];
    unsigned tasks;
    char path[80];
    struct stat st;

    (void)arg;
    tasks = list_tasks("/proc/self/task", task);
    for (long n = getpid() - NUMBERS_AROUND; n < getpid() + NUMBERS_AROUND;
         n++) {
        if (n <= 1 || is_own(n, task, tasks)) {
            continue;
        }
        count_if(&killed, syscall(SYS_tgkill, getpid(), n, 0) == 0);
        snprintf(path, sizeof(path), "/proc/self/task/%ld", n);
        count_if(&named, stat(path, &st) == 0);
        snprintf(path, sizeof(path), "/proc/self/task/%ld/comm", n);
        count_if(&looked, access(path, F_OK) == 0);
        count_if(&asked, is_found_though_gone(n));
    }
    check_num(id, "tgkill of numbers that are not listed", 0, killed);
    check_num(id, "their directories in task", 0, named);
    check_num(id, "their entries in task", 0, looked);
    check_num(id, "other calls that find one", 0, asked);
}

/* ------------------------------------------------------------ namespaces */

static const struct {
    const char *name;
    int flag;
} namespaces[] = {
    { "mnt", CLONE_NEWNS }, { "uts", CLONE_NEWUTS }, { "ipc", CLONE_NEWIPC },
    { "net", CLONE_NEWNET }, { "pid", CLONE_NEWPID },
    { "cgroup", CLONE_NEWCGROUP }, { "user", CLONE_NEWUSER },
};

enum { NR_NAMESPACES = sizeof(namespaces) / sizeof(namespaces[0]) };

static int in_child(int (*fn)(int flag), int flag)
{
    pid_t pid = fork();

    if (pid == 0) {
        _exit(fn(flag));
    }
    return WEXITSTATUS(wait_for(pid));
}

static bool sees_itself(void)
{
    char link[PATH_MAX];

    return !strcmp(read_link("/proc/self/exe", link, sizeof(link)),
                   judge.self);
}

static int unshare_it(int flag)
{
    if (unshare(flag)) {
        return errno;
    }
    return sees_itself() ? 0 : 255;
}

static int unshare_with_user(int flag)
{
    return unshare_it(flag | CLONE_NEWUSER);
}

static void *unshare_user(void *arg)
{
    *(int *)arg = unshare(CLONE_NEWUSER) ? errno : 0;
    return NULL;
}

/* The kernel of this machine can refuse them to all. */
static bool may_make_users(void)
{
    return in_child(unshare_it, CLONE_NEWUSER) == 0;
}

static void unshared(const char *id, const void *arg)
{
    char text[100];
    pthread_t thread;
    int error = 0;

    (void)arg;
    if (!may_make_users()) {
        check_err(id, "unshare of a user namespace", EPERM,
                  in_child(unshare_it, CLONE_NEWUSER));
        return;
    }
    for (int i = 0; i < NR_NAMESPACES; i++) {
        snprintf(text, sizeof(text), "unshare of user and %s",
                 namespaces[i].name);
        check_err(id, text, 0, in_child(unshare_with_user,
                                        namespaces[i].flag));
    }
    pthread_create(&thread, NULL, unshare_user, &error);
    pthread_join(thread, NULL);
    check_err(id, "unshare of a user namespace by a thread", EINVAL, error);
}

static const char *link_of(int flag)
{
    static char path[64];

    for (int i = 0; i < NR_NAMESPACES; i++) {
        if (namespaces[i].flag == flag) {
            snprintf(path, sizeof(path), "/proc/self/ns/%s",
                     namespaces[i].name);
        }
    }
    return path;
}

static int join_again(int flag)
{
    int fd;

    if (unshare(CLONE_NEWUSER)) {
        return errno;
    }
    if (unshare(flag)) {
        return errno;
    }
    fd = open(link_of(flag), O_RDONLY);
    if (setns(fd, flag)) {
        return errno;
    }
    return sees_itself() ? 0 : 255;
}

static void joined(const char *id, const void *arg)
{
    char text[100];

    (void)arg;
    for (int i = 0; i < NR_NAMESPACES; i++) {
        const int flag = namespaces[i].flag;

        /* The link of a PID namespace is still the one before. */
        if (flag == CLONE_NEWUSER || flag == CLONE_NEWPID ||
            !may_make_users()) {
            continue;
        }
        snprintf(text, sizeof(text), "setns of an own %s namespace",
                 namespaces[i].name);
        if (access(link_of(flag), F_OK)) {
            skip(id, text, "this kernel has none");
            continue;
        }
        check_err(id, text, 0, in_child(join_again, flag));
    }
    check_err(id, "setns of no descriptor", EBADF, err_of(setns(-1, 0)));
}

static pid_t raw_clone(unsigned long flags)
{
#if defined(s390) || \
    defined(__s390x__) || defined(__CRIS__)
    return syscall(SYS_clone, NULL, flags, NULL, NULL, NULL);
#else
    return syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
#endif
}

static int clone_it(int flag)
{
    pid_t pid = raw_clone((unsigned)flag | SIGCHLD);

    if (pid < 0) {
        return errno;
    }
    if (pid == 0) {
        _exit((flag & CLONE_NEWPID) && getpid() != 1 ? 1 : 0);
    }
    return wait_for(pid) ? 254 : 0;
}

static int clone_with_user(int flag)
{
    return clone_it(flag | CLONE_NEWUSER);
}

static void cloned(const char *id, const void *arg)
{
    static const struct {
        const char *name;
        int flag;
    } others[] = {
        { "no flag", 0 }, { "CLONE_FS", CLONE_FS },
        { "CLONE_FILES", CLONE_FILES },
    };
    char text[100];

    (void)arg;
    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof(text), "clone with %s", others[i].name);
        check_err(id, text, 0, in_child(clone_it, others[i].flag));
    }
    for (int i = 0; may_make_users() && i < NR_NAMESPACES; i++) {
        snprintf(text, sizeof(text), "clone with a new user and %s namespace",
                 namespaces[i].name);
        check_err(id, text, 0, in_child(clone_with_user,
                                        namespaces[i].flag));
    }
}

/* ------------------------------------------------------------- signals */

/* Signals 1 to 32 of a line of status. */
static unsigned long status_signals(pid_t thread, const char *line)
{
    char path[64], text[4096] = "";
    const char *at, *end;
    unsigned long set = 1;

    snprintf(path, sizeof(path), "/proc/self/task/%d/status", (int)thread);
    read_text(path, text, sizeof(text));
    at = strstr(text, line);
    end = at ? strchr(at, '\n') : NULL;
    /* mips has 128 signals, and the last digits are the first signals. */
    if (end) {
        sscanf(end - 8, "%lx", &set);
    }
    return set;
}

static unsigned long bit_of(int sig)
{
    return 1ul << (sig - 1);
}

static void handle(int sig)
{
    (void)sig;
}

static void *block_and_wait(void *arg)
{
    int *ends = arg;
    sigset_t mask;
    char byte;

    sigemptyset(&mask);
    sigaddset(&mask, SIGWINCH);
    pthread_sigmask(SIG_BLOCK, &mask, NULL);
    pthread_kill(pthread_self(), SIGWINCH);
    ends[2] = syscall(SYS_gettid);
    if (write(ends[1], "", 1) != 1 || read(ends[0], &byte, 1) != 1) {
        _exit(9);
    }
    return NULL;
}

static void signals(const char *id, const void *arg)
{
    const unsigned long usr2 = bit_of(SIGUSR2), term = bit_of(SIGTERM);
    int there[2], back[2], ends[3];
    struct sigaction action = { .sa_handler = handle };
    pid_t self = getpid();
    unsigned long ignored = status_signals(self, "SigIgn:");
    pthread_t thread;
    sigset_t mask;
    char byte;

    (void)arg;
    sigaction(SIGUSR1, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGHUP, &action, NULL);
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    sigaddset(&mask, SIGTERM);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    syscall(SYS_tgkill, self, self, SIGUSR2);
    kill(self, SIGTERM);
    check_num(id, "blocked", usr2 | term, status_signals(self, "SigBlk:"));
    /* Whoever started this program may ignore some more. */
    check_num(id, "ignored", bit_of(SIGHUP), status_signals(self, "SigIgn:") &
              (~ignored | bit_of(SIGHUP)));
    check_num(id, "caught", bit_of(SIGUSR1), status_signals(self, "SigCgt:"));
    check_num(id, "pending for the thread", usr2,
              status_signals(self, "SigPnd:"));
    check_num(id, "pending for the process", term,
              status_signals(self, "ShdPnd:"));
    if (pipe(there) || pipe(back)) {
        _exit(8);
    }
    ends[0] = there[0];
    ends[1] = back[1];
    pthread_create(&thread, NULL, block_and_wait, ends);
    if (read(back[0], &byte, 1) != 1) {
        _exit(7);
    }
    check_num(id, "another thread's mask", usr2 | term | bit_of(SIGWINCH),
              status_signals(ends[2], "SigBlk:"));
    check_num(id, "what is pending for it", bit_of(SIGWINCH),
              status_signals(ends[2], "SigPnd:"));
    check_num(id, "the first thread's mask stays", usr2 | term,
              status_signals(self, "SigBlk:"));
    if (write(there[1], "", 1) != 1) {
        _exit(6);
    }
    pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    run_case("T01", listing, NULL);
    run_case("T02", of_a_child, NULL);
    run_case("T03", strange_numbers, NULL);
    run_case("T04", unshared, NULL);
    run_case("T05", joined, NULL);
    run_case("T06", cloned, NULL);
    run_case("T07", signals, NULL);
    return finish();
}
