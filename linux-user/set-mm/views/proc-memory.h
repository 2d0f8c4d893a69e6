/*
 * Contents: the entries that tell of memory, by mappings or by bytes
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_PROC_MEMORY_H
#define LINUX_USER_PROC_MEMORY_H

#include <sys/types.h>
#include "set-mm/rules/proc-name.h"
#include "set-mm/views/sibling.h"

/*
 * In the following, @sibling is whose entry it is, or NULL for the process's
 * own, and @fd the host's entry, whose offset is left alone.
 */

/**
 * proc_memory_text: write out maps, smaps, smaps_rollup or numa_maps
 * @fd: open for reading
 *
 * Returns: the text, owned by the caller, or NULL with errno.
 */
GByteArray *proc_memory_text(ProcEntry entry, const Sibling *sibling, int fd);

/**
 * proc_memory_maps: what maps says, and the host's maps of the same moment
 * @host: gets the host's text, for g_free()
 *
 * With mmap_lock() held if they are the process's own.
 *
 * Returns: as proc_maps_text(), or NULL if it is not to be had.
 */
GByteArray *proc_memory_maps(const Sibling *sibling, char **host);

#endif /* LINUX_USER_PROC_MEMORY_H */
