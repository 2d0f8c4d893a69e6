/*
 * The guest's first thread, which may end before others
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_LEADER_H
#define LINUX_USER_GUEST_LEADER_H

#include <stdbool.h>

/* guest_leader_is_self: is it the calling thread? */
bool guest_leader_is_self(void);

/* guest_leader_ends: the calling thread is about to end; note if it is that */
void guest_leader_ends(void);

/*
 * guest_leader_is_gone: is it a zombie?  It counts as a thread until the
 * process ends, and has no memory, files or executable.
 */
bool guest_leader_is_gone(void);

#endif /* LINUX_USER_GUEST_LEADER_H */
