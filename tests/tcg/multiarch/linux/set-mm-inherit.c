/*
 * Who gets what PR_SET_MM has set: fork, threads, execve; and races
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <pthread.h>
#include <time.h>

enum { WRITERS = 8, READERS = 2, RACE_MS = 700 };

static char now_exe[PATH_MAX];

static const char *exe(void)
{
    return read_link("/proc/self/exe", now_exe, sizeof(now_exe));
}

static char *own_path(const char *name)
{
    static char path[4][PATH_MAX + 64];
    static unsigned next;

    next = (next + 1) % 4;
    in_dir(path[next], sizeof(path[next]), name);
    return path[next];
}

static int make(const char *name)
{
    write_file(own_path(name), 0755, "#!/bin/true\n", 12);
    return open(own_path(name), O_RDONLY);
}

static char *anon_string(const char *text)
{
    char *at = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return strcpy(at, text);
}

static const char *cmdline(void)
{
    static char text[4096];

    read_text("/proc/self/cmdline", text, sizeof(text));
    return text;
}

static unsigned long first_auxv_word(void)
{
    unsigned long word = 0;

    read_whole("/proc/self/auxv", &word, sizeof(word));
    return word;
}

/* Sets all that can be set without a descriptor. */
static int set_all(const char *title, unsigned long word)
{
    char *at = anon_string(title);
    unsigned long auxv[2] = { word, word };
    struct mm_map map;

    read_map(&map);
    map.f[ARG_START] = (uintptr_t)at;
    map.f[ARG_END] = (uintptr_t)at + strlen(title) + 1;
    map.f[START_CODE] = judge.min_addr + word;
    map.auxv = (uintptr_t)auxv;
    map.auxv_size = sizeof(auxv);
    return set_map(&map);
}

static void check_all(const char *id, const char *who, const char *title,
                      unsigned long word)
{
    char text[80];

    snprintf(text, sizeof(text), "%s: cmdline", who);
    check_str(id, text, title, cmdline());
    snprintf(text, sizeof(text), "%s: start_code", who);
    check_num(id, text, judge.min_addr + word, read_field(START_CODE));
    snprintf(text, sizeof(text), "%s: auxv", who);
    check_num(id, text, word, first_auxv_word());
}

/* ---------------------------------------------------------------- fork */

static void fork_copies(const char *id, const void *arg)
{
    int go[2];
    char byte;
    pid_t pid;

    (void)arg;
    if (!check_err(id, "MAP before fork", 0, set_all("before", 100)) ||
        pipe(go)) {
        return;
    }
    pid = fork();
    if (pid == 0) {
        close(go[1]);
        check_all(id, "child as forked", "before", 100);
        /* Until the parent has changed its own. */
        if (read(go[0], &byte, 1) != 1) {
            _exit(1);
        }
        check_all(id, "child after the parent's change", "before", 100);
        check_err(id, "MAP in the child", 0, set_all("child", 300));
        check_all(id, "child after its change", "child", 300);
        _exit(0);
    }
    check_err(id, "MAP in the parent", 0, set_all("parent", 200));
    if (write(go[1], "x", 1) != 1) {
        check(false, id, "pipe", "errno %d", errno);
    }
    wait_for(pid);
    check_all(id, "parent after the child's change", "parent", 200);
}

static void fork_copies_break(const char *id, const void *arg)
{
    uint64_t brk;
    pid_t pid;

    (void)arg;
    check_err(id, "MAP of an odd break", 0,
              set_range(START_BRK, judge.min_addr + 1, BRK,
                        judge.min_addr + 77));
    pid = fork();
    if (pid == 0) {
        check_num(id, "break in the child", judge.min_addr + 77, sys_brk(0));
        set_range(START_BRK, judge.min_addr + 2, BRK, judge.min_addr + 99);
        _exit(0);
    }
    wait_for(pid);
    brk = sys_brk(0);
    check_num(id, "break in the parent", judge.min_addr + 77, brk);
}

static void fork_copies_exe(const char *id, const void *arg)
{
    int fd1 = make("new1");
    int fd2 = make("new2");
    pid_t pid;

    (void)arg;
    detach_exe();
    if (!check_err(id, "install before fork", want_exe_by_map(0),
                   set_exe_by_map(fd1)) || want_exe_by_map(0)) {
        return;
    }
    pid = fork();
    if (pid == 0) {
        check_str(id, "exe in the child", own_path("new1"), exe());
        check_err(id, "install in the child", 0, set_exe_by_map(fd2));
        check_str(id, "exe in the child after its change", own_path("new2"),
                  exe());
        _exit(0);
    }
    wait_for(pid);
    check_str(id, "exe in the parent", own_path("new1"), exe());
}

static int set_start_code(void *to)
{
    return set_range(START_CODE, *(uint64_t *)to, ARG_END,
                     read_field(ARG_END));
}

static void vfork_shares(const char *id, const void *arg)
{
    uint64_t to = judge.min_addr + 55;

    (void)arg;
    check_err(id, "MAP in a vfork child", 0,
              WEXITSTATUS(run_sharing(set_start_code, &to)));
    check_num(id, "start_code in the parent", to, read_field(START_CODE));
}

/* ------------------------------------------------------------- threads */

static void *set_in_thread(void *arg)
{
    *(int *)arg = set_all("thread", 400);
    return NULL;
}

static void *look_in_thread(void *arg)
{
    check_all(arg, "another thread", "main", 500);
    return NULL;
}

static void threads_share(const char *id, const void *arg)
{
    pthread_t thread;
    int error = -1;

    (void)arg;
    if (pthread_create(&thread, NULL, set_in_thread, &error)) {
        check(false, id, "create a thread", "errno %d", errno);
        return;
    }
    pthread_join(thread, NULL);
    check_err(id, "MAP in a thread", 0, error);
    check_all(id, "first thread", "thread", 400);
    check_err(id, "MAP in the first thread", 0, set_all("main", 500));
    if (pthread_create(&thread, NULL, look_in_thread, (void *)id) == 0) {
        pthread_join(thread, NULL);
    }
}

/* -------------------------------------------------------------- execve */

/*
 * A guest's execve is the host's: foreign binaries need binfmt_misc, and those
 * of the host's own architecture run natively.  All that is asserted of the
 * new process holds in both cases; where the host cannot execute the program
 * at all, every way to name it has to fail alike, and above all must not
 * execute the emulator instead.
 */
static bool host_executes(struct exec_report *plain)
{
    exec_for_report(plain, by_execve, judge.self);
    return plain->came_back;
}

static void by_execveat(const char *path, char **argv)
{
    syscall(SYS_execveat, AT_FDCWD, path, argv, environ, 0);
}

static void by_execveat_empty(const char *path, char **argv)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    syscall(SYS_execveat, fd, "", argv, environ, AT_EMPTY_PATH);
}

static void by_execveat_dir(const char *path, char **argv)
{
    int dir = open("/proc/self", O_PATH | O_CLOEXEC);

    (void)path;
    syscall(SYS_execveat, dir, "exe", argv, environ, 0);
}

static void by_thread(const char *path, char **argv)
{
    (void)path;
    execve("/proc/thread-self/exe", argv, environ);
}

static void by_chdir(const char *path, char **argv)
{
    (void)path;
    if (chdir("/proc/self") == 0) {
        execve("./exe", argv, environ);
    }
}

struct exec_row {
    const char *id, *text;
    exec_fn *fn;
    /* NULL is the program's own path. */
    const char *path;
};

static const struct exec_row exec_rows[] = {
    { "I20", "execve of its file", by_execve, NULL },
    { "I21", "execveat of its file", by_execveat, NULL },
    { "I22", "execveat of a descriptor", by_execveat_empty, NULL },
    { "I23", "execve of /proc/self/exe", by_execve, "/proc/self/exe" },
    { "I24", "execveat of /proc/self/exe", by_execveat, "/proc/self/exe" },
    { "I25", "execveat of a descriptor of /proc/self/exe",
      by_execveat_empty, "/proc/self/exe" },
    { "I26", "execveat of exe in /proc/self", by_execveat_dir, "" },
    { "I27", "execve of /proc/thread-self/exe", by_thread, "" },
    { "I28", "execve of ./exe in /proc/self", by_chdir, "" },
};

static void check_new_image(const char *id, const char *text,
                            const struct exec_report *report,
                            const char *want_exe)
{
    char full[120];

    snprintf(full, sizeof(full), "%s: executed", text);
    if (!report->came_back) {
        check(false, id, full, "errno %d", report->error);
        return;
    }
    check_true(id, full, true);
    snprintf(full, sizeof(full), "%s: exe", text);
    check_str(id, full, want_exe, report->exe);
    snprintf(full, sizeof(full), "%s: cmdline", text);
    check(report->cmdline_len > 15 && report->cmdline_len < 20 &&
          !memcmp(report->cmdline, "again\0--report", 15), id, full,
          "got %d bytes '%s'", report->cmdline_len, report->cmdline);
    snprintf(full, sizeof(full), "%s: no field is as it was set", text);
    check_true(id, full,
               report->map.f[START_CODE] != judge.min_addr + 600 &&
               report->map.f[START_CODE] < report->map.f[END_CODE] &&
               report->map.f[START_BRK] <= report->map.f[BRK]);
    snprintf(full, sizeof(full), "%s: the new map is accepted", text);
    check_true(id, full, report->identity_map);
}

static void exec_resets(const char *id, const void *arg)
{
    const struct exec_row *row = arg;
    struct exec_report plain, report;
    bool executes = host_executes(&plain);

    if (strstr(row->text, "execveat") && sw_lacks(SYS_execveat)) {
        skip(id, row->text, "this QEMU has no execveat");
        return;
    }
    check_err(id, "MAP before", 0, set_all("before", 600));
    exec_for_report(&report, row->fn, row->path ? row->path : judge.self);
    if (!executes) {
        check_err(id, row->text, plain.error, report.error);
        return;
    }
    check_new_image(id, row->text, &report, judge.self);
}

/* The link leads to what is installed, not to what was executed first. */
static void exec_of_installed(const char *id, const void *arg)
{
    const char *after = arg;
    struct exec_report plain, report;
    bool executes = host_executes(&plain);
    char want[PATH_MAX + 80];
    int fd;

    if (want_exe_by_map(0)) {
        skip(id, "execve of an installed file", "no privilege to install");
        return;
    }
    copy_file(judge.self, own_path("copy"), 0755);
    fd = open(own_path("copy"), O_RDONLY | O_CLOEXEC);
    snprintf(want, sizeof(want), "%s", own_path("copy"));
    detach_exe();
    check_err(id, "install a copy", 0, set_exe_by_map(fd));
    if (!strcmp(after, "renamed")) {
        rename(own_path("copy"), own_path("moved"));
        snprintf(want, sizeof(want), "%s", own_path("moved"));
    } else if (!strcmp(after, "removed")) {
        unlink(own_path("copy"));
        snprintf(want, sizeof(want), "%s (deleted)", own_path("copy"));
    }
    exec_for_report(&report, by_execve, "/proc/self/exe");
    if (!executes) {
        check_err(id, after, plain.error, report.error);
        return;
    }
    check_new_image(id, after, &report, want);
}

static void failed_exec_keeps(const char *id, const void *arg)
{
    static char *args[] = { (char *)"x", NULL };

    (void)arg;
    check_err(id, "MAP before", 0, set_all("before", 700));
    check_err(id, "execve of nothing", ENOENT,
              err_of(execve("/proc/self/no-such-file", args, environ)));
    check_all(id, "after a failed execve", "before", 700);
}

/* --------------------------------------------------------------- races */

static struct race {
    bool stop;
    struct mm_map map[2];
    char text[2][PATH_MAX + 64];
    int writer_errors;
    int reader_errors;
    int third_values;
    int reads;
    const char *(*read)(char *buf, size_t size);
} race;

static bool race_stopped(void)
{
    return __atomic_load_n(&race.stop, __ATOMIC_SEQ_CST);
}

static void *race_write(void *arg)
{
    unsigned turn = (uintptr_t)arg;

    while (!race_stopped()) {
        if (set_map(&race.map[turn++ % 2])) {
            __atomic_fetch_add(&race.writer_errors, 1, __ATOMIC_SEQ_CST);
        }
    }
    return NULL;
}

static void *race_read(void *arg)
{
    char buf[PATH_MAX];

    (void)arg;
    /* A busy machine may begin late with it. */
    do {
        const char *text = race.read(buf, sizeof(buf));

        if (!text) {
            __atomic_fetch_add(&race.reader_errors, 1, __ATOMIC_SEQ_CST);
        } else if (strcmp(text, race.text[0]) && strcmp(text, race.text[1])) {
            __atomic_fetch_add(&race.third_values, 1, __ATOMIC_SEQ_CST);
        }
        __atomic_fetch_add(&race.reads, 1, __ATOMIC_SEQ_CST);
    } while (!race_stopped());
    return NULL;
}

static const char *race_read_exe(char *buf, size_t size)
{
    ssize_t len = readlink("/proc/self/exe", buf, size - 1);

    if (len < 0) {
        return NULL;
    }
    buf[len] = '\0';
    return buf;
}

static const char *race_read_cmdline(char *buf, size_t size)
{
    return read_text("/proc/self/cmdline", buf, size) ? buf : NULL;
}

static void run_race(const char *id)
{
    struct timespec time = { .tv_nsec = RACE_MS * 1000000L };
    pthread_t thread[WRITERS + READERS];
    unsigned started = 0;

    for (uintptr_t i = 0; i < WRITERS + READERS; i++) {
        started += !pthread_create(&thread[i], NULL, i < WRITERS ? race_write
                                   : race_read, (void *)i);
    }
    check_num(id, "threads started", WRITERS + READERS, started);
    nanosleep(&time, NULL);
    __atomic_store_n(&race.stop, true, __ATOMIC_SEQ_CST);
    for (unsigned i = 0; i < started; i++) {
        pthread_join(thread[i], NULL);
    }
    check_num(id, "changes that failed", 0, race.writer_errors);
    check_num(id, "reads that failed", 0, race.reader_errors);
    check_num(id, "reads of a third value", 0, race.third_values);
    check_true(id, "there were reads", race.reads > 0);
}

static void exe_race(const char *id, const void *arg)
{
    (void)arg;
    if (want_exe_by_map(0)) {
        skip(id, "threads change exe", "no privilege to install");
        return;
    }
    detach_exe();
    for (int i = 0; i < 2; i++) {
        const char *name = i ? "loser" : "winner";

        read_map(&race.map[i]);
        race.map[i].exe_fd = make(name);
        snprintf(race.text[i], sizeof(race.text[i]), "%s", own_path(name));
    }
    race.read = race_read_exe;
    if (check_err(id, "install the first", 0, set_map(&race.map[0]))) {
        run_race(id);
    }
}

/* A map is seen whole or not at all. */
static void cmdline_race(const char *id, const void *arg)
{
    static const char *const title[] = { "a", "another title, and longer" };

    (void)arg;
    for (int i = 0; i < 2; i++) {
        char *at = anon_string(title[i]);

        read_map(&race.map[i]);
        race.map[i].f[ARG_START] = (uintptr_t)at;
        race.map[i].f[ARG_END] = (uintptr_t)at + strlen(title[i]) + 1;
        snprintf(race.text[i], sizeof(race.text[i]), "%s", title[i]);
    }
    race.read = race_read_cmdline;
    if (check_err(id, "set the first", 0, set_map(&race.map[0]))) {
        run_race(id);
    }
}

int main(int argc, char **argv)
{
    report_if_asked(argc, argv);
    begin(argc, argv);
    run_case("O140", fork_copies, NULL);
    run_case("O140b", fork_copies_break, NULL);
    run_case("O140c", fork_copies_exe, NULL);
    run_case("O141", threads_share, NULL);
    run_case("O142", vfork_shares, NULL);
    for (size_t i = 0; i < sizeof(exec_rows) / sizeof(exec_rows[0]); i++) {
        run_case(exec_rows[i].id, exec_resets, &exec_rows[i]);
    }
    run_case("O113", exec_of_installed, "installed");
    run_case("O113b", exec_of_installed, "renamed");
    run_case("O113c", exec_of_installed, "removed");
    run_case("I29", failed_exec_keeps, NULL);
    run_case("O130", exe_race, NULL);
    run_case("O131", cmdline_race, NULL);
    return finish();
}
