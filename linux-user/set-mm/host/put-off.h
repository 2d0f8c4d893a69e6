/*
 * A forked child that goes on without a keeper for a moment
 *
 * Most forked children execute something else at once, or end.  A keeper for
 * them costs more than all else that the emulator does at a fork, and nobody
 * sees it.  So a child has none until it needs one, makes a call that may take
 * long or has run for some milliseconds; and one thread until then.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_PUT_OFF_H
#define LINUX_USER_PUT_OFF_H

#include <stdbool.h>

/**
 * put_off_init: let children put their keepers off from now on
 * @interrupt: called from a handler of signals when the time is over, to have
 *             the guest's code interrupted; then put_off_is_due()
 */
void put_off_init(void (*interrupt)(void));

/* put_off_is_due: is it time for the keeper?  Of a process that puts it off. */
bool put_off_is_due(void);

#endif /* LINUX_USER_PUT_OFF_H */
