/*
 * getrlimit(2), setrlimit(2) and prlimit64(2)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_RLIMIT_H
#define LINUX_USER_GUEST_RLIMIT_H

#include <sys/resource.h>

struct host_rlimit64;

/**
 * guest_getrlimit: getrlimit(2) for the guest
 *
 * Returns: 0, or -1 with host errno.
 */
int guest_getrlimit(int resource, struct rlimit *rlim);

/**
 * guest_setrlimit: setrlimit(2) for the guest
 *
 * RLIMIT_DATA and RLIMIT_AS are remembered, as QEMU ignores them
 * (guest-limits.h); the others are the host's.
 *
 * Returns: 0, or -1 with host errno (EINVAL: soft above hard; EPERM: hard
 * raised without CAP_SYS_RESOURCE).
 */
int guest_setrlimit(int resource, const struct rlimit *rlim);

/* prlimit64(2) of the host */
typedef int HostPrlimit64(pid_t pid, int resource,
                          const struct host_rlimit64 *new_limit,
                          struct host_rlimit64 *old_limit);

/**
 * guest_prlimit64: prlimit64(2) for the guest
 * @host: called for what is no affair of the guest's alone
 * @pid: 0 for the calling process
 * @new_limit, @old_limit: host order, may be NULL
 *
 * These two limits of another process are reported, but, as by QEMU, not
 * changed.
 *
 * Returns: 0, or -1 with host errno.
 */
int guest_prlimit64(HostPrlimit64 *host, pid_t pid, int resource,
                    const struct host_rlimit64 *new_limit,
                    struct host_rlimit64 *old_limit);

#endif /* LINUX_USER_GUEST_RLIMIT_H */
