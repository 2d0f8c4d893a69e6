/*
 * Files that gdb reads as the guest sees them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_DEBUG_FILE_H
#define LINUX_USER_DEBUG_FILE_H

#include <sys/types.h>

/**
 * debug_file_keep: take a file that was opened for gdb out of the guest's table
 * @fd: as open(2) has returned it; is closed
 *
 * An entry of /proc is read as it is now.
 *
 * Returns: a handle for the functions below, or a negative value with errno.
 */
int debug_file_keep(int fd);

/* debug_file_pread: pread(2) */
ssize_t debug_file_pread(int handle, void *buf, size_t size, off_t pos);

/* debug_file_close: close(2) */
int debug_file_close(int handle);

#endif /* LINUX_USER_DEBUG_FILE_H */
