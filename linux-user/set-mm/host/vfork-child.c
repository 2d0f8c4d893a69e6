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

void vfork_forget(void)
{
    vfork_child_owner = 0;
    alive = 0;
    is_closed = false;
}
