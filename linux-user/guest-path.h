/*
 * What QEMU's path-taking system calls ask before they go to the host
 *
 * Joins the name (proc-name.h) with the identity (exe-file.h) or the content
 * (proc-content.h) that it stands for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_PATH_H
#define LINUX_USER_GUEST_PATH_H

/**
 * guest_path: the path by which a call reaches what the guest means
 * @dirfd, @path: as the guest passed them; @path may be NULL
 * @flags: AT_SYMLINK_NOFOLLOW where the call does not follow a last link
 *
 * Returns: @path, or one that leads to the guest's executable; valid until
 * the thread's next call of this function or of guest_exec_path().
 */
const char *guest_path(int dirfd, const char *path, int flags);

/**
 * guest_exec_path: guest_path() for execve(2) and execveat(2)
 */
const char *guest_exec_path(int dirfd, const char *path, int flags);

/**
 * guest_path_opens_ours: is guest_open() to be asked?
 * @path, @flags: as for guest_open()
 */
bool guest_path_opens_ours(int dirfd, const char *path, int flags);

/**
 * guest_open: open(2), openat(2) and openat2(2) of an entry of ours
 * @flags, @mode: host values
 * @resolve: RESOLVE_ flags of openat2(2), or 0
 *
 * Returns: a new descriptor, or -1 with host errno.
 */
int guest_open(int dirfd, const char *path, int flags, mode_t mode,
               uint64_t resolve);

/**
 * guest_readlinkat: readlinkat(2)
 * @size: bytes of @buf, not 0
 *
 * Returns: bytes stored, or -1 with host errno.
 */
ssize_t guest_readlinkat(int dirfd, const char *path, char *buf, size_t size);

#endif /* LINUX_USER_GUEST_PATH_H */
