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
#include "set-mm/host/binfmt.h"
#include "set-mm/state/exe-file.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/calls/guest-path.h"
#include "set-mm/calls/guest-rlimit.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/host/private-fd.h"
#include "set-mm/rules/proc-name.h"
#include "set-mm/views/sibling.h"

/* Of Linux 6.6, later than many a C library's headers. */
enum { NR_FCHMODAT2 = 452 };

/* QEMU's own lock of path() is not made anew in a forked child. */
static QemuMutex prefix_lock;
static bool has_prefix;

void guest_path_init(void)
{
    fork_safety_lock_init(&prefix_lock, NULL);
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

/* An entry that concerns a path, of this process or of another guest. */
typedef struct Place {
    ProcEntry entry;        /* PROC_ENTRY_EXE or PROC_ENTRY_NUMBER */
    int dir_len;            /* of the path before the last component */
    bool is_own;
    int exe_fd;             /* whose magic link stands for exe, there */
} Place;

/*
 * The calling thread may have a table of descriptors of its own, and the path
 * may be one by another thread.
 */
static void make_exe_link(EntryPath *link, int dirfd, const char *path,
                          const Place *place)
{
    pid_t thread = place->is_own ? private_fd_table() : 0;

    if (!thread) {
        snprintf(link->path, sizeof(link->path), "%.*sfd/%d", place->dir_len,
                 path, place->exe_fd);
        return;
    }
    snprintf(link->path, sizeof(link->path), "%.*stask/%d/fd/%d",
             place->dir_len, path, thread, place->exe_fd);
    if (faccessat(dirfd, link->path, F_OK, 0) < 0) {
        snprintf(link->path, sizeof(link->path), "%.*s../../task/%d/fd/%d",
                 place->dir_len, path, thread, place->exe_fd);
    }
}

/* No name of procfs begins so; the kernel says ENOENT. */
static const char *path_to_nothing(const char *path, const Place *place)
{
    EntryPath *nothing = next_path();

    snprintf(nothing->path, sizeof(nothing->path), "%.*s-", place->dir_len,
             path);
    return nothing->path;
}

/* Does the directory look like one of descriptors, or can it not be told? */
static bool may_be_fd_path(const char *path, int dir_len)
{
    g_autofree char *dir = g_strndup(path, dir_len);

    return !dir_len || g_str_has_suffix(dir, "fd/") ||
           g_str_has_suffix(dir, "fdinfo/");
}

static bool find_in_sibling(int dirfd, const char *path, ProcName name,
                            Place *place)
{
    Sibling sibling;
    bool ret;

    if (name.entry == PROC_ENTRY_NUMBER) {
        if (name.number < SIBLING_USUAL_FIRST ||
            !may_be_fd_path(path, name.dir_len) ||
            !sibling_find_fd_dir(&sibling, dirfd, path, name.dir_len)) {
            return false;
        }
        ret = sibling_has_private(&sibling, name.number);
    } else {
        if (!sibling_find(&sibling, dirfd, path, name.dir_len)) {
            return false;
        }
        place->exe_fd = sibling_exe_fd(&sibling);
        ret = place->exe_fd >= 0;
    }
    sibling_put(&sibling);
    return ret;
}

static bool find(int dirfd, const char *path, Place *place)
{
    ProcName name = proc_name_guess(path);

    if (name.entry != PROC_ENTRY_EXE &&
        (name.entry != PROC_ENTRY_NUMBER ||
         (name.number < SIBLING_USUAL_FIRST && !private_fd_is(name.number)))) {
        return false;
    }
    place->entry = name.entry;
    place->dir_len = name.dir_len;
    place->exe_fd = exe_file_fd();
    place->is_own = (name.entry == PROC_ENTRY_EXE ||
                     private_fd_is(name.number)) &&
                    proc_name_is_own(dirfd, path, name);
    return place->is_own || find_in_sibling(dirfd, path, name, place);
}

/*
 * What the path itself names, links at its end not followed.  Nearly every path
 * is done with after a look at its last letters.
 */
static inline ProcEntry find_entry(int dirfd, const char *path, Place *place)
{
    if (likely(!proc_name_may_be_path(path)) || !find(dirfd, path, place)) {
        place->entry = PROC_ENTRY_NONE;
    }
    return place->entry;
}

/*
 * What it leads to.
 * @buf: PATH_MAX bytes; @path may point there afterwards
 */
static ProcEntry follow_links(int dirfd, const char **path, char *buf,
                              Place *place)
{
    char next[PATH_MAX];
    ProcEntry entry;

    for (int links = 0; links < MAX_LINKS; links++) {
        entry = find_entry(dirfd, *path, place);
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
static const char *place_for_host(int dirfd, const char *path,
                                  const Place *place)
{
    EntryPath *link;

    if (place->entry == PROC_ENTRY_NUMBER) {
        return path_to_nothing(path, place);
    }
    link = next_path();
    make_exe_link(link, dirfd, path, place);
    return place->is_own ? exe_file_path(dirfd, link->path) : link->path;
}

static const char *path_for_host(int dirfd, const char *path, bool follow)
{
    const char *at = path;
    char buf[PATH_MAX];
    ProcEntry entry;
    Place place;

    if (!path) {
        return NULL;
    }
    if (follow) {
        entry = follow_links(dirfd, &at, buf, &place);
    } else {
        entry = find_entry(dirfd, at, &place);
        if (entry == PROC_ENTRY_EXE) {
            /* The link itself is the host's. */
            return path;
        }
    }
    return entry == PROC_ENTRY_NONE ? path : place_for_host(dirfd, at, &place);
}

const char *guest_path(int dirfd, const char *path, int flags)
{
    return path_for_host(dirfd, path, !(flags & AT_SYMLINK_NOFOLLOW));
}

const char *guest_path_followed(int dirfd, const char *path, int flags)
{
    return path_for_host(dirfd, path, flags & AT_SYMLINK_FOLLOW);
}

const char *guest_handle_path(int dirfd, const char *name, int flags)
{
    return guest_path_followed(dirfd, guest_prefixed(name), flags);
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
    Place place;
    ProcEntry entry = find_entry(dirfd, path, &place);

    *is_exe = entry == PROC_ENTRY_EXE;
    return entry == PROC_ENTRY_NONE ? path
                                    : place_for_host(dirfd, path, &place);
}

bool guest_path_is_exe(int dirfd, const char **path)
{
    const char *at = *path;
    char buf[PATH_MAX];
    Place place;

    if (!at || follow_links(dirfd, &at, buf, &place) != PROC_ENTRY_EXE) {
        return false;
    }
    *path = place_for_host(dirfd, at, &place);
    return true;
}

static __thread bool exec_prepared;

/*
 * Whoever searches PATH executes many names that are not there.  Another
 * error does not mean that execve(2) will not find it a moment later.
 */
static bool is_absent(int dirfd, const char *path)
{
    return faccessat(dirfd, path, F_OK, AT_EACCESS) < 0 &&
           (errno == ENOENT || errno == ENOTDIR || errno == EACCES ||
            errno == ELOOP || errno == ENAMETOOLONG);
}

const char *guest_exec_path(int dirfd, const char *path, int flags)
{
    const char *at = path;
    char buf[PATH_MAX];
    EntryPath link;
    Place place;

    if (*path && is_absent(dirfd, path)) {
        return path;
    }
    guest_rlimit_before_exec();
    exec_prepared = true;
    if ((flags & AT_SYMLINK_NOFOLLOW) ||
        follow_links(dirfd, &at, buf, &place) != PROC_ENTRY_EXE) {
        return binfmt_exec_path(dirfd, path, flags);
    }
    make_exe_link(&link, dirfd, at, &place);
    path = exe_file_exec_path(dirfd, link.path, place.is_own, exec_buf);
    return binfmt_exec_path(dirfd, path, flags);
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

/* Asked about every file, so no system call. */
static bool may_be_emulator(const struct stat *st)
{
    return S_ISREG(st->st_mode) &&
           exe_file_may_be_emulator(st->st_mode, st->st_size, st->st_ino);
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

/* @dir: from @dirfd, with a slash behind, or empty */
static off_t visible_fds(int dirfd, const char *dir, off_t size)
{
    Sibling sibling;

    if (proc_name_is_own_fd_dir(dirfd, dir)) {
        for (int i = 0; i < NR_PRIVATE_FDS; i++) {
            size -= private_fd(i) >= 0;
        }
    } else if (sibling_find_fd_dir(&sibling, dirfd, dir, strlen(dir))) {
        size -= sibling.is_stranger ? 0 : NR_PRIVATE_FDS;
        sibling_put(&sibling);
    }
    return size;
}

static off_t visible_fds_in(int dirfd, const char *path, off_t size)
{
    g_autofree char *dir = g_strconcat(path, path && *path ? "/" : NULL, NULL);

    return visible_fds(dirfd, dir ? dir : "", size);
}

/* What is spelled out, before the host is asked. */
static inline const char *spelled_place(int dirfd, const char *path,
                                        bool follow, ProcEntry *entry)
{
    Place place;

    *entry = path ? find_entry(dirfd, path, &place) : PROC_ENTRY_NONE;
    return *entry == PROC_ENTRY_NUMBER || (*entry == PROC_ENTRY_EXE && follow)
           ? place_for_host(dirfd, path, &place) : path;
}

int guest_fstatat(int dirfd, const char *path, struct stat *st, int flags)
{
    bool follow = !(flags & AT_SYMLINK_NOFOLLOW);
    ProcEntry entry;
    int ret;

    path = spelled_place(dirfd, path, follow, &entry);
    ret = fstatat(dirfd, path, st, flags);
    if (ret < 0 || entry != PROC_ENTRY_NONE) {
        return ret;
    }
    if (follow && may_be_emulator(st) && guest_path_is_exe(dirfd, &path)) {
        return fstatat(dirfd, path, st, flags);
    }
    if (may_be_fd_dir(st->st_mode, major(st->st_dev), st->st_size)) {
        st->st_size = visible_fds_in(dirfd, path, st->st_size);
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
        may_be_fd_dir(st->st_mode, major(st->st_dev), st->st_size)) {
        st->st_size = visible_fds(fd, "", st->st_size);
    }
    return ret;
}

int guest_statx(HostStatx *host, int dirfd, const char *path, int flags,
                unsigned mask, struct target_statx *stx)
{
    bool follow = !(flags & AT_SYMLINK_NOFOLLOW);
    ProcEntry entry;
    int ret;

    path = spelled_place(dirfd, path, follow, &entry);
    ret = host(dirfd, path, flags, mask, stx);
    if (ret < 0 || entry != PROC_ENTRY_NONE) {
        return ret;
    }
    if (follow && S_ISREG(stx->stx_mode) &&
        exe_file_may_be_emulator(stx->stx_mode, stx->stx_size,
                                 stx->stx_ino) &&
        guest_path_is_exe(dirfd, &path)) {
        return host(dirfd, path, flags, mask, stx);
    }
    if (may_be_fd_dir(stx->stx_mode, stx->stx_dev_major, stx->stx_size)) {
        stx->stx_size = visible_fds_in(dirfd, path, stx->stx_size);
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
    Place place;
    ProcEntry entry = find_entry(dirfd, path, &place);
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

static ssize_t read_exe_link(int dirfd, const char *path, const Place *place,
                             char *buf, size_t size)
{
    EntryPath link;

    make_exe_link(&link, dirfd, path, place);
    return exe_file_readlink(dirfd, link.path, place->is_own, buf, size);
}

/*
 * An empty path means what @fd is, which can be the link.  The host's answer
 * names the emulator and may be longer than ours, so it is not read into @buf.
 */
static ssize_t read_open_link(int fd, char *buf, size_t size)
{
    char target[PATH_MAX], path[PATH_MAX];
    ssize_t len = readlinkat(fd, "", target, MIN(size, sizeof(target)));
    int dirfd = AT_FDCWD;
    const char *at = path;
    ProcName name;
    Place place;

    if (len > 0 && host_proc_fd_path(fd, path) &&
        proc_name_guess(path).entry == PROC_ENTRY_EXE) {
        if (proc_name_is_own_file(path, &name)) {
            dirfd = private_fd(PRIVATE_FD_PROC);
            at = "self/exe";
        }
        if (find_entry(dirfd, at, &place) == PROC_ENTRY_EXE) {
            return read_exe_link(dirfd, at, &place, buf, size);
        }
    }
    if (len > 0) {
        memcpy(buf, target, len);
    }
    return len;
}

ssize_t guest_readlinkat(int dirfd, const char *path, char *buf, size_t size)
{
    Place place;

    switch (find_entry(dirfd, path, &place)) {
    case PROC_ENTRY_EXE:
        return read_exe_link(dirfd, path, &place, buf, size);
    case PROC_ENTRY_NUMBER:
        path = path_to_nothing(path, &place);
        break;
    default:
        break;
    }
    return *path ? readlinkat(dirfd, path, buf, size)
                 : read_open_link(dirfd, buf, size);
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
    Place place;

    if (exe_file_emulator_is_busy()) {
        int ret = truncate(path, length);

        if (ret == 0 || (errno != ETXTBSY && errno != EACCES &&
                         errno != EPERM && errno != EROFS)) {
            return ret;
        }
    }
    if (follow_links(AT_FDCWD, &at, buf, &place) != PROC_ENTRY_EXE) {
        return truncate(path, length);
    }
    make_exe_link(&link, AT_FDCWD, at, &place);
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
    Place place;

    if (find_entry(AT_FDCWD, path, &place) != PROC_ENTRY_NONE ||
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
