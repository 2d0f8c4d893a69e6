/*
 * Contents: what the guest's entries of /proc say
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_PROC_CONTENT_H
#define LINUX_USER_PROC_CONTENT_H

#include <sys/types.h>
#include "set-mm/rules/proc-name.h"
#include "set-mm/views/sibling.h"

/*
 * In the following, @sibling is whose entry it is, or NULL for the process's
 * own.
 */

/**
 * proc_content_is_text: is an entry written out as a whole?
 *
 * As those of the kernel are that use fs/seq_file.c; the others are read from
 * the process each time.
 */
bool proc_content_is_text(ProcEntry entry);

/**
 * proc_content_text: write out an entry
 * @entry: one of those
 * @fd: the host's entry, open for reading; its offset is left alone
 *
 * Returns: the text, owned by the caller, or NULL with errno.
 */
GByteArray *proc_content_text(ProcEntry entry, const Sibling *sibling, int fd);

/* proc_content_host_text: the same as the host has it */
GByteArray *proc_content_host_text(int fd);

/**
 * proc_content_read: read from an entry of the other sort
 * @fd: the host's entry, open for reading; its offset is left alone
 * @buf: of @size bytes
 * @pos: where to read; moved as the kernel moves it
 *
 * Returns: bytes read, or -1 with errno.
 */
ssize_t proc_content_read(ProcEntry entry, const Sibling *sibling, int fd,
                          void *buf, size_t size, off_t *pos);

#endif /* LINUX_USER_PROC_CONTENT_H */
