/*
 * Files that QEMU itself reads and writes as streams: its log, perf's maps
 *
 * The linker has QEMU's fopen(3), fdopen(3), g_file_get_contents() and
 * getrandom(2) come by here (--wrap), so that what they open is in the keeper's
 * table (own-table.h) and not in the guest's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_OWN_STREAM_H
#define LINUX_USER_OWN_STREAM_H

#include <glib.h>
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
 * __wrap_fdopen: fdopen(3)
 *
 * A file that has just been made to be written: its descriptor is closed at
 * once, and not with the stream.  One to be read is as ever, such as those that
 * g_file_get_contents() reads.
 */
FILE *__wrap_fdopen(int fd, const char *mode);
FILE *__real_fdopen(int fd, const char *mode);

/**
 * __wrap_g_file_get_contents: GLib's
 *
 * A guest that may have few descriptors starts all the same.
 */
gboolean __wrap_g_file_get_contents(const char *name, char **contents,
                                    size_t *len, GError **error);
gboolean __real_g_file_get_contents(const char *name, char **contents,
                                    size_t *len, GError **error);

/**
 * own_stream_map: mmap(2) of the beginning of such a file, which has no
 * descriptor of fileno(3)'s
 */
void *own_stream_map(FILE *file, size_t size, int prot, int flags);

/**
 * __wrap_getrandom: getrandom(2)
 *
 * Where the host refuses it /dev/urandom is read.
 */
ssize_t __wrap_getrandom(void *buf, size_t size, unsigned flags);

/* The C library's. */
ssize_t __real_getrandom(void *buf, size_t size, unsigned flags);

#endif /* LINUX_USER_OWN_STREAM_H */
