/*
 * What QEMU frees later, and the thread that does it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_RCU_THREAD_H
#define LINUX_USER_RCU_THREAD_H

#include <sys/types.h>
#include "qemu/rcu.h"
#include "qemu/thread.h"

/**
 * rcu_thread_start: have a thread that waits for the others
 *
 * Called before the process gets its second thread, by the only one that it
 * has; does nothing if the thread is there.
 *
 * Returns: 0 or the host errno of pthread_create(3).
 */
int rcu_thread_start(void);

/**
 * rcu_thread_end: end it, if there is one, and wait until it is gone
 *
 * Called when the guest has one thread again, which is in no read-side critical
 * section.
 */
void rcu_thread_end(void);

/**
 * rcu_thread_pause: end it while the process has others
 *
 * What is to be freed waits.  The thread cannot end while it waits for a
 * reader, and the guest's code can be one for as long as it makes no system
 * call, so this gives up after a moment.
 *
 * Returns: whether rcu_thread_resume() must follow, and rcu_thread_tell() when
 * no lock of ours is held.
 */
bool rcu_thread_pause(void);
void rcu_thread_resume(void);
void rcu_thread_tell(void);

/* rcu_thread_id: the thread's id, 0 if there is none */
pid_t rcu_thread_id(void);

/* rcu_thread_at_change: have @changed called after it was made; static */
void rcu_thread_at_change(void (*changed)(void));

/* QEMU's functions of these names. */
void __wrap_qemu_thread_create(QemuThread *thread, const char *name,
                               void *(*fn)(void *), void *arg, int mode);
void __real_qemu_thread_create(QemuThread *thread, const char *name,
                               void *(*fn)(void *), void *arg, int mode);
void __wrap_call_rcu1(struct rcu_head *node, RCUCBFunc *func);

#endif /* LINUX_USER_RCU_THREAD_H */
