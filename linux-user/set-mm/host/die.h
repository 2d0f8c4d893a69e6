/*
 * Dying from a signal
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_DIE_H
#define LINUX_USER_DIE_H

#include <signal.h>

/**
 * host_is_init: whether the process is the first of its PID namespace
 *
 * To such a one the kernel delivers no signal whose action is the default,
 * whoever sends it, but those of its own faults (sig_task_ignored() and
 * force_sig_info_to_task() in kernel/signal.c).
 */
bool host_is_init(void);

/**
 * host_die: wait for a signal that the process has sent itself
 * @sig: the host's number; its action is the default
 * @mask: that of sigsuspend(2), without @sig
 *
 * Init gets no such signal, so it commits the fault that the signal stands
 * for.  Of a signal that no fault stands for, its exit status tells as a shell
 * would.
 */
G_NORETURN void host_die(int sig, const sigset_t *mask);

#endif /* LINUX_USER_DIE_H */
