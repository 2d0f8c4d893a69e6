/*
 * The program that an emulator was handed by the one that executed it
 *
 * What binfmt_misc does for it otherwise: see self-exec.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_HANDED_PROGRAM_H
#define LINUX_USER_HANDED_PROGRAM_H

/* The option by which it is done, without a dash. */
#define SELF_EXEC_OPTION "set-mm-exec"

/**
 * handed_option: the option by which the program is handed over
 * @arg: a descriptor's number; "f" if the task gets the file's name; a comma
 *       and the number of the emulator's own binary where that is out of reach;
 *       a colon; what was given to execve(2)
 *
 * Ends the process with one line if it is not so.
 */
void handed_option(const char *arg);

/* handed_program: the descriptor, or -1 if nothing was handed over */
int handed_program(void);

/**
 * handed_emulator: a descriptor of the emulator's own binary
 *
 * Once; the caller closes it.
 *
 * Returns: it, or -1 if none was handed over.
 */
int handed_emulator(void);

/* handed_execfn: what was given to execve(2), stays; or NULL */
char *handed_execfn(void);

/* handed_comm: the task's name, stays; or NULL */
const char *handed_comm(void);

#endif /* LINUX_USER_HANDED_PROGRAM_H */
