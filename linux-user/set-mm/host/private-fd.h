/*
 * Descriptors of the emulator's own, kept out of the guest's way
 *
 * They are the numbers from the ceiling on, which is the guest's limit, and
 * the host's soft RLIMIT_NOFILE ends right behind them.  So every number below
 * is the guest's, EMFILE is the kernel's own, and no call can make another
 * descriptor in their place.  If the guest lowers its limit, they stay where
 * they are.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_PRIVATE_FD_H
#define LINUX_USER_PRIVATE_FD_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>
#include "qemu/atomic.h"

typedef enum PrivateFd {
    PRIVATE_FD_EXE,         /* the guest's executable */
    PRIVATE_FD_CANDIDATE,   /* what is to become it; otherwise the same */
    PRIVATE_FD_PROC,        /* O_PATH of the host's /proc */
    PRIVATE_FD_STATE,       /* see public-state.h */
    NR_PRIVATE_FDS
} PrivateFd;

/* Read by private_fd() and private_fd_is() only. */
extern int private_fds[NR_PRIVATE_FDS];

/**
 * private_fd_init: choose the ceiling, before any other function here
 * @exe: the guest's executable; stays the caller's
 * @state: becomes PRIVATE_FD_STATE; stays the caller's, -1 if there is none
 *
 * A ceiling below the limit that the process was started with is raised by
 * private_fd_set_ceiling() when the guest needs more: a kernel's table of
 * descriptors, copied by every fork, is as long as the highest one.
 */
void private_fd_init(int exe, int state);

/* private_fd: the number, -1 if there is none */
static inline int private_fd(PrivateFd which)
{
    return qatomic_read(&private_fds[which]);
}

/* Around all of them; read by private_fd_may_be() only. */
typedef struct PrivateFdRange {
    unsigned first;
    unsigned span;
} PrivateFdRange;

extern PrivateFdRange private_fd_range;

/**
 * private_fd_may_be: can the number be one of ours?
 *
 * Asked for every system call of the guest.
 */
static inline bool private_fd_may_be(unsigned fd)
{
    return fd - qatomic_read(&private_fd_range.first) <=
           qatomic_read(&private_fd_range.span);
}

/* private_fd_is: is it? */
static inline bool private_fd_is(int fd)
{
    bool is = false;

    for (int i = 0; i < NR_PRIVATE_FDS; i++) {
        is |= fd == private_fd(i);
    }
    return is && fd >= 0;
}

/**
 * private_fd_begin_exe: take a candidate for the executable
 * @fd: the guest's number; stays the guest's
 *
 * What happens to the number from now on does not matter.  On success
 * private_fd_end_exe() must follow.
 *
 * Returns: 0 or a negative host errno (EBADF).
 */
int private_fd_begin_exe(int fd);

/**
 * private_fd_end_exe: make the candidate the executable, or forget it
 *
 * Concurrent users of PRIVATE_FD_EXE find the old file or the new one.
 *
 * Returns: 0, or a negative host errno where the host does not install it; then
 * the old one stays.
 */
int private_fd_end_exe(bool install);

/**
 * private_fd_replace: make one of ours another file; for PRIVATE_FD_STATE
 * @fd: stays the caller's
 *
 * Returns: 0 or a negative host errno.
 */
int private_fd_replace(PrivateFd which, int fd);

/**
 * private_fd_before_unshare: the calling thread is about to get a table of
 * descriptors of its own
 */
void private_fd_before_unshare(void);

/**
 * private_fd_table: whose table has the numbers that the caller gets here?
 *
 * Returns: a thread's id, or 0 if all threads share one.
 */
pid_t private_fd_table(void);

/**
 * private_fd_exe: PRIVATE_FD_EXE, as it was installed last by any thread
 *
 * Returns: a number in the calling thread's table, or -1.
 */
int private_fd_exe(void);

/**
 * private_fd_open: openat(2), even if the guest has used up all its numbers
 * private_fd_openat: below a private directory
 *
 * For the emulator's own short use; the number may be one that the guest
 * could get.  The descriptor is close-on-exec.
 *
 * Returns: a descriptor, or -1 with errno.
 */
int private_fd_open(int dirfd, const char *path, int flags);
int private_fd_openat(PrivateFd dir, const char *path, int flags);

/* private_fd_ceiling: the first number that is not the guest's */
rlim_t private_fd_ceiling(void);

/**
 * private_fd_host_limit: the host's RLIMIT_NOFILE, not as raised for a moment
 *
 * Returns: whether the soft limit is as it was set here, and not by another
 * process.
 */
bool private_fd_host_limit(struct rlimit *rlim);

/* private_fd_max_ceiling: what private_fd_set_ceiling() can reach */
rlim_t private_fd_max_ceiling(void);

/**
 * private_fd_set_ceiling: allow the guest other numbers
 * @ceiling: at most private_fd_max_ceiling()
 *
 * Returns: 0 or a negative host errno.
 */
int private_fd_set_ceiling(rlim_t ceiling);

/**
 * private_fd_set_hard: change the host's hard RLIMIT_NOFILE
 *
 * Returns: 0 or a negative host errno (EPERM).
 */
int private_fd_set_hard(rlim_t hard);

#endif /* LINUX_USER_PRIVATE_FD_H */
