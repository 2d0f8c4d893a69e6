/*
 * Calls that want the process to have one thread
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "set-mm/host/alone.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/host/own-table.h"
#include "set-mm/host/rcu-thread.h"

static long renew(long (*call)(void *opaque), void *opaque, bool is_paused)
{
    int error;
    long ret;

    fork_safety_hold = FORK_HOLD_ALWAYS;
    fork_safety_begin();
    own_table_end();
    ret = call(opaque);
    error = errno;
    own_table_restart();
    if (is_paused) {
        rcu_thread_resume();
    }
    fork_safety_end();
    fork_safety_hold = FORK_HOLD_NAMELESS;
    if (is_paused) {
        rcu_thread_tell();
    }
    errno = error;
    return ret;
}

/* The thread for RCU can want a lock that a fork holds. */
long alone_call(long (*call)(void *opaque), void *opaque)
{
    rcu_thread_end();
    return renew(call, opaque, false);
}

static long change_nothing(void *opaque)
{
    return 0;
}

void alone_renew(bool is_only_thread)
{
    int error = errno;
    bool is_paused = false;

    if (is_only_thread) {
        rcu_thread_end();
    } else {
        is_paused = rcu_thread_pause();
    }
    renew(change_nothing, NULL, is_paused);
    errno = error;
}

int alone_list(pid_t thread[ALONE_MOST])
{
    int n = own_table_threads(thread);

    thread[n] = rcu_thread_id();
    n += thread[n] != 0;
    return n + vfork_lender_list(thread + n);
}

bool alone_is_hidden(pid_t thread)
{
    pid_t own[ALONE_MOST];
    int n = alone_list(own);

    for (int i = 0; i < n; i++) {
        if (own[i] == thread) {
            return true;
        }
    }
    return false;
}
