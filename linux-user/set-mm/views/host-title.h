/*
 * The guest's command line in the host's ps, htop and pgrep
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_HOST_TITLE_H
#define LINUX_USER_HOST_TITLE_H

/**
 * host_title_update: point the host's arguments and environment of this
 * process at the guest's
 *
 * The guest's memory is the emulator's, so the host follows what the guest
 * writes there by itself; only moved bounds need another call.  Needs no
 * privilege.  A host that refuses keeps showing the emulator.
 */
void host_title_update(void);

#endif /* LINUX_USER_HOST_TITLE_H */
