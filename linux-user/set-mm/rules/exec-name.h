/*
 * How an emulator tells the next one that /proc/self/exe was executed
 *
 * binfmt_misc hands the emulator the path that was executed, and the program
 * gets it as AT_EXECFN.  What the host executes for a guest's /proc/self/exe is
 * /proc/self/fd/N of the emulator that is left; the spelling fd/./N, which
 * nobody else uses, says so.
 *
 * Nothing of QEMU is included, so that the spelling can be tested alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_EXEC_NAME_H
#define LINUX_USER_EXEC_NAME_H

#include <stdbool.h>
#include <stddef.h>

/**
 * exec_name_mark: spell the link of a keeper's descriptor so that it is known
 * @link: that ends in task/K/fd/N or ../K/fd/N
 * @buf: gets the same with fd/./N
 * @size: bytes of @buf
 *
 * Returns: false if @link has no such end or @buf is too small.
 */
bool exec_name_mark(const char *link, char *buf, size_t size);

/**
 * exec_name_restore: what the guest executed
 * @path: as binfmt_misc passed it; the end that exec_name_mark() has written
 *        is changed to exe
 *
 * Returns: whether it was changed.
 */
bool exec_name_restore(char *path);

#endif /* LINUX_USER_EXEC_NAME_H */
