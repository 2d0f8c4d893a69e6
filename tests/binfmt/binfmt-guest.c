/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that executes, is executed, and says what it is then
 *
 * usage: binfmt-guest report [ARG]...
 *        binfmt-guest exec HOW PATH [ARG]...
 *        binfmt-guest self HOW CHANGE SPELLING [ARG]...
 *        binfmt-guest chain COUNT PATH OTHER [ARG]...
 *        binfmt-guest system|popen COMMAND
 *        binfmt-guest pivot DIR [ARG]...
 *        binfmt-guest run PATH [ARG]...
 *        binfmt-guest chroot DIR PATH [ARG]...
 *        binfmt-guest after-input PATH [ARG]...
 *        binfmt-guest wait
 *
 * exec executes PATH as "zero ARG..."; self does so with its own executable
 * by that SPELLING, after CHANGE of its file.  chain executes PATH and OTHER in
 * turn, COUNT times, and then does what ARG says.  run and chroot execute PATH
 * as a shell would.  Before each execution all
 * that PR_SET_MM can move is moved; report tells whether it is back.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/prctl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

static void fail(const char *what)
{
    printf("%s: %s\n", what, strerror(errno));
    exit(1);
}

/* ----------------------------------------------------------------- report */

static void show_link(const char *name, const char *path)
{
    char buf[PATH_MAX];
    ssize_t len = readlink(path, buf, sizeof(buf) - 1);

    printf("%s=%.*s\n", name, (int)(len < 0 ? 0 : len), buf);
}

static void show_strings(const char *name, char **list)
{
    printf("%s=", name);
    for (; *list; list++) {
        printf("[%s]", *list);
    }
    putchar('\n');
}

static void show_cmdline(void)
{
    FILE *f = fopen("/proc/self/cmdline", "r");
    int c;

    printf("cmdline=[");
    while (f && (c = getc(f)) != EOF) {
        printf("%s", c ? (char []){ c, 0 } : "][");
    }
    if (f) {
        fclose(f);
    }
    puts("]");
}

/* Nothing of an emulator's own may be left open. */
static void show_fds(void)
{
    printf("fds=");
    for (int fd = 0; fd < 65536; fd++) {
        if (fcntl(fd, F_GETFD) >= 0) {
            printf("%d ", fd);
        }
    }
    putchar('\n');
}

/* Is the file that runs the one that the kernel shows? */
static void show_same(const char *name, const char *path)
{
    struct stat self, file;

    printf("%s=%s\n", name, stat("/proc/self/exe", &self) < 0 ||
           stat(path, &file) < 0 ? "unknown"
           : self.st_dev == file.st_dev && self.st_ino == file.st_ino ? "yes"
           : "no");
}

static bool read_stat(uint64_t *field, int count)
{
    FILE *f = fopen("/proc/self/stat", "r");
    char text[4096] = "", *p;
    int n = 3;

    if (!f || !fgets(text, sizeof(text), f) || !(p = strrchr(text, ')'))) {
        return false;
    }
    fclose(f);
    p = strchr(p + 2, ' ');
    for (; p && n < count; n++) {
        field[n + 1] = strtoull(p, &p, 10);
    }
    return n == count;
}

/*
 * Of stat: start_code 26, end_code 27, start_stack 28, start_data 45,
 * end_data 46, start_brk 47, arg_start 48, arg_end 49, env_start 50, env_end 51
 */
enum { LAST_FIELD = 51 };

static bool read_map(struct prctl_mm_map *map)
{
    uint64_t field[LAST_FIELD + 1];

    if (!read_stat(field, LAST_FIELD)) {
        return false;
    }
    memset(map, 0, sizeof(*map));
    map->start_code = field[26];
    map->end_code = field[27];
    map->start_stack = field[28];
    map->start_data = field[45];
    map->end_data = field[46];
    map->start_brk = field[47];
    map->brk = (uintptr_t)sbrk(0);
    map->arg_start = field[48];
    map->arg_end = field[49];
    map->env_start = field[50];
    map->env_end = field[51];
    map->exe_fd = -1;
    return true;
}

/* The loader's values, and a PR_SET_MM that works. */
static void show_fresh(char **argv)
{
    struct prctl_mm_map map;
    unsigned size = 0;

    if (!read_map(&map)) {
        puts("fresh=unknown");
        return;
    }
    printf("fresh=%s\n", map.arg_start == (uintptr_t)argv[0] &&
           map.env_start == (uintptr_t)environ[0] &&
           map.start_code <= (uintptr_t)fail &&
           (uintptr_t)fail < map.end_code ? "yes" : "no");
    printf("size=%s\n",
           prctl(PR_SET_MM, PR_SET_MM_MAP_SIZE, &size, 0, 0) == 0 &&
           size == sizeof(map) ? "yes" : strerror(errno));
    printf("map=%s\n",
           prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0) == 0
           ? "yes" : strerror(errno));
}

static char **main_argv;

static int do_report(char **argv)
{
    char comm[17] = "";

    prctl(PR_GET_NAME, comm);
    show_strings("argv", argv);
    show_cmdline();
    printf("execfn=%s\n", (char *)getauxval(AT_EXECFN));
    printf("comm=%s\n", comm);
    show_link("exe", "/proc/self/exe");
    show_same("is-execfn", (char *)getauxval(AT_EXECFN));
    show_fds();
    printf("ids=%d %d secure=%lu\n", getuid(), geteuid(),
           getauxval(AT_SECURE));
    show_fresh(main_argv);
    printf("end\n");
    return 0;
}

/* ------------------------------------------------------------------- ways */

/* The data's end as the code's, a byte less of argv, and so on. */
static void move_all(void)
{
    struct prctl_mm_map map;

    if (!read_map(&map)) {
        return;
    }
    map.start_code += 1;
    map.end_code -= 1;
    map.start_data = map.end_data;
    map.arg_start += 1;
    map.env_start += 1;
    if (prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0) < 0) {
        perror("PR_SET_MM_MAP");
    }
}

static void sys_execveat(int fd, const char *path, char **argv, int flags)
{
    syscall(SYS_execveat, fd, path, argv, environ, flags);
}

static int must_open(const char *path, int flags)
{
    int fd = open(path, flags);

    if (fd < 0) {
        fail(path);
    }
    return fd;
}

/* Split a path: opens the directory, *name gets the rest. */
static int open_dir(const char *path, int flags, const char **name)
{
    static char dir[PATH_MAX];
    char *slash;

    snprintf(dir, sizeof(dir), "%s%s", *path == '/' ? "" : "./", path);
    slash = strrchr(dir, '/');
    *name = path + strlen(path) - strlen(slash + 1);
    *slash = '\0';
    return must_open(*dir ? dir : "/", O_PATH | O_DIRECTORY | flags);
}

static int sealed_copy(const char *path)
{
    int from = must_open(path, O_RDONLY);
    int to = memfd_create("copy", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    char buf[65536];
    ssize_t len;

    while ((len = read(from, buf, sizeof(buf))) > 0) {
        if (write(to, buf, len) != len) {
            fail("write");
        }
    }
    close(from);
    if (fcntl(to, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW |
              F_SEAL_WRITE) < 0) {
        fail("F_ADD_SEALS");
    }
    return to;
}

static int wait_status(pid_t pid)
{
    int status;

    fflush(stdout);
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        fail("waitpid");
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

/* Returns only on failure, or with a child's status. */
static int execute(const char *how, const char *path, char **argv)
{
    const char *name = path;
    pid_t pid = -1;
    int fd;

    fflush(stdout);
    if (!strcmp(how, "execve")) {
        execve(path, argv, environ);
    } else if (!strcmp(how, "execvp")) {
        execvp(path, argv);
    } else if (!strcmp(how, "execveat")) {
        fd = open_dir(path, 0, &name);
        sys_execveat(fd, name, argv, 0);
    } else if (!strcmp(how, "execveat-cloexec")) {
        fd = open_dir(path, O_CLOEXEC, &name);
        sys_execveat(fd, name, argv, 0);
    } else if (!strcmp(how, "opened")) {
        sys_execveat(must_open(path, O_PATH), "", argv, AT_EMPTY_PATH);
    } else if (!strcmp(how, "opened-cloexec")) {
        sys_execveat(must_open(path, O_PATH | O_CLOEXEC), "", argv,
                     AT_EMPTY_PATH);
    } else if (!strcmp(how, "fexecve")) {
        fexecve(must_open(path, O_RDONLY | O_CLOEXEC), argv, environ);
    } else if (!strcmp(how, "memfd")) {
        fexecve(sealed_copy(path), argv, environ);
    } else if (!strcmp(how, "spawn")) {
        errno = posix_spawn(&pid, path, NULL, NULL, argv, environ);
        if (!errno) {
            return wait_status(pid);
        }
    } else if (!strcmp(how, "vfork")) {
        pid = vfork();
        if (pid == 0) {
            execve(path, argv, environ);
            _exit(98);
        }
        return wait_status(pid);
    } else {
        errno = EINVAL;
    }
    fail(how);
    return 1;
}

static int do_exec(char **argv)
{
    char *zero[64] = { (char *)"zero" };

    for (int i = 0; argv[i + 2] && i < 62; i++) {
        zero[i + 1] = argv[i + 2];
    }
    move_all();
    return execute(argv[0], argv[1], zero);
}

/* ------------------------------------------------------------------- self */

static void change(const char *what)
{
    static char path[PATH_MAX], other[PATH_MAX + 8];
    int fd;

    if (readlink("/proc/self/exe", path, sizeof(path) - 1) < 0) {
        fail("readlink");
    }
    snprintf(other, sizeof(other), "%s.moved", path);
    if (!strcmp(what, "rename") || !strcmp(what, "replace")) {
        if (rename(path, other) < 0) {
            fail("rename");
        }
    }
    if (!strcmp(what, "replace")) {
        fd = open(path, O_WRONLY | O_CREAT, 0755);
        if (fd < 0 || write(fd, "#!/bin/false\n", 13) != 13) {
            fail("replace");
        }
        close(fd);
    }
    if (!strcmp(what, "delete") && unlink(path) < 0) {
        fail("unlink");
    }
}

/* SPELLING with %p for our number. */
static const char *spell(const char *spelling)
{
    static char path[PATH_MAX];
    const char *pid = strstr(spelling, "%p");

    if (!pid) {
        return spelling;
    }
    snprintf(path, sizeof(path), "%.*s%d%s", (int)(pid - spelling), spelling,
             getpid(), pid + 2);
    return path;
}

static int do_self(char **argv)
{
    const char *how = argv[0], *what = argv[1];
    const char *spelling = spell(argv[2]);
    char *zero[64] = { (char *)"zero" };

    for (int i = 0; argv[i + 3] && i < 62; i++) {
        zero[i + 1] = argv[i + 3];
    }
    change(what);
    move_all();
    /* A relative one is one from there. */
    if (*spelling != '/' && *spelling != '.' && chdir("/proc/self") < 0) {
        fail("chdir");
    }
    return execute(how, spelling, zero);
}

/* ----------------------------------------------------------------- others */

static int do_chain(char **argv)
{
    char count[16];
    char *next[64] = { (char *)"zero", (char *)"chain", count, argv[2],
                       argv[1] };
    int left = atoi(argv[0]);

    printf("%d left\n", left);
    fflush(stdout);
    if (!left) {
        /* argv[0] of the report is as always. */
        argv[2] = (char *)"zero";
        return do_report(argv + 2);
    }
    snprintf(count, sizeof(count), "%d", left - 1);
    move_all();
    return execute(left == 5 ? "spawn" : left == 3 ? "memfd" : "execve",
                   argv[1], next);
}

static int do_popen(const char *command)
{
    FILE *f = popen(command, "r");
    int c, status;

    if (!f) {
        fail("popen");
    }
    while ((c = getc(f)) != EOF) {
        putchar(c);
    }
    status = pclose(f);
    printf("popen: %d\n", WEXITSTATUS(status));
    return 0;
}

static int do_system(const char *command)
{
    int status = system(command);

    printf("system: %d\n", WEXITSTATUS(status));
    return 0;
}

/* DIR is a mount point with a directory old. */
static int do_pivot(char **argv)
{
    if (chdir(argv[0]) < 0 || syscall(SYS_pivot_root, ".", "old") < 0 ||
        chdir("/") < 0) {
        fail("pivot_root");
    }
    if (umount2("/old", MNT_DETACH) < 0) {
        fail("umount");
    }
    argv[0] = (char *)"/binfmt-guest";
    return execute("execve", argv[0], argv);
}

static int do_run(char **argv)
{
    move_all();
    return execute("execve", argv[0], argv);
}

static int do_chroot(char **argv)
{
    if (chroot(argv[0]) < 0 || chdir("/") < 0) {
        fail("chroot");
    }
    return do_run(argv + 1);
}

/* Says that it has started, and goes on when it is told so. */
static int do_after_input(char **argv)
{
    puts("ready");
    fflush(stdout);
    getchar();
    return do_run(argv);
}

static int do_wait(void)
{
    puts("ready");
    fflush(stdout);
    return pause();
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "report";

    main_argv = argv;
    if (!strcmp(verb, "exec") && argc > 3) {
        return do_exec(argv + 2);
    } else if (!strcmp(verb, "self") && argc > 4) {
        return do_self(argv + 2);
    } else if (!strcmp(verb, "chain") && argc > 4) {
        return do_chain(argv + 2);
    } else if (!strcmp(verb, "system") && argc > 2) {
        return do_system(argv[2]);
    } else if (!strcmp(verb, "popen") && argc > 2) {
        return do_popen(argv[2]);
    } else if (!strcmp(verb, "pivot") && argc > 2) {
        return do_pivot(argv + 2);
    } else if (!strcmp(verb, "run") && argc > 2) {
        return do_run(argv + 2);
    } else if (!strcmp(verb, "chroot") && argc > 3) {
        return do_chroot(argv + 2);
    } else if (!strcmp(verb, "after-input") && argc > 2) {
        return do_after_input(argv + 2);
    } else if (!strcmp(verb, "wait")) {
        return do_wait();
    }
    return do_report(argv);
}
