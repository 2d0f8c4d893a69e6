/*
 * The guest's signal actions
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_SIGNAL_H
#define LINUX_USER_GUEST_SIGNAL_H

/*
 * In place of QEMU's; by the guest's number less one, in host order.  A child
 * of vfork(2) has its own.
 */
extern __thread struct target_sigaction *sigact_table;

/* guest_signal_forked: in what such a child forks, where threads share them */
void guest_signal_forked(void);

#endif /* LINUX_USER_GUEST_SIGNAL_H */
