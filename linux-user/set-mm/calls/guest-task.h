/*
 * The emulator's own threads are none of the guest's
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_TASK_H
#define LINUX_USER_GUEST_TASK_H

#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>

/**
 * guest_task: a number of a process or thread, for the host
 *
 * Returns: @pid, or for a thread of the emulator's a number that nobody has, so
 * that the host's kernel answers ESRCH, or EINVAL where it looks at something
 * else before.
 */
pid_t guest_task(pid_t pid);

/* guest_task_of: the same if @which is PRIO_PROCESS, as of getpriority(2) */
pid_t guest_task_of(int which, int who);

/* guest_task_is_own: is it the number of a thread of this process? */
bool guest_task_is_own(pid_t pid);

/**
 * guest_task_path: a path, for the host
 * @path: may be NULL
 *
 * Returns: @path, or one that leads nowhere if one of its components is the
 * number of a thread of the emulator's, in a procfs; valid until the thread's
 * next call.
 */
const char *guest_task_path(const char *path);

/**
 * guest_task_links: how many links a directory has for the guest
 * @dirfd, @path: what stat(2) was asked for; an empty @path is @dirfd itself
 * @mode, @major, @links: what it said
 */
nlink_t guest_task_links(int dirfd, const char *path, mode_t mode,
                         unsigned major, nlink_t links);

/**
 * guest_getdents: what getdents(2) has read, without the emulator's threads
 * @buf: of @size bytes, as the host's call has filled it
 * @len: what the host's call returned
 *
 * guest_getdents64: the same for getdents64(2)
 *
 * Return: bytes in @buf, 0 at the end of the directory, or -1 with errno.
 */
int guest_getdents(int fd, void *buf, unsigned size, int len);
int guest_getdents64(int fd, void *buf, unsigned size, int len);

#endif /* LINUX_USER_GUEST_TASK_H */
