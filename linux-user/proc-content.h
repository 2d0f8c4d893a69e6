/*
 * Contents: what the guest's entries of /proc say
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_PROC_CONTENT_H
#define LINUX_USER_PROC_CONTENT_H

#include <sys/types.h>
#include "proc-name.h"

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
GByteArray *proc_content_text(ProcEntry entry, int fd);

/**
 * proc_content_read: read from an entry of the other sort
 * @buf: of @size bytes
 * @pos: where to read; moved as the kernel moves it
 *
 * Returns: bytes read.
 */
ssize_t proc_content_read(ProcEntry entry, void *buf, size_t size, off_t *pos);

#endif /* LINUX_USER_PROC_CONTENT_H */
