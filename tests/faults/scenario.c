/*
 * A short life with PR_SET_MM, for tests/faults/test-sweep: everything that a
 * call may change is read before and after it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/*
 * usage: scenario OTHER | --abort
 *
 *   OTHER    another executable file, absolute
 *   --abort  begin, and dump core
 *
 * Prints "begin", a line "op NAME ERRNO" for each call, "bad ..." for whatever
 * is neither as before a call that failed nor as one that worked has made it,
 * and "end".  What cannot be read, as the host's call for that fails, is not
 * judged; each reading is tried three times.  Exit status: 0, or 3 after "bad".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/prctl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef PR_GET_AUXV
#define PR_GET_AUXV 0x41555856
#endif

enum { TRIES = 3, SIZE = 8192, AUXV_WORDS = 64 };

enum piece {
    LINK, EXE, CMDLINE, ENVIRON, AUXV, FIELDS, BREAK, GET_AUXV, NOFILE,
    NR_PIECES
};

static const char *const piece_name[NR_PIECES] = {
    "link", "file", "cmdline", "environ", "auxv", "stat", "break",
    "PR_GET_AUXV", "nofile",
};

struct value {
    bool known;
    size_t len;
    unsigned char data[SIZE];
};

/* What there is to see of a process. */
struct view {
    struct value v[NR_PIECES];
};

/* The fields of stat that a map changes, in its order. */
enum {
    START_CODE, END_CODE, START_DATA, END_DATA, START_BRK, START_STACK,
    ARG_START, ARG_END, ENV_START, ENV_END, NR_FIELDS
};

static const unsigned char stat_number[NR_FIELDS] = {
    26, 27, 45, 46, 47, 28, 48, 49, 50, 51,
};

static const char new_args[] = "another\0command line";
static const char new_env[] = "OTHER=environment\0AND=more";
/* Where these are copied to: procfs shows what is in anonymous memory only. */
static char *strings;
static unsigned bad;

static void __attribute__((format(printf, 1, 2))) say(const char *format, ...)
{
    char line[512];
    va_list ap;
    int len;

    va_start(ap, format);
    len = vsnprintf(line, sizeof(line), format, ap);
    va_end(ap);
    for (int i = 0; i < TRIES && write(STDOUT_FILENO, line, len) < 0; i++) {
        continue;
    }
}

/* ---------------------------------------------------------------- reading */

static bool read_file(const char *path, struct value *value)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    value->len = 0;
    if (fd < 0) {
        return false;
    }
    while ((n = read(fd, value->data + value->len, SIZE - value->len)) > 0) {
        value->len += n;
    }
    close(fd);
    return n == 0;
}

static bool read_fields(struct value *value)
{
    static struct value text;
    uint64_t *field = (uint64_t *)value->data;
    char *at;
    int n = 2;

    if (!read_file("/proc/self/stat", &text) || text.len == SIZE) {
        return false;
    }
    text.data[text.len] = '\0';
    at = strrchr((char *)text.data, ')');
    if (!at) {
        return false;
    }
    while ((at = strchr(at + 1, ' '))) {
        n++;
        for (int i = 0; i < NR_FIELDS; i++) {
            if (stat_number[i] == n) {
                field[i] = strtoull(at, NULL, 10);
            }
        }
    }
    value->len = NR_FIELDS * sizeof(*field);
    return n >= 51;
}

static bool read_piece(enum piece piece, struct value *value)
{
    static const char *const path[] = {
        [CMDLINE] = "/proc/self/cmdline",
        [ENVIRON] = "/proc/self/environ",
        [AUXV] = "/proc/self/auxv",
    };
    struct rlimit limit;
    struct stat st;
    ssize_t len;

    switch (piece) {
    case LINK:
        len = readlink("/proc/self/exe", (char *)value->data, SIZE);
        value->len = len;
        return len >= 0;
    case EXE:
        if (stat("/proc/self/exe", &st)) {
            return false;
        }
        memcpy(value->data, &st.st_dev, sizeof(st.st_dev));
        memcpy(value->data + sizeof(st.st_dev), &st.st_ino,
               sizeof(st.st_ino));
        value->len = sizeof(st.st_dev) + sizeof(st.st_ino);
        return true;
    case FIELDS:
        return read_fields(value);
    case BREAK:
        *(long *)value->data = syscall(SYS_brk, 0);
        value->len = sizeof(long);
        return true;
    case GET_AUXV:
        len = prctl(PR_GET_AUXV, value->data, SIZE, 0, 0);
        value->len = len < SIZE ? len : SIZE;
        return len >= 0;
    case NOFILE:
        if (getrlimit(RLIMIT_NOFILE, &limit)) {
            return false;
        }
        memcpy(value->data, &limit, sizeof(limit));
        value->len = sizeof(limit);
        return true;
    default:
        return read_file(path[piece], value);
    }
}

static void look(struct view *view)
{
    for (int i = 0; i < NR_PIECES; i++) {
        struct value *value = &view->v[i];

        value->known = false;
        for (int try = 0; try < TRIES && !value->known; try++) {
            value->known = read_piece(i, value);
        }
    }
}

static void compare(const char *op, int error, const struct view *want,
                    const struct view *got)
{
    for (int i = 0; i < NR_PIECES; i++) {
        const struct value *w = &want->v[i], *g = &got->v[i];

        if (w->known && g->known &&
            (w->len != g->len || memcmp(w->data, g->data, w->len))) {
            say("bad %s %d: %s is %zu bytes, wanted %zu: '%.60s'\n", op,
                error, piece_name[i], g->len, w->len, (const char *)g->data);
            bad++;
        }
    }
}

/* ------------------------------------------------------------- the calls */

static struct view before, want, after;

static void expect(struct view *view, enum piece piece, const void *data,
                   size_t len)
{
    view->v[piece].known = true;
    view->v[piece].len = len;
    memcpy(view->v[piece].data, data, len);
}

static void expect_exe(struct view *view, const char *path)
{
    struct stat st;

    expect(view, LINK, path, strlen(path));
    view->v[EXE].known = stat(path, &st) == 0;
    memcpy(view->v[EXE].data, &st.st_dev, sizeof(st.st_dev));
    memcpy(view->v[EXE].data + sizeof(st.st_dev), &st.st_ino,
           sizeof(st.st_ino));
    view->v[EXE].len = sizeof(st.st_dev) + sizeof(st.st_ino);
}

/* /proc ends the vector with its first AT_NULL. */
static void expect_auxv(struct view *view, const unsigned long *auxv)
{
    size_t words = 2;

    while (auxv[words - 2]) {
        words += 2;
    }
    expect(view, AUXV, auxv, words * sizeof(*auxv));
}

static uint64_t *fields(struct view *view)
{
    return (uint64_t *)view->v[FIELDS].data;
}

/* @want: what the call makes of @before, which is up to date. */
static void judge(const char *op, long ret)
{
    int error = ret < 0 ? errno : 0;

    say("op %s %d\n", op, error);
    look(&after);
    compare(op, error, error ? &before : &want, &after);
    /* What cannot be read now is as it should be. */
    if (!error) {
        before = want;
    }
    for (int i = 0; i < NR_PIECES; i++) {
        if (after.v[i].known) {
            before.v[i] = after.v[i];
        }
    }
    want = before;
}

static int open_often(const char *path)
{
    int fd = -1;

    for (int i = 0; i < TRIES && fd < 0; i++) {
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    return fd;
}

static struct prctl_mm_map whole_map(void)
{
    uint64_t *f = fields(&before);

    return (struct prctl_mm_map) {
        .start_code = f[START_CODE], .end_code = f[END_CODE],
        .start_data = f[START_DATA], .end_data = f[END_DATA],
        .start_brk = f[START_BRK], .brk = *(long *)before.v[BREAK].data,
        .start_stack = f[START_STACK],
        .arg_start = f[ARG_START], .arg_end = f[ARG_END],
        .env_start = f[ENV_START], .env_end = f[ENV_END],
        .exe_fd = -1,
    };
}

/* Everything at once. */
static void try_map(const char *op, const char *exe, bool other_auxv)
{
    static unsigned long auxv[AUXV_WORDS];
    struct prctl_mm_map map;
    size_t len = before.v[GET_AUXV].len;
    int fd = open_often(exe);

    if (!before.v[FIELDS].known || fd < 0) {
        say("op %s not tried\n", op);
        return;
    }
    map = whole_map();
    map.arg_start = (uintptr_t)strings;
    map.arg_end = map.arg_start + sizeof(new_args);
    map.env_start = (uintptr_t)strings + sizeof(new_args);
    map.env_end = map.env_start + sizeof(new_env);
    map.end_code--;
    map.exe_fd = fd;
    if (other_auxv && before.v[GET_AUXV].known) {
        memcpy(auxv, before.v[GET_AUXV].data, len);
        auxv[1] += 4711;
        map.auxv = (void *)auxv;
        map.auxv_size = len;
        expect(&want, GET_AUXV, auxv, len);
        expect_auxv(&want, auxv);
    }
    expect(&want, CMDLINE, new_args, sizeof(new_args));
    expect(&want, ENVIRON, new_env, sizeof(new_env));
    fields(&want)[ARG_START] = map.arg_start;
    fields(&want)[ARG_END] = map.arg_end;
    fields(&want)[ENV_START] = map.env_start;
    fields(&want)[ENV_END] = map.env_end;
    fields(&want)[END_CODE] = map.end_code;
    expect_exe(&want, exe);
    judge(op, prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0));
    close(fd);
}

static void try_exe(const char *op, const char *exe)
{
    int fd = open_often(exe);

    if (fd < 0) {
        say("op %s not tried\n", op);
        return;
    }
    expect_exe(&want, exe);
    judge(op, prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, fd, 0, 0));
    close(fd);
}

/* A directory is no executable. */
static void try_refused(void)
{
    int fd = open_often("/");

    judge("EXE_FILE directory", prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, fd, 0,
                                      0));
    close(fd);
}

static void try_fields(void)
{
    unsigned long auxv[AUXV_WORDS];
    size_t len = before.v[GET_AUXV].len;

    if (before.v[FIELDS].known) {
        fields(&want)[START_DATA] += 8;
        judge("START_DATA", prctl(PR_SET_MM, PR_SET_MM_START_DATA,
                                  fields(&want)[START_DATA], 0, 0));
    }
    /* Nothing is mapped there. */
    judge("ARG_END of nothing", prctl(PR_SET_MM, PR_SET_MM_ARG_END, 8, 0, 0));
    if (before.v[GET_AUXV].known && len <= sizeof(auxv)) {
        memcpy(auxv, before.v[GET_AUXV].data, len);
        auxv[1] += 17;
        expect(&want, GET_AUXV, auxv, len);
        expect_auxv(&want, auxv);
        judge("AUXV", prctl(PR_SET_MM, PR_SET_MM_AUXV, auxv, len, 0));
    }
    *(long *)want.v[BREAK].data += 65536;
    judge("brk", syscall(SYS_brk, *(long *)want.v[BREAK].data) ==
                 *(long *)want.v[BREAK].data ? 0 : -1);
}

static void try_limit(void)
{
    struct rlimit limit;

    if (!before.v[NOFILE].known) {
        return;
    }
    memcpy(&limit, before.v[NOFILE].data, sizeof(limit));
    limit.rlim_cur = 100;
    expect(&want, NOFILE, &limit, sizeof(limit));
    judge("setrlimit", setrlimit(RLIMIT_NOFILE, &limit));
    limit.rlim_cur = 900;
    expect(&want, NOFILE, &limit, sizeof(limit));
    judge("setrlimit", setrlimit(RLIMIT_NOFILE, &limit));
}

/*
 * Foreign programs are executed only where binfmt_misc knows them.  How one
 * fares that is executed is not our matter.
 */
static void try_exec(void)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        execl("/proc/self/exe", "again", "--again", NULL);
        judge("execve", -1);
        _exit(bad ? 3 : 0);
    }
    if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
        WEXITSTATUS(status) == 3) {
        bad++;
    }
}

/* A child sees what its parent did, and changes only its own. */
static void try_fork(const char *other)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        look(&after);
        compare("in child", 0, &before, &after);
        try_map("MAP in child", other, true);
        try_exec();
        _exit(bad ? 3 : 0);
    }
    if (pid > 0 && waitpid(pid, &status, 0) == pid && status) {
        say("bad fork: the child's wait status is 0x%x\n", status);
        bad++;
    }
    judge("fork", pid);
}

static void *run(void *arg)
{
    return arg;
}

static void try_thread(void)
{
    pthread_t thread;
    int error = pthread_create(&thread, NULL, run, NULL);

    if (!error) {
        pthread_join(thread, NULL);
    }
    errno = error;
    judge("thread", error ? -1 : 0);
}

int main(int argc, char **argv)
{
    char self[PATH_MAX] = "";

    if (argc == 2 && !strcmp(argv[1], "--again")) {
        return 0;
    }
    if (argc != 2) {
        fprintf(stderr, "usage: %s OTHER\n", argv[0]);
        return 2;
    }
    say("begin\n");
    for (int i = 0; i < TRIES; i++) {
        strings = mmap(NULL, sizeof(new_args) + sizeof(new_env),
                       PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                       -1, 0);
        if (strings != MAP_FAILED) {
            break;
        }
    }
    if (strings == MAP_FAILED) {
        return 4;
    }
    memcpy(strings, new_args, sizeof(new_args));
    memcpy(strings + sizeof(new_args), new_env, sizeof(new_env));
    if (!strcmp(argv[1], "--abort")) {
        abort();
    }
    look(&before);
    want = before;
    if (before.v[LINK].known) {
        memcpy(self, before.v[LINK].data, before.v[LINK].len);
    }
    try_map("MAP", argv[1], true);
    if (*self) {
        try_exe("EXE_FILE", self);
    }
    try_refused();
    try_fields();
    try_limit();
    try_fork(argv[1]);
    try_thread();
    say("end\n");
    return bad ? 3 : 0;
}
