/*
 * How long a forked child goes on without a keeper
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_CHILD_H
#define LINUX_USER_GUEST_CHILD_H

#include "set-mm/host/own-table.h"
#include "set-mm/host/put-off.h"

/* guest_child_init: before the guest runs */
void guest_child_init(void);

/*
 * guest_child_stays: may a system call, as the guest numbers it, take long?
 * @arg2: its second argument, which can be a command
 */
bool guest_child_stays(int num, int arg2);

/* guest_child_call: the guest is about to make a system call */
static inline void guest_child_call(int num, int arg2)
{
    if (unlikely(own_table_is_put_off) && guest_child_stays(num, arg2)) {
        own_table_begin();
    }
}

/* guest_child_runs: the guest's code has been interrupted */
static inline void guest_child_runs(void)
{
    if (unlikely(own_table_is_put_off) && put_off_is_due()) {
        own_table_begin();
    }
}

#endif /* LINUX_USER_GUEST_CHILD_H */
