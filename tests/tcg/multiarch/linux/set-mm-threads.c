/*
 * Threads that fork, map, hand over bad pointers, come and go: nobody waits for
 * ever, and nobody dies
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-ends.h"
#include <pthread.h>
#include <sched.h>

enum {
    FIGHT_SECONDS = 1,
    /* One in 25 failed before the mend; all targets together make 80. */
    CORES = 5,
};

/* volatile: compilers warn of what they know to be bad. */
static void *volatile bad_pointer = (void *)BAD_PTR;
static bool stop;
static unsigned long done[4];

static bool stopped(void)
{
    return __atomic_load_n(&stop, __ATOMIC_RELAXED);
}

static void *give_bad_pointers(void *unused)
{
    while (!stopped()) {
        if (write(STDOUT_FILENO, bad_pointer, 4) >= 0) {
            _exit(2);
        }
        done[0]++;
    }
    return unused;
}

static void *map_and_unmap(void *unused)
{
    while (!stopped()) {
        munmap(mmap(NULL, 65536, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 65536);
        done[1]++;
    }
    return unused;
}

static void *fork_and_wait(void *unused)
{
    while (!stopped()) {
        pid_t pid = fork();

        if (pid == 0) {
            _exit(0);
        }
        if (pid < 0 || wait_for(pid)) {
            _exit(3);
        }
        done[2]++;
    }
    return unused;
}

static void *read_beside_code(void *unused)
{
    int fd = open("/dev/zero", O_RDONLY);
    char *page = page_of_code();

    while (!stopped()) {
        memcpy(page, seven, sizeof(seven));
        __builtin___clear_cache(page, page + sizeof(seven));
        if (call_code(page) != 7 || read(fd, page + 2048, 100) != 100) {
            _exit(4);
        }
        done[3]++;
    }
    return unused;
}

static void *make_threads(void *unused);

/* Each of @fn for some seconds; NULL ends the list. */
static void fight(void *(*const fn[])(void *), const int *counts)
{
    pthread_t thread[8];
    unsigned n = 0;

    while (fn[n]) {
        if (pthread_create(&thread[n], NULL, fn[n], NULL)) {
            _exit(5);
        }
        n++;
    }
    sleep(FIGHT_SECONDS);
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    while (n) {
        pthread_join(thread[--n], NULL);
    }
    for (; *counts >= 0; counts++) {
        if (!done[*counts]) {
            _exit(6);
        }
    }
}

static void fork_beside_bad_pointers(void)
{
    fight((void *(*const[])(void *)) {
              give_bad_pointers, map_and_unmap, fork_and_wait, NULL
          }, (const int[]) { 0, 1, 2, -1 });
}

static void fork_beside_code(void)
{
    fight((void *(*const[])(void *)) {
              read_beside_code, read_beside_code, map_and_unmap,
              fork_and_wait, NULL
          }, (const int[]) { 1, 2, 3, -1 });
}

static void fork_beside_threads(void)
{
    fight((void *(*const[])(void *)) {
              make_threads, make_threads, fork_and_wait, fork_and_wait, NULL
          }, (const int[]) { 2, -1 });
}

static void run_fights(const char *id, const void *unused)
{
    (void)unused;
    check_status(id, "fork beside bad pointers and mappings", 0,
                 run_to_end(fork_beside_bad_pointers));
    check_status(id, "fork beside reads into pages with code", 0,
                 run_to_end(fork_beside_code));
    check_status(id, "fork beside threads that come and go", 0,
                 run_to_end(fork_beside_threads));
}

/* ------------------------------------------------------------ clone(2) */

static long sys_clone(unsigned long flags, void *parent_tid)
{
#if defined(s390) || \
    defined(__s390x__)
    return syscall(SYS_clone, 0, flags, parent_tid, 0, 0);
#else
    return syscall(SYS_clone, flags, 0, parent_tid, 0, 0);
#endif
}

static void tell_to_bad_pointer(void)
{
    long pid = sys_clone(CLONE_PARENT_SETTID | SIGCHLD, bad_pointer);

    if (pid == 0) {
        _exit(0);
    }
    _exit(pid < 0 || wait_for(pid));
}

static void tell_of_child(void)
{
    /* volatile: the kernel writes it. */
    volatile pid_t told = 0;
    long pid = sys_clone(CLONE_PARENT_SETTID | SIGCHLD, (void *)&told);

    if (pid == 0) {
        _exit(told != 0);
    }
    _exit(wait_for(pid) || told != pid);
}

static void tell_descriptor(void)
{
    /* volatile: the kernel writes it. */
    volatile int fd = -2;
    long pid = sys_clone(CLONE_PIDFD | SIGCHLD, (void *)&fd);

    if (pid < 0) {
        _exit(errno == EINVAL ? 80 : 1);
    }
    if (pid == 0) {
        _exit(fd != -2);
    }
    _exit(wait_for(pid) || fcntl(fd, F_GETFD) != FD_CLOEXEC);
}

static void tell_descriptor_badly(void)
{
    int status;

    if (sys_clone(CLONE_PIDFD | SIGCHLD, bad_pointer) == 0) {
        _exit(0);
    }
    /* No child is left of a fork that failed. */
    _exit(errno != EFAULT || waitpid(-1, &status, 0) != -1);
}

static void tell_without_room(void)
{
    struct rlimit limit = { 0, 0 };
    int fd, status;

    setrlimit(RLIMIT_NOFILE, &limit);
    if (sys_clone(CLONE_PIDFD | SIGCHLD, &fd) == 0) {
        _exit(0);
    }
    _exit(errno != EMFILE || waitpid(-1, &status, 0) != -1);
}

static void run_clone(const char *id, const void *unused)
{
    int status;

    (void)unused;
    check_status(id, "CLONE_PARENT_SETTID to a bad pointer", 0,
                 run_to_end(tell_to_bad_pointer));
    check_status(id, "CLONE_PARENT_SETTID tells the parent", 0,
                 run_to_end(tell_of_child));
    status = run_to_end(tell_descriptor);
    if (!judge.native && WIFEXITED(status) && WEXITSTATUS(status) == 80) {
        skip(id, "CLONE_PIDFD", "QEMU 7.2 has no such flag");
        return;
    }
    check_status(id, "CLONE_PIDFD tells the parent", 0, status);
    check_status(id, "CLONE_PIDFD to a bad pointer", 0,
                 run_to_end(tell_descriptor_badly));
    check_status(id, "CLONE_PIDFD without room for a descriptor", 0,
                 run_to_end(tell_without_room));
}

/* -------------------------------------------------------------- limits */

static void *nothing(void *unused)
{
    return unused;
}

static void end_after_failed_thread(void)
{
    pthread_t thread;

    if (!become_nobody_with(1)) {
        _exit(80);
    }
    if (pthread_create(&thread, NULL, nothing, NULL) != EAGAIN) {
        _exit(1);
    }
    /* Not exit_group(2): the last thread ends, and the process with it. */
    syscall(SYS_exit, 0);
}

static void fork_up_to_limit(void)
{
    unsigned forks = 0;

    for (unsigned tasks = 1; tasks < 12; tasks++) {
        struct rlimit limit = { tasks, 12 };
        pid_t pid;

        if (tasks == 1 && !become_nobody_with(tasks)) {
            _exit(80);
        }
        setrlimit(RLIMIT_NPROC, &limit);
        pid = fork();
        if (pid == 0) {
            _exit(0);
        }
        if (pid > 0) {
            forks++;
            if (wait_for(pid)) {
                _exit(1);
            }
        } else if (errno != EAGAIN) {
            _exit(2);
        }
    }
    _exit(forks == 0);
}

static void run_limits(const char *id, const void *unused)
{
    (void)unused;
    if (geteuid() || !in_first_user_ns()) {
        skip(id, "limit of tasks", "only root can become a user without tasks");
        return;
    }
    check_status(id, "exit(2) after a thread that could not be made", 0,
                 run_to_end(end_after_failed_thread));
    check_status(id, "fork with room for one more task", 0,
                 run_to_end(fork_up_to_limit));
}

/* ---------------------------------------------------------- core dumps */

static void *make_threads(void *unused)
{
    pthread_attr_t attr;
    pthread_t thread;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 131072);
    while (!stopped()) {
        if (!pthread_create(&thread, &attr, nothing, NULL)) {
            pthread_join(thread, NULL);
        }
    }
    return unused;
}

static void abort_beside_threads(void)
{
    struct rlimit limit = { 200 << 20, 200 << 20 };
    pthread_t thread;

    if (chdir(judge.dir) || setrlimit(RLIMIT_CORE, &limit)) {
        _exit(7);
    }
    for (int i = 0; i < 6; i++) {
        pthread_create(&thread, NULL, make_threads, NULL);
    }
    usleep(20000);
    abort();
}

static void run_core(const char *id, const void *unused)
{
    int status = SIGABRT;

    (void)unused;
    for (int i = 0; i < CORES && (status & ~0x80) == SIGABRT; i++) {
        status = run_to_end(abort_beside_threads);
    }
    check_status(id, "a core dump beside threads that come and go", SIGABRT,
                 status);
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    run_case("T01", run_fights, NULL);
    run_case("T02", run_clone, NULL);
    run_case("T03", run_limits, NULL);
    run_case("T04", run_core, NULL);
    return finish();
}
