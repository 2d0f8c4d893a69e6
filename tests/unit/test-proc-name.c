/*
 * Which entry of /proc does a path mean?  Asked of the host's own /proc.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "set-mm/rules/proc-name.h"

static pid_t number_of_procfs(char *number, size_t size)
{
    ssize_t len = readlink("/proc/self", number, size - 1);

    number[len > 0 ? len : 0] = '\0';
    return len > 0 ? getpid() : 0;
}

static const struct {
    const char *name;
    ProcEntry entry;
} entries[] = {
    { "exe", PROC_ENTRY_EXE },
    { "cmdline", PROC_ENTRY_CMDLINE },
    { "environ", PROC_ENTRY_ENVIRON },
    { "auxv", PROC_ENTRY_AUXV },
    { "stat", PROC_ENTRY_STAT },
    { "statm", PROC_ENTRY_STATM },
    { "status", PROC_ENTRY_STATUS },
    { "maps", PROC_ENTRY_MAPS },
    { "smaps", PROC_ENTRY_SMAPS },
    { "limits", PROC_ENTRY_LIMITS },
    { "timers", PROC_ENTRY_TIMERS },
    { "smaps_rollup", PROC_ENTRY_SMAPS_ROLLUP },
    { "numa_maps", PROC_ENTRY_NUMA_MAPS },
    { "mem", PROC_ENTRY_MEM },
    { "pagemap", PROC_ENTRY_PAGEMAP },
    { "map_files", PROC_ENTRY_MAP_FILES },
    { "fdinfo/0", PROC_ENTRY_FDINFO },
    { "fdinfo/", PROC_ENTRY_NONE },
    { "fdinfo/x", PROC_ENTRY_NONE },
    { "info/0", PROC_ENTRY_NONE },
    { "memory", PROC_ENTRY_NONE },
    { "ex", PROC_ENTRY_NONE },
    { "exes", PROC_ENTRY_NONE },
    { "exe/", PROC_ENTRY_NONE },
    { "", PROC_ENTRY_NONE },
};

static void check_directory(int dirfd, const char *dir, bool ours)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(entries); i++) {
        g_autofree char *path = g_strconcat(dir, entries[i].name, NULL);
        ProcName name;

        errno = 123;
        name = proc_name_find(dirfd, path);
        g_assert_cmpint(errno, ==, 123);
        g_assert_cmpint(name.entry, ==,
                        ours ? entries[i].entry : PROC_ENTRY_NONE);
        if (name.entry != PROC_ENTRY_NONE) {
            g_assert_cmpint(name.dir_len, ==, strlen(dir));
        }
    }
}

static void test_absolute(void)
{
    g_autofree char *pid = g_strdup_printf("/proc/%d/", getpid());
    g_autofree char *tid = g_strdup_printf("/proc/self/task/%d/", getpid());
    g_autofree char *both = g_strdup_printf("/proc/%d/task/%d/", getpid(),
                                            getpid());

    check_directory(AT_FDCWD, "/proc/self/", true);
    check_directory(AT_FDCWD, "/proc/thread-self/", true);
    check_directory(AT_FDCWD, "//proc/.//self/../self/./", true);
    check_directory(AT_FDCWD, pid, true);
    check_directory(AT_FDCWD, tid, true);
    check_directory(AT_FDCWD, both, true);
}

static void test_others(void)
{
    g_autofree char *parent = g_strdup_printf("/proc/%d/", getppid());
    g_autofree char *digit = g_strdup_printf("/proc/%d0/", getpid());
    g_autofree char *zero = g_strdup_printf("/proc/0%d/", getpid());

    check_directory(AT_FDCWD, "/", false);
    check_directory(AT_FDCWD, "/proc/", false);
    check_directory(AT_FDCWD, "/proc/1/", false);
    check_directory(AT_FDCWD, "/proc/self/fd/", false);
    check_directory(AT_FDCWD, "/proc/self/net/", false);
    check_directory(AT_FDCWD, "/proc/self/task/", false);
    check_directory(AT_FDCWD, "/proc/sys/kernel/", false);
    check_directory(AT_FDCWD, "/tmp/proc/self/", false);
    check_directory(AT_FDCWD, parent, false);
    check_directory(AT_FDCWD, digit, false);
    check_directory(AT_FDCWD, zero, false);
}

static void test_relative(void)
{
    int proc = open("/proc", O_PATH | O_DIRECTORY);
    int self = open("/proc/self", O_RDONLY | O_DIRECTORY);
    int cwd = open(".", O_PATH | O_DIRECTORY);

    check_directory(proc, "self/", true);
    check_directory(proc, "./thread-self/", true);
    check_directory(proc, "", false);
    check_directory(self, "", true);
    check_directory(self, "./", true);
    check_directory(self, "../", false);
    check_directory(-1, "", false);
    check_directory(AT_FDCWD, "self/", false);
    g_assert_cmpint(chdir("/proc"), ==, 0);
    check_directory(AT_FDCWD, "self/", true);
    g_assert_cmpint(chdir("/proc/self"), ==, 0);
    check_directory(AT_FDCWD, "", true);
    g_assert_cmpint(fchdir(cwd), ==, 0);
    close(proc);
    close(self);
    close(cwd);
}

static void test_through_link(void)
{
    g_autofree char *tmp = g_dir_make_tmp("proc-name-XXXXXX", NULL);
    g_autofree char *link = g_build_filename(tmp, "link", NULL);
    g_autofree char *dir = g_strconcat(link, "/", NULL);

    g_assert_cmpint(symlink("/proc/self", link), ==, 0);
    check_directory(AT_FDCWD, dir, true);
    unlink(link);
    rmdir(tmp);
}

static void test_inherited_directory(void)
{
    int self = open("/proc/self", O_PATH | O_DIRECTORY);
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        /* The parent's directory is not the child's. */
        check_directory(self, "", false);
        _exit(0);
    }
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_cmpint(status, ==, 0);
    close(self);
}

static void *in_thread(void *arg)
{
    g_autofree char *other = g_strdup_printf("/proc/self/task/%d/", getpid());
    g_autofree char *tid = g_strdup_printf("/proc/%ld/", syscall(SYS_gettid));

    check_directory(AT_FDCWD, "/proc/self/", true);
    check_directory(AT_FDCWD, "/proc/thread-self/", true);
    check_directory(AT_FDCWD, other, true);
    /* /proc/TID is hidden but there, with an inode of its own. */
    check_directory(AT_FDCWD, tid, true);
    return arg;
}

static void test_thread(void)
{
    pthread_t thread;

    g_assert_cmpint(pthread_create(&thread, NULL, in_thread, NULL), ==, 0);
    pthread_join(thread, NULL);
}

/* Of open files, as the kernel names them. */
static void check_file(const char *path, ProcEntry want)
{
    ProcName name;
    struct stat st;
    bool ours;

    g_assert_cmpint(stat("/proc", &st), ==, 0);
    errno = 123;
    ours = proc_name_of_file(path, st.st_dev, &name);
    g_assert_cmpint(errno, ==, 123);
    g_assert_cmpint(ours, ==, want != PROC_ENTRY_NONE);
    if (ours) {
        g_assert_cmpint(name.entry, ==, want);
    }
}

static void test_open_file(void)
{
    g_autofree char *stat = g_strdup_printf("/proc/%d/stat", getpid());
    g_autofree char *task = g_strdup_printf("/proc/%d/task/%d/status",
                                            getpid(), getpid());

    check_file(stat, PROC_ENTRY_STAT);
    check_file(task, PROC_ENTRY_STATUS);
    check_file("/proc/1/stat", PROC_ENTRY_NONE);
    check_file("/proc/1/task/1/stat", PROC_ENTRY_NONE);
    check_file("/proc/meminfo", PROC_ENTRY_NONE);
    check_file("/etc/passwd", PROC_ENTRY_NONE);
}

/* The kernel names what lies outside of a chroot by a path from outside. */
static void test_open_file_elsewhere(void)
{
    g_autofree char *stat_ = g_strdup_printf("/a/b/%d/stat", getpid());
    g_autofree char *task = g_strdup_printf("/%d/task/%d/maps", getpid(),
                                            getpid());
    ProcName name;
    struct stat st;

    g_assert_cmpint(stat("/proc", &st), ==, 0);
    proc_name_init(st.st_dev, number_of_procfs);
    g_assert_true(proc_name_of_file(stat_, st.st_dev, &name));
    g_assert_true(proc_name_of_file(task, st.st_dev, &name));
    g_assert_false(proc_name_of_file("stat", st.st_dev, &name));
    g_assert_false(proc_name_of_file("/a/b/1/stat", st.st_dev, &name));
    proc_name_init(0, NULL);
    g_assert_false(proc_name_of_file(stat_, st.st_dev, &name));
}

static void check_next(const char *path, const char *want)
{
    char next[PATH_MAX] = "";
    bool found;

    errno = 123;
    found = proc_name_next_link(AT_FDCWD, path, next);
    g_assert_cmpint(errno, ==, 123);
    g_assert_cmpint(found, ==, want != NULL);
    if (want) {
        g_assert_cmpstr(next, ==, want);
    }
}

static void test_next_link(void)
{
    g_autofree char *tmp = g_dir_make_tmp("proc-name-XXXXXX", NULL);
    g_autofree char *absolute = g_build_filename(tmp, "absolute", NULL);
    g_autofree char *relative = g_build_filename(tmp, "relative", NULL);
    g_autofree char *want = g_strconcat(tmp, "/../x/exe", NULL);

    g_assert_cmpint(symlink("/proc/self/exe", absolute), ==, 0);
    g_assert_cmpint(symlink("../x/exe", relative), ==, 0);
    check_next(absolute, "/proc/self/exe");
    check_next(relative, want);
    check_next(tmp, NULL);
    check_next("/nonexistent", NULL);
    /* Magic links lead to files, not to names. */
    check_next("/proc/self/exe", NULL);
    check_next("/proc/self/cwd", NULL);
    unlink(absolute);
    unlink(relative);
    rmdir(tmp);
}

static void test_long(void)
{
    g_autofree char *fill = g_strnfill(5000, '/');
    g_autofree char *path = g_strconcat("/proc/self", fill, "exe", NULL);

    g_assert_cmpint(proc_name_find(AT_FDCWD, path).entry, ==,
                    PROC_ENTRY_NONE);
}

/* The answers are the same whether the procfs is known or not. */
static void with_known(gconstpointer arg)
{
    void (*test)(void) = (void (*)(void))arg;
    struct stat st;

    g_assert_cmpint(stat("/proc", &st), ==, 0);
    proc_name_init(st.st_dev, number_of_procfs);
    test();
    proc_name_init(0, NULL);
    test();
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*fn)(void);
    } tests[] = {
        { "/absolute", test_absolute },
        { "/others", test_others },
        { "/relative", test_relative },
        { "/through-link", test_through_link },
        { "/inherited-directory", test_inherited_directory },
        { "/thread", test_thread },
        { "/open-file", test_open_file },
        { "/open-file-elsewhere", test_open_file_elsewhere },
        { "/next-link", test_next_link },
        { "/long", test_long },
    };

    g_test_init(&argc, &argv, NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_test_add_data_func(tests[i].name, tests[i].fn, with_known);
    }
    return g_test_run();
}
