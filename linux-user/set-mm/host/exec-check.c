/*
 * Would the host's kernel execute a file?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/syscall.h>
#include "qemu/thread.h"
#include "set-mm/host/exec-check.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/host/own-table.h"

#ifndef AT_EXECVE_CHECK
#define AT_EXECVE_CHECK 0x10000
#endif

/* See ask_kernel(). */
static QemuMutex check_lock;

/* As *at() calls want it. */
typedef struct ExecFile {
    int fd;                 /* the guest's */
    const char *path;       /* in the keeper's table */
    int at;
    const char *name;
    int flags;
} ExecFile;

void exec_check_init(void)
{
    fork_safety_lock_init(&check_lock, NULL);
}

/* Does a memfd's first descriptor count?  Not as a writer of its inode. */
static bool is_memfd(int fd)
{
    char buf[PATH_MAX];

    return host_proc_fd_path(fd, buf) && g_str_has_prefix(buf, "/memfd:");
}

/*
 * Breaking a lease sends a signal to the keeper, which has all blocked.
 *
 * Returns: 0 or a negative errno; -EAGAIN if there are writers.
 */
static long probe_lease(void *opaque)
{
    int fd = open(opaque, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct f_owner_ex self = { F_OWNER_TID, own_table_thread() };
    int ret;

    if (fd < 0) {
        return -EACCES;
    }
    fcntl(fd, F_SETOWN_EX, &self);
    ret = fcntl(fd, F_SETLEASE, F_RDLCK) < 0 ? -errno : 0;
    close(fd);
    return ret;
}

static bool probe_writers(const ExecFile *file)
{
    long ret = own_table_call(probe_lease, (void *)file->path);

    if (ret == 0 || ret == -EAGAIN) {
        return ret == -EAGAIN;
    }
    return (fcntl(file->fd, F_GETFL) & O_ACCMODE) != O_RDONLY &&
           !is_memfd(file->fd);
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
static int ask_kernel(const ExecFile *file)
{
    char *const none[] = { NULL };
    int ret;

    qemu_mutex_lock(&check_lock);
    ret = syscall(__NR_execveat, file->at, file->name, none, none,
                  file->flags | AT_EXECVE_CHECK);
    qemu_mutex_unlock(&check_lock);
    if (ret == 0) {
        return 0;
    }
    return errno == EACCES || errno == ETXTBSY || errno == EBADF ? errno
                                                                 : ENOSYS;
}

/*
 * With the effective ids, as the kernel looks at the caller's fs credentials.
 * A noexec mount refuses.  Linux before 5.8, and filters that do not know it,
 * have no faccessat2(2), which an empty path needs.
 */
static bool may_execute(const ExecFile *file)
{
    if (!file->flags) {
        return faccessat(file->at, file->name, X_OK, AT_EACCESS) == 0;
    }
    return syscall(__NR_faccessat2, file->at, file->name, X_OK,
                   AT_EACCESS | file->flags) == 0;
}

static int look_at(const ExecFile *file)
{
    struct stat st;

    if (fstatat(file->at, file->name, &st, file->flags) < 0) {
        return -EBADF;
    }
    return S_ISREG(st.st_mode) && may_execute(file) ? 0 : -EACCES;
}

int exec_check_file(const char *path, int fd, bool *has_writers)
{
    ExecFile file = { fd, path, AT_FDCWD, path, 0 };
    int error;

    if (faccessat(AT_FDCWD, path, F_OK, 0) < 0 && errno == ENOENT) {
        file.at = fd;
        file.name = "";
        file.flags = AT_EMPTY_PATH;
    }
    error = ask_kernel(&file);
    *has_writers = error == ETXTBSY;
    if (error == ENOSYS) {
        error = look_at(&file);
        *has_writers = !error && probe_writers(&file);
        return error;
    }
    return error == ETXTBSY ? 0 : -error;
}

int exec_check_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
                              void *(*fn)(void *), void *arg)
{
    int ret;

    qemu_mutex_lock(&check_lock);
    ret = pthread_create(thread, attr, fn, arg);
    qemu_mutex_unlock(&check_lock);
    return ret;
}
