/*
 * The executable's identity, held as an open file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/syscall.h>
#include "qemu/cutils.h"
#include "qemu.h"
#include "exe-file.h"
#include "private-fd.h"

static struct {
    int fd;
    char *start_path;   /* absolute, of the program that was started */
} exe = { .fd = -1 };

/* The magic link of any descriptor. */
typedef struct FdLink {
    char path[sizeof("/proc/self/fd/") + 3 * sizeof(int)];
} FdLink;

static FdLink fd_link(int fd)
{
    FdLink link;

    snprintf(link.path, sizeof(link.path), "/proc/self/fd/%d", fd);
    return link;
}

/* readlinkat(2) into PATH_MAX bytes, with a NUL. */
static bool read_link(int dirfd, const char *link, char *buf)
{
    ssize_t len = readlinkat(dirfd, link, buf, PATH_MAX - 1);

    if (len < 0) {
        return false;
    }
    buf[len] = '\0';
    return true;
}

static bool read_fd_link(int fd, char *buf)
{
    return read_link(AT_FDCWD, fd_link(fd).path, buf);
}

void exe_file_init(int fd, const char *path)
{
    exe.fd = private_fd_dup(fd);
    exe.start_path = realpath(path, NULL);
    if (!exe.start_path) {
        exe.start_path = strdup(path);
    }
}

int exe_file_fd(void)
{
    return qatomic_read(&exe.fd);
}

const char *exe_file_path(int dirfd, const char *link)
{
    char probe;

    return readlinkat(dirfd, link, &probe, 1) < 0 ? exe.start_path : link;
}

const char *exe_file_exec_path(int dirfd, const char *link, char *buf)
{
    struct stat by_link, by_name;

    if (read_link(dirfd, link, buf) && fstatat(dirfd, link, &by_link, 0) == 0 &&
        stat(buf, &by_name) == 0 && by_link.st_dev == by_name.st_dev &&
        by_link.st_ino == by_name.st_ino) {
        return buf;
    }
    return exe_file_path(dirfd, link);
}

ssize_t exe_file_readlink(int dirfd, const char *link, char *buf, size_t size)
{
    ssize_t len = readlinkat(dirfd, link, buf, size);

    if (len < 0 && errno == ENOENT) {
        len = MIN(strlen(exe.start_path), size);
        memcpy(buf, exe.start_path, len);
    }
    return len;
}

int exe_file_open(int dirfd, const char *link, int flags, mode_t mode)
{
    bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC);
    const char *path = exe_file_path(dirfd, link);

    if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) {
        errno = EEXIST;
        return -1;
    }
    if (writes && !(flags & (O_PATH | O_DIRECTORY))) {
        if (faccessat(dirfd, path, W_OK, AT_EACCESS) == 0) {
            errno = ETXTBSY;
        }
        return -1;
    }
    return openat(dirfd, path, flags, mode);
}

/*
 * By descriptor, so that it works without /proc; with the effective ids, as
 * the kernel looks at the caller's fs credentials.  A noexec mount refuses.
 */
static bool may_execute(int fd)
{
    FdLink link = fd_link(fd);

    if (syscall(__NR_faccessat2, fd, "", X_OK,
                AT_EACCESS | AT_EMPTY_PATH) == 0) {
        return true;
    }
    /* Linux before 5.8, or a seccomp filter that does not know the call. */
    return (errno == ENOSYS || errno == EPERM) &&
           faccessat(AT_FDCWD, link.path, X_OK, AT_EACCESS) == 0;
}

int exe_file_check(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    struct stat st;

    if (flags < 0 || (flags & O_PATH) || fd == exe_file_fd() ||
        fstat(fd, &st) < 0) {
        return -EBADF;
    }
    return S_ISREG(st.st_mode) && may_execute(fd) ? 0 : -EACCES;
}

/* The path column of /proc/PID/maps writes a newline as \012. */
static char *escape_newlines(const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "\n", -1);

    return g_strjoinv("\\012", parts);
}

/* One line of the host's maps: is it a guest mapping of inode and path? */
static bool line_refers(const char *line, uint64_t inode, const char *path)
{
    unsigned long start;
    unsigned long long line_inode;
    int name = 0;

    return sscanf(line, "%lx-%*x %*s %*x %*x:%*x %llu %n",
                  &start, &line_inode, &name) == 2 &&
           line_inode == inode && h2g_valid(start) &&
           page_get_flags(h2g_nocheck((void *)start)) &&
           !strcmp(line + name, path);
}

bool exe_file_is_mapped(void)
{
    g_autofree char *maps = NULL;
    g_autofree char *path = NULL;
    g_auto(GStrv) lines = NULL;
    char buf[PATH_MAX];
    struct stat st;

    if (!read_fd_link(exe_file_fd(), buf) ||
        fstat(exe_file_fd(), &st) < 0 ||
        !g_file_get_contents("/proc/self/maps", &maps, NULL, NULL)) {
        return false;
    }
    path = escape_newlines(buf);
    lines = g_strsplit(maps, "\n", -1);
    for (char **line = lines; *line; line++) {
        if (line_refers(*line, st.st_ino, path)) {
            return true;
        }
    }
    return false;
}

/*
 * Breaking a lease sends a signal.  Whoever opens the file for writing just
 * now must not kill the guest with a SIGIO, so the signal is made SIGURG,
 * for this thread, blocked, and taken back.
 */
static int probe_lease(int fd)
{
    struct f_owner_ex self = { F_OWNER_TID, syscall(__NR_gettid) };
    struct timespec now = { 0 };
    siginfo_t info;
    sigset_t urg, old;
    int ret;

    sigemptyset(&urg);
    sigaddset(&urg, SIGURG);
    pthread_sigmask(SIG_BLOCK, &urg, &old);
    fcntl(fd, F_SETOWN_EX, &self);
    fcntl(fd, F_SETSIG, SIGURG);
    ret = fcntl(fd, F_SETLEASE, F_RDLCK) < 0 ? errno : 0;
    if (!ret) {
        fcntl(fd, F_SETLEASE, F_UNLCK);
        if (sigtimedwait(&urg, &info, &now) == SIGURG && info.si_fd != fd) {
            /* Not ours: put it back for the guest. */
            syscall(__NR_rt_tgsigqueueinfo, getpid(), self.pid, SIGURG,
                    &info);
        }
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return ret;
}

/* Does a memfd's first descriptor count?  Not as a writer of its inode. */
static bool is_memfd(int fd)
{
    char buf[PATH_MAX];

    return read_fd_link(fd, buf) && g_str_has_prefix(buf, "/memfd:");
}

bool exe_file_has_writers(int fd)
{
    FdLink link = fd_link(fd);
    int probe = open(link.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    int ret = EACCES;

    if (probe >= 0) {
        ret = probe_lease(probe);
        close(probe);
    }
    if (ret == 0 || ret == EAGAIN) {
        return ret == EAGAIN;
    }
    return (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY && !is_memfd(fd);
}

int exe_file_replace(int fd)
{
    int old = exe_file_fd();
    int moved;

    if (old >= 0 && dup3(fd, old, O_CLOEXEC) == old) {
        return 0;
    }
    /* The number lies above a limit that the guest has lowered since. */
    moved = private_fd_dup(fd);
    if (moved < 0) {
        return -errno;
    }
    old = qatomic_xchg(&exe.fd, moved);
    if (old >= 0) {
        close(old);
    }
    return 0;
}
