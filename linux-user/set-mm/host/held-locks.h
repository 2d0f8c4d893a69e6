/*
 * Whether a thread is within a lock, or within the allocator
 *
 * A child of vfork(2) that is killed there leaves its parent a lock that nobody
 * gives back.  The parent can tell: they have one count, as they have the same
 * thread-local variables.  The linker leads QEMU's and glib's calls here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_HELD_LOCKS_H
#define LINUX_USER_HELD_LOCKS_H

#include <pthread.h>
#include <stddef.h>

/* Of the calling thread; a lock is counted before it is taken. */
extern __thread int held_locks;

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);
int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_trylock(pthread_mutex_t *mutex);
int __real_pthread_mutex_trylock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __real_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);
int __real_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);
void __wrap_start_exclusive(void);
void __real_start_exclusive(void);
void *__wrap_malloc(size_t size);
void *__real_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_realloc(void *mem, size_t size);
void *__real_realloc(void *mem, size_t size);
void __wrap_free(void *mem);
void __real_free(void *mem);

#endif /* LINUX_USER_HELD_LOCKS_H */
