/*
 * Resource limits that apply to the guest and not to the emulator
 *
 * QEMU grants and ignores a guest's RLIMIT_DATA, as the host would apply it
 * to QEMU's own memory.  PR_SET_MM and brk(2) are judged by it, so it is
 * remembered here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_RLIMIT_H
#define LINUX_USER_GUEST_RLIMIT_H

#include <stdint.h>
#include <sys/resource.h>

struct host_rlimit64;

/**
 * guest_rlimit_data: the guest's soft RLIMIT_DATA in bytes, UINT64_MAX if
 * unlimited
 */
uint64_t guest_rlimit_data(void);

/**
 * guest_getrlimit: getrlimit(2) for the guest
 *
 * Returns: 0, or -1 with host errno.
 */
int guest_getrlimit(int resource, struct rlimit *rlim);

/**
 * guest_setrlimit_memory: setrlimit(2) of a resource that must not reach the
 * host (RLIMIT_AS, RLIMIT_DATA, RLIMIT_STACK)
 *
 * Returns: 0, or -1 with host errno (EINVAL: soft above hard; EPERM: hard
 * raised without CAP_SYS_RESOURCE).
 */
int guest_setrlimit_memory(int resource, const struct rlimit *rlim);

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
 * RLIMIT_DATA of another process is reported but, as by QEMU, not changed.
 *
 * Returns: 0, or -1 with host errno.
 */
int guest_prlimit64(HostPrlimit64 *host, pid_t pid, int resource,
                    const struct host_rlimit64 *new_limit,
                    struct host_rlimit64 *old_limit);

#endif /* LINUX_USER_GUEST_RLIMIT_H */
