/*
 * Which entry of /proc does a path mean?  Asked of the host's own /proc.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "proc-name.h"

static const struct {
    const char *name;
    ProcEntry entry;
} entries[] = {
    { "exe", PROC_ENTRY_EXE },
    { "cmdline", PROC_ENTRY_CMDLINE },
    { "environ", PROC_ENTRY_ENVIRON },
    { "auxv", PROC_ENTRY_AUXV },
    { "stat", PROC_ENTRY_STAT },
    { "status", PROC_ENTRY_NONE },
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

    g_assert_cmpint(proc_name_find(AT_FDCWD, NULL).entry, ==,
                    PROC_ENTRY_NONE);
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
    /* /proc/TID of another thread is hidden but there, with its own inode. */
    g_assert_cmpint(proc_name_find(AT_FDCWD, tid).entry, ==, PROC_ENTRY_NONE);
    return arg;
}

static void test_thread(void)
{
    pthread_t thread;

    g_assert_cmpint(pthread_create(&thread, NULL, in_thread, NULL), ==, 0);
    pthread_join(thread, NULL);
}

static void test_long(void)
{
    g_autofree char *fill = g_strnfill(5000, '/');
    g_autofree char *path = g_strconcat("/proc/self", fill, "exe", NULL);

    g_assert_cmpint(proc_name_find(AT_FDCWD, path).entry, ==,
                    PROC_ENTRY_NONE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/absolute", test_absolute);
    g_test_add_func("/others", test_others);
    g_test_add_func("/relative", test_relative);
    g_test_add_func("/through-link", test_through_link);
    g_test_add_func("/inherited-directory", test_inherited_directory);
    g_test_add_func("/thread", test_thread);
    g_test_add_func("/long", test_long);
    return g_test_run();
}
