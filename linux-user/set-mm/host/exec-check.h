/*
 * Would the host's kernel execute a file?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_EXEC_CHECK_H
#define LINUX_USER_EXEC_CHECK_H

#include <pthread.h>
#include <stdbool.h>

/* exec_check_init: before the others here */
void exec_check_init(void);

/**
 * exec_check_file: ask for the calling thread, whose credentials count
 * @path: of the file in the keeper's table, so that no other thread can
 *        change what it leads to
 * @fd: the calling thread's descriptor of it, for hosts without /proc
 * @has_writers: gets whether somebody has it open for writing, as far as the
 *               host tells
 *
 * Mirrors fs/exec.c:do_open_execat().
 *
 * Returns: 0 or a negative host errno: EACCES (no regular file, not executable
 * by the caller, or on a noexec mount), EBADF.
 */
int exec_check_file(const char *path, int fd, bool *has_writers);

/**
 * exec_check_pthread_create: pthread_create(3), not while a file is judged
 *
 * The host's kernel refuses to make a thread in a process that it judges an
 * executable for.
 */
int exec_check_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
                              void *(*fn)(void *), void *arg);

#endif /* LINUX_USER_EXEC_CHECK_H */
