/*
 * What QEMU's path-taking system calls ask before they go to the host
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include "qemu/cutils.h"
#include "qemu/path.h"
#include "qemu/thread.h"
#include "qemu.h"
#include "exe-file.h"
#include "guest-path.h"
#include "guest-rlimit.h"
#include "host-proc.h"
#include "private-fd.h"
#include "proc-name.h"

/* Of Linux 6.6, later than many a C library's headers. */
enum { NR_FCHMODAT2 = 452 };

/* QEMU's own lock of path() is not made anew in a forked child. */
static QemuMutex prefix_lock;
static bool has_prefix;

static void before_fork(void)
{
    qemu_mutex_lock(&prefix_lock);
}

static void after_fork_parent(void)
{
    qemu_mutex_unlock(&prefix_lock);
}

static void after_fork_child(void)
{
    qemu_mutex_init(&prefix_lock);
}

void guest_path_init(void)
{
    qemu_mutex_init(&prefix_lock);
    pthread_atfork(before_fork, after_fork_parent, after_fork_child);
    /* Where the directory itself is missing nothing will be found below. */
    has_prefix = strcmp(path("/"), "/");
}

const char *guest_prefixed(const char *name)
{
    if (!has_prefix || !name || *name != '/') {
        return name;
    }
    qemu_mutex_lock(&prefix_lock);
    name = path(name);
    qemu_mutex_unlock(&prefix_lock);
    return name;
}

/* The kernel's limit of links in one path. */
enum { MAX_LINKS = 40 };

/* A path to an entry of ours, with another last component. */
typedef struct EntryPath {
    char path[PATH_MAX + 64];
} EntryPath;

static __thread char exec_buf[PATH_MAX];

/* mount(2) has two paths. */
static EntryPath *next_path(void)
{
    static __thread EntryPath paths[2];
    static __thread unsigned next;

    return &paths[next++ % 2];
}

/*
 * The thread that has installed the file may have a table of descriptors of
 * its own, and the path may be one by a thread.
 */
static void make_exe_link(EntryPath *link, int dirfd, const char *path,
                          ProcName name)
{
    pid_t owner = private_fd_owner();
    char task[sizeof("task/") + 3 * sizeof(pid_t)] = "";
    int fd = exe_file_fd();

    if (owner) {
        snprintf(task, sizeof(task), "task/%d/", owner);
        snprintf(link->path, sizeof(link->path), "%.*s%sfd/%d", name.dir_len,
                 path, task, fd);
        if (faccessat(dirfd, link->path, F_OK, 0) < 0) {
            snprintf(link->path, sizeof(link->path), "%.*s../../%sfd/%d",
                     name.dir_len, path, task, fd);
        }
        if (faccessat(dirfd, link->path, F_OK, 0) == 0) {
            return;
        }
    }
    snprintf(link->path, sizeof(link->path), "%.*sfd/%d", name.dir_len, path,
             fd);
}

/* No name of procfs begins so; the kernel says ENOENT. */
static const char *path_to_nothing(const char *path, ProcName name)
{
    EntryPath *nothing = next_path();

    snprintf(nothing->path, sizeof(nothing->path), "%.*s-", name.dir_len,
             path);
    return nothing->path;
}

/*
 * Nearly every path of the guest is told by its last letter that it is none of
 * those that concern a path: exe, and the number of a descriptor of ours.
 */
static bool is_candidate(const char *path, ProcName *name)
{
    size_t len = strlen(path);
    char last = len ? path[len - 1] : '\0';

    name->entry = PROC_ENTRY_NONE;
    if (last != 'e' && !g_ascii_isdigit(last)) {
        return false;
    }
    *name = proc_name_guess(path);
    return name->entry == PROC_ENTRY_EXE ||
           (name->entry == PROC_ENTRY_NUMBER && private_fd_is(name->number));
}

/* What the path itself names, links at its end not followed. */
static ProcEntry find_entry(int dirfd, const char *path, ProcName *name)
{
    return is_candidate(path, name) && proc_name_is_own(dirfd, path, *name)
           ? name->entry : PROC_ENTRY_NONE;
}

/*
 * What it leads to.
 * @buf: PATH_MAX bytes; @path may point there afterwards
 */
static ProcEntry follow_links(int dirfd, const char **path, char *buf,
                              ProcName *name)
{
    char next[PATH_MAX];
    ProcEntry entry;

    for (int links = 0; links < MAX_LINKS; links++) {
        entry = find_entry(dirfd, *path, name);
        if (entry != PROC_ENTRY_NONE ||
            !proc_name_next_link(dirfd, *path, next)) {
            return entry;
        }
        pstrcpy(buf, PATH_MAX, next);
        *path = buf;
    }
    return PROC_ENTRY_NONE;
}

/* The path for the host, if it is not @path. */
static const char *entry_for_host(int dirfd, ProcEntry entry,
                                  const char *path, ProcName name)
{
    EntryPath *link;

    if (entry == PROC_ENTRY_NUMBER) {
        return path_to_nothing(path, name);
    }
    link = next_path();
    make_exe_link(link, dirfd, path, name);
    return exe_file_path(dirfd, link->path);
}

static const char *path_for_host(int dirfd, const char *path, bool follow)
{
    const char *at = path;
    char buf[PATH_MAX];
    ProcEntry entry;
    ProcName name;

    if (!path) {
        return NULL;
    }
    if (follow) {
        entry = follow_links(dirfd, &at, buf, &name);
    } else {
        entry = find_entry(dirfd, at, &name);
        if (entry == PROC_ENTRY_EXE) {
            /* The link itself is the host's. */
            return path;
        }
    }
    return entry == PROC_ENTRY_NONE ? path
                                    : entry_for_host(dirfd, entry, at, name);
}

const char *guest_path(int dirfd, const char *path, int flags)
{
    return path_for_host(dirfd, path, !(flags & AT_SYMLINK_NOFOLLOW));
}

const char *guest_path_followed(int dirfd, const char *path, int flags)
{
    return path_for_host(dirfd, path, flags & AT_SYMLINK_FOLLOW);
}

const char *guest_path_watched(const char *path, uint32_t mask)
{
    return path_for_host(AT_FDCWD, path, !(mask & IN_DONT_FOLLOW));
}

const char *guest_path_unmounted(const char *path, int flags)
{
    return path_for_host(AT_FDCWD, path, !(flags & UMOUNT_NOFOLLOW));
}

const char *guest_path_opened(int dirfd, const char *path, bool *is_exe)
{
    ProcName name;
    ProcEntry entry = find_entry(dirfd, path, &name);

    *is_exe = entry == PROC_ENTRY_EXE;
    return entry == PROC_ENTRY_NONE ? path
                                    : entry_for_host(dirfd, entry, path, name);
}

bool guest_path_is_exe(int dirfd, const char **path)
{
    const char *at = *path;
    char buf[PATH_MAX];
    ProcName name;

    if (!at || follow_links(dirfd, &at, buf, &name) != PROC_ENTRY_EXE) {
        return false;
    }
    *path = entry_for_host(dirfd, PROC_ENTRY_EXE, at, name);
    return true;
}

static __thread bool exec_prepared;

const char *guest_exec_path(int dirfd, const char *path, int flags)
{
    const char *at = path;
    char buf[PATH_MAX];
    EntryPath link;
    ProcName name;

    /* Whoever searches PATH executes many names that are not there. */
    if (*path && faccessat(dirfd, path, F_OK, AT_EACCESS) < 0) {
        return path;
    }
    guest_rlimit_before_exec();
    exec_prepared = true;
    if ((flags & AT_SYMLINK_NOFOLLOW) ||
        follow_links(dirfd, &at, buf, &name) != PROC_ENTRY_EXE) {
        return path;
    }
    make_exe_link(&link, dirfd, at, name);
    return exe_file_exec_path(dirfd, link.path, exec_buf);
}

int guest_exec_failed(int ret)
{
    if (exec_prepared) {
        exec_prepared = false;
        guest_rlimit_after_exec();
    }
    return ret;
}

/* --- Calls whose answer says what was reached ----------------------------- */

static bool is_emulator(const struct stat *st)
{
    return exe_file_is_emulator(major(st->st_dev), minor(st->st_dev),
                                st->st_ino);
}

/*
 * Linux 6.2 and later give the number of open descriptors as the size of
 * /proc/PID/fd.
 */
static bool may_be_fd_dir(mode_t mode, unsigned major, off_t size)
{
    return S_ISDIR(mode) && major == 0 && size >= NR_PRIVATE_FDS &&
           (mode & 07777) == 0500;
}

static off_t visible_fds(off_t size)
{
    for (int i = 0; i < NR_PRIVATE_FDS; i++) {
        size -= private_fd(i) >= 0;
    }
    return size;
}

static bool is_fd_dir(int dirfd, const char *path)
{
    char dir[PATH_MAX];

    return snprintf(dir, sizeof(dir), *path ? "%s/" : "%s", path) <
           sizeof(dir) && proc_name_is_own_fd_dir(dirfd, dir);
}

int guest_fstatat(int dirfd, const char *path, struct stat *st, int flags)
{
    bool follow = !(flags & AT_SYMLINK_NOFOLLOW);
    ProcName name;
    int ret;

    if (find_entry(dirfd, path, &name) == PROC_ENTRY_NUMBER) {
        path = path_to_nothing(path, name);
    }
    ret = fstatat(dirfd, path, st, flags);
    if (ret < 0) {
        return ret;
    }
    if (is_emulator(st) && follow && guest_path_is_exe(dirfd, &path)) {
        return fstatat(dirfd, path, st, flags);
    }
    if (may_be_fd_dir(st->st_mode, major(st->st_dev), st->st_size) &&
        is_fd_dir(dirfd, path)) {
        st->st_size = visible_fds(st->st_size);
    }
    return 0;
}

int guest_stat(const char *path, struct stat *st)
{
    return guest_fstatat(AT_FDCWD, path, st, 0);
}

int guest_fstat(int fd, struct stat *st)
{
    int ret = fstat(fd, st);

    if (ret == 0 &&
        may_be_fd_dir(st->st_mode, major(st->st_dev), st->st_size) &&
        proc_name_is_own_fd_dir(fd, "")) {
        st->st_size = visible_fds(st->st_size);
    }
    return ret;
}

int guest_statx(HostStatx *host, int dirfd, const char *path, int flags,
                unsigned mask, struct target_statx *stx)
{
    bool follow = !(flags & AT_SYMLINK_NOFOLLOW);
    ProcName name;
    int ret;

    if (path && find_entry(dirfd, path, &name) == PROC_ENTRY_NUMBER) {
        path = path_to_nothing(path, name);
    }
    ret = host(dirfd, path, flags, mask, stx);
    if (ret < 0) {
        return ret;
    }
    if (exe_file_is_emulator(stx->stx_dev_major, stx->stx_dev_minor,
                             stx->stx_ino) && follow &&
        guest_path_is_exe(dirfd, &path)) {
        return host(dirfd, path, flags, mask, stx);
    }
    if (may_be_fd_dir(stx->stx_mode, stx->stx_dev_major, stx->stx_size) &&
        is_fd_dir(dirfd, path ? path : "")) {
        stx->stx_size = visible_fds(stx->stx_size);
    }
    return 0;
}

/* --- Others of their own kind --------------------------------------------- */

/*
 * That something exists is true of both executables.  So is that it does not;
 * only permissions can differ.
 */
int guest_faccessat(int dirfd, const char *path, int mode, int flags)
{
    ProcName name;
    ProcEntry entry = find_entry(dirfd, path, &name);
    int ret;

    if (entry != PROC_ENTRY_NONE) {
        path = guest_path(dirfd, path, flags);
        return faccessat(dirfd, path, mode, flags);
    }
    ret = faccessat(dirfd, path, mode, flags);
    if (mode == F_OK || (ret < 0 && errno != EACCES && errno != EROFS &&
                         errno != EPERM) ||
        (flags & AT_SYMLINK_NOFOLLOW)) {
        return ret;
    }
    if (guest_path_is_exe(dirfd, &path)) {
        ret = faccessat(dirfd, path, mode, flags);
    }
    return ret;
}

/* An empty path means what @dirfd is, which can be the link. */
static bool is_own_link(int fd)
{
    char path[PATH_MAX];
    ProcName name;

    return host_proc_fd_path(fd, path) &&
           proc_name_guess(path).entry == PROC_ENTRY_EXE &&
           proc_name_is_own_file(path, &name);
}

ssize_t guest_readlinkat(int dirfd, const char *path, char *buf, size_t size)
{
    ProcName name;
    EntryPath link;
    ssize_t ret;

    switch (find_entry(dirfd, path, &name)) {
    case PROC_ENTRY_EXE:
        make_exe_link(&link, dirfd, path, name);
        return exe_file_readlink(dirfd, link.path, buf, size);
    case PROC_ENTRY_NUMBER:
        path = path_to_nothing(path, name);
        break;
    default:
        break;
    }
    ret = readlinkat(dirfd, path, buf, size);
    if (ret > 0 && !*path && is_own_link(dirfd)) {
        name.dir_len = strlen("self/");
        make_exe_link(&link, private_fd(PRIVATE_FD_PROC), "self/", name);
        ret = exe_file_readlink(private_fd(PRIVATE_FD_PROC), link.path, buf,
                                size);
    }
    return ret;
}

/*
 * The kernel lets nobody write to a running program, the emulator's included,
 * except for a few versions; then the path is looked at beforehand.
 */
int guest_truncate(const char *path, off_t length)
{
    const char *at = path;
    char buf[PATH_MAX];
    EntryPath link;
    ProcName name;

    if (exe_file_emulator_is_busy()) {
        int ret = truncate(path, length);

        if (ret == 0 || (errno != ETXTBSY && errno != EACCES &&
                         errno != EPERM && errno != EROFS)) {
            return ret;
        }
    }
    if (follow_links(AT_FDCWD, &at, buf, &name) != PROC_ENTRY_EXE) {
        return truncate(path, length);
    }
    make_exe_link(&link, AT_FDCWD, at, name);
    return exe_file_truncate(AT_FDCWD, link.path);
}

/* A link itself has no mode: the kernel says so, if the path ends in one. */
int guest_fchmodat(int dirfd, const char *path, mode_t mode)
{
    int ret = syscall(NR_FCHMODAT2, dirfd, path, mode, AT_SYMLINK_NOFOLLOW);

    if (ret == 0 || (errno != EOPNOTSUPP && errno != ENOSYS &&
                     errno != EPERM)) {
        return ret;
    }
    return fchmodat(dirfd, guest_path(dirfd, path, 0), mode, 0);
}

/* If both executables lie on one file system, either gives the answer. */
int guest_statfs(const char *path, struct statfs *fs)
{
    ProcName name;

    if (find_entry(AT_FDCWD, path, &name) != PROC_ENTRY_NONE ||
        !exe_file_is_beside_emulator()) {
        path = guest_path(AT_FDCWD, path, 0);
    }
    return statfs(path, fs);
}

/* No link has an attribute of this sort. */
ssize_t guest_getxattr(const char *path, const char *name, void *value,
                       size_t size)
{
    ssize_t ret = -1;

    if (g_str_has_prefix(name, "user.")) {
        ret = lgetxattr(path, name, value, size);
    }
    return ret >= 0 ? ret : getxattr(guest_path(AT_FDCWD, path, 0), name,
                                     value, size);
}
