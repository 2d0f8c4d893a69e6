/*
 * What the threads of the stress program do
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include "stress.h"
#include <linux/prctl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <time.h>

enum { PAGE = 4096, BAD = 8 };

extern char **environ;

/* The pages that come and go, for others to name. */
static void *_Atomic pages[NR_THREADS];

/* A function that returns a number, which is changed in place. */
#if defined(__x86_64__) || defined(__i386__)
static const unsigned char code[] = { 0xb8, 0, 0, 0, 0, 0xc3 };
enum { NUMBER_AT = 1 };
#elif defined(__aarch64__)
static const unsigned char code[] = { 0, 0, 0x80, 0x52, 0xc0, 3, 0x5f, 0xd6 };
#define SHIFT 5
#elif defined(__arm__)
static const unsigned char code[] = { 0, 0, 0xa0, 0xe3, 0x1e, 0xff, 0x2f, 0xe1 };
enum { NUMBER_AT = 0 };
#elif defined(__s390x__)
static const unsigned char code[] = { 0xa7, 0x29, 0, 0, 7, 0xfe };
enum { NUMBER_AT = 3 };
#else
#define NO_CODE
#endif

static void on_signal(int sig)
{
    (void)sig;
}

void begin_worker(struct worker *w)
{
    struct sigaction action = { .sa_handler = on_signal };

    sigaction(SIGUSR1, &action, NULL);
    w->code = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    w->page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (w->code == MAP_FAILED || w->page == MAP_FAILED) {
        abort();
    }
}

/* ------------------------------------------------------------ children */

static bool may_have_child(void)
{
    if (__atomic_add_fetch(&shared->children, 1, __ATOMIC_SEQ_CST) >
        MAX_CHILDREN) {
        __atomic_fetch_sub(&shared->children, 1, __ATOMIC_SEQ_CST);
        return false;
    }
    return true;
}

/* Where the process or the machine is at a limit there is no child. */
static void end_of_child(const char *what, pid_t pid, int want)
{
    int status = 0;

    if (pid > 0) {
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
            continue;
        }
        if ((status & ~0x80) != want) {
            complain("BAD %s: wait status 0x%x, not 0x%x\n", what, status,
                     want);
        }
    } else if (errno != EAGAIN && errno != ENOMEM) {
        complain("BAD %s: errno %d\n", what, errno);
    }
    __atomic_fetch_sub(&shared->children, 1, __ATOMIC_SEQ_CST);
}

static void *nothing(void *arg)
{
    return arg;
}

static void *forever(void *arg)
{
    for (;;) {
        close(open("/dev/null", O_RDONLY));
    }
    return arg;
}

static void have_threads(unsigned n, void *(*fn)(void *))
{
    pthread_attr_t attr;
    pthread_t thread;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 131072);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    while (n--) {
        pthread_create(&thread, &attr, fn, NULL);
    }
}

static void child_exits(void)
{
    _exit(0);
}

static void child_opens(void)
{
    _exit(close(open("/dev/null", O_RDONLY)) != 0);
}

static void child_maps(void)
{
    for (int i = 0; i < 20; i++) {
        munmap(mmap(NULL, 65536, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                    0), 65536);
    }
    _exit(0);
}

static void child_with_threads(void)
{
    have_threads(3, forever);
    usleep(1000);
    _exit(0);
}

static void child_executes(void)
{
    execl(self_path, self_path, "leaf", (char *)NULL);
    _exit(1);
}

static void child_with_threads_executes(void)
{
    have_threads(2, forever);
    child_executes();
}

static void child_faults(void)
{
    have_threads(2, forever);
    *(volatile int *)BAD = 1;
}

static void child_aborts(void)
{
    have_threads(2, nothing);
    abort();
}

static void child_is_killed(void)
{
    have_threads(2, forever);
    kill(getpid(), SIGKILL);
}

static void child_forks(void)
{
    pid_t pid;
    int status;

    have_threads(2, nothing);
    pid = fork();
    if (pid == 0) {
        _exit(0);
    }
    _exit(pid < 0 || waitpid(pid, &status, 0) != pid || status);
}

static const struct child {
    const char *name;
    void (*fn)(void);
    int status;
} children[] = {
    { "child that exits", child_exits, 0 },
    { "child that opens", child_opens, 0 },
    { "child that maps", child_maps, 0 },
    { "child with threads", child_with_threads, 0 },
    { "child that executes", child_executes, LEAF_STATUS << 8 },
    { "child with threads that executes", child_with_threads_executes,
      LEAF_STATUS << 8 },
    { "child that faults", child_faults, SIGSEGV },
    { "child that aborts", child_aborts, SIGABRT },
    { "child that is killed", child_is_killed, SIGKILL },
    { "child that forks", child_forks, 0 },
};

static void op_fork(struct worker *w)
{
    const struct child *child =
        &children[next_random(w) % (sizeof(children) / sizeof(children[0]))];
    pid_t pid;

    if (!may_have_child()) {
        return;
    }
    pid = fork();
    if (pid == 0) {
        child->fn();
        _exit(1);
    }
    end_of_child(child->name, pid, child->status);
}

static void op_spawn(struct worker *w)
{
    char *const argv[] = { self_path, (char *)"leaf", NULL };
    pid_t pid;

    (void)w;
    if (!may_have_child()) {
        return;
    }
    errno = posix_spawn(&pid, self_path, NULL, NULL, argv, environ);
    end_of_child("spawn", errno ? -1 : pid, LEAF_STATUS << 8);
}

static void op_vfork(struct worker *w)
{
    volatile pid_t pid;

    (void)w;
    if (!may_have_child()) {
        return;
    }
    pid = vfork();
    if (pid == 0) {
        _exit(3);
    }
    end_of_child("vfork", pid, 3 << 8);
}

static void op_clone_bad_pointer(struct worker *w)
{
    pid_t pid;

    (void)w;
    if (!may_have_child()) {
        return;
    }
#ifdef __s390__
    pid = syscall(SYS_clone, 0, CLONE_PARENT_SETTID | SIGCHLD, BAD, 0, 0);
#else
    pid = syscall(SYS_clone, CLONE_PARENT_SETTID | SIGCHLD, 0, BAD, 0, 0);
#endif
    if (pid == 0) {
        _exit(0);
    }
    end_of_child("clone", pid, 0);
}

/* ------------------------------------------------------------- threads */

static void op_thread(struct worker *w)
{
    pthread_t thread;
    int error = pthread_create(&thread, NULL, nothing, NULL);

    (void)w;
    if (!error) {
        pthread_join(thread, NULL);
    } else if (error != EAGAIN) {
        complain("BAD pthread_create: %d\n", error);
    }
}

static void *sleeps(void *arg)
{
    pause();
    return arg;
}

static void op_cancel(struct worker *w)
{
    pthread_t thread;
    void *ret = NULL;

    (void)w;
    if (!pthread_create(&thread, NULL, sleeps, NULL)) {
        pthread_cancel(thread);
        pthread_join(thread, &ret);
        if (ret != PTHREAD_CANCELED) {
            complain("BAD pthread_cancel\n");
        }
    }
}

static void op_signal(struct worker *w)
{
    unsigned n = __atomic_load_n(&shared->threads, __ATOMIC_RELAXED);
    unsigned i = n ? next_random(w) % n : 0;

    /* One that is over is not joined yet, but may be gone for the kernel. */
    if (n) {
        pthread_kill(shared->thread[i], SIGUSR1);
    }
}

static void op_mask(struct worker *w)
{
    sigset_t set, old;

    sigfillset(&set);
    sigprocmask(next_random(w) % 2 ? SIG_BLOCK : SIG_UNBLOCK, &set, &old);
    sched_yield();
    sigprocmask(SIG_SETMASK, &old, NULL);
}

static void op_sleep(struct worker *w)
{
    nanosleep(&(struct timespec) { 0, next_random(w) % 100000 }, NULL);
}

/* -------------------------------------------------------------- memory */

static void op_map(struct worker *w)
{
    size_t size = (1 + next_random(w) % 64) * PAGE;
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED) {
        return;
    }
    p[size - 1] = 1;
    p = mremap(p, size, 2 * size, MREMAP_MAYMOVE);
    if (p == MAP_FAILED || p[size - 1] != 1) {
        complain("BAD mremap\n");
    } else {
        mprotect(p, PAGE, PROT_READ);
        munmap(p, 2 * size);
    }
}

static void op_malloc(struct worker *w)
{
    free(malloc(next_random(w) % 300000));
}

static void op_code(struct worker *w)
{
#ifndef NO_CODE
    const unsigned number = next_random(w) % 100;
    unsigned char text[sizeof(code)];

    memcpy(text, code, sizeof(code));
#ifdef SHIFT
    text[0] |= number << SHIFT;
    text[1] |= number >> (8 - SHIFT);
#else
    text[NUMBER_AT] = number;
#endif
    memcpy(w->code, text, sizeof(text));
    __builtin___clear_cache((char *)w->code, (char *)w->code + sizeof(text));
    if (((unsigned (*)(void))w->code)() != number) {
        complain("BAD code\n");
    }
#else
    (void)w;
#endif
}

/* Into the page whose code has run. */
static void op_read_to_code(struct worker *w)
{
    int fd = open("/dev/zero", O_RDONLY);

    if (fd >= 0 && read(fd, w->code + 2048, 100) != 100) {
        complain("BAD read: errno %d\n", errno);
    }
    close(fd);
}

/*
 * A page that is there for some calls of others, and is not for others.  Its
 * place may be another mapping's meanwhile.
 */
static void op_page_goes(struct worker *w)
{
    char *page;

    munmap(w->page, PAGE);
    page = mmap(w->page, PAGE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (page == MAP_FAILED) {
        page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }
    if (page == MAP_FAILED) {
        abort();
    }
    w->page = page;
    pages[w->number] = page;
    mprotect(w->page, PAGE, PROT_NONE);
    mprotect(w->page, PAGE, PROT_READ | PROT_WRITE);
}

static void op_calls_on_pages(struct worker *w)
{
    void *page = pages[next_random(w) % NR_THREADS];
    if (!page) {
        return;
    }
    syscall(SYS_uname, page);
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, page);
    syscall(SYS_getrusage, 0, page);
    syscall(SYS_openat, AT_FDCWD, page, O_RDONLY);
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, page, _NSIG / 8);
}

static void op_bad_pointer(struct worker *w)
{
    static void *volatile bad = (void *)BAD;
    long ret;

    switch (next_random(w) % 4) {
    case 0:
        ret = write(STDOUT_FILENO, bad, 4);
        break;
    case 1:
        ret = syscall(SYS_uname, bad);
        break;
    case 2:
        ret = syscall(SYS_openat, AT_FDCWD, bad, O_RDONLY);
        break;
    default:
        ret = syscall(SYS_rt_sigaction, SIGUSR2, bad, NULL, _NSIG / 8);
        break;
    }
    if (ret != -1 || errno != EFAULT) {
        complain("BAD bad pointer: %ld errno %d\n", ret, errno);
    }
}

/* ------------------------------------------------------------ the process */

static void op_proc(struct worker *w)
{
    static const char *const names[] = {
        "/proc/self/maps", "/proc/self/stat", "/proc/self/cmdline",
        "/proc/self/status", "/proc/self/auxv", "/proc/thread-self/comm",
    };
    char buf[4096];
    int fd = open(names[next_random(w) % 6], O_RDONLY | O_CLOEXEC);

    while (fd >= 0 && read(fd, buf, sizeof(buf)) > 0) {
        continue;
    }
    close(fd);
    if (readlink("/proc/self/exe", buf, sizeof(buf)) < 0) {
        complain("BAD readlink: errno %d\n", errno);
    }
}

static void op_set_mm(struct worker *w)
{
    int fd = open(self_path, O_RDONLY | O_CLOEXEC);

    (void)w;
    /* Refused without privilege, or natively. */
    prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, fd, 0, 0);
    prctl(PR_SET_MM, PR_SET_MM_ARG_START, BAD, 0, 0);
    close(fd);
}

static void op_pipe(struct worker *w)
{
    char buf[64] = "";
    int a[2], b[2];

    (void)w;
    if (pipe2(a, O_CLOEXEC)) {
        return;
    }
    if (!pipe2(b, O_CLOEXEC)) {
        if (write(a[1], buf, 64) != 64 ||
            splice(a[0], NULL, b[1], NULL, 64, 0) != 64 ||
            read(b[0], buf, 64) != 64) {
            /* A signal may end any of them. */
            if (errno != EINTR) {
                complain("BAD splice: errno %d\n", errno);
            }
        }
        close(b[0]);
        close(b[1]);
    }
    close(a[0]);
    close(a[1]);
}

const struct op ops[] = {
    { "fork", op_fork }, { "spawn", op_spawn }, { "vfork", op_vfork },
    { "clone", op_clone_bad_pointer }, { "thread", op_thread },
    { "cancel", op_cancel }, { "signal", op_signal }, { "mask", op_mask },
    { "sleep", op_sleep }, { "map", op_map }, { "malloc", op_malloc },
    { "code", op_code }, { "read to code", op_read_to_code },
    { "page goes", op_page_goes }, { "calls on pages", op_calls_on_pages },
    { "bad pointer", op_bad_pointer }, { "proc", op_proc },
    { "set_mm", op_set_mm }, { "pipe", op_pipe },
};
const unsigned nr_ops = sizeof(ops) / sizeof(ops[0]);
