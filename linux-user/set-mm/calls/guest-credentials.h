/*
 * Calls that change a thread's credentials
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_CREDENTIALS_H
#define LINUX_USER_GUEST_CREDENTIALS_H

/**
 * guest_credentials: setuid(2), setgroups(2), capset(2) and all the others
 * @ret: what the host has answered the calling thread
 *
 * Credentials are a thread's own.  After a call that did not fail, the
 * emulator's threads are made anew by the calling thread, so that they have no
 * privileges that the guest has given up, and nobody finds a process of the old
 * user.
 *
 * Returns: @ret, with errno as it was.
 */
int guest_credentials(int ret);

#endif /* LINUX_USER_GUEST_CREDENTIALS_H */
