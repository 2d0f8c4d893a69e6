/*
 * What is read from entries of /proc, and written to them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_PROC_IO_H
#define LINUX_USER_PROC_IO_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>
#include <sys/uio.h>
#include "set-mm/state/fd-table.h"

/* read(2), write(2) and their relatives of the host */
typedef ssize_t HostRead(int fd, void *buf, size_t size);
typedef ssize_t HostReadv(int fd, const struct iovec *vec, int count);
typedef ssize_t HostPreadv(int fd, const struct iovec *vec, int count,
                           unsigned long low, unsigned long high);
typedef ssize_t HostPreadv2(int fd, const struct iovec *vec, int count,
                            unsigned long low, unsigned long high, int flags);
typedef ssize_t HostWrite(int fd, const void *buf, size_t size);

/* Behind the inline part of guest_read(). */
ssize_t proc_file_read(HostRead *host, int fd, void *buf, size_t size);

/**
 * guest_read: read(2)
 * @host: called for everything that is not an entry of ours
 *
 * guest_pread, guest_readv, guest_preadv, guest_preadv2: likewise
 *
 * Return: as those, or -1 with host errno.
 */
static inline ssize_t guest_read(HostRead *host, int fd, void *buf,
                                 size_t size)
{
    return likely(fd_table_is_plain(fd)) ? host(fd, buf, size)
                                          : proc_file_read(host, fd, buf, size);
}

ssize_t guest_pread(int fd, void *buf, size_t size, off_t pos);

/**
 * proc_file_pread_own: guest_pread() for gdb's stub
 * @buf: host memory that is not the guest's
 *
 * Return: as guest_pread().
 */
ssize_t proc_file_pread_own(int fd, void *buf, size_t size, off_t pos);

/**
 * proc_file_maps: what a guest's maps says
 * @is_own: gets whether it is the caller's own
 *
 * Returns: a text with a NUL, for g_byte_array_unref(), or NULL if @fd is
 * something else.
 */
GByteArray *proc_file_maps(int fd, bool *is_own);

ssize_t guest_readv(HostReadv *host, int fd, const struct iovec *vec,
                    int count);
ssize_t guest_preadv(HostPreadv *host, int fd, const struct iovec *vec,
                     int count, unsigned long low, unsigned long high);
ssize_t guest_preadv2(HostPreadv2 *host, int fd, const struct iovec *vec,
                      int count, unsigned long low, unsigned long high,
                      int flags);

/* Behind the inline part of guest_write(). */
ssize_t proc_file_write(HostWrite *host, int fd, const void *buf, size_t size);

/**
 * guest_write: write(2)
 * @host: called for everything that is not a process's mem
 *
 * guest_pwrite, guest_writev, guest_pwritev, guest_pwritev2: likewise
 *
 * Return: as those, or -1 with host errno.
 */
static inline ssize_t guest_write(HostWrite *host, int fd, const void *buf,
                                  size_t size)
{
    return likely(fd_table_is_plain(fd)) ? host(fd, buf, size)
                                          : proc_file_write(host, fd, buf,
                                                            size);
}

ssize_t guest_pwrite(int fd, const void *buf, size_t size, off_t pos);
ssize_t guest_writev(HostReadv *host, int fd, const struct iovec *vec,
                     int count);
ssize_t guest_pwritev(HostPreadv *host, int fd, const struct iovec *vec,
                      int count, unsigned long low, unsigned long high);
ssize_t guest_pwritev2(HostPreadv2 *host, int fd, const struct iovec *vec,
                       int count, unsigned long low, unsigned long high,
                       int flags);

#endif /* LINUX_USER_PROC_IO_H */
