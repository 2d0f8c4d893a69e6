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

/* guest_thread_is_alone: has the guest one thread only? */
bool guest_thread_is_alone(void);

/**
 * guest_thread_leave: begin to take the calling thread out of the list of CPUs
 * guest_thread_left: that is done, or the thread is the last one
 * @cpu: the calling thread's
 * @status: what the guest gives to exit(2); a child of vfork(2) ends with it
 *
 * Takes and gives back the clone lock.  No exclusive section begins or is
 * entered between the two: it looks at all CPUs of the list, without a lock.
 */
void guest_thread_leave(CPUState *cpu, int status);
void guest_thread_left(CPUState *cpu);

/*
 * guest_thread_has_others: are there others than the calling one?  Threads that
 * only lend all they have to another process are none.  With the clone lock.
 */
bool guest_thread_has_others(void);

/* guest_thread_remove: all that, of such a thread */
void guest_thread_remove(CPUState *cpu);

/**
 * guest_thread_free: free a CPU that is out of the list, and its TaskState
 * @cpu: ours
 *
 * Others read the list under RCU and may still look at both.  So they are freed
 * when no reader is left, by the next thread that is made or that ends.  Those
 * of the first thread are kept: targets refer to the first CPU, as s390x does
 * for what the model has.
 */
void guest_thread_free(CPUState *cpu);

/**
 * guest_thread_exit: pthread_exit(3), in place of it
 * @status: what the guest gives to exit(2)
 *
 * All threads' TaskStates refer to variables of main(), so the first thread
 * leaves its stack as it is.
 */
void G_NORETURN guest_thread_exit(int status);

/**
 * guest_thread_create: pthread_create(3), for a thread of the guest
 * @cpu: what QEMU has made for it; ours to free if this fails
 *
 * Returns: as pthread_create(3) does; EAGAIN in a child of vfork(2).
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
