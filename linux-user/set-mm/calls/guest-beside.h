/*
 * clone(2) with CLONE_VM alone: a process beside its parent, in one memory
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_BESIDE_H
#define LINUX_USER_GUEST_BESIDE_H

#include <pthread.h>
#include "qemu.h"

/**
 * guest_beside: is it such a call?
 * @flags, @parent_tid: of clone(2)
 *
 * Then a thread is made, which nobody sees, and the process that goes on in its
 * place (sharer.h).  The thread is QEMU's to make, with the functions below.
 *
 * Returns: the flags to go on with: a thread's, or @flags.
 */
unsigned guest_beside(unsigned flags, abi_ulong parent_tid);

/* guest_beside_create: guest_thread_create(), or for such a thread */
int guest_beside_create(CPUState *cpu, pthread_t *thread,
                        const pthread_attr_t *attr, void *(*fn)(void *),
                        void *arg);

/* As guest_thread_ready() and guest_thread_await(). */
void guest_beside_ready(pthread_cond_t *cond);
void guest_beside_await(pthread_cond_t *cond, pthread_mutex_t *mutex);

/**
 * guest_beside_made: what clone(2) returns
 * @tid: if a thread was wanted
 */
abi_long guest_beside_made(pid_t tid);

#endif /* LINUX_USER_GUEST_BESIDE_H */
