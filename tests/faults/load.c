/*
 * Many calls, many children, many threads, for tests/faults/test-load
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/*
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
 * threads: all replace or read the executable at once.  Before, they do so for
 * a second, and then "again" is said as well.
 *
 * Prints "bad ..." for whatever is wrong, and at the end its counts.  Exit
 * status: 0, or 3 after "bad".
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

/* --------------------------------------------------------------- calls */

/* What a call gets: an address or number, or what stands for one. */
enum arg {
    NOTHING,
    GOOD,
    BAD_ADDRESS,
    AT_EDGE,        /* its last bytes are not there */
    TOO_LONG,
    EITHER_EXE,
    DIRECTORY,
    PIPE,
    NO_FILE,
    BAD_FIELD,
};

static int fd_of(enum arg arg)
{
    static __thread unsigned turn;

    switch (arg) {
    case EITHER_EXE:
        return things.fd[turn++ % 2];
    case DIRECTORY:
        return things.dir;
    case PIPE:
        return things.pipe[0];
    case NO_FILE:
        return NOT_OPEN;
    default:
        return -1;
    }
}

static unsigned long address_of(enum arg arg, void *good)
{
    return arg == BAD_ADDRESS ? BAD_PTR
           : arg == AT_EDGE
           ? (unsigned long)things.page + page_size() - 8
           : (unsigned long)good;
}

static int field_call(unsigned long opt, enum arg arg)
{
    static const enum field field[] = {
        [PR_SET_MM_START_CODE] = START_CODE, [PR_SET_MM_END_CODE] = END_CODE,
        [PR_SET_MM_START_DATA] = START_DATA, [PR_SET_MM_END_DATA] = END_DATA,
        [PR_SET_MM_START_STACK] = START_STACK,
        [PR_SET_MM_START_BRK] = START_BRK, [PR_SET_MM_BRK] = BRK,
        [PR_SET_MM_ARG_START] = ARG_START, [PR_SET_MM_ARG_END] = ARG_END,
        [PR_SET_MM_ENV_START] = ENV_START, [PR_SET_MM_ENV_END] = ENV_END,
    };

    return set_mm(opt, arg == GOOD ? things.map.f[field[opt]] : BAD_PTR, 0, 0);
}

static int exe_call(unsigned long opt, enum arg arg)
{
    return set_mm(opt, (unsigned)fd_of(arg), 0, 0);
}

static int auxv_call(unsigned long opt, enum arg arg)
{
    size_t len = arg == TOO_LONG ? (long)sizeof(things.auxv)
                                 : things.auxv_len;

    return set_mm(opt, address_of(arg, things.auxv), len, 0);
}

static int map_call(unsigned long opt, enum arg arg)
{
    struct mm_map map = things.map;
    union mm_map_buf buf;
    size_t size;

    map.exe_fd = fd_of(arg);
    if (arg == BAD_FIELD) {
        map.f[ENV_END] = BAD_PTR;
    }
    size = encode_map(&buf, &map) + (arg == TOO_LONG);
    return set_mm(opt, address_of(arg, &buf), size, 0);
}

/* The vector is the map's, and the executable new as well. */
static int map_auxv_call(unsigned long opt, enum arg arg)
{
    struct mm_map map = things.map;

    (void)opt;
    map.exe_fd = fd_of(EITHER_EXE);
    map.auxv = address_of(arg, things.auxv);
    map.auxv_size = things.auxv_len;
    return set_map(&map);
}

static int size_call(unsigned long opt, enum arg arg)
{
    unsigned size;

    return set_mm(opt, address_of(arg, &size), 0, 0);
}

static int get_auxv_call(unsigned long opt, enum arg arg)
{
    char out[4096];
    long ret = get_auxv((void *)address_of(arg, out), sizeof(out), 0, 0);

    (void)opt;
    return ret < 0 ? -ret : 0;
}

static int unknown_call(unsigned long opt, enum arg arg)
{
    return set_mm(opt, arg, 0, 0);
}

enum entry { E_CMDLINE, E_ENVIRON, E_AUXV, E_STAT, E_STATUS, E_MAPS, E_COMM };

static int read_call(unsigned long entry, enum arg arg)
{
    static const char *const path[] = {
        "/proc/self/cmdline", "/proc/self/environ", "/proc/self/auxv",
        "/proc/self/stat", "/proc/self/status", "/proc/self/maps",
        "/proc/self/comm",
    };
    char buf[8192];

    (void)arg;
    return read_whole(path[entry], buf, sizeof(buf)) < 0 ? errno : 0;
}

static int open_call(unsigned long opt, enum arg arg)
{
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

    (void)opt;
    (void)arg;
    close(fd);
    return fd < 0 ? errno : 0;
}

static int link_call(unsigned long opt, enum arg arg)
{
    char link[PATH_MAX];

    (void)opt;
    (void)arg;
    read_link("/proc/self/exe", link, sizeof(link));
    return *link == '/' ? 0 : ENOENT;
}

static int brk_call(unsigned long opt, enum arg arg)
{
    uint64_t brk = sys_brk(0);

    (void)opt;
    (void)arg;
    return sys_brk(brk + 65536) == brk + 65536 && sys_brk(brk) == brk ? 0 : 1;
}

static int limit_call(unsigned long opt, enum arg arg)
{
    static rlim_t turn;
    struct rlimit limit;

    (void)opt;
    (void)arg;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 500 + turn++ % 2 * 400;
    return err_of(setrlimit(RLIMIT_NOFILE, &limit));
}

#define FIELD_CASES(opt) \
    { #opt, true, field_call, PR_SET_MM_##opt, GOOD }, \
    { #opt " of nothing", false, field_call, PR_SET_MM_##opt, BAD_ADDRESS }

static const struct {
    const char *name;
    bool works;
    int (*make)(unsigned long opt, enum arg arg);
    unsigned long opt;
    enum arg arg;
} calls[] = {
    FIELD_CASES(START_CODE), FIELD_CASES(END_CODE), FIELD_CASES(START_DATA),
    FIELD_CASES(END_DATA), FIELD_CASES(START_STACK), FIELD_CASES(START_BRK),
    FIELD_CASES(BRK), FIELD_CASES(ARG_START), FIELD_CASES(ARG_END),
    FIELD_CASES(ENV_START), FIELD_CASES(ENV_END),
    { "EXE_FILE", true, exe_call, PR_SET_MM_EXE_FILE, EITHER_EXE },
    { "EXE_FILE, directory", false, exe_call, PR_SET_MM_EXE_FILE, DIRECTORY },
    { "EXE_FILE, pipe", false, exe_call, PR_SET_MM_EXE_FILE, PIPE },
    { "EXE_FILE, none", false, exe_call, PR_SET_MM_EXE_FILE, NO_FILE },
    { "AUXV", true, auxv_call, PR_SET_MM_AUXV, GOOD },
    { "AUXV, long", false, auxv_call, PR_SET_MM_AUXV, TOO_LONG },
    { "AUXV, bad", false, auxv_call, PR_SET_MM_AUXV, BAD_ADDRESS },
    { "AUXV, edge", false, auxv_call, PR_SET_MM_AUXV, AT_EDGE },
    { "MAP", true, map_call, PR_SET_MM_MAP, NOTHING },
    { "MAP, exe", true, map_call, PR_SET_MM_MAP, EITHER_EXE },
    { "MAP, directory", false, map_call, PR_SET_MM_MAP, DIRECTORY },
    { "MAP, no file", false, map_call, PR_SET_MM_MAP, NO_FILE },
    { "MAP, long", false, map_call, PR_SET_MM_MAP, TOO_LONG },
    { "MAP, bad", false, map_call, PR_SET_MM_MAP, BAD_ADDRESS },
    { "MAP, edge", false, map_call, PR_SET_MM_MAP, AT_EDGE },
    { "MAP, bad field", false, map_call, PR_SET_MM_MAP, BAD_FIELD },
    { "MAP, auxv", true, map_auxv_call, PR_SET_MM_MAP, GOOD },
    { "MAP, bad auxv", false, map_auxv_call, PR_SET_MM_MAP, BAD_ADDRESS },
    { "MAP, auxv at edge", false, map_auxv_call, PR_SET_MM_MAP, AT_EDGE },
    { "MAP_SIZE", true, size_call, PR_SET_MM_MAP_SIZE, GOOD },
    { "MAP_SIZE, bad", false, size_call, PR_SET_MM_MAP_SIZE, BAD_ADDRESS },
    { "PR_GET_AUXV", true, get_auxv_call, 0, GOOD },
    { "PR_GET_AUXV, edge", false, get_auxv_call, 0, AT_EDGE },
    { "sub-option 99", false, unknown_call, 99, NOTHING },
    { "cmdline", true, read_call, E_CMDLINE, NOTHING },
    { "environ", true, read_call, E_ENVIRON, NOTHING },
    { "auxv", true, read_call, E_AUXV, NOTHING },
    { "stat", true, read_call, E_STAT, NOTHING },
    { "status", true, read_call, E_STATUS, NOTHING },
    { "maps", true, read_call, E_MAPS, NOTHING },
    { "comm", true, read_call, E_COMM, NOTHING },
    { "open of exe", true, open_call, 0, NOTHING },
    { "readlink of exe", true, link_call, 0, NOTHING },
    { "brk", true, brk_call, 0, NOTHING },
    { "setrlimit", true, limit_call, 0, NOTHING },
};

enum { NR_CALLS = sizeof(calls) / sizeof(calls[0]) };

static int make_call(unsigned number)
{
    return calls[number].make(calls[number].opt, calls[number].arg);
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
                  : map_call(PR_SET_MM_MAP, EITHER_EXE)) {
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
                         : map_call(PR_SET_MM_MAP, EITHER_EXE);

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

static unsigned start_and_join(unsigned threads, unsigned seconds)
{
    static pthread_t thread[MAX_THREADS];
    unsigned started = 0;
    pthread_attr_t attr;
    int error;

    stop = false;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 65536);
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
    return started;
}

/* The C library keeps some of what threads need, so the first ones are more. */
static void run_threads(unsigned threads, unsigned seconds)
{
    unsigned started;

    replace_once(0);
    start_and_join(threads, 1);
    wait_for_line("ready");
    start_and_join(threads, 1);
    replaced = looked = 0;
    wait_for_line("again");
    started = start_and_join(threads, seconds);
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
