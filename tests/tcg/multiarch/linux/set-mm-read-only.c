/*
 * A /proc that is mounted read-only: its links lead to what can be written
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <sched.h>
#include <sys/mount.h>

static char file[PATH_MAX + 64];
static char by_fd[64], link_to_it[PATH_MAX + 64];

static unsigned mode_of_file(void)
{
    struct stat st;

    return stat(file, &st) == 0 ? st.st_mode & 07777 : 0;
}

static int mount_read_only(void)
{
    const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY;

    /* Only root may have a mount namespace without a user namespace. */
    if (unshare(CLONE_NEWNS) && unshare(CLONE_NEWUSER | CLONE_NEWNS)) {
        return -1;
    }
    return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
           mount("/proc", "/proc", NULL, MS_BIND | MS_REC, NULL) ||
           mount(NULL, "/proc", NULL, MS_REMOUNT | MS_BIND | flags, NULL)
           ? -1 : 0;
}

static void changes(const char *id, const void *arg)
{
    struct timespec times[2] = { { .tv_sec = 1000 }, { .tv_sec = 2000 } };
    struct stat st;
    int fd;

    (void)arg;
    in_dir(file, sizeof(file), "file");
    in_dir(link_to_it, sizeof(link_to_it), "link");
    fd = open(file, O_RDWR | O_CREAT, 0600);
    check_true(id, "a file", fd >= 0);
    if (mount_read_only()) {
        skip(id, "/proc read-only", "this machine allows no mounts");
        return;
    }
    snprintf(by_fd, sizeof(by_fd), "/proc/self/fd/%d", fd);
    check_err(id, "chmod", 0, err_of(chmod(by_fd, 0640)));
    check_num(id, "its mode", 0640, mode_of_file());
    check_err(id, "fchmodat", 0, err_of(fchmodat(AT_FDCWD, by_fd, 0644, 0)));
    check_num(id, "its mode then", 0644, mode_of_file());
    check_err(id, "a link to the link", 0, err_of(symlink(by_fd, link_to_it)));
    check_err(id, "chmod by that", 0, err_of(chmod(link_to_it, 0600)));
    check_num(id, "its mode at last", 0600, mode_of_file());
    check_err(id, "chown", 0, err_of(chown(by_fd, -1, -1)));
    check_err(id, "utimensat", 0, err_of(utimensat(AT_FDCWD, by_fd, times, 0)));
    check_num(id, "its time", 2000, stat(file, &st) ? 0 : st.st_mtime);
    check_err(id, "truncate", 0, err_of(truncate(by_fd, 10)));
    check_num(id, "its size", 10, stat(file, &st) ? 0 : st.st_size);
    check_err(id, "access", 0, err_of(access(by_fd, W_OK)));
    fd = open(by_fd, O_RDWR);
    check_true(id, "open to write", fd >= 0);
    check_err(id, "chmod of an entry", EROFS, err_of(chmod("/proc/self/comm",
                                                           0600)));
    check_err(id, "access to an entry", EROFS, err_of(access("/proc/self/comm",
                                                             W_OK)));
    fd = open("/proc/self/comm", O_WRONLY);
    check_err(id, "open of an entry to write", EROFS, err_of(fd));
}

static void executable(const char *id, const void *arg)
{
    char link[PATH_MAX];
    struct stat st;
    bool is_owner = geteuid() == 0 || (stat(judge.self, &st) == 0 &&
                                       st.st_uid == geteuid());

    (void)arg;
    if (mount_read_only()) {
        skip(id, "/proc read-only", "this machine allows no mounts");
        return;
    }
    check_str(id, "exe", judge.self, read_link("/proc/self/exe", link,
                                               sizeof(link)));
    check_err(id, "access to exe", 0, err_of(access("/proc/self/exe", X_OK)));
    check_err(id, "chmod of exe", is_owner ? 0 : EPERM,
              err_of(chmod("/proc/self/exe", 0755)));
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    run_case("O01", changes, NULL);
    run_case("O02", executable, NULL);
    return finish();
}
