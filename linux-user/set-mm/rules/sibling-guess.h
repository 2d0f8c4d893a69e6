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
