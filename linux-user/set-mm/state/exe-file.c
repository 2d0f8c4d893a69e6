/*
 * The executable's identity, held as an open file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include "qemu/cutils.h"
#include "qemu/thread.h"
#include "qemu.h"
#include "set-mm/host/binfmt.h"
#include "set-mm/state/exe-file.h"
#include "set-mm/rules/exec-name.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/host/private-fd.h"
#include "set-mm/rules/same-file.h"

#ifndef AT_EXECVE_CHECK
#define AT_EXECVE_CHECK 0x10000
#endif

static struct {
    char *start_path;       /* of the program if there is no /proc, absolute */
    struct stat emulator;
    QemuMutex check_lock;   /* see ask_kernel() */
    int is_beside_emulator; /* 1: yes, -1: no, 0: not known */
    int emulator_is_busy;
} exe;

/* The magic link of any descriptor, from the host's /proc. */
typedef struct FdLink {
    char path[sizeof("self/fd/") + 3 * sizeof(int)];
} FdLink;

static FdLink fd_link(int fd)
{
    FdLink link;

    snprintf(link.path, sizeof(link.path), "self/fd/%d", fd);
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

void exe_file_init(const char *path)
{
    fork_safety_lock_init(&exe.check_lock, NULL);
    if (stat("/proc/self/exe", &exe.emulator) < 0) {
        exe.start_path = realpath(path, NULL);
    }
}

int exe_file_fd(void)
{
    return private_fd_exe();
}

bool exe_file_may_be_emulator(mode_t mode, off_t size, uint64_t inode)
{
    return inode == exe.emulator.st_ino ||
           ((mode & 0111) && size >= exe.emulator.st_size / 2);
}

/* Asked when it is needed, and again after each change. */
bool exe_file_is_beside_emulator(void)
{
    int known = qatomic_read(&exe.is_beside_emulator);
    struct stat st;

    if (!known && fstat(exe_file_fd(), &st) == 0) {
        known = st.st_dev == exe.emulator.st_dev ? 1 : -1;
        qatomic_set(&exe.is_beside_emulator, known);
    }
    return known > 0;
}

/* Who may not write anyway does not learn it. */
bool exe_file_emulator_is_busy(void)
{
    int known = qatomic_read(&exe.emulator_is_busy);
    int fd;

    if (!known) {
        fd = private_fd_openat(PRIVATE_FD_PROC, "self/exe", O_WRONLY);
        known = fd < 0 && errno == ETXTBSY ? 1 : -1;
        if (fd >= 0) {
            close(fd);
        }
        qatomic_set(&exe.emulator_is_busy, known);
    }
    return known > 0;
}

/*
 * Where there is no /proc; it may have been there at the start.  Returns: NULL
 * if the executable has no name here, as one that was reached from outside of
 * a chroot.
 */
static const char *path_without_proc(void)
{
    static __thread char path[PATH_MAX];

    return host_proc_fd_path(exe_file_fd(), path) ? path : exe.start_path;
}

const char *exe_file_path(int dirfd, const char *link)
{
    const char *path = link;
    char probe;

    if (readlinkat(dirfd, link, &probe, 1) < 0 && errno == ENOENT) {
        path = path_without_proc();
    }
    return path ?: link;
}

const char *exe_file_exec_path(int dirfd, const char *link, bool is_own,
                               char *buf)
{
    struct stat by_link, by_name;
    const char *path;

    if (!binfmt_opened() && read_link(dirfd, link, buf) &&
        fstatat(dirfd, link, &by_link, 0) == 0 && stat(buf, &by_name) == 0 &&
        same_file(&by_link, &by_name)) {
        return buf;
    }
    path = is_own ? exe_file_path(dirfd, link) : link;
    if (path != link || !exec_name_mark(link, buf, PATH_MAX)) {
        pstrcpy(buf, PATH_MAX, path);
    }
    return buf;
}

ssize_t exe_file_readlink(int dirfd, const char *link, bool is_own, char *buf,
                          size_t size)
{
    ssize_t len = readlinkat(dirfd, link, buf, size);

    if (len < 0 && errno == ENOENT && is_own) {
        const char *path = path_without_proc();

        if (!path) {
            errno = ENOENT;
            return -1;
        }
        len = MIN(strlen(path), size);
        memcpy(buf, path, len);
    }
    return len;
}

/* Returns: -1 with ETXTBSY or what forbids writing anyway. */
static int refuse_write(int dirfd, const char *link)
{
    if (faccessat(dirfd, exe_file_path(dirfd, link), W_OK, AT_EACCESS) == 0) {
        errno = ETXTBSY;
    }
    return -1;
}

bool exe_file_refuses_open(int dirfd, const char *link, int flags)
{
    bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC);

    if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) {
        errno = EEXIST;
        return true;
    }
    return writes && !(flags & (O_PATH | O_DIRECTORY)) &&
           refuse_write(dirfd, link) < 0;
}

int exe_file_truncate(int dirfd, const char *link)
{
    return refuse_write(dirfd, link);
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
           faccessat(private_fd(PRIVATE_FD_PROC), link.path, X_OK,
                     AT_EACCESS) == 0;
}

/* The path column of /proc/PID/maps writes a newline as \012. */
static char *escape_newlines(const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "\n", -1);

    return g_strjoinv("\\012", parts);
}

/* Is it a guest mapping of the inode by that path? */
static bool refers(const HostMapping *host, uint64_t inode, const char *path)
{
    return host->inode == inode && h2g_valid(host->start) &&
           page_get_flags(h2g_nocheck((void *)(uintptr_t)host->start)) &&
           strlen(path) == host->path_len &&
           !memcmp(host->path, path, host->path_len);
}

/*
 * "Refer" as in kernel/fork.c:replace_mm_exe_file(): by the same path, so that
 * a hard link or a bind mount of it does not count.
 */
static bool is_mapped(void)
{
    g_autofree char *maps = NULL;
    g_autofree char *path = NULL;
    const char *line;
    HostMapping host;
    char buf[PATH_MAX];
    struct stat st;
    size_t len;

    maps = host_proc_read("self/maps", &len);
    if (!maps || !host_proc_fd_path(exe_file_fd(), buf) ||
        fstat(exe_file_fd(), &st) < 0) {
        return false;
    }
    path = escape_newlines(buf);
    for (line = maps; host_mapping_parse(&line, &host);) {
        if (refers(&host, st.st_ino, path)) {
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

    return host_proc_fd_path(fd, buf) && g_str_has_prefix(buf, "/memfd:");
}

static bool probe_writers(int fd)
{
    FdLink link = fd_link(fd);
    int probe = private_fd_openat(PRIVATE_FD_PROC, link.path,
                                  O_RDONLY | O_NONBLOCK);
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

/*
 * Since Linux 6.14 the kernel tells in one call whether it would execute a
 * file: a regular one, not on a noexec mount, with permission, and without
 * writers, whoever they are.  Before, as far as a process can tell: a read
 * lease is refused while there are writers, but only the file's owner may ask
 * for one, and otherwise the descriptor's own access mode decides.
 *
 * While the kernel is at it, it refuses to make a thread (EAGAIN), as for any
 * execve(2).
 *
 * Returns: 0 or the host errno; ENOSYS if the kernel cannot be asked.
 */
static int ask_kernel(int fd)
{
    char *const none[] = { NULL };
    int ret;

    qemu_mutex_lock(&exe.check_lock);
    ret = syscall(__NR_execveat, fd, "", none, none,
                  AT_EMPTY_PATH | AT_EXECVE_CHECK);
    qemu_mutex_unlock(&exe.check_lock);
    if (ret == 0) {
        return 0;
    }
    return errno == EACCES || errno == ETXTBSY || errno == EBADF ? errno
                                                                 : ENOSYS;
}

static int check_file(int fd)
{
    struct stat st;

    if (fstat(fd, &st) < 0) {
        return -EBADF;
    }
    return S_ISREG(st.st_mode) && may_execute(fd) ? 0 : -EACCES;
}

int exe_file_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
                            void *(*fn)(void *), void *arg)
{
    int ret;

    qemu_mutex_lock(&exe.check_lock);
    ret = pthread_create(thread, attr, fn, arg);
    qemu_mutex_unlock(&exe.check_lock);
    return ret;
}

/* Returns: 0 or a negative host errno; *@has_writers is an error for later. */
static int check_candidate(int fd, bool *has_writers)
{
    int error = ask_kernel(fd);

    *has_writers = error == ETXTBSY;
    if (error == ENOSYS) {
        error = check_file(fd);
        *has_writers = !error && probe_writers(fd);
        return error;
    }
    return error == ETXTBSY ? 0 : -error;
}

static int judge_candidate(int fd, bool unless_mapped)
{
    bool has_writers;
    int error = check_candidate(fd, &has_writers);

    if (!error && unless_mapped && is_mapped()) {
        error = -EBUSY;
    }
    return !error && has_writers ? -EACCES : error;
}

int exe_file_replace(int fd, bool unless_mapped)
{
    int error = private_fd_begin_exe(fd);
    int end_error;

    if (!error) {
        error = judge_candidate(private_fd(PRIVATE_FD_CANDIDATE),
                                unless_mapped);
        end_error = private_fd_end_exe(!error);
        qatomic_set(&exe.is_beside_emulator, 0);
        error = error ?: end_error;
    }
    return error;
}
