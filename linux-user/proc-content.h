/*
 * Contents: what the guest's entries of /proc say
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_PROC_CONTENT_H
#define LINUX_USER_PROC_CONTENT_H

#include "proc-name.h"

/**
 * proc_content_open: open an entry of the calling process for reading
 * @entry: any but PROC_ENTRY_NONE and PROC_ENTRY_EXE
 * @flags: host flags of open(2); O_CLOEXEC and O_NONBLOCK are kept
 *
 * Returns: a new descriptor that reads the present content, or -1 with
 * errno.
 */
int proc_content_open(ProcEntry entry, int flags);

#endif /* LINUX_USER_PROC_CONTENT_H */
