/*
 * The executable: which files can be installed, and what shows them
 *
 * Every row is gone through twice: DEnn by PR_SET_MM_EXE_FILE, DMnn by
 * PR_SET_MM_MAP with a descriptor.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/socket.h>

struct way {
    const char *prefix;
    int (*install)(int fd);
    int (*want)(int want);
};

static const struct way ways[] = {
    { "DE", set_exe_by_option, want_one },
    { "DM", set_exe_by_map, want_exe_by_map },
};

static const struct way *way;

/* ------------------------------------------------------------- helpers */

static const char *path_of(const char *name)
{
    static char path[8][PATH_MAX + 64];
    static unsigned next;

    next = (next + 1) % 8;
    in_dir(path[next], sizeof(path[next]), name);
    return path[next];
}

static int make(const char *name, mode_t mode)
{
    write_file(path_of(name), mode, "#!/bin/true\n", 12);
    return open(path_of(name), O_RDONLY);
}

static void *map_file(const char *name, int prot, int flags)
{
    int fd = open(path_of(name), flags & MAP_SHARED && prot & PROT_WRITE ?
                  O_RDWR : O_RDONLY);
    void *addr = mmap(NULL, page_size(), prot, flags, fd, 0);

    close(fd);
    return addr;
}

static void exe_is(const char *id, const char *text, const char *want)
{
    char now[PATH_MAX];

    check_str(id, text, want, read_link("/proc/self/exe", now, sizeof(now)));
}

/*
 * @relaxed is the answer where the kernel's EBUSY rule does not hold.
 * Returns: whether the file is installed, so that more can be looked at.
 */
static bool expect(const char *id, const char *text, int want, int relaxed,
                   int fd)
{
    char before[PATH_MAX];
    int got;

    want = way->want(want_busy(want, relaxed));
    read_link("/proc/self/exe", before, sizeof(before));
    got = way->install(fd);
    check_err(id, text, want, got);
    if (want) {
        exe_is(id, "exe is unchanged", before);
    }
    return !want && !got;
}

static void expect_exe(const char *id, const char *text, int fd,
                       const char *name)
{
    if (expect(id, text, 0, 0, fd)) {
        exe_is(id, "exe is the new file", path_of(name));
    }
}

/* The first of two changes, where the row is about the second. */
static int install_first(void)
{
    int fd = make("new1", 0755);

    detach_exe();
    way->install(fd);
    return fd;
}

static int open_error(const char *path, int flags)
{
    int fd = open(path, flags);

    if (fd < 0) {
        return errno;
    }
    close(fd);
    return 0;
}

/* A mount namespace of one's own, if that is permitted. */
static bool own_mounts(void)
{
    return unshare(CLONE_NEWNS) == 0 &&
           mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

/* ---------------------------------------------------------------- rows */

static void d01(const char *id, const char *text)
{
    expect(id, text, EBADF, EBADF, -5);
}

static void d02(const char *id, const char *text)
{
    expect(id, text, EBADF, EBADF, NOT_OPEN);
}

static void d03(const char *id, const char *text)
{
    close(make("new1", 0755));
    expect(id, text, EBADF, EBADF, open(path_of("new1"), O_PATH));
}

static void d04(const char *id, const char *text)
{
    expect(id, text, EACCES, EACCES, open(judge.dir, O_RDONLY));
}

static void d05(const char *id, const char *text)
{
    expect(id, text, EACCES, EACCES, open("/dev/null", O_RDONLY));
}

static void d06(const char *id, const char *text)
{
    int fds[2] = { -1, -1 };

    check_err(id, "pipe", 0, err_of(pipe(fds)));
    expect(id, text, EACCES, EACCES, fds[0]);
}

static void d07(const char *id, const char *text)
{
    expect(id, text, EACCES, EACCES, socket(AF_UNIX, SOCK_STREAM, 0));
}

static void d08(const char *id, const char *text)
{
    expect(id, text, EACCES, EACCES, make("plain", 0644));
}

static void d09(const char *id, const char *text)
{
    detach_exe();
    expect(id, text, EACCES, EACCES, make("plain", 0644));
}

static void d10(const char *id, const char *text)
{
    if (expect(id, text, EBUSY, 0, open("/proc/self/exe", O_RDONLY))) {
        exe_is(id, "exe is the same", judge.self);
    }
}

static void d11(const char *id, const char *text)
{
    if (expect(id, text, EBUSY, 0, make("new1", 0755))) {
        exe_is(id, "exe is the new file", path_of("new1"));
    }
}

static void d12(const char *id, const char *text)
{
    int fd = make("new1", 0755);

    detach_exe();
    if (expect(id, text, 0, 0, fd)) {
        exe_is(id, "exe is the new file", path_of("new1"));
        check_true(id, "exe leads to the new file",
                   same_file("/proc/self/exe", fd));
        close(fd);
        exe_is(id, "exe is held without the descriptor", path_of("new1"));
    }
}

static void d13(const char *id, const char *text)
{
    close(make("new1", 0755));
    detach_exe();
    expect(id, text, EACCES, EACCES, open(path_of("new1"), O_RDWR));
}

static void d14(const char *id, const char *text)
{
    int fd = make("new1", 0755);
    int writer = open(path_of("new1"), O_WRONLY);

    detach_exe();
    expect(id, text, EACCES, EACCES, fd);
    close(writer);
    expect(id, "the same, writer gone", 0, 0, fd);
}

static void d15(const char *id, const char *text)
{
    int fd = make("new1", 0755);
    int denied = sw_deny_write() ? ETXTBSY : 0;

    detach_exe();
    if (!expect(id, text, 0, 0, fd)) {
        return;
    }
    check_err(id, "open the new file for writing", denied,
              open_error(path_of("new1"), O_WRONLY));
    check_err(id, "truncate the new file", denied,
              err_of(truncate(path_of("new1"), 0)));
    check_err(id, "open /proc/self/exe O_WRONLY", ETXTBSY,
              open_error("/proc/self/exe", O_WRONLY));
    check_err(id, "open /proc/self/exe O_RDWR", ETXTBSY,
              open_error("/proc/self/exe", O_RDWR));
    check_err(id, "open /proc/self/exe O_RDONLY", 0,
              open_error("/proc/self/exe", O_RDONLY));
}

/*
 * memfd-reopen: whether a memfd that is being executed can be opened for
 * writing differs from kernel to kernel; both answers are right.
 */
static void d16(const char *id, const char *text)
{
    int fd = syscall(SYS_memfd_create, "mfd", 0);
    int got;

    check_num(id, "write to the memfd", 12, write(fd, "#!/bin/true\n", 12));
    detach_exe();
    if (!expect(id, text, 0, 0, fd)) {
        return;
    }
    exe_is(id, "exe is the memfd", "/memfd:mfd (deleted)");
    got = open_error("/proc/self/exe", O_RDWR);
    check(got == 0 || got == ETXTBSY, id, "open /proc/self/exe O_RDWR",
          "expected OK or ETXTBSY got %s", err_name(got));
    check_num(id, "write to the memfd again", 1, write(fd, "x", 1));
}

static void d17(const char *id, const char *text)
{
    int rw = syscall(SYS_memfd_create, "mfd", 0);
    char path[40];
    int ro;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", rw);
    ro = open(path, O_RDONLY);
    close(rw);
    detach_exe();
    if (expect(id, text, 0, 0, ro)) {
        exe_is(id, "exe is the memfd", "/memfd:mfd (deleted)");
    }
}

static void d18(const char *id, const char *text)
{
    install_first();
    expect_exe(id, text, make("new2", 0755), "new2");
}

static void d19(const char *id, const char *text)
{
    install_first();
    map_file("new1", PROT_READ, MAP_PRIVATE);
    if (expect(id, text, EBUSY, 0, make("new2", 0755))) {
        exe_is(id, "exe is the new file", path_of("new2"));
    }
}

static void d20(const char *id, const char *text)
{
    int fd = install_first();

    map_file("new1", PROT_READ, MAP_PRIVATE);
    if (expect(id, text, EBUSY, 0, fd)) {
        exe_is(id, "exe is the same", path_of("new1"));
    }
}

static void d21(const char *id, const char *text)
{
    int fd = make("new2", 0755);

    install_first();
    map_file("new2", PROT_READ | PROT_EXEC, MAP_PRIVATE);
    expect_exe(id, text, fd, "new2");
}

static void d22(const char *id, const char *text)
{
    install_first();
    check_err(id, "make a hard link", 0,
              err_of(link(path_of("new1"), path_of("link1"))));
    map_file("link1", PROT_READ, MAP_PRIVATE);
    expect_exe(id, text, make("new2", 0755), "new2");
}

static void d23(const char *id, const char *text)
{
    install_first();
    map_file("new1", PROT_NONE, MAP_SHARED);
    if (expect(id, text, EBUSY, 0, make("new2", 0755))) {
        exe_is(id, "exe is the new file", path_of("new2"));
    }
}

static void d24(const char *id, const char *text)
{
    install_first();
    map_file("new1", PROT_READ, MAP_PRIVATE);
    rename(path_of("new1"), path_of("rn2"));
    if (!way->want(0)) {
        exe_is(id, "exe follows the rename", path_of("rn2"));
    }
    if (expect(id, text, EBUSY, 0, make("new2", 0755))) {
        exe_is(id, "exe is the new file", path_of("new2"));
    }
}

static void d25(const char *id, const char *text)
{
    int fd = make("del", 0755);

    unlink(path_of("del"));
    detach_exe();
    expect_exe(id, text, fd, "del (deleted)");
}

static void d26(const char *id, const char *text)
{
    int fd = make("new1", 0755);
    struct stat st = { .st_nlink = 99 };

    detach_exe();
    if (!expect(id, text, 0, 0, fd)) {
        return;
    }
    rename(path_of("new1"), path_of("moved"));
    exe_is(id, "exe after rename", path_of("moved"));
    unlink(path_of("moved"));
    exe_is(id, "exe after unlink", path_of("moved (deleted)"));
    check_err(id, "stat after unlink", 0,
              err_of(stat("/proc/self/exe", &st)));
    check_num(id, "links after unlink", 0, st.st_nlink);
    check_true(id, "same inode after unlink",
               same_file("/proc/self/exe", fd));
    check_err(id, "open after unlink", 0,
              open_error("/proc/self/exe", O_RDONLY));
}

static void d27(const char *id, const char *text)
{
    close(make("new1", 0755));
    check_err(id, "make a symbolic link", 0,
              err_of(symlink(path_of("new1"), path_of("sym"))));
    detach_exe();
    expect_exe(id, text, open(path_of("sym"), O_RDONLY), "new1");
}

static void d28(const char *id, const char *text)
{
    install_first();
    close(make("bound", 0755));
    if (!own_mounts() || mount(path_of("new1"), path_of("bound"), NULL,
                               MS_BIND, NULL)) {
        skip(id, text, "mounting is not permitted");
        return;
    }
    map_file("bound", PROT_READ, MAP_PRIVATE);
    expect_exe(id, text, make("new2", 0755), "new2");
}

static void d29(const char *id, const char *text)
{
    mkdir(path_of("noexec"), 0755);
    if (!own_mounts() ||
        mount("none", path_of("noexec"), "tmpfs", MS_NOEXEC, NULL)) {
        skip(id, text, "mounting is not permitted");
        return;
    }
    detach_exe();
    expect(id, text, EACCES, EACCES, make("noexec/new1", 0755));
}

static void d30(const char *id, const char *text)
{
    int fd = make("new1", 0755);
    int writer = open(path_of("new1"), O_WRONLY);

    expect(id, text, EBUSY, EACCES, fd);
    close(writer);
}

static void d31(const char *id, const char *text)
{
    install_first();
    if (expect(id, text, 0, 0, make("new2", 0755))) {
        check_err(id, "open the old file for writing", 0,
                  open_error(path_of("new1"), O_WRONLY));
    }
}

static void d32(const char *id, const char *text)
{
    int fd = make("new1", 0755);
    pid_t pid;

    detach_exe();
    if (!expect(id, text, 0, 0, fd)) {
        return;
    }
    pid = fork();
    if (pid == 0) {
        exe_is(id, "exe in the child", path_of("new1"));
        unlink(path_of("new1"));
        exe_is(id, "exe in the child follows the file",
               path_of("new1 (deleted)"));
        _exit(0);
    }
    wait_for(pid);
}

struct call {
    int fd;
    int error;
};

static void *install_in_thread(void *arg)
{
    struct call *call = arg;

    call->error = way->install(call->fd);
    return NULL;
}

static void d33(const char *id, const char *text)
{
    struct call call = { .fd = make("new1", 0755), .error = -1 };
    pthread_t thread;

    detach_exe();
    check_err(id, "create a thread", 0,
              pthread_create(&thread, NULL, install_in_thread, &call));
    pthread_join(thread, NULL);
    check_err(id, text, way->want(0), call.error);
    exe_is(id, "exe as the first thread sees it",
           call.error ? judge.self : path_of("new1"));
}

static void d34(const char *id, const char *text)
{
    struct exec_report report;
    int fd = make("new1", 0755);

    copy_file(judge.self, path_of("new2"), 0755);
    detach_exe();
    if (!expect(id, text, 0, 0, fd)) {
        return;
    }
    exec_for_report(&report, by_execve, path_of("new2"));
    if (!report.came_back) {
        skip(id, "exe after execve", "this host cannot execute the binary");
        return;
    }
    check_str(id, "exe after execve", path_of("new2"), report.exe);
}

static void d35(const char *id, const char *text)
{
    int fd = make("new1", 0755);
    int proc = open("/proc", O_RDONLY | O_DIRECTORY);
    char now[PATH_MAX] = "", want[PATH_MAX] = "", link[40];
    size_t len = strlen(path_of("new1"));

    mkdir(path_of("jail"), 0755);
    detach_exe();
    if (!expect(id, text, 0, 0, fd)) {
        return;
    }
    if (chroot(path_of("jail")) || chdir("/")) {
        skip(id, "exe seen in a chroot", "chroot is not permitted");
        return;
    }
    /*
     * The path starts at the real root, which is not ours if the test itself
     * runs in a chroot; a descriptor of the file shows what is right.
     */
    snprintf(link, sizeof(link), "self/fd/%d", fd);
    readlinkat(proc, link, want, sizeof(want) - 1);
    readlinkat(proc, "self/exe", now, sizeof(now) - 1);
    check_true(id, "exe seen in a chroot ends in its path",
               strlen(now) >= len &&
               !strcmp(now + strlen(now) - len, path_of("new1")));
    check_str(id, "exe seen in a chroot", want, now);
}

static void d36(const char *id, const char *text)
{
    close(make("new1", 0755));
    detach_exe();
    expect_exe(id, text, open(path_of("new1"), O_RDONLY | O_CLOEXEC), "new1");
}

static void d37(const char *id, const char *text)
{
    write_file(path_of("text"), 0755, "plain text\n", 11);
    detach_exe();
    expect_exe(id, text, open(path_of("text"), O_RDONLY), "text");
}

static void d38(const char *id, const char *text)
{
    write_file(path_of("empty"), 0755, "", 0);
    detach_exe();
    expect_exe(id, text, open(path_of("empty"), O_RDONLY), "empty");
}

static void d39(const char *id, const char *text)
{
    uid_t uid = geteuid();
    int fd = make("suid", 04755);

    detach_exe();
    expect_exe(id, text, fd, "suid");
    check_num(id, "the user is the same", uid, geteuid());
}

static void d40(const char *id, const char *text)
{
    unsigned long fd = make("new1", 0755);

    detach_exe();
    for (int bit = 32; bit <= 34; bit += 2) {
        check_err(id, text, want_one(0),
                  set_mm(PR_SET_MM_EXE_FILE, with_bit(fd, bit), 0, 0));
    }
    if (may_set_one()) {
        exe_is(id, "exe is the new file", path_of("new1"));
    }
}

static void d41(const char *id, const char *text)
{
    detach_exe();
    expect(id, text, EACCES, EACCES, open("/proc/self/status", O_RDONLY));
}

/* Root's own right to read and execute all is that of the fs user id. */
static bool become_other(void)
{
    const uid_t nobody = 65534;

    if (geteuid() || setgroups(0, NULL)) {
        return false;
    }
    setfsgid(nobody);
    setfsuid(nobody);
    return setfsuid(-1) == (int)nobody;
}

static void permission(const char *id, const char *text, const char *name,
                       mode_t mode, int as_other)
{
    int fd = make(name, mode);
    const char *path = path_of(name);
    char now[PATH_MAX];

    detach_exe();
    if (expect(id, text, 0, 0, fd)) {
        exe_is(id, "exe is the new file", path);
    }
    if (!become_other()) {
        skip(id, "the same as another user", "not root");
        return;
    }
    check_err(id, "the same as another user", way->want(as_other),
              way->install(fd));
    read_link("/proc/self/exe", now, sizeof(now));
}

static void d42(const char *id, const char *text)
{
    permission(id, text, "xother", 0745, 0);
}

static void d43(const char *id, const char *text)
{
    permission(id, text, "xowner", 0544, EACCES);
}

/* On overlayfs, the mapping writes to the file below, which nobody asks. */
static void d44(const char *id, const char *text)
{
    int fd = make("new1", 0755);
    int want = on_overlay(judge.dir) ? 0 : EACCES;

    map_file("new1", PROT_READ | PROT_WRITE, MAP_SHARED);
    detach_exe();
    expect(id, text, want, want, fd);
}

static void d45(const char *id, const char *text)
{
    int fd = make("new1", 0755);

    detach_exe();
    map_file("new1", PROT_READ | PROT_WRITE, MAP_PRIVATE);
    expect_exe(id, text, fd, "new1");
}

static int install(void *fd)
{
    return way->install(*(int *)fd);
}

static void d46(const char *id, const char *text)
{
    int fd = make("new1", 0755);

    detach_exe();
    check_err(id, text, way->want(0), WEXITSTATUS(run_sharing(install, &fd)));
    exe_is(id, "exe in the parent", way->want(0) ?
           judge.self : path_of("new1"));
}

static const struct row {
    const char *number, *text;
    void (*fn)(const char *id, const char *text);
} rows[] = {
    { "01", "fd=-5", d01 },
    { "02", "fd not open", d02 },
    { "03", "O_PATH fd", d03 },
    { "04", "directory", d04 },
    { "05", "/dev/null", d05 },
    { "06", "pipe", d06 },
    { "07", "socket", d07 },
    { "08", "file without x bit, exe mapped", d08 },
    { "09", "file without x bit, exe unmapped", d09 },
    { "10", "fd of the current exe, mapped", d10 },
    { "11", "executable, exe mapped", d11 },
    { "12", "executable, exe unmapped", d12 },
    { "13", "fd opened O_RDWR", d13 },
    { "14", "another fd open O_WRONLY", d14 },
    { "15", "success, then open for writing", d15 },
    { "16", "memfd, read and write", d16 },
    { "17", "memfd opened anew read-only", d17 },
    { "18", "second of two changes", d18 },
    { "19", "second change, first file mapped", d19 },
    { "20", "same file again while mapped", d20 },
    { "21", "candidate is mapped itself", d21 },
    { "22", "old exe's inode mapped by a hard link", d22 },
    { "23", "old exe mapped PROT_NONE, shared, by another fd", d23 },
    { "24", "old exe renamed while mapped", d24 },
    { "25", "unlinked candidate", d25 },
    { "26", "then rename and unlink", d26 },
    { "27", "fd opened through a symbolic link", d27 },
    { "28", "old exe mapped through a bind mount", d28 },
    { "29", "file on a noexec mount", d29 },
    { "30", "writers, and old exe mapped", d30 },
    { "31", "the old file after a second change", d31 },
    { "32", "then fork", d32 },
    { "33", "set by another thread", d33 },
    { "34", "then execve", d34 },
    { "35", "then chroot", d35 },
    { "36", "O_CLOEXEC fd", d36 },
    { "37", "text file with x bit", d37 },
    { "38", "empty file with x bit", d38 },
    { "39", "setuid file", d39 },
    { "40", "fd with a high bit set", d40 },
    { "41", "/proc/self/status", d41 },
    { "42", "own file of mode 0745", d42 },
    { "43", "own file of mode 0544", d43 },
    { "44", "candidate mapped shared and writable, fd closed", d44 },
    { "45", "candidate mapped private and writable", d45 },
    { "46", "set by a vfork child", d46 },
};

static void run_row(const char *id, const void *arg)
{
    const struct row *row = arg;

    row->fn(id, row->text);
}

/* A map has 32 bits for the descriptor, and so has a long of some ABIs. */
static bool applies(const struct row *row)
{
    return row->fn != d40 || (way == &ways[0] && sizeof(long) == 8);
}

int main(int argc, char **argv)
{
    report_if_asked(argc, argv);
    begin(argc, argv);
    for (way = ways; way < ways + 2; way++) {
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            char id[8];

            snprintf(id, sizeof(id), "%s%.2s", way->prefix, rows[i].number);
            if (applies(&rows[i])) {
                run_case(id, run_row, &rows[i]);
            }
        }
    }
    return finish();
}
