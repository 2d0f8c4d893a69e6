/*
 * The guest's first thread, which may end before others
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/syscall.h>
#include "qemu/atomic.h"
#include "set-mm/state/guest-leader.h"

/* Of the process; a forked child has another first thread. */
static pid_t gone;

bool guest_leader_is_self(void)
{
    return syscall(__NR_gettid) == getpid();
}

void guest_leader_ends(void)
{
    if (guest_leader_is_self()) {
        qatomic_set(&gone, getpid());
    }
}

bool guest_leader_is_gone(void)
{
    pid_t pid = qatomic_read(&gone);

    return unlikely(pid) && pid == getpid();
}
