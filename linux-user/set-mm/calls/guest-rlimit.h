/*
 * Resource limits that apply to the guest and not to the emulator
 *
 * QEMU grants and ignores a guest's RLIMIT_DATA, as the host would apply it
 * to QEMU's own memory.  PR_SET_MM and brk(2) are judged by it, so it is
 * remembered here.  So is RLIMIT_NOFILE, as the host's is the ceiling below
 * which the guest's descriptors are (private-fd.h).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_RLIMIT_H
#define LINUX_USER_GUEST_RLIMIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

struct host_rlimit64;

/**
 * guest_rlimit_init: take the limits that the process was started with, before
 * private_fd_init() changes them
 */
void guest_rlimit_init(void);

/**
 * guest_rlimit_show: let other guests know the limit of descriptors, after
 * public_state_init()
 */
void guest_rlimit_show(void);

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
 * guest_setrlimit: setrlimit(2) for the guest
 *
 * RLIMIT_AS and RLIMIT_STACK are granted and ignored, as by QEMU.
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
 * RLIMIT_DATA of another process is reported but, as by QEMU, not changed.
 *
 * Returns: 0, or -1 with host errno.
 */
int guest_prlimit64(HostPrlimit64 *host, pid_t pid, int resource,
                    const struct host_rlimit64 *new_limit,
                    struct host_rlimit64 *old_limit);

/**
 * guest_rlimit_allow_fd: make room for a descriptor that the guest names
 * @fd: the number that dup2(2) or F_DUPFD is to take
 *
 * The ceiling starts low and follows the guest's needs up to its own limit.
 */
void guest_rlimit_allow_fd(int fd);

/**
 * guest_rlimit_raise_ceiling: after EMFILE, may the guest have more?
 *
 * Returns: true if the call is worth repeating.
 */
bool guest_rlimit_raise_ceiling(void);

/**
 * guest_rlimit_before_exec: hand the guest's limits to the host, as an
 * executed program inherits them
 * guest_rlimit_after_exec: take them back, as it was not executed
 */
void guest_rlimit_before_exec(void);
void guest_rlimit_after_exec(void);

#endif /* LINUX_USER_GUEST_RLIMIT_H */
