/*
 * How a file without a name gets from one table of descriptors into another
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_OWN_MEETING_H
#define LINUX_USER_OWN_MEETING_H

#include <stdbool.h>

/**
 * own_meeting_give: from the calling thread's into the keeper's (own-table.h)
 * own_meeting_take: the other way round
 * @fd: stays as it is
 * @is_forking: in an action of a fork, which holds all locks; not in the child
 *
 * The calling thread has a descriptor more meanwhile.
 *
 * Return: a number in the other table, or -1.
 */
int own_meeting_give(int fd, bool is_forking);
int own_meeting_take(int fd, bool is_forking);

#endif /* LINUX_USER_OWN_MEETING_H */
