/*
 * System calls that can sleep, in a way that a signal interrupts
 *
 * QEMU calls the C library here, and a signal that comes just before is noticed
 * when the call is over.  Arguments, results and errno are those of the
 * library's functions, but for errno QEMU_ERESTARTSYS: a signal came first.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_SLEEP_H
#define LINUX_USER_GUEST_SLEEP_H

#include <fcntl.h>
#include <sys/types.h>
#include <sys/uio.h>

ssize_t guest_splice(int in, loff_t *in_offset, int out, loff_t *out_offset,
                     size_t len, unsigned flags);
ssize_t guest_tee(int in, int out, size_t len, unsigned flags);
ssize_t guest_vmsplice(int fd, const struct iovec *vec, size_t count,
                       unsigned flags);
ssize_t guest_sendfile(int out, int in, off_t *offset, size_t len);
int guest_open_handle(int mount_fd, struct file_handle *handle,
                            int flags);

/* These two sleep for some arguments only; else CALL is made, QEMU's own. */
typedef int GetrandomFn(void *buf, size_t len, unsigned flags);
int guest_getrandom(GetrandomFn *call, void *buf, size_t len, unsigned flags);
typedef int SyslogFn(int type, char *buf, int len);
int guest_syslog(SyslogFn *call, int type, char *buf, int len);

#endif /* LINUX_USER_GUEST_SLEEP_H */
