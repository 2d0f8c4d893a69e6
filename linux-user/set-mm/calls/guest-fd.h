/*
 * System calls that change what the guest's descriptors are
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_FD_H
#define LINUX_USER_GUEST_FD_H

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
