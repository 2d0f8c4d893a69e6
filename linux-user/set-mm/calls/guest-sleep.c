/*
 * System calls that can sleep, in a way that a signal interrupts
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/random.h>
#include <sys/syscall.h>
#include "qemu.h"
#include "user-internals.h"
#include "user/safe-syscall.h"
#include "set-mm/calls/guest-sleep.h"

/* Where off_t is wider than the first call's. */
#ifdef SYS_sendfile64
#define NR_SENDFILE SYS_sendfile64
#else
#define NR_SENDFILE __NR_sendfile
#endif

ssize_t guest_splice(int in, loff_t *in_offset, int out, loff_t *out_offset,
                     size_t len, unsigned flags)
{
    return safe_syscall(__NR_splice, in, in_offset, out, out_offset, len,
                        flags);
}

ssize_t guest_tee(int in, int out, size_t len, unsigned flags)
{
    return safe_syscall(__NR_tee, in, out, len, flags);
}

ssize_t guest_vmsplice(int fd, const struct iovec *vec, size_t count,
                       unsigned flags)
{
    return safe_syscall(__NR_vmsplice, fd, vec, count, flags);
}

ssize_t guest_sendfile(int out, int in, off_t *offset, size_t len)
{
    return safe_syscall(NR_SENDFILE, out, in, offset, len);
}

int guest_getrandom(GetrandomFn *call, void *buf, size_t len, unsigned flags)
{
    if (flags & GRND_NONBLOCK) {
        return call(buf, len, flags);
    }
    return safe_syscall(__NR_getrandom, buf, len, flags);
}

int guest_open_handle(int mount_fd, struct file_handle *handle,
                            int flags)
{
    return safe_syscall(__NR_open_by_handle_at, mount_fd, handle, flags);
}

int guest_syslog(SyslogFn *call, int type, char *buf, int len)
{
    /* SYSLOG_ACTION_READ waits for a message. */
    if (type != 2) {
        return call(type, buf, len);
    }
    return safe_syscall(__NR_syslog, type, buf, len);
}
