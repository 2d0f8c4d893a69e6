/*
 * Contents: maps and smaps
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_PROC_MAPS_H
#define LINUX_USER_PROC_MAPS_H

#include <stdbool.h>
#include <stdint.h>
#include "set-mm/views/sibling.h"

/**
 * proc_maps_text: the guest's mappings, a line each
 * @host_maps: the host's maps, or its smaps if @smaps, with a NUL behind
 * @smaps: with the numbers of smaps behind each line
 *
 * Protections are the guest's, everything else is the host's.  [heap] and
 * [stack] are where start_brk, brk and start_stack say, by the rule of
 * Linux 6.12.
 *
 * Returns: the text, with a NUL behind it that does not count; owned by the
 * caller.
 */
GByteArray *proc_maps_text(const char *host_maps, bool smaps);

/* proc_maps_text_of: the same of another guest; NULL if it is not to be had */
GByteArray *proc_maps_text_of(const Sibling *sibling, const char *host_maps,
                              bool smaps);

/* proc_maps_path_column: where a line has its path, counted from 0 */
int proc_maps_path_column(void);

/* proc_maps_exec_size: bytes of all executable mappings of the guest */
uint64_t proc_maps_exec_size(void);

#endif /* LINUX_USER_PROC_MAPS_H */
