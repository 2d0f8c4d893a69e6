/*
 * What a forked child must not find locked
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/auxv.h>
#include "set-mm/host/fork-safety.h"

/*
 * The slice allocator of glib before 2.76 has locks that fork(2) copies as
 * another thread holds them.  QEMU allocates from it when it translates code,
 * and stops the other threads meanwhile, but not those within a system call,
 * where ours allocate as well.  malloc(3) is whole in a child.
 *
 * Before glib's own constructors, as the choice is the first user's.  Those of
 * a shared glib have been called already, by the interpreter that loads it; it
 * would only complain.
 */
static void __attribute__((constructor(101))) choose_allocator(void)
{
#if !GLIB_CHECK_VERSION(2, 76, 0)
    if (getauxval(AT_BASE)) {
        return;
    }
    /* Deprecated in favour of a variable, which the guest would inherit. */
    G_GNUC_BEGIN_IGNORE_DEPRECATIONS;
    g_slice_set_config(G_SLICE_CONFIG_ALWAYS_MALLOC, true);
    G_GNUC_END_IGNORE_DEPRECATIONS;
#endif
}

__thread ForkHold fork_safety_hold;

/* Written at start-up only, by one thread. */
static struct {
    struct {
        QemuMutex *lock;
        const ForkActions *actions;
    } at[24];
    int n;
} locks;

void fork_safety_begin(void)
{
    for (int i = locks.n - 1; i >= 0; i--) {
        qemu_mutex_lock(locks.at[i].lock);
    }
    for (int i = 0; i < locks.n; i++) {
        if (locks.at[i].actions && locks.at[i].actions->before) {
            locks.at[i].actions->before();
        }
    }
}

void fork_safety_end(void)
{
    for (int i = 0; i < locks.n; i++) {
        if (locks.at[i].actions && locks.at[i].actions->in_parent) {
            locks.at[i].actions->in_parent();
        }
    }
    for (int i = 0; i < locks.n; i++) {
        qemu_mutex_unlock(locks.at[i].lock);
    }
}

static void after_fork_child(void)
{
    for (int i = 0; i < locks.n; i++) {
        qemu_mutex_init(locks.at[i].lock);
    }
    for (int i = 0; i < locks.n; i++) {
        if (locks.at[i].actions && locks.at[i].actions->in_child) {
            locks.at[i].actions->in_child();
        }
    }
}

void fork_safety_lock_init(QemuMutex *lock, const ForkActions *actions)
{
    g_assert(locks.n < ARRAY_SIZE(locks.at));
    qemu_mutex_init(lock);
    locks.at[locks.n].lock = lock;
    locks.at[locks.n].actions = actions;
    locks.n++;
}

void fork_safety_register(void)
{
    pthread_atfork(fork_safety_begin, fork_safety_end, after_fork_child);
}
