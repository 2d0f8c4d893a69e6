/*
 * A hostile program: every number of a descriptor is closed, dupped over and
 * probed by several threads, while others read and replace the executable
 *
 * What is asserted holds however the threads meet: while they run, of the
 * answers that carry no number; of everything once they have ended.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <linux/close_range.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>

enum {
    LIMIT = 256,
    ATTACKERS = 8,
    MAX_THREADS = 16,
    NUMBERS = 4096,
    ATTACK_MS = 2000,
    SHORT_MS = 700,
};

struct counts {
    unsigned attacks, reads, installs, forks;
    unsigned wrong_links, wrong_files, wrong_errors, wrong_children;
    /* The last wrong error, for the message. */
    int wrong_errno;
    const char *wrong_call;
};

static struct war {
    bool stop;
    rlim_t max;
    struct mm_map map;
    char path[3][PATH_MAX + 64];
    struct stat file[3];
    /* The first file that the link may lead to; all before are gone. */
    int first;
    struct counts counts;
} war;

static void count(unsigned *counter)
{
    __atomic_fetch_add(counter, 1, __ATOMIC_SEQ_CST);
}

static void count_wrong_error(const char *call, int error)
{
    count(&war.counts.wrong_errors);
    __atomic_store_n(&war.counts.wrong_errno, error, __ATOMIC_RELAXED);
    __atomic_store_n(&war.counts.wrong_call, call, __ATOMIC_RELAXED);
}

static bool stopped(void)
{
    return __atomic_load_n(&war.stop, __ATOMIC_SEQ_CST);
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 12;
}

/* ---------------------------------------------------------- the attackers */

static void attack_number(int fd, int other)
{
    struct pollfd one = { .fd = fd, .events = POLLIN };
    struct stat st;

    fcntl(fd, F_GETFD);
    fstat(fd, &st);
    poll(&one, 1, 0);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(other, F_DUPFD, fd);
    dup2(other, fd);
    dup3(fd, other, O_CLOEXEC);
    close(fd);
}

static void *attack(void *arg)
{
    uint32_t state = (uintptr_t)arg * 7919 + 1;

    while (!stopped()) {
        for (int fd = 0; fd < LIMIT && !stopped(); fd++) {
            attack_number(fd, next_random(&state) % LIMIT);
        }
        for (int i = 0; i < 64; i++) {
            int fd = next_random(&state) % NUMBERS;

            close(fd);
            dup2(next_random(&state) % LIMIT, fd);
        }
        count(&war.counts.attacks);
    }
    return NULL;
}

static void *attack_ranges(void *arg)
{
    uint32_t state = (uintptr_t)arg * 104729 + 1;

    while (!stopped()) {
        unsigned first = next_random(&state) % LIMIT;

        syscall(SYS_close_range, first, ~0u, 0);
        syscall(SYS_close_range, 0, first, CLOSE_RANGE_CLOEXEC);
        for (int i = 0; i < 20; i++) {
            dup2(open("/dev/null", O_RDONLY), next_random(&state) % LIMIT);
        }
        count(&war.counts.attacks);
    }
    return NULL;
}

static void *attack_limit(void *arg)
{
    const unsigned fewest = sw_fewest_numbers();
    uint32_t state = (uintptr_t)arg * 31 + 1;

    while (!stopped()) {
        const unsigned most = next_random(&state) % 2 ? LIMIT : fewest + 4;
        struct rlimit limit = {
            fewest + next_random(&state) % (most - fewest), war.max
        };

        setrlimit(RLIMIT_NOFILE, &limit);
        for (int i = 0; i < 20; i++) {
            dup2(1, next_random(&state) % LIMIT);
            close(next_random(&state) % LIMIT);
        }
        count(&war.counts.attacks);
    }
    return NULL;
}

/* ------------------------------------------------------------ the victims */

static bool is_expected(const char *link)
{
    if (exe_can_be_missing() && !strcmp(link, "ENOENT")) {
        return true;
    }
    for (int i = war.first; i < 3; i++) {
        if (!strcmp(link, war.path[i])) {
            return true;
        }
    }
    return false;
}

/* After a call that failed. */
static bool is_missing(void)
{
    return exe_can_be_missing() && errno == ENOENT;
}

static bool is_expected_file(const struct stat *st)
{
    for (int i = war.first; i < 3; i++) {
        if (st->st_dev == war.file[i].st_dev &&
            st->st_ino == war.file[i].st_ino) {
            return true;
        }
    }
    return false;
}

static void read_once(void)
{
    char link[PATH_MAX];
    struct stat st;

    read_link("/proc/self/exe", link, sizeof(link));
    if (!is_expected(link)) {
        count(&war.counts.wrong_links);
    }
    if (stat("/proc/self/exe", &st) ? !is_missing() :
        !is_expected_file(&st)) {
        count(&war.counts.wrong_files);
    }
    if (access("/proc/thread-self/exe", X_OK) && !is_missing()) {
        count_wrong_error("access", errno);
    }
}

/* The number is anybody's as soon as it is there. */
static void open_once(const char *path)
{
    char byte;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 && errno != EMFILE && !is_missing()) {
        count_wrong_error(path, errno);
    }
    if (read(fd, &byte, 1) >= 0) {
        lseek(fd, 0, SEEK_SET);
    }
    close(fd);
}

static void *read_exe(void *arg)
{
    static const char *const paths[] = {
        "/proc/self/exe", "/proc/self/cmdline", "/proc/self/stat",
        "/proc/self/maps", "/proc/self/fd", "/proc/self/comm",
    };
    unsigned turn = (uintptr_t)arg;

    while (!stopped()) {
        read_once();
        open_once(paths[turn++ % 6]);
        count(&war.counts.reads);
    }
    return NULL;
}

/* Whatever the number is by now, only two files can be installed. */
static void *install(void *arg)
{
    unsigned turn = (uintptr_t)arg;
    struct mm_map map = war.map;
    int fd, error;

    while (!stopped()) {
        fd = open(war.path[1 + turn++ % 2], O_RDONLY);
        map.exe_fd = fd;
        error = fd < 0 ? 0 : set_map(&map);
        if (error && error != EBADF && error != EACCES) {
            count_wrong_error("prctl", error);
        }
        close(fd);
        count(&war.counts.installs);
    }
    return NULL;
}

static void *fork_and_read(void *arg)
{
    char link[PATH_MAX];
    int status;
    pid_t pid;

    (void)arg;
    while (!stopped()) {
        pid = fork();
        if (pid == 0) {
            read_link("/proc/self/exe", link, sizeof(link));
            _exit(!is_expected(link));
        }
        status = 0;
        if (pid < 0 || waitpid(pid, &status, 0) != pid || status) {
            count(&war.counts.wrong_children);
        }
        count(&war.counts.forks);
    }
    return NULL;
}

/* The kernel answers for the thread's own table, and for one executable. */
static void *leave_and_attack(void *arg)
{
    if (unshare(CLONE_FILES)) {
        count_wrong_error("unshare", errno);
    }
    while (!stopped()) {
        syscall(SYS_close_range, 0, ~0u, 0);
        for (int fd = 0; fd < LIMIT; fd++) {
            close(fd);
        }
        read_once();
        dup2(open("/dev/null", O_RDONLY), LIMIT / 2);
        count(&war.counts.attacks);
    }
    return arg;
}

/* ---------------------------------------------------------------- the war */

static bool may_install;

static void make(int i, const char *name)
{
    in_dir(war.path[i], sizeof(war.path[i]), name);
    write_file(war.path[i], 0755, "#!/bin/true\n", 12);
    stat(war.path[i], &war.file[i]);
}

static void prepare(const char *id)
{
    struct rlimit limit;
    int null = open("/dev/null", O_RDWR);

    /* The place in a file that is standard output is the test's. */
    for (int fd = 0; fd < 3; fd++) {
        dup2(null, fd);
    }
    close(null);
    getrlimit(RLIMIT_NOFILE, &limit);
    war.max = limit.rlim_max;
    limit.rlim_cur = LIMIT;
    check_err(id, "a limit of 256", 0, err_of(setrlimit(RLIMIT_NOFILE,
                                                        &limit)));
    snprintf(war.path[0], sizeof(war.path[0]), "%s", judge.self);
    stat(judge.self, &war.file[0]);
    make(1, "new1");
    make(2, "new2");
    detach_exe();
    read_map(&war.map);
    may_install = may_set_exe_by_map();
    if (may_install) {
        war.map.exe_fd = open(war.path[1], O_RDONLY);
        check_err(id, "the first file is installed", 0, set_map(&war.map));
        war.first = 1;
    }
}

struct side {
    void *(*fn)(void *arg);
    unsigned threads;
};

static void fight(const char *id, const struct side *side, long ms)
{
    struct timespec time = { ms / 1000, ms % 1000 * 1000000 };
    pthread_t thread[MAX_THREADS];
    unsigned started = 0, wanted = 0;

    for (; side->fn; side++) {
        if (side->fn == install && !may_install) {
            continue;
        }
        for (uintptr_t i = 0; i < side->threads; i++) {
            started += !pthread_create(&thread[started], NULL, side->fn,
                                       (void *)i);
            wanted++;
        }
    }
    check_num(id, "threads started", wanted, started);
    nanosleep(&time, NULL);
    __atomic_store_n(&war.stop, true, __ATOMIC_SEQ_CST);
    while (started) {
        pthread_join(thread[--started], NULL);
    }
}

static void check_counts(const char *id)
{
    check_true(id, "there were attacks", war.counts.attacks > 0);
    check_true(id, "there were reads", war.counts.reads > 0);
    check_num(id, "wrong links", 0, war.counts.wrong_links);
    check_num(id, "wrong files", 0, war.counts.wrong_files);
    check_answer(war.counts.wrong_errors == 0, id, "wrong errors",
                 "wrong errors", war.counts.wrong_errors ? "some" : "0",
                 "expected none got %u, the last by %s: %s",
                 war.counts.wrong_errors, war.counts.wrong_call,
                 err_name(war.counts.wrong_errno));
    check_num(id, "wrong links in children", 0, war.counts.wrong_children);
}

static unsigned count_listed(void)
{
    return count_entries("/proc/self/fd");
}

static unsigned count_open(void)
{
    unsigned count = 0;

    for (int fd = 0; fd < NUMBERS; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return count;
}

/* As if nothing had been. */
static void check_peace(const char *id)
{
    struct rlimit limit = { LIMIT, war.max };
    char link[PATH_MAX];
    unsigned opened = 0;
    struct stat st;
    int fd;

    check_err(id, "a limit of 256 again", 0,
              err_of(setrlimit(RLIMIT_NOFILE, &limit)));
    for (fd = 0; fd < NUMBERS; fd++) {
        close(fd);
    }
    check_num(id, "nothing is open", 0, count_open());
    read_link("/proc/self/exe", link, sizeof(link));
    check(is_expected(link), id, "the link is right", "got %s", link);
    fd = open("/proc/self/exe", O_RDONLY);
    check_num(id, "the first number", 0, fd);
    check_true(id, "the file is right",
               fstat(fd, &st) == 0 && is_expected_file(&st));
    check_true(id, "link and file are the same", same_file(link, fd));
    check_num(id, "two are listed, one of them the directory", 2,
              count_listed());
    while (dup(fd) >= 0) {
        opened++;
    }
    check_num(id, "numbers that can be had", LIMIT - 1, opened);
    check_err(id, "and no more", EMFILE, err_of(dup(fd)));
    close(LIMIT / 2);
    check_num(id, "all are listed", LIMIT, count_listed());
    check_num(id, "all but one are open", LIMIT - 1, count_open());
    if (may_install) {
        war.map.exe_fd = open(war.path[2], O_RDONLY);
        check_err(id, "a file is installed", 0, set_map(&war.map));
        check_str(id, "the link is that file's", war.path[2],
                  read_link("/proc/self/exe", link, sizeof(link)));
    }
}

struct battle {
    long ms;
    struct side side[6];
};

static const struct battle numbers = {
    ATTACK_MS, { { attack, ATTACKERS }, { read_exe, 2 }, { install, 2 } }
};

static const struct battle ranges = {
    SHORT_MS, { { attack_ranges, 4 }, { attack, 1 }, { read_exe, 2 },
                { install, 1 } }
};

static const struct battle limits = {
    SHORT_MS, { { attack_limit, 2 }, { attack, 1 }, { read_exe, 2 },
                { install, 2 } }
};

static const struct battle forks = {
    SHORT_MS, { { attack, 2 }, { fork_and_read, 2 }, { read_exe, 1 },
                { install, 1 } }
};

static const struct battle tables = {
    SHORT_MS, { { leave_and_attack, 3 }, { attack, 1 }, { read_exe, 2 },
                { install, 1 } }
};

static void run_battle(const char *id, const void *arg)
{
    const struct battle *battle = arg;

    prepare(id);
    fight(id, battle->side, battle->ms);
    check_counts(id);
    check_peace(id);
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    run_case("H01", run_battle, &numbers);
    run_case("H02", run_battle, &ranges);
    run_case("H03", run_battle, &limits);
    run_case("H04", run_battle, &forks);
    run_case("H05", run_battle, &tables);
    return finish();
}
