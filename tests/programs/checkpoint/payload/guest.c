/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest: a program that finds out whether it has been moved
 *
 *     checkpoint -o IMAGE guest DIRECTORY HOPS here|elsewhere [threads]
 *
 * Arranges its process in as many ways as it can, writes down what it can
 * read of itself, and sends itself the signal at which checkpoint saves and
 * ends it.  Restored, it reads all again and compares, HOPS times; then it
 * uses what it had.  Elsewhere is between kernels, or emulators, that differ
 * in what is one mapping and in their own pages.  TAP on standard output,
 * of restored processes only.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NTHREADS    4
#define TEXT_SIZE   65536

static int number, failed;

/* One line of TAP. */
static void __attribute__((format(printf, 2, 3)))
check(bool good, const char *fmt, ...)
{
    va_list ap;

    printf("%sok %d - ", good ? "" : "not ", ++number);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
    failed += !good;
}

/* What is read of the process, as text. */
typedef struct View {
    char maps[TEXT_SIZE], cmdline[4096], environ[4096], auxv[1024];
    char exe[4096], cwd[4096], comm[64], stat[2048];
    ssize_t cmdline_size, environ_size, auxv_size;
    void *brk;
    struct sigaction actions[65];
    sigset_t mask, pending;
    stack_t altstack;
    int rounding;
    mode_t umask;
    void *robust;
    size_t robust_size;
} View;

static View before, after;
static char *gone;      /* maps a file that has no name any more */
static bool elsewhere;

static ssize_t slurp(const char *path, char *buf, size_t size)
{
    int fd = open(path, O_RDONLY);
    ssize_t used = 0, got;

    while ((got = read(fd, buf + used, size - 1 - used)) > 0) {
        used += got;
    }
    close(fd);
    buf[used] = '\0';
    return used;
}

/* The fields of stat that stay the same: layout only. */
static void cut_stat(char *text)
{
    char *p = strrchr(text, ')') + 2, *out = text;
    int field = 3;

    for (char *word = strtok(p, "\n "); word; word = strtok(NULL, "\n ")) {
        if ((field >= 26 && field <= 28) || (field >= 45 && field <= 51)) {
            out += sprintf(out, "%s ", word);
        }
        field++;
    }
}

/* What maps a file that is gone is anonymous afterwards. */
static void cut_gone(char *text)
{
    while (*text) {
        char *next = strchr(text, '\n') + 1;

        if (strtoul(text, NULL, 16) == (uintptr_t)gone) {
            memmove(text, next, strlen(next) + 1);
        } else {
            text = next;
        }
    }
}

/*
 * Leave out what is the kernel's: its pages, where it begins a new mapping in
 * memory of one kind, and what it calls the heap.
 */
static void cut_maps(char *text)
{
    unsigned long start, end, last = 0;
    char perms[8], prot[8] = "", *out = text, *line_out = text;

    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        bool anonymous = strstr(line, " 00:00 0 ") && !strstr(line, "[stack]");
        size_t len = strlen(line);

        if (strstr(line, "[v") ||
            sscanf(line, "%lx-%lx %7s", &start, &end, perms) != 3) {
            continue;
        }
        if (anonymous && start == last && !strcmp(perms, prot)) {
            out = line_out + sprintf(line_out, "-%lx\n", end);
        } else if (anonymous) {
            out += sprintf(out, "%s %lx", perms, start);
            line_out = out;
            out += sprintf(out, "-%lx\n", end);
        } else {
            memmove(out, line, len);
            out += len;
            *out++ = '\n';
        }
        last = anonymous ? end : 0;
        strcpy(prot, perms);
    }
    *out = '\0';
}

static void look(View *v)
{
    ssize_t len;

    v->brk = sbrk(0);
    slurp("/proc/self/maps", v->maps, sizeof(v->maps));
    cut_gone(v->maps);
    if (elsewhere) {
        cut_maps(v->maps);
    }
    v->cmdline_size = slurp("/proc/self/cmdline", v->cmdline, 4096);
    v->environ_size = slurp("/proc/self/environ", v->environ, 4096);
    v->auxv_size = slurp("/proc/self/auxv", v->auxv, 1024);
    slurp("/proc/self/comm", v->comm, sizeof(v->comm));
    slurp("/proc/self/stat", v->stat, sizeof(v->stat));
    cut_stat(v->stat);
    len = readlink("/proc/self/exe", v->exe, sizeof(v->exe) - 1);
    v->exe[len < 0 ? 0 : len] = '\0';
    if (!getcwd(v->cwd, sizeof(v->cwd))) {
        v->cwd[0] = '\0';
    }
    for (int sig = 1; sig < 65; sig++) {
        sigaction(sig, NULL, &v->actions[sig]);
    }
    sigprocmask(SIG_SETMASK, NULL, &v->mask);
    sigpending(&v->pending);
    sigaltstack(NULL, &v->altstack);
    v->rounding = fegetround();
    v->umask = umask(0);
    umask(v->umask);
    syscall(SYS_get_robust_list, 0, &v->robust, &v->robust_size);
}

static void on_other(int sig, siginfo_t *info, void *uc)
{
    (void)sig;
    (void)info;
    (void)uc;
}

static int app, rw, rw2, dir, own, cloexec;
static int ends[2], counter, counter2, epoll;
static timer_t timer, other;
static char altstack[65536];
static uint8_t *heap;
static _Thread_local int tls = 1;

/* What does not come from a file, with something in each. */
static void arrange_events(void)
{
    struct epoll_event event = { .events = EPOLLIN };

    if (pipe2(ends, O_NONBLOCK) < 0 || write(ends[1], "wait", 4) != 4) {
        exit(2);
    }
    counter = eventfd(3, 0);
    counter2 = dup(counter);
    epoll = epoll_create1(0);
    event.data.u64 = UINT64_C(0x1122334455667788);
    epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
    event.data.u64 = 5;
    epoll_ctl(epoll, EPOLL_CTL_ADD, counter2, &event);
}

/* Nobody looks at it before it is saved; nothing beside it is like it. */
static void arrange_gone(size_t page)
{
    int fd = open("gone", O_RDWR | O_CREAT | O_TRUNC, 0600);

    if (ftruncate(fd, page) < 0 || pwrite(fd, "content", 7, 0) != 7) {
        exit(2);
    }
    gone = mmap(NULL, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    gone = mmap(gone + page, page, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0);
    unlink("gone");
    close(fd);
}

static void arrange(const char *directory)
{
    struct sigaction action = { .sa_flags = SA_SIGINFO | SA_NODEFER };
    stack_t stack = { .ss_sp = altstack, .ss_size = sizeof(altstack) };
    struct itimerval itimer = { { 5, 0 }, { 1000, 0 } };
    struct itimerspec its = { { 7, 0 }, { 2000, 500 } };
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL };
    union sigval value = { .sival_int = 4711 };
    const uintptr_t page = sysconf(_SC_PAGESIZE);
    sigset_t mask;

    if (chdir(directory) < 0) {
        exit(2);
    }
    umask(027);
    app = open("append", O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);
    rw = open("readwrite", O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (write(app, "first\n", 6) != 6 || write(rw, "0123456789", 10) != 10) {
        exit(2);
    }
    lseek(rw, 4, SEEK_SET);
    rw2 = dup(rw);
    dir = open(".", O_RDONLY | O_DIRECTORY);
    own = open("/proc/self/stat", O_RDONLY);
    arrange_events();
    arrange_gone(page);
    cloexec = open("/dev/null", O_WRONLY | O_CLOEXEC);

    action.sa_sigaction = on_other;
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGTERM);
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGRTMIN + 1, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigaddset(&mask, SIGRTMIN + 1);
    sigaddset(&mask, SIGHUP);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    kill(getpid(), SIGHUP);
    sigqueue(getpid(), SIGRTMIN + 1, value);
    value.sival_int = 4712;
    sigqueue(getpid(), SIGRTMIN + 1, value);
    sigaltstack(&stack, NULL);

    setitimer(ITIMER_REAL, &itimer, NULL);
    event.sigev_signo = SIGUSR1;
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    timer_delete(timer);
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    timer_settime(timer, 0, &its, NULL);
    timer_create(CLOCK_REALTIME, &event, &other);

    heap = sbrk(300000);
    memset(heap, 0x5a, 300000);
    /* It is several mappings then, the first perhaps together with the bss. */
    mprotect((void *)(((uintptr_t)heap + 150000) & -page), page, PROT_READ);
    fesetround(FE_UPWARD);
    tls = 17;
}

static void compare(void)
{
    const View *a = &before, *b = &after;
    bool same;

    check(!strcmp(a->maps, b->maps), "maps");
    if (strcmp(a->maps, b->maps)) {
        fprintf(stderr, "before:\n%safter:\n%s", a->maps, b->maps);
    }
    check(a->cmdline_size == b->cmdline_size &&
          !memcmp(a->cmdline, b->cmdline, a->cmdline_size), "cmdline");
    check(a->environ_size == b->environ_size &&
          !memcmp(a->environ, b->environ, a->environ_size), "environ");
    check(a->auxv_size == b->auxv_size &&
          !memcmp(a->auxv, b->auxv, a->auxv_size), "auxv");
    check(!strcmp(a->exe, b->exe), "exe: %s, %s", a->exe, b->exe);
    check(!strcmp(a->cwd, b->cwd), "cwd: %s", b->cwd);
    check(!strcmp(a->comm, b->comm), "comm: %.*s",
          (int)strcspn(b->comm, "\n"), b->comm);
    check(!strcmp(a->stat, b->stat), "stat: %s, %s", a->stat, b->stat);
    check(a->brk == b->brk, "brk: %p, %p", a->brk, b->brk);
    same = true;
    for (int sig = 1; sig < 65; sig++) {
        const struct sigaction *x = &a->actions[sig], *y = &b->actions[sig];

        if (x->sa_handler != y->sa_handler || x->sa_flags != y->sa_flags ||
            memcmp(&x->sa_mask, &y->sa_mask, 8)) {
            fprintf(stderr, "signal %d: %p, %x; %p, %x\n", sig,
                    (void *)x->sa_handler, x->sa_flags,
                    (void *)y->sa_handler, y->sa_flags);
            same = false;
        }
    }
    check(same, "signal actions");
    check(!memcmp(&a->mask, &b->mask, 8), "signal mask");
    check(!memcmp(&a->pending, &b->pending, 8),
          "pending signals");
    check(a->altstack.ss_sp == b->altstack.ss_sp &&
          a->altstack.ss_size == b->altstack.ss_size &&
          a->altstack.ss_flags == b->altstack.ss_flags, "alternate stack");
    check(a->rounding == b->rounding, "rounding mode: %d, %d", a->rounding,
          b->rounding);
    check(a->umask == b->umask, "umask: %o", b->umask);
    check(a->robust == b->robust && a->robust_size == b->robust_size,
          "robust list: %p, %p", a->robust, b->robust);
}

static void compare_fds(void)
{
    char buf[64] = "";
    int pid;

    check(lseek(rw, 0, SEEK_CUR) == 4, "offset");
    check(read(rw, buf, 2) == 2 && !memcmp(buf, "45", 2), "reading goes on");
    check(lseek(rw2, 0, SEEK_CUR) == 6, "the duplicate shares the offset");
    check(fcntl(cloexec, F_GETFD) == FD_CLOEXEC, "close on exec");
    check(fcntl(rw, F_GETFD) == 0, "no close on exec");
    check((fcntl(app, F_GETFL) & (O_APPEND | O_ACCMODE)) ==
          (O_APPEND | O_RDWR), "append mode");
    lseek(app, 0, SEEK_SET);
    check(write(app, "second\n", 7) == 7 &&
          pread(app, buf, 63, 0) == 13 && !strcmp(buf, "first\nsecond\n"),
          "appending goes on");
    check(faccessat(dir, "append", F_OK, 0) == 0, "directory");
    pid = pread(own, buf, 63, 0) > 0 ? atoi(buf) : -1;
    check(pid == getpid(), "own entry of /proc: process %d", pid);
    check(open("/dev/null", O_RDONLY) == cloexec + 1, "no other descriptors");
    close(cloexec + 1);
}

static void compare_events(void)
{
    struct epoll_event events[3];
    uint64_t n = 2;
    char buf[8] = "";

    check(epoll_wait(epoll, events, 3, 0) == 2 &&
          (events[0].data.u64 ^ events[1].data.u64) ==
          (UINT64_C(0x1122334455667788) ^ 5), "epoll");
    check(read(ends[0], buf, 8) == 4 && !strcmp(buf, "wait"),
          "what waits in a pipe");
    check(read(ends[0], buf, 8) == -1 && errno == EAGAIN,
          "a pipe that is not waited for");
    check(write(ends[1], "more", 4) == 4 && read(ends[0], buf, 8) == 4 &&
          !strcmp(buf, "more"), "the pipe goes on");
    check(write(counter, &n, 8) == 8 && read(counter2, &n, 8) == 8 &&
          n == 5, "eventfd: %d", (int)n);
    check(epoll_wait(epoll, events, 3, 0) == 0, "epoll, nothing left");
}

static void compare_signals(void)
{
    struct itimerval itimer;
    struct itimerspec its;
    siginfo_t info;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 1);
    check(sigwaitinfo(&set, &info) == SIGRTMIN + 1 &&
          info.si_value.sival_int == 4711 && info.si_code == SI_QUEUE,
          "first queued signal");
    check(sigwaitinfo(&set, &info) == SIGRTMIN + 1 &&
          info.si_value.sival_int == 4712, "second queued signal");
    getitimer(ITIMER_REAL, &itimer);
    check(itimer.it_value.tv_sec > 900 && itimer.it_value.tv_sec <= 1000 &&
          itimer.it_interval.tv_sec == 5, "interval timer");
    check(timer_gettime(timer, &its) == 0 && its.it_value.tv_sec > 1900 &&
          its.it_value.tv_sec <= 2000 && its.it_interval.tv_sec == 7,
          "POSIX timer");
    check(timer_gettime(other, &its) == 0 && its.it_value.tv_sec == 0,
          "another one, which is not armed");
    raise(SIGUSR1);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    check(true, "a handler runs and returns");
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static int stage;
static int started;

static void *thread(void *arg)
{
    int n = (int)(intptr_t)arg;
    char name[16];
    double x = n;
    uint64_t spins = 0;

    sigset_t set;

    tls = 100 + n;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (n == 1) {
        pthread_kill(pthread_self(), SIGUSR1);
    }
    snprintf(name, sizeof(name), "thread%d", n);
    pthread_setname_np(pthread_self(), name);
    fesetround(n % 2 ? FE_DOWNWARD : FE_TOWARDZERO);
    __atomic_fetch_add(&started, 1, __ATOMIC_SEQ_CST);
    if (n % 2) {
        pthread_mutex_lock(&mutex);
        while (!stage) {
            pthread_cond_wait(&cond, &mutex);
        }
        pthread_mutex_unlock(&mutex);
    } else {
        while (!__atomic_load_n(&stage, __ATOMIC_SEQ_CST)) {
            x = x * 0.5 + n * 0.5;
            spins++;
        }
    }
    pthread_barrier_wait(&barrier);
    sigpending(&set);
    return (void *)(intptr_t)
        (tls == 100 + n && x == n &&
         fegetround() == (n % 2 ? FE_DOWNWARD : FE_TOWARDZERO) &&
         pthread_kill(pthread_self(), 0) == 0 &&
         sigismember(&set, SIGUSR1) == (n == 1));
}

int main(int argc, char **argv)
{
    pthread_t threads[NTHREADS];
    int hops = argc > 2 ? atoi(argv[2]) : 1;
    int n = argc > 4 ? NTHREADS : 0;
    double third = 1.0;
    bool same;

    if (argc < 4) {
        return 2;
    }
    elsewhere = !strcmp(argv[3], "elsewhere");
    arrange(argv[1]);
    pthread_barrier_init(&barrier, NULL, n + 1);
    for (int i = 0; i < n; i++) {
        pthread_create(&threads[i], NULL, thread, (void *)(intptr_t)i);
    }
    while (__atomic_load_n(&started, __ATOMIC_SEQ_CST) < n) {
        usleep(1000);
    }
    /* Not for the compiler, which rounds otherwise. */
    asm("" : "+m" (third));
    third /= 3;
    asm("" : "+m" (third));
    while (hops--) {
        fflush(stdout);
        look(&before);
        errno = 99;
        raise(SIGUSR2);
        same = errno == 99 && tls == 17 && third > 1 / 3.0L;
        look(&after);
        check(same, "errno, thread-local storage, floating point");
        compare();
    }
    check(!strcmp(gone, "content"), "memory of a file that is gone");
    compare_fds();
    compare_events();
    compare_signals();
    same = true;
    for (int i = 0; i < 300000; i++) {
        same &= heap[i] == 0x5a;
    }
    check(same && sbrk(4096) == heap + 300000, "the heap grows on");
    check(malloc(1 << 20) && mmap(NULL, 4096, PROT_READ,
          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED, "mmap");
    if (n) {
        pthread_mutex_lock(&mutex);
        __atomic_store_n(&stage, 1, __ATOMIC_SEQ_CST);
        pthread_cond_broadcast(&cond);
        pthread_mutex_unlock(&mutex);
        pthread_barrier_wait(&barrier);
        for (int i = 0; i < n; i++) {
            void *ret = NULL;

            pthread_join(threads[i], &ret);
            check(ret, "thread %d", i);
        }
    }
    printf("1..%d\n", number);
    return failed != 0;
}
