/*
 * The fuzzing guest: random operations, the same everywhere
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/*
 * usage: fuzz-guest
 *
 * Says "ready", reads requests from standard input, a line each, and answers
 * on standard output.  As process 1 it makes itself at home and does the same
 * on a serial line.
 *
 *   hello                        "system wide orig getauxv last words"
 *   hash WHAT FIRST COUNT OPS    a line "number hash operations" for each
 *                                sequence
 *   log WHAT NUMBER OPS SKIP     the sequence's log and a line "end"; SKIP is
 *                                a list of operations to leave out, such as
 *                                "3,5-9", or "-"
 *   last                         the log of the sequence that ran last
 *   quit
 *
 * WHAT are the letters of what may be used: w (values of more than 32 bits),
 * o (the program's own addresses), g (PR_GET_AUXV), l (the last mapping), or
 * "-".
 */

#include "guest.h"
#include <pthread.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/sysmacros.h>
#include <termios.h>

enum { SECONDS = 60, MAX_OPS = 4096 };

static bool skipped[MAX_OPS];

/* How often each is done, of all together. */
static const struct {
    operation *fn;
    unsigned weight;
} operations[] = {
    { op_field, 18 }, { op_map, 18 }, { op_auxv, 4 }, { op_exe, 8 },
    { op_map_size, 1 }, { op_bad_call, 3 }, { op_limited, 5 }, { op_brk, 12 },
    { op_get_auxv, 3 }, { op_mmap, 8 }, { op_munmap, 3 }, { op_mprotect, 4 },
    { op_mremap, 2 }, { op_write, 6 }, { op_open, 10 }, { op_close, 2 },
    { op_dup, 2 }, { op_rename, 4 }, { op_unlink, 2 }, { op_link, 2 },
    { op_create, 3 }, { op_chmod, 3 }, { op_memfd, 1 }, { op_comm, 1 },
    { op_stack_limit, 1 },
    { see_exe, 8 }, { see_exe_file, 5 }, { see_cmdline, 8 },
    { see_environ, 8 }, { see_auxv, 5 }, { see_stat, 8 }, { see_statm, 2 },
    { see_maps, 5 }, { see_slot, 2 }, { see_comm, 1 }, { see_brk, 3 },
};

enum { NR_OPERATIONS = sizeof(operations) / sizeof(operations[0]) };

static operation *choose(struct rng *r)
{
    unsigned total = 0, at;

    for (unsigned i = 0; i < NR_OPERATIONS; i++) {
        total += operations[i].weight;
    }
    at = pick(r, total);
    for (unsigned i = 0;; i++) {
        if (at < operations[i].weight) {
            return operations[i].fn;
        }
        at -= operations[i].weight;
    }
}

/* ------------------------------------------------------------- thread */

/* A second thread, which does an operation when it is told to. */
static struct {
    sem_t begin, done;
    operation *fn;
    struct rng rng;
} helper;

static void *help(void *arg)
{
    (void)arg;
    prctl(PR_SET_NAME, "helper");
    for (;;) {
        while (sem_wait(&helper.begin)) {
            continue;
        }
        helper.fn(&helper.rng);
        sem_post(&helper.done);
    }
    return NULL;
}

static void start_thread(void)
{
    pthread_t thread;

    sem_init(&helper.begin, 0, 0);
    sem_init(&helper.done, 0, 0);
    st.has_thread = pthread_create(&thread, NULL, help, NULL) == 0;
    if (!st.has_thread) {
        say("no thread\n");
    }
}

static void do_in_thread(operation *fn, struct rng *r)
{
    say("thread: ");
    helper.fn = fn;
    helper.rng = *r;
    sem_post(&helper.begin);
    while (sem_wait(&helper.done)) {
        continue;
    }
}

/* ----------------------------------------------------------- sequence */

static void see_everything(void)
{
    static operation *const all[] = {
        see_stat, see_brk, see_exe, see_exe_file, see_cmdline, see_environ,
        see_auxv, see_maps,
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        struct rng r = { 0 };

        all[i](&r);
    }
}

static void run(unsigned from, unsigned to);

static void run_forked(unsigned index, unsigned from, unsigned to)
{
    int status = 0;
    pid_t pid;

    say("%u fork for %u\n", index, to - from);
    own_exe(&st.exe_dev[st.depth], &st.exe[st.depth]);
    pid = fork();
    if (pid == 0) {
        st.depth++;
        st.has_thread = false;
        alarm(SECONDS);
        run(from, to);
        see_everything();
        _exit(0);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        continue;
    }
    say("%u forked: status %x\n", index, status);
}

static void run(unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        struct rng r = rng_of(setup.seed, i + 1);
        operation *fn;

        if (skipped[i]) {
            continue;
        }
        out->ops++;
        if (one_in(&r, 60) && st.depth < MAX_DEPTH) {
            unsigned n = 1 + pick(&r, 8);

            n = n < to - i - 1 ? n : to - i - 1;
            run_forked(i, i + 1, i + 1 + n);
            i += n;
            continue;
        }
        fn = choose(&r);
        say("%u ", i);
        if (st.has_thread && one_in(&r, 3)) {
            do_in_thread(fn, &r);
        } else {
            fn(&r);
        }
    }
}

static void run_sequence(void)
{
    struct rng r = rng_of(setup.seed, 0);
    int status = 0;
    pid_t pid;

    out->len = out->ops = out->symbols = 0;
    pid = fork();
    if (pid == 0) {
        alarm(SECONDS);
        umask(022);
        for (int i = 0; i < NR_SLOTS; i++) {
            close(FIRST_SLOT + i);
        }
        if (one_in(&r, 4)) {
            start_thread();
        }
        make_world();
        run(0, setup.ops);
        see_everything();
        _exit(0);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        continue;
    }
    say("ended with %x\n", status);
}

/* ------------------------------------------------------------ requests */

static void answer(const char *text, size_t len)
{
    while (len) {
        ssize_t n = write(1, text, len);

        if (n <= 0) {
            _exit(1);
        }
        text += n;
        len -= n;
    }
}

static void set_what(const char *what)
{
    setup.wide = strchr(what, 'w');
    setup.orig = strchr(what, 'o');
    setup.getauxv = strchr(what, 'g');
    setup.last = strchr(what, 'l');
}

static void set_skipped(const char *list)
{
    unsigned from, to;
    int used;

    memset(skipped, 0, sizeof(skipped));
    while (sscanf(list, "%u%n", &from, &used) == 1) {
        list += used;
        to = from;
        if (sscanf(list, "-%u%n", &to, &used) == 1) {
            list += used;
        }
        for (; from <= to && from < MAX_OPS; from++) {
            skipped[from] = true;
        }
        list += *list == ',';
    }
}

static void say_hello(void)
{
    char line[80];
    int len = snprintf(line, sizeof(line), "system %s%s%s%s %zu\n",
                       sizeof(long) == 8 ? "w" : "",
                       sys.has_orig ? "o" : "", sys.has_getauxv ? "g" : "",
                       sys.has_last ? "l" : "", sys.auxv_words);

    answer(line, len);
}

/* The log of the sequence that has run last. */
static void answer_log(void)
{
    answer(out->text, out->len);
    answer("end\n", 4);
}

static void do_request(const char *request)
{
    unsigned long long seed, count;
    char what[16], skip[8192], line[80];
    unsigned ops;
    int len;

    if (!strcmp(request, "hello")) {
        say_hello();
    } else if (!strcmp(request, "quit")) {
        exit(0);
    } else if (!strcmp(request, "last")) {
        answer_log();
    } else if (sscanf(request, "hash %15s %llu %llu %u", what, &seed, &count,
                      &ops) == 4 && ops <= MAX_OPS) {
        set_what(what);
        set_skipped("");
        setup.ops = ops;
        for (; count; count--, seed++) {
            setup.seed = seed;
            run_sequence();
            len = snprintf(line, sizeof(line), "%llu %016" PRIx64 " %u\n",
                           seed, hash_of(out->text, out->len), out->ops);
            answer(line, len);
        }
    } else if (sscanf(request, "log %15s %llu %u %8191s", what, &seed, &ops,
                      skip) == 4 && ops <= MAX_OPS) {
        set_what(what);
        set_skipped(skip);
        setup.ops = ops;
        setup.seed = seed;
        run_sequence();
        answer_log();
    } else {
        answer("what?\n", 6);
    }
}

static void serve(void)
{
    static char request[16384];
    size_t len = 0;
    char byte;

    answer("ready\n", 6);
    while (read(0, &byte, 1) == 1) {
        if (byte == '\r') {
            continue;
        }
        if (byte != '\n') {
            request[len] = byte;
            len += len < sizeof(request) - 1;
            continue;
        }
        request[len] = '\0';
        if (len) {
            do_request(request);
        }
        len = 0;
    }
}

/* ------------------------------------------------------------ process 1 */

static void put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, text, strlen(text)) < 0) {
        perror(path);
    }
    close(fd);
}

/* As an init has to; what is missing is seen by what fails. */
static void make_home(void)
{
    struct termios tio;
    int fd;

    mkdir("/proc", 0755);
    mkdir("/dev", 0755);
    mkdir("/w", 0755);
    mount("proc", "/proc", "proc", 0, NULL);
    mknod("/dev/zero", S_IFCHR | 0666, makedev(1, 5));
    mknod("/dev/ttyS0", S_IFCHR | 0600, makedev(4, 64));
    /* The break begins behind the program then, and so below the area. */
    put("/proc/sys/kernel/randomize_va_space", "1");
    fd = open("/dev/ttyS0", O_RDWR | O_NOCTTY);
    tcgetattr(fd, &tio);
    cfmakeraw(&tio);
    tcsetattr(fd, TCSANOW, &tio);
    dup2(fd, 0);
    dup2(fd, 1);
    if (mount("work", "/w", "tmpfs", 0, NULL) || chdir("/w")) {
        perror("/w");
    }
}

static void be_init(void)
{
    char *const argv[] = { (char *)"fuzz-guest", NULL };
    char *const envp[] = { (char *)"PLACE=here", NULL };
    pid_t pid;

    make_home();
    pid = fork();
    if (pid == 0) {
        execve("/init", argv, envp);
        perror("/init");
        _exit(1);
    }
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
        continue;
    }
    sync();
    reboot(RB_AUTOBOOT);
}

int main(void)
{
    if (getpid() == 1) {
        be_init();
    }
    out = mmap(NULL, sizeof(*out), PROT_READ | PROT_WRITE,
               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (out == MAP_FAILED) {
        perror("no memory");
        return 1;
    }
    find_system();
    serve();
    return 0;
}
