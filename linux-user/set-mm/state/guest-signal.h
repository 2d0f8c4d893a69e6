/*
 * The guest's signal actions
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_SIGNAL_H
#define LINUX_USER_GUEST_SIGNAL_H

/*
 * Of QEMU's signal.c, where hooks/signal.cocci makes it known; by the guest's
 * number less one, in host order.
 */
extern struct target_sigaction sigact_table[TARGET_NSIG];

#endif /* LINUX_USER_GUEST_SIGNAL_H */
