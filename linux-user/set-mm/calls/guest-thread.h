/*
 * Making and ending the guest's threads
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_THREAD_H
#define LINUX_USER_GUEST_THREAD_H

#include "qemu.h"
#include "hw/core/cpu.h"

/**
 * guest_threads_stop: stop all other threads, for good
 *
 * Those in system calls go on, but no thread is made and none leaves.
 */
void guest_threads_stop(void);

/**
 * guest_thread_create: pthread_create(3), for a thread of the guest
 * @cpu: what QEMU has made for it; ours to free if this fails
 *
 * Returns: as pthread_create(3) does.
 */
int guest_thread_create(CPUState *cpu, pthread_t *thread,
                        const pthread_attr_t *attr, void *(*fn)(void *),
                        void *arg);

/**
 * guest_thread_ready: tell the maker that the thread is
 * guest_thread_await: wait for that, however often one is woken
 *
 * Both with @mutex; only one thread is made at a time.
 */
void guest_thread_ready(pthread_cond_t *cond);
void guest_thread_await(pthread_cond_t *cond, pthread_mutex_t *mutex);

#endif /* LINUX_USER_GUEST_THREAD_H */
