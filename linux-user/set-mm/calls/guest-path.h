/*
 * What QEMU's path-taking system calls ask before they go to the host
 *
 * Joins the name (proc-name.h) with the identity that it stands for
 * (exe-file.h).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_PATH_H
#define LINUX_USER_GUEST_PATH_H

#include <limits.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/*
 * guest_path_init: before any other function here, but after QEMU's
 * init_paths()
 */
void guest_path_init(void);

/**
 * guest_prefixed: QEMU's path(), that is -L, that a fork does not find locked
 * @name: may be NULL
 *
 * Returns: @name, or a path that stays.
 */
const char *guest_prefixed(const char *name);

/**
 * guest_path: the path by which a call reaches what the guest means
 * @dirfd, @path: as the guest passed them; @path may be NULL
 * @flags: AT_SYMLINK_NOFOLLOW where the call does not follow a last link
 *
 * For calls whose answer does not say what was reached: a last link is looked
 * at beforehand, which costs a readlinkat(2).
 *
 * Returns: @path, or one that leads to the guest's executable; valid until the
 * thread's second next call of a function of this header.
 */
const char *guest_path(int dirfd, const char *path, int flags);

/**
 * guest_path_followed: guest_path() for calls that follow a last link only
 * with AT_SYMLINK_FOLLOW
 */
const char *guest_path_followed(int dirfd, const char *path, int flags);

/**
 * guest_handle_path: the same, from guest_prefixed(@name), for
 * name_to_handle_at(2)
 */
const char *guest_handle_path(int dirfd, const char *name, int flags);

/* guest_path_watched: guest_path() for inotify_add_watch(2) */
const char *guest_path_watched(const char *path, uint32_t mask);

/* guest_path_unmounted: guest_path() for umount2(2) */
const char *guest_path_unmounted(const char *path, int flags);

/**
 * guest_path_opened: guest_path() for an open of the entry as it is spelled
 * @is_exe: gets whether that is the executable
 *
 * A link of another name is left to whoever looks at what was opened.
 */
const char *guest_path_opened(int dirfd, const char *path, bool *is_exe);

/**
 * guest_path_is_exe: does the path, which led to the emulator's binary, do so
 * by the caller's /proc/self/exe?
 * @path: replaced by one that leads to the guest's executable, as for
 *        guest_path()
 */
bool guest_path_is_exe(int dirfd, const char **path);

/* Bytes of what guest_path_exe_link() gives. */
enum { EXE_LINK_MAX = PATH_MAX + 64 };

/**
 * guest_path_exe_link: does a path, with links followed, lead to an executable
 * by /proc/PID/exe?
 * @link: gets a path from @dirfd to its magic link, for exe_file_path() and
 *        exe_file_exec_path()
 * @is_own: gets whether it is this process's, and not another guest's
 */
bool guest_path_exe_link(int dirfd, const char *path,
                         char link[EXE_LINK_MAX], bool *is_own);

/**
 * guest_stat: stat(2)
 * guest_fstat: fstat(2)
 * guest_fstatat: fstatat(2)
 *
 * Return: 0, or -1 with host errno.
 */
int guest_stat(const char *path, struct stat *st);
int guest_fstat(int fd, struct stat *st);
int guest_fstatat(int dirfd, const char *path, struct stat *st, int flags);

/* statx(2) of the host */
struct target_statx;
typedef int HostStatx(int dirfd, const char *path, int flags, unsigned mask,
                      struct target_statx *stx);

/* guest_statx: statx(2); returns 0, or -1 with host errno */
int guest_statx(HostStatx *host, int dirfd, const char *path, int flags,
                unsigned mask, struct target_statx *stx);

/* guest_chroot: chroot(2); returns 0, or -1 with host errno */
int guest_chroot(const char *path);

/* guest_faccessat: faccessat(2); returns 0, or -1 with host errno */
int guest_faccessat(int dirfd, const char *path, int mode, int flags);

/**
 * guest_readlinkat: readlinkat(2)
 * @size: bytes of @buf, not 0
 *
 * Returns: bytes stored, or -1 with host errno.
 */
ssize_t guest_readlinkat(int dirfd, const char *path, char *buf, size_t size);

/*
 * Calls that mostly need no look at the path beforehand; as those of the C
 * library, they return a length or 0, or -1 with host errno.
 *
 * guest_truncate: truncate(2)
 * guest_fchmodat: fchmodat(2) that follows links
 * guest_statfs: statfs(2)
 * guest_getxattr: getxattr(2)
 */
int guest_truncate(const char *path, off_t length);
int guest_fchmodat(int dirfd, const char *path, mode_t mode);
int guest_statfs(const char *path, struct statfs *fs);
ssize_t guest_getxattr(const char *path, const char *name, void *value,
                       size_t size);

#endif /* LINUX_USER_GUEST_PATH_H */
