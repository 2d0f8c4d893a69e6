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

/**
 * proc_memory_read: read mem or pagemap
 * @buf: of @size bytes
 * @pos: where to read; moved as the kernel moves it
 *
 * Mirrors fs/proc/base.c:mem_rw() and fs/proc/task_mmu.c:pagemap_read(): what
 * is mapped is read whatever its protection, and pagemap has zeros for what is
 * not.  The numbers of pagemap are in the reader's byte order.
 *
 * Returns: bytes read, or -1 with errno: EIO if nothing is mapped there, EINVAL
 * where pagemap is asked for a part of a number, or what the host says.
 */
ssize_t proc_memory_read(ProcEntry entry, const Sibling *sibling, int fd,
                         void *buf, size_t size, off_t *pos);

/**
 * proc_memory_write: write to mem
 * @buf: @size bytes, none of the guest's memory
 *
 * The process's own code runs as it was written.
 *
 * Returns: as proc_memory_read().
 */
ssize_t proc_memory_write(const Sibling *sibling, int fd, const void *buf,
                          size_t size, off_t *pos);

/**
 * proc_memory_swap: turn what the host's pagemap says into the reader's order
 * @buf: of @size bytes
 */
void proc_memory_swap(void *buf, size_t size);

#endif /* LINUX_USER_PROC_MEMORY_H */
