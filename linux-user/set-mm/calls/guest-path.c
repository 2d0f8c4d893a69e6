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
#include "set-mm/state/exe-file.h"
#include "set-mm/state/guest-leader.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/calls/guest-map-files.h"
#include "set-mm/calls/guest-path.h"
#include "set-mm/calls/guest-task.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/host/own-table.h"
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

static const char *find_below_prefix(const char *name)
{
    char own[PATH_MAX];
    const char *found;

    if (g_strlcpy(own, name, sizeof(own)) >= sizeof(own)) {
        return name;
    }
    /* Not the guest's memory, whose access can fail: see docs/locks.rst. */
    qemu_mutex_lock(&prefix_lock);
    found = path(own);
    qemu_mutex_unlock(&prefix_lock);
    return found == own ? name : found;
}

const char *guest_prefixed(const char *name)
{
    return has_prefix && name && *name == '/' ? find_below_prefix(name) : name;
}

/*
 * What few paths need is kept out of the functions that all go through, which
 * would save registers and guard a large frame for it.
 */
#define SELDOM __attribute__((noinline, cold))

/* The kernel's limit of links in one path. */
enum { MAX_LINKS = 40 };

/* A path to an entry of ours, with another last component. */
typedef struct EntryPath {
    char path[EXE_LINK_MAX];
} EntryPath;

/* mount(2) has two paths. */
static EntryPath *next_path(void)
{
    static __thread EntryPath paths[2];
    static __thread unsigned next;

    return &paths[next++ % 2];
}

/* An exe that a path names, of this process or of another guest. */
typedef struct Place {
    int dir_len;            /* of the path before the last component */
    bool is_own;
    char link[64];          /* to the executable of another, from there */
} Place;

/* Anything but the directory of a process is one of a thread of it. */
static bool is_plain(const char *path, int dir_len)
{
    static const char self[] = "/proc/self/";

    return dir_len == sizeof(self) - 1 && !memcmp(path, self, dir_len);
}

/*
 * In the procfs of another PID namespace our keeper has another number, which
 * is found as another guest's.
 */
static void make_own_link(EntryPath *link, int dirfd, const char *path,
                          int dir_len)
{
    int keeper = exe_file_keeper();
    Sibling own;
    char tail[64];

    if (!keeper) {
        snprintf(link->path, sizeof(link->path), "%.*stask/0/fd/0", dir_len,
                 path);
        return;
    }
    if (is_plain(path, dir_len)) {
        snprintf(link->path, sizeof(link->path), "%s",
                 own_table_path(OWN_EXE).path);
        return;
    }
    snprintf(link->path, sizeof(link->path), "%.*stask/%d/fd/%d", dir_len,
             path, keeper, OWN_EXE);
    if (faccessat(dirfd, link->path, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        return;
    }
    snprintf(link->path, sizeof(link->path), "%.*s../%d/fd/%d", dir_len,
             path, keeper, OWN_EXE);
    if (faccessat(dirfd, link->path, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
        !sibling_find(&own, dirfd, path, dir_len)) {
        return;
    }
    if (sibling_exe_link(&own, tail, sizeof(tail))) {
        snprintf(link->path, sizeof(link->path), "%.*s%s", dir_len, path,
                 tail);
    }
    sibling_put(&own);
}

static void make_exe_link(EntryPath *link, int dirfd, const char *path,
                          const Place *place)
{
    if (place->is_own) {
        make_own_link(link, dirfd, path, place->dir_len);
    } else {
        snprintf(link->path, sizeof(link->path), "%.*s%s", place->dir_len,
                 path, place->link);
    }
}

static bool find_in_sibling(int dirfd, const char *path, Place *place)
{
    Sibling sibling;
    bool ret;

    if (!sibling_find(&sibling, dirfd, path, place->dir_len)) {
        return false;
    }
    ret = sibling_exe_link(&sibling, place->link, sizeof(place->link));
    sibling_put(&sibling);
    return ret;
}

static bool find(int dirfd, const char *path, Place *place)
{
    ProcName name = proc_name_guess(path);
    struct stat st;

    if (name.entry != PROC_ENTRY_EXE) {
        return false;
    }
    /* What the host means by it is an emulator, or it is nothing of ours. */
    if (fstatat(dirfd, path, &st, 0) == 0 ? !sibling_may_execute(&st)
        : errno == EACCES || guest_leader_is_gone()) {
        return false;
    }
    place->dir_len = name.dir_len;
    place->is_own = proc_name_is_own(dirfd, path, name);
    return place->is_own || find_in_sibling(dirfd, path, place);
}

/*
 * What the path itself names, links at its end not followed.  Nearly every path
 * is done with after a look at its last letters.
 */
static inline bool find_exe(int dirfd, const char *path, Place *place)
{
    return unlikely(proc_name_may_be_exe(path)) && find(dirfd, path, place);
}

/*
 * What it leads to.
 * @buf: PATH_MAX bytes; @path may point there afterwards
 */
static SELDOM bool follow_links(int dirfd, const char **path, char *buf,
                                Place *place)
{
    char next[PATH_MAX];

    for (int links = 0; links < MAX_LINKS; links++) {
        if (find_exe(dirfd, *path, place)) {
            return true;
        }
        if (!proc_name_next_link(dirfd, *path, next)) {
            return false;
        }
        pstrcpy(buf, PATH_MAX, next);
        *path = buf;
    }
    return false;
}

/* The path of the executable for the host. */
static const char *place_for_host(int dirfd, const char *path,
                                  const Place *place)
{
    EntryPath *link = next_path();

    make_exe_link(link, dirfd, path, place);
    return place->is_own ? exe_file_path(dirfd, link->path) : link->path;
}

/*
 * What is meant by a path as it is spelled, where links lead left to the host.
 * @may_be_exe: whether an exe is asked for; gets whether it is one
 */
static SELDOM const char *special_for_host(int dirfd, const char *path,
                                           bool *may_be_exe)
{
    Place place;

    *may_be_exe = *may_be_exe && find_exe(dirfd, path, &place);
    return *may_be_exe
           ? place_for_host(dirfd, path, &place)
           : guest_map_files_path(dirfd, guest_task_path(path));
}

static inline const char *spelled_for_host(int dirfd, const char *path,
                                           bool *may_be_exe)
{
    if (unlikely(path && proc_name_is_special(path))) {
        return special_for_host(dirfd, path, may_be_exe);
    }
    *may_be_exe = false;
    return path;
}

/* A link that is not followed is the host's own. */
static const char *path_for_host(int dirfd, const char *path, bool follow)
{
    const char *at = path;
    char buf[PATH_MAX];
    bool exe = false;
    Place place;

    return path && follow && follow_links(dirfd, &at, buf, &place)
           ? place_for_host(dirfd, at, &place)
           : spelled_for_host(dirfd, path, &exe);
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
    *is_exe = true;
    return spelled_for_host(dirfd, path, is_exe);
}

SELDOM bool guest_path_is_exe(int dirfd, const char **path)
{
    const char *at = *path;
    char buf[PATH_MAX];
    Place place;

    if (!at || !follow_links(dirfd, &at, buf, &place)) {
        return false;
    }
    *path = place_for_host(dirfd, at, &place);
    return true;
}

bool guest_path_exe_link(int dirfd, const char *path,
                         char link[EXE_LINK_MAX], bool *is_own)
{
    const char *at = path;
    char buf[PATH_MAX];
    EntryPath entry;
    Place place;

    if (!follow_links(dirfd, &at, buf, &place)) {
        return false;
    }
    make_exe_link(&entry, dirfd, at, &place);
    pstrcpy(link, EXE_LINK_MAX, entry.path);
    *is_own = place.is_own;
    return true;
}

/* --- Calls whose answer says what was reached ----------------------------- */

/* Asked about every file, so no system call. */
static bool may_be_emulator(const struct stat *st)
{
    return S_ISREG(st->st_mode) &&
           exe_file_may_be_emulator(st->st_mode, st->st_size, st->st_ino);
}

/* Neither the emulator nor a directory of threads. */
static inline bool is_the_hosts(const struct stat *st)
{
    return !S_ISDIR(st->st_mode) && !may_be_emulator(st);
}

/* @path, for the host, has led to what @st says. */
static SELDOM int judge_stat(int dirfd, const char *path, struct stat *st,
                             int flags)
{
    if (!(flags & AT_SYMLINK_NOFOLLOW) && may_be_emulator(st) &&
        guest_path_is_exe(dirfd, &path)) {
        return fstatat(dirfd, path, st, flags);
    }
    st->st_nlink = guest_task_links(dirfd, path, st->st_mode,
                                    major(st->st_dev), st->st_nlink);
    return 0;
}

static SELDOM int stat_special(int dirfd, const char *path, struct stat *st,
                               int flags)
{
    bool exe = !(flags & AT_SYMLINK_NOFOLLOW);
    int ret;

    path = special_for_host(dirfd, path, &exe);
    ret = fstatat(dirfd, path, st, flags);
    return ret < 0 || exe ? ret : judge_stat(dirfd, path, st, flags);
}

int guest_fstatat(int dirfd, const char *path, struct stat *st, int flags)
{
    int ret;

    if (unlikely(proc_name_is_special(path))) {
        return stat_special(dirfd, path, st, flags);
    }
    ret = fstatat(dirfd, path, st, flags);
    return ret < 0 || likely(is_the_hosts(st))
           ? ret : judge_stat(dirfd, path, st, flags);
}

int guest_fstat(int fd, struct stat *st)
{
    int ret = fstat(fd, st);

    if (ret == 0) {
        st->st_nlink = guest_task_links(fd, "", st->st_mode, major(st->st_dev),
                                        st->st_nlink);
    }
    return ret;
}

int guest_stat(const char *path, struct stat *st)
{
    return guest_fstatat(AT_FDCWD, path, st, 0);
}

int guest_statx(HostStatx *host, int dirfd, const char *path, int flags,
                unsigned mask, struct target_statx *stx)
{
    bool follow = !(flags & AT_SYMLINK_NOFOLLOW), exe = follow;
    int ret;

    path = spelled_for_host(dirfd, path, &exe);
    ret = host(dirfd, path, flags, mask, stx);
    if (ret < 0 || exe) {
        return ret;
    }
    if (follow && S_ISREG(stx->stx_mode) &&
        exe_file_may_be_emulator(stx->stx_mode, stx->stx_size,
                                 stx->stx_ino) &&
        guest_path_is_exe(dirfd, &path)) {
        return host(dirfd, path, flags, mask, stx);
    }
    stx->stx_nlink = guest_task_links(dirfd, path, stx->stx_mode,
                                      stx->stx_dev_major, stx->stx_nlink);
    return 0;
}

int guest_chroot(const char *path)
{
    host_proc_hold();
    return chroot(guest_path(AT_FDCWD, path, 0));
}

/* --- Others of their own kind --------------------------------------------- */

/*
 * That something exists is true of both executables.  So is that it does not;
 * only permissions can differ.
 */
static SELDOM int look_and_access(int dirfd, const char *path, int mode,
                                  int flags)
{
    bool exe = !(flags & AT_SYMLINK_NOFOLLOW);
    int ret;

    path = spelled_for_host(dirfd, path, &exe);
    ret = faccessat(dirfd, path, mode, flags);
    if (exe || mode == F_OK || (ret < 0 && errno != EACCES && errno != EROFS &&
                         errno != EPERM) ||
        (flags & AT_SYMLINK_NOFOLLOW)) {
        return ret;
    }
    if (guest_path_is_exe(dirfd, &path)) {
        ret = faccessat(dirfd, path, mode, flags);
    }
    return ret;
}

int guest_faccessat(int dirfd, const char *path, int mode, int flags)
{
    /* Nearly every call. */
    if (mode == F_OK && dirfd == AT_FDCWD && !flags &&
        likely(!proc_name_is_special(path))) {
        return access(path, F_OK);
    }
    return look_and_access(dirfd, path, mode, flags);
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
    struct stat st;
    ProcName name;
    Place place;

    if (len > 0 && fstat(fd, &st) == 0 && host_proc_fd_path(fd, path) &&
        proc_name_guess(path).entry == PROC_ENTRY_EXE) {
        if (proc_name_of_file(path, st.st_dev, &name)) {
            return exe_file_readlink(AT_FDCWD, own_table_path(OWN_EXE).path,
                                     true, buf, size);
        }
        if (find_exe(AT_FDCWD, path, &place)) {
            return read_exe_link(AT_FDCWD, path, &place, buf, size);
        }
    }
    if (len > 0) {
        memcpy(buf, target, len);
    }
    return len;
}

ssize_t guest_readlinkat(int dirfd, const char *path, char *buf, size_t size)
{
    if (unlikely(proc_name_is_special(path))) {
        Place place;

        if (find_exe(dirfd, path, &place)) {
            return read_exe_link(dirfd, path, &place, buf, size);
        }
        path = guest_map_files_path(dirfd, guest_task_path(path));
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
    if (!follow_links(AT_FDCWD, &at, buf, &place)) {
        return truncate(path, length);
    }
    make_exe_link(&link, AT_FDCWD, at, &place);
    return exe_file_truncate(AT_FDCWD, link.path);
}

/*
 * A link itself has no mode: the kernel says so if the path ends in one, unless
 * it says before that nothing can be written where the link is.
 */
int guest_fchmodat(int dirfd, const char *path, mode_t mode)
{
    int ret = syscall(NR_FCHMODAT2, dirfd, path, mode, AT_SYMLINK_NOFOLLOW);

    if (ret == 0 || (errno != EOPNOTSUPP && errno != ENOSYS &&
                     errno != EPERM && errno != EROFS)) {
        return ret;
    }
    return fchmodat(dirfd, guest_path(dirfd, path, 0), mode, 0);
}

/* If both executables lie on one file system, either gives the answer. */
int guest_statfs(const char *path, struct statfs *fs)
{
    Place place;

    if (find_exe(AT_FDCWD, path, &place) ||
        !exe_file_is_beside_emulator()) {
        path = guest_path(AT_FDCWD, path, 0);
    } else {
        path = guest_task_path(path);
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
