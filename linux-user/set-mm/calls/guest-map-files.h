/*
 * Names in /proc/PID/map_files, which are the guest's addresses
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_MAP_FILES_H
#define LINUX_USER_GUEST_MAP_FILES_H

/**
 * guest_map_files_path: a path, for the host
 * @dirfd: where a relative path begins, or AT_FDCWD
 *
 * Returns: @path, or the host's name of what it means, or one that leads
 * nowhere if it is a mapping of the emulator's; valid until the thread's next
 * call.
 */
const char *guest_map_files_path(int dirfd, const char *path);

/**
 * guest_map_files_getdents: what getdents(2) or getdents64(2) has read
 * @is_64: which of them
 * @buf: of @size bytes, as the host's call has filled it
 * @len: what the host's call returned
 *
 * Mirrors fs/proc/base.c:proc_map_files_readdir().  The host's offset is what
 * says where the next call goes on.
 *
 * Returns: bytes in @buf, 0 at the end of the directory, or -1 with errno.
 */
int guest_map_files_getdents(bool is_64, int fd, void *buf, unsigned size,
                             int len);

#endif /* LINUX_USER_GUEST_MAP_FILES_H */
