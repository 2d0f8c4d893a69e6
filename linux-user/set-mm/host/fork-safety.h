/*
 * What a forked child must not find locked
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_FORK_SAFETY_H
#define LINUX_USER_FORK_SAFETY_H

#include "qemu/thread.h"

/* What else a module does at a fork; each may be NULL. */
typedef struct ForkActions {
    void (*before)(void);       /* with the lock held */
    void (*in_parent)(void);    /* likewise */
    void (*in_child)(void);     /* nobody holds the lock */
} ForkActions;

/**
 * fork_safety_lock_init: initialize a lock that fork(2) leaves whole
 * @lock: never destroyed
 * @actions: static, or NULL
 *
 * A fork takes all of them, the one that was initialized last first.  So
 * whoever takes one of them while holding another takes them in that order.
 */
void fork_safety_lock_init(QemuMutex *lock, const ForkActions *actions);

/* fork_safety_register: have forks do so; once, after QEMU's RCU is ready */
void fork_safety_register(void);

/*
 * Whether a forking thread holds a file open for the child, in the guest's
 * table: if it has no name by which the child can open it; always, where names
 * can be others afterwards; never, where the child is to share the table.
 */
typedef enum ForkHold {
    FORK_HOLD_NAMELESS,
    FORK_HOLD_ALWAYS,
    FORK_HOLD_NEVER,
} ForkHold;

/* Of the calling thread's next fork. */
extern __thread ForkHold fork_safety_hold;

/**
 * fork_safety_begin: take all locks and the actions before a fork
 * fork_safety_end: and those behind it in the parent
 *
 * For what is like a fork to the modules.
 */
void fork_safety_begin(void);
void fork_safety_end(void);

#endif /* LINUX_USER_FORK_SAFETY_H */
