/*
 * Many calls, many children, many threads, for tests/faults/test-load
 *
 * usage: load calls COUNT [storm]
 *        load kill CHILDREN
 *        load threads THREADS SECONDS
 *
 * calls: makes every call of a list COUNT times; with storm, under a signal
 * every 200 microseconds.  Each must answer always as it did at first.  Says
 * "ready" before and "done" behind, and waits for a line each time, so that
 * somebody can look at the process.
 *
 * kill: children that replace their executable without end are killed, after
 * another process has looked at them.
 *
 * threads: all replace or read the executable at once.
 *
 * Prints "bad ..." for whatever is wrong, and at the end its counts.  Exit
 * status: 0, or 3 after "bad".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "../tcg/multiarch/linux/set-mm-test.h"
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>

enum { WARM = 2000, STORM_US = 200, CHECK_EVERY = 100, MAX_THREADS = 4096 };

static unsigned bad;

static void __attribute__((format(printf, 1, 2))) complain(const char *fmt, ...)
{
    va_list ap;

    if (__atomic_fetch_add(&bad, 1, __ATOMIC_SEQ_CST) < 20) {
        va_start(ap, fmt);
        printf("bad ");
        vprintf(fmt, ap);
        printf("\n");
        va_end(ap);
        fflush(stdout);
    }
}

/* ------------------------------------------------------- what is there */

static struct things {
    char path[2][PATH_MAX];
    struct stat file[2];
    int fd[2];
    int dir;
    int pipe[2];
    struct mm_map map;
    char auxv[4096];
    long auxv_len;
    /* One page, with a hole behind. */
    char *page;
} things;

static void make_things(void)
{
    char dir[PATH_MAX - 16];

    if (!getcwd(dir, sizeof(dir))) {
        complain("no directory");
        return;
    }
    for (int i = 0; i < 2; i++) {
        snprintf(things.path[i], PATH_MAX, "%s/exe%d", dir, i);
        write_file(things.path[i], 0755, "#!/bin/true\n", 12);
        stat(things.path[i], &things.file[i]);
        things.fd[i] = open(things.path[i], O_RDONLY | O_CLOEXEC);
    }
    things.dir = open("/", O_RDONLY | O_CLOEXEC);
    if (things.fd[1] < 0 || things.dir < 0 || pipe(things.pipe)) {
        complain("no files in %s: %s", dir, err_name(errno));
    }
    read_map(&things.map);
    things.auxv_len = get_auxv(things.auxv, sizeof(things.auxv), 0, 0);
    things.page = mmap(NULL, 2 * page_size(), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(things.page + page_size(), page_size());
}

static int other_fd(void)
{
    static __thread unsigned turn;

    return things.fd[turn++ % 2];
}

/* --------------------------------------------------------------- calls */

static int set_field(unsigned long opt, enum field field)
{
    return set_mm(opt, things.map.f[field], 0, 0);
}

static int map_with(int exe, unsigned long auxv, size_t len)
{
    struct mm_map map = things.map;

    map.exe_fd = exe;
    map.auxv = auxv;
    map.auxv_size = len;
    return set_map(&map);
}

static int bad_field(void)
{
    struct mm_map map = things.map;

    map.f[ENV_END] = BAD_PTR;
    return set_map(&map);
}

static int read_entry(const char *path)
{
    char buf[8192];

    return read_whole(path, buf, sizeof(buf)) < 0 ? errno : 0;
}

static int grow_and_shrink(void)
{
    uint64_t brk = sys_brk(0);

    return sys_brk(brk + 65536) == brk + 65536 && sys_brk(brk) == brk ? 0 : 1;
}

static int other_limit(void)
{
    static rlim_t turn;
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 500 + turn++ % 2 * 400;
    return err_of(setrlimit(RLIMIT_NOFILE, &limit));
}

static int open_exe(void)
{
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

    close(fd);
    return fd < 0 ? errno : 0;
}

static int read_exe(void)
{
    char link[PATH_MAX];

    read_link("/proc/self/exe", link, sizeof(link));
    return *link == '/' ? 0 : ENOENT;
}

#define FIELD_CALLS(X) \
    X(START_CODE) X(END_CODE) X(START_DATA) X(END_DATA) X(START_STACK) \
    X(START_BRK) X(BRK) X(ARG_START) X(ARG_END) X(ENV_START) X(ENV_END)
#define FIELD_CASE(f) { #f, true }, { #f " bad", false },
#define ANSWER_FIELD(f) \
    case __COUNTER__ - FIRST: return set_field(PR_SET_MM_##f, f); \
    case __COUNTER__ - FIRST: return set_mm(PR_SET_MM_##f, BAD_PTR, 0, 0);

static const struct {
    const char *name;
    bool works;
} calls[] = {
    FIELD_CALLS(FIELD_CASE)
    { "EXE_FILE", true }, { "EXE_FILE of nothing", false },
    { "EXE_FILE of a directory", false }, { "EXE_FILE of a pipe", false },
    { "AUXV", true }, { "AUXV too long", false }, { "AUXV bad", false },
    { "AUXV at a page's end", false },
    { "MAP", true }, { "MAP with exe", true }, { "MAP with auxv", true },
    { "MAP of a wrong size", false }, { "MAP bad", false },
    { "MAP with a bad field", false }, { "MAP with a directory", false },
    { "MAP with no descriptor", false }, { "MAP with a bad auxv", false },
    { "MAP_SIZE", true }, { "MAP_SIZE bad", false },
    { "PR_GET_AUXV", true }, { "PR_GET_AUXV bad", false },
    { "no sub-option", false },
    { "cmdline", true }, { "environ", true }, { "auxv", true },
    { "stat", true }, { "status", true }, { "maps", true }, { "comm", true },
    { "open exe", true }, { "readlink exe", true }, { "brk", true },
    { "setrlimit", true },
};

enum { NR_CALLS = sizeof(calls) / sizeof(calls[0]) };

/* In the order of the list.  Returns: 0 or errno. */
static int make_call(unsigned number)
{
    unsigned long auxv = (unsigned long)things.auxv, size = 0;
    unsigned long edge = (unsigned long)things.page + page_size() - 8;
    union mm_map_buf buf;
    char out[4096];
    long ret;

    enum { FIRST = __COUNTER__ + 1 };
    switch (number) {
    FIELD_CALLS(ANSWER_FIELD)
    case __COUNTER__ - FIRST: return set_exe_by_option(other_fd());
    case __COUNTER__ - FIRST: return set_exe_by_option(NOT_OPEN);
    case __COUNTER__ - FIRST: return set_exe_by_option(things.dir);
    case __COUNTER__ - FIRST: return set_exe_by_option(things.pipe[0]);
    case __COUNTER__ - FIRST:
        return set_mm(PR_SET_MM_AUXV, auxv, things.auxv_len, 0);
    case __COUNTER__ - FIRST:
        return set_mm(PR_SET_MM_AUXV, auxv, sizeof(things.auxv), 0);
    case __COUNTER__ - FIRST: return set_mm(PR_SET_MM_AUXV, BAD_PTR, 64, 0);
    case __COUNTER__ - FIRST: return set_mm(PR_SET_MM_AUXV, edge, 64, 0);
    case __COUNTER__ - FIRST: return map_with(-1, 0, 0);
    case __COUNTER__ - FIRST: return map_with(other_fd(), 0, 0);
    case __COUNTER__ - FIRST: return map_with(-1, auxv, things.auxv_len);
    case __COUNTER__ - FIRST:
        size = encode_map(&buf, &things.map) + 1;
        return set_mm(PR_SET_MM_MAP, (unsigned long)&buf, size, 0);
    case __COUNTER__ - FIRST:
        size = encode_map(&buf, &things.map);
        return set_mm(PR_SET_MM_MAP, BAD_PTR, size, 0);
    case __COUNTER__ - FIRST: return bad_field();
    case __COUNTER__ - FIRST: return map_with(things.dir, 0, 0);
    case __COUNTER__ - FIRST: return map_with(NOT_OPEN, 0, 0);
    case __COUNTER__ - FIRST: return map_with(other_fd(), BAD_PTR, 64);
    case __COUNTER__ - FIRST:
        return set_mm(PR_SET_MM_MAP_SIZE, (unsigned long)&size, 0, 0);
    case __COUNTER__ - FIRST: return set_mm(PR_SET_MM_MAP_SIZE, BAD_PTR, 0, 0);
    case __COUNTER__ - FIRST:
        ret = get_auxv(out, sizeof(out), 0, 0);
        return ret < 0 ? -ret : 0;
    case __COUNTER__ - FIRST:
        ret = get_auxv((void *)edge, 64, 0, 0);
        return ret < 0 ? -ret : 0;
    case __COUNTER__ - FIRST: return set_mm(99, 0, 0, 0);
    case __COUNTER__ - FIRST: return read_entry("/proc/self/cmdline");
    case __COUNTER__ - FIRST: return read_entry("/proc/self/environ");
    case __COUNTER__ - FIRST: return read_entry("/proc/self/auxv");
    case __COUNTER__ - FIRST: return read_entry("/proc/self/stat");
    case __COUNTER__ - FIRST: return read_entry("/proc/self/status");
    case __COUNTER__ - FIRST: return read_entry("/proc/self/maps");
    case __COUNTER__ - FIRST: return read_entry("/proc/self/comm");
    case __COUNTER__ - FIRST: return open_exe();
    case __COUNTER__ - FIRST: return read_exe();
    case __COUNTER__ - FIRST: return grow_and_shrink();
    case __COUNTER__ - FIRST: return other_limit();
    default: abort();
    }
}

static volatile sig_atomic_t signals;

static void on_signal(int number)
{
    (void)number;
    signals++;
}

static void start_storm(void)
{
    struct sigaction action = { .sa_handler = on_signal };
    struct itimerval every = { { 0, STORM_US }, { 0, STORM_US } };

    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &every, NULL);
}

static void wait_for_line(const char *say)
{
    char c;

    printf("%s\n", say);
    fflush(stdout);
    while (read(STDIN_FILENO, &c, 1) < 0 && errno == EINTR) {
        continue;
    }
}

static void one_round(const int first[NR_CALLS])
{
    for (unsigned i = 0; i < NR_CALLS; i++) {
        int error = make_call(i);

        if (error != first[i]) {
            complain("%s answers %s, at first %s", calls[i].name,
                     err_name(error), err_name(first[i]));
        }
    }
}

static void run_calls(unsigned count, bool storm)
{
    int first[NR_CALLS];

    for (unsigned i = 0; i < NR_CALLS; i++) {
        first[i] = make_call(i);
        if (!first[i] != calls[i].works) {
            complain("%s answers %s", calls[i].name, err_name(first[i]));
        }
    }
    if (storm) {
        start_storm();
    }
    for (unsigned i = 0; i < WARM && i < count; i++) {
        one_round(first);
    }
    wait_for_line("ready");
    for (unsigned i = 0; i < count; i++) {
        one_round(first);
    }
    wait_for_line("done");
    printf("%u calls of %u sorts, %u signals\n", count * NR_CALLS, NR_CALLS,
           (unsigned)signals);
}

/* ---------------------------------------------------------------- kill */

static void replace_for_ever(void)
{
    for (unsigned i = 0;; i++) {
        if (i % 2 ? set_exe_by_option(things.fd[i / 2 % 2])
                  : map_with(things.fd[i / 2 % 2], 0, 0)) {
            _exit(5);
        }
    }
}

static bool is_ours(const char *link)
{
    return !strcmp(link, things.path[0]) || !strcmp(link, things.path[1]);
}

/* The child has its parent's executable, or one of the two. */
static void look_at(pid_t pid, const char *parents)
{
    char path[64], link[PATH_MAX], buf[4096];

    snprintf(path, sizeof(path), "/proc/%d/exe", pid);
    read_link(path, link, sizeof(link));
    if (strcmp(link, parents) && !is_ours(link)) {
        complain("child's link: %s", link);
    }
    snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
    read_whole(path, buf, sizeof(buf));
}

static unsigned count_fds(void)
{
    unsigned count = 0;

    for (int fd = 0; fd < 1024; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return count;
}

static void run_kill(unsigned children)
{
    char link[PATH_MAX], now[PATH_MAX];
    struct mm_map map;
    unsigned fds = count_fds();
    uint32_t random = 12345;

    read_link("/proc/self/exe", link, sizeof(link));
    wait_for_line("ready");
    for (unsigned i = 0; i < children; i++) {
        struct timespec pause = { 0, 0 };
        pid_t pid = fork();
        int status;

        if (pid < 0) {
            complain("fork: %s", err_name(errno));
            break;
        }
        if (pid == 0) {
            replace_for_ever();
        }
        random = random * 1664525 + 1013904223;
        pause.tv_nsec = (random >> 12) % 3000 * 1000;
        nanosleep(&pause, NULL);
        if (i % 4 == 0) {
            look_at(pid, link);
        }
        kill(pid, SIGKILL);
        status = wait_for(pid);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
            complain("child's wait status 0x%x", status);
        }
        if (i % CHECK_EVERY == 0) {
            read_link("/proc/self/exe", now, sizeof(now));
            read_map(&map);
            if (strcmp(link, now) || memcmp(&map, &things.map, sizeof(map))) {
                complain("a child has changed its parent: %s", now);
            }
        }
    }
    if (count_fds() != fds) {
        complain("%u descriptors, %u before", count_fds(), fds);
    }
    wait_for_line("done");
    printf("%u children killed\n", children);
}

/* ------------------------------------------------------------- threads */

static bool stop;
static unsigned replaced, looked;

static void replace_once(unsigned turn)
{
    int error = turn % 2 ? set_exe_by_option(things.fd[turn / 2 % 2])
                         : map_with(things.fd[turn / 2 % 2], 0, 0);

    if (error) {
        complain("a replacement answers %s", err_name(error));
    }
    __atomic_fetch_add(&replaced, 1, __ATOMIC_RELAXED);
}

static void look_once(void)
{
    char link[PATH_MAX];
    struct stat st;
    int fd;

    read_link("/proc/self/exe", link, sizeof(link));
    if (!is_ours(link)) {
        complain("the link is %s", link);
    }
    fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) || (st.st_ino != things.file[0].st_ino &&
                                     st.st_ino != things.file[1].st_ino)) {
        complain("the file is another, %s", err_name(fd < 0 ? errno : 0));
    }
    close(fd);
    __atomic_fetch_add(&looked, 1, __ATOMIC_RELAXED);
}

static void *be_busy(void *arg)
{
    unsigned turn = (uintptr_t)arg;

    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
        if (turn % 3) {
            look_once();
        } else {
            replace_once(turn / 3);
        }
        turn++;
    }
    return NULL;
}

static void run_threads(unsigned threads, unsigned seconds)
{
    static pthread_t thread[MAX_THREADS];
    pthread_attr_t attr;
    unsigned started = 0;
    int error;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 65536);
    replace_once(0);
    wait_for_line("ready");
    for (uintptr_t i = 0; i < threads && i < MAX_THREADS; i++) {
        error = pthread_create(&thread[started], &attr, be_busy, (void *)i);
        if (error) {
            complain("thread %u: %s", started, err_name(error));
            break;
        }
        started++;
    }
    for (unsigned i = 0; i < seconds; i++) {
        sleep(1);
    }
    __atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
    for (unsigned i = 0; i < started; i++) {
        pthread_join(thread[i], NULL);
    }
    wait_for_line("done");
    printf("%u threads: %u replacements, %u looks\n", started, replaced,
           looked);
}

int main(int argc, char **argv)
{
    unsigned count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;

    if (argc < 3 || !count) {
        fprintf(stderr, "usage: %s calls COUNT [storm] | kill CHILDREN | "
                "threads THREADS SECONDS\n", argv[0]);
        return 2;
    }
    make_things();
    if (!strcmp(argv[1], "calls")) {
        run_calls(count, argc > 3);
    } else if (!strcmp(argv[1], "kill")) {
        run_kill(count);
    } else {
        run_threads(count, argc > 3 ? atoi(argv[3]) : 1);
    }
    return bad ? 3 : 0;
}
