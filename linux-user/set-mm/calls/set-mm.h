/*
 * prctl(PR_SET_MM, ...) and prctl(PR_GET_AUXV, ...)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_SET_MM_H
#define LINUX_USER_SET_MM_H

#include "set-mm/rules/set-mm-opts.h"

/* The machine's defaults. */
#define SET_MM_CONF "/etc/qemu-set-mm.conf"

/**
 * set_mm_option: the command line option -set-mm and QEMU_SET_MM
 * @list: see set_mm_opts_parse()
 *
 * SET_MM_CONF is read before the first.  Exits with 1 and one line of
 * explanation if a word is not known.
 */
void set_mm_option(const char *list);

/* set_mm_opts: what the options have come to; read-only */
const SetMMOpts *set_mm_opts(void);

/**
 * set_mm_prepare: take the program's identity before it is loaded
 * @execfd: of the program; stays the caller's
 * @path: as given to QEMU; stays the caller's, and as long as the process
 * @argv: of the program
 *
 * Returns: what was given to execve(2), as the guest knows it; an argv[0] that
 * is @path is changed with it where that is /proc/self/exe.
 */
char *set_mm_prepare(int execfd, char *path, char **argv);

/**
 * set_mm_start: complete the process's identity before the first guest
 * instruction
 * @info: of the loaded program
 */
void set_mm_start(const struct image_info *info);

/**
 * set_mm_prctl: prctl(PR_SET_MM) and prctl(PR_GET_AUXV)
 * @option: one of them
 * @arg2: sub-option, or guest address of the buffer
 * @arg3, @arg4, @arg5: as the guest passed them
 *
 * Mirrors kernel/sys.c:prctl_set_mm() and prctl_get_auxv(), errors and their
 * order included, except that the relaxed rule knows no EBUSY.
 *
 * Returns: 0 (PR_GET_AUXV: the size of the saved vector in bytes) or a
 * target errno.
 */
abi_long set_mm_prctl(int option, abi_ulong arg2, abi_ulong arg3,
                      abi_ulong arg4, abi_ulong arg5);

#endif /* LINUX_USER_SET_MM_H */
