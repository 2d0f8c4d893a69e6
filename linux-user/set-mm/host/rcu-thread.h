/*
 * QEMU's thread that frees what RCU has kept
 *
 * QEMU makes it before main(), and anew in each forked child.  The linker has
 * QEMU's calls come by here (--wrap), so that it is made when there is enough
 * to be freed, and can be ended: a process of one thread has none, most
 * children that only execute another program never make it, and a child at the
 * limit of processes does not need it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_RCU_THREAD_H
#define LINUX_USER_RCU_THREAD_H

#include <sys/types.h>
#include "qemu/rcu.h"
#include "qemu/thread.h"

/* rcu_thread_id: the thread's id, 0 if there is none */
pid_t rcu_thread_id(void);

/* rcu_thread_at_change: have @changed called after it was made; static */
void rcu_thread_at_change(void (*changed)(void));

/**
 * rcu_thread_end: end it, if there is one, and wait until it is gone
 *
 * It is made anew when it is needed.  For a guest of one thread, which is in no
 * read-side critical section that would keep it from its work.
 */
void rcu_thread_end(void);

/* QEMU's functions of these names. */
void __wrap_qemu_thread_create(QemuThread *thread, const char *name,
                               void *(*fn)(void *), void *arg, int mode);
void __real_qemu_thread_create(QemuThread *thread, const char *name,
                               void *(*fn)(void *), void *arg, int mode);
void __wrap_call_rcu1(struct rcu_head *head, RCUCBFunc *fn);
void __real_call_rcu1(struct rcu_head *head, RCUCBFunc *fn);

#endif /* LINUX_USER_RCU_THREAD_H */
