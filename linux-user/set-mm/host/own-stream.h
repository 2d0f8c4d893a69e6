/*
 * Files that QEMU itself reads and writes as streams: its log, perf's maps
 *
 * The linker has QEMU's fopen(3) and getrandom(2) come by here (--wrap), so
 * that what they open is in the keeper's table (own-table.h) and not in the
 * guest's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_OWN_STREAM_H
#define LINUX_USER_OWN_STREAM_H

#include <stdio.h>
#include <sys/types.h>

/**
 * __wrap_fopen: fopen(3)
 *
 * What is written is appended, so that forked children, whose keepers open the
 * file anew, and their parent do not overwrite each other's lines.
 */
FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__wrap_fopen64(const char *path, const char *mode);

/**
 * __wrap_getrandom: getrandom(2)
 *
 * Where the host refuses it /dev/urandom is read.
 */
ssize_t __wrap_getrandom(void *buf, size_t size, unsigned flags);

/* The C library's. */
ssize_t __real_getrandom(void *buf, size_t size, unsigned flags);

#endif /* LINUX_USER_OWN_STREAM_H */
