/*
 * What the kernel's binfmt_misc hands over, and what it must be handed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_BINFMT_H
#define LINUX_USER_BINFMT_H

#include <stdbool.h>

/**
 * binfmt_program: the program that was opened for us, by binfmt_misc or by the
 * emulator that executed us
 *
 * Returns: a descriptor with errno 0, or errno ENOENT, as
 * getauxval(AT_EXECFD).
 */
int binfmt_program(void);

/**
 * binfmt_opened: did binfmt_misc open the program for us (flag O)?
 *
 * Then the one that is executed next will most likely be opened as well, and
 * its path need not lead anywhere by the time its emulator looks.
 */
bool binfmt_opened(void);

/**
 * binfmt_is_option: is the first argument an option of the emulator's?
 *
 * None is if binfmt_misc started us: it passes the path of the program, which
 * can begin with a dash.
 */
bool binfmt_is_option(const char *arg);

/**
 * binfmt_execfn: what was given to execve(2)
 * @path: of the program, as given to the emulator
 *
 * For a script's interpreter that is the script, as it is for every program.
 *
 * Returns: @path if neither binfmt_misc nor another emulator started us; stays.
 */
char *binfmt_execfn(char *path);

/**
 * binfmt_exec_path: a path by which binfmt_misc can execute what is meant
 * @dirfd, @path, @flags: of execveat(2), host values
 *
 * The kernel passes what it opened on as /dev/fd/N or /dev/fd/N/PATH.  If N is
 * close-on-exec there will be no such path, and binfmt_misc answers ENOENT,
 * where a program of the machine's own is executed all the same.  So an ELF
 * file is executed by such a path in the first place, which binfmt_misc cannot
 * know to be of no use, and whose program it opens.  A script gets ENOENT on
 * every machine.
 *
 * Returns: @path or an absolute path; valid until the thread's next call.
 */
const char *binfmt_exec_path(int dirfd, const char *path, int flags);

#endif /* LINUX_USER_BINFMT_H */
