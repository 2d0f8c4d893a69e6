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

#endif /* LINUX_USER_FORK_SAFETY_H */
