/*
 * System calls that change what the guest's descriptors are
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_FD_H
#define LINUX_USER_GUEST_FD_H

#include "qemu.h"
#include <pthread.h>
#include <sys/uio.h>

/*
 * guest_close: close(2)
 * guest_dup2: dup2(2)
 * guest_dup3: dup3(2); @flags are the host's
 *
 * Return: as those, or -1 with errno.
 */
int guest_close(int fd);
int guest_dup2(int old, int new);
int guest_dup3(int old, int new, int flags);

/**
 * guest_fcntl_done: what fcntl(2) has returned
 * @ret: that, or a negative target errno
 * @fd, @cmd: its arguments; @cmd is the target's
 *
 * A copy of a descriptor has the translator of what it is a copy of, as with
 * dup(2).
 *
 * Returns: @ret.
 */
abi_long guest_fcntl_done(abi_long ret, int fd, int cmd);

/* close_range(2) of the host */
typedef int HostCloseRange(int first, int last, int flags);

/* guest_close_range: close_range(2); returns 0, or -1 with errno */
int guest_close_range(HostCloseRange *host, unsigned first, unsigned last,
                      int flags);

/**
 * guest_no_vectors: in place of lock_iovec() for no vectors at all
 *
 * QEMU's says that there is nothing, and recvmsg(2) was not done then.
 *
 * Returns: one that is empty, for unlock_iovec().
 */
static inline struct iovec *guest_no_vectors(void)
{
    return g_new0(struct iovec, 1);
}

/**
 * guest_pthread_create: pthread_create(3) for a thread of the guest's, which
 * shares its maker's table of descriptors
 *
 * Returns: 0 or a host errno.
 */
int guest_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
                         void *(*fn)(void *), void *arg);

#endif /* LINUX_USER_GUEST_FD_H */
