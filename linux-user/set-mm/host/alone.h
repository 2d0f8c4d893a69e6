/*
 * Calls that want the process to have one thread
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_ALONE_H
#define LINUX_USER_ALONE_H

#include <stdbool.h>
#include <sys/types.h>
#include "set-mm/host/vfork-child.h"

/**
 * alone_call: call the host while the emulator's threads do not exist
 * @call: called with @opaque; must not use anything that needs them
 *
 * For a guest of one thread.  The threads end and are made anew by the calling
 * thread, so that they have its user, its namespaces and its root directory.
 * All is as at a fork, whose locks are held and whose actions are taken.
 *
 * Returns: what @call returns, with errno.
 */
long alone_call(long (*call)(void *opaque), void *opaque);

/**
 * alone_renew: make the emulator's threads anew, with the caller's credentials
 * @is_only_thread: of the guest; otherwise the thread for RCU can stay as it is
 *                  while another thread runs and makes no system call
 */
void alone_renew(bool is_only_thread);

/*
 * How many threads the emulator can have: two of own-table.c, RCU's, and those
 * that lend all they have to another process.
 */
enum { ALONE_MOST = 3 + VFORK_MOST_LENDERS };

/**
 * alone_list: the ids of the emulator's threads
 *
 * Returns: how many there are.
 */
int alone_list(pid_t thread[ALONE_MOST]);

/* alone_is_hidden: is that the id of a thread of the emulator's? */
bool alone_is_hidden(pid_t thread);

#endif /* LINUX_USER_ALONE_H */
