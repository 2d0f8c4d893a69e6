/*
 * What another process's /proc tells everybody about an emulator
 *
 * Includes nothing of QEMU.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_SIBLING_GUESS_H
#define LINUX_USER_SIBLING_GUESS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * sibling_guess_limit: the soft limit of descriptors
 * @limits: text of /proc/PID/limits
 *
 * Returns: the number, or -1 if there is none, or more than INT_MAX.
 */
int sibling_guess_limit(const char *limits);

/**
 * sibling_guess_first: where the private descriptors of a process of ours can
 * begin
 * @limit: sibling_guess_limit(); @private: how many there are
 * @n: 0 for the most likely number, and so on
 *
 * private-fd.c places them right below the limit, unless the guest or another
 * process has changed that since.
 *
 * Returns: a number, or -1 if there is no more to try.
 */
int sibling_guess_first(int limit, int private, int n);

/**
 * sibling_guess_program: find the guest's arguments among an emulator's
 * @cmdline: of @len bytes, as /proc/PID/cmdline has it
 *
 * For a process that does not let us look further.  Options are QEMU's; where
 * binfmt_misc preserved argv[0] (flag P) the program's path comes before it.
 *
 * Returns: where the guest's begin, or 0 if that is no emulator.
 */
size_t sibling_guess_program(const char *cmdline, size_t len);

#endif /* LINUX_USER_SIBLING_GUESS_H */
