/*
 * Which signals the guest gets, and when
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_SIGNALS_H
#define LINUX_USER_GUEST_SIGNALS_H

#include "qemu.h"

/**
 * guest_all_but_faults: the signals to block for a system call
 * @set: filled in
 *
 * The kernel kills whoever blocks the signal of a fault, and a copy may fault.
 * One that somebody sends meanwhile stays pending as QEMU's signals do.
 */
void guest_all_but_faults(sigset_t *set);

/**
 * guest_spares: whether a signal does not kill although that is its default
 * @k: as QEMU is about to deliver it, in the guest's order
 *
 * Init of a PID namespace gets only the signals of its own faults; see
 * sig_task_ignored() in kernel/signal.c.
 */
bool guest_spares(const struct emulated_sigtable *k);

#endif /* LINUX_USER_GUEST_SIGNALS_H */
