/*
 * Being a child of vfork(2)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/syscall.h>
#include "qemu/atomic.h"
#include "set-mm/host/vfork-child.h"

enum { WAIT_MS = 200 };

__thread pid_t vfork_child_owner;
__thread pid_t vfork_child_pid;
__thread pid_t vfork_child_keeper;

bool vfork_is_orphan(void)
{
    return vfork_is_child() &&
           syscall(__NR_tgkill, vfork_child_owner,
                   vfork_child_keeper ?: vfork_child_owner, 0) < 0 &&
           errno == ESRCH;
}

static int alive;           /* children of the process's threads */
static bool is_closed;      /* no more are made */

bool vfork_begin(void)
{
    qatomic_inc(&alive);
    return !qatomic_read(&is_closed);
}

void vfork_end(void)
{
    qatomic_dec(&alive);
}

bool vfork_has_children(void)
{
    return qatomic_read(&alive);
}

void vfork_wait(void)
{
    if (vfork_is_child()) {
        return;
    }
    qatomic_set(&is_closed, true);
    for (int ms = 0; ms < WAIT_MS && vfork_has_children(); ms++) {
        g_usleep(1000);
    }
}

void vfork_go_on(void)
{
    if (!vfork_is_child()) {
        qatomic_set(&is_closed, false);
    }
}

/* Of the process. */
static struct {
    int n;
    pid_t unseen[VFORK_MOST_LENDERS];
} lenders;

static void replace_lender(pid_t old, pid_t new)
{
    for (int i = 0; i < VFORK_MOST_LENDERS; i++) {
        if (qatomic_cmpxchg(&lenders.unseen[i], old, new) == old) {
            break;
        }
    }
}

void vfork_lender_begin(void)
{
    replace_lender(0, syscall(__NR_gettid));
}

void vfork_lender_end(void)
{
    replace_lender(syscall(__NR_gettid), 0);
}

void vfork_lender_made(void)
{
    qatomic_inc(&lenders.n);
}

void vfork_lender_gone(void)
{
    qatomic_dec(&lenders.n);
}

int vfork_lenders(void)
{
    return qatomic_read(&lenders.n);
}

int vfork_lender_list(pid_t thread[VFORK_MOST_LENDERS])
{
    int n = 0;

    for (int i = 0; i < VFORK_MOST_LENDERS; i++) {
        pid_t id = qatomic_read(&lenders.unseen[i]);

        if (id) {
            thread[n++] = id;
        }
    }
    return n;
}

void vfork_forget(void)
{
    memset(&lenders, 0, sizeof(lenders));
    vfork_child_owner = 0;
    alive = 0;
    is_closed = false;
}
