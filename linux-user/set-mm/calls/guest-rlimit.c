/*
 * getrlimit(2), setrlimit(2) and prlimit64(2)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/syscall.h>
#include "set-mm/calls/guest-rlimit.h"
#include "set-mm/calls/guest-task.h"
#include "set-mm/host/host-caps.h"
#include "set-mm/state/guest-limits.h"
#include "set-mm/views/sibling.h"

int guest_getrlimit(int resource, struct rlimit *rlim)
{
    PublicLimit which;

    if (!guest_limits_find(resource, &which)) {
        return getrlimit(resource, rlim);
    }
    guest_limits_get(which, rlim);
    return 0;
}

/* Mirrors kernel/sys.c:do_prlimit(). */
int guest_setrlimit(int resource, const struct rlimit *rlim)
{
    PublicLimit which;
    struct rlimit old;

    if (!guest_limits_find(resource, &which)) {
        return setrlimit(resource, rlim);
    }
    if (rlim->rlim_cur > rlim->rlim_max) {
        errno = EINVAL;
        return -1;
    }
    guest_limits_get(which, &old);
    if (rlim->rlim_max > old.rlim_max && !host_caps_sys_resource()) {
        errno = EPERM;
        return -1;
    }
    guest_limits_set(which, rlim);
    return 0;
}

/* Returns: 0, or -1 with errno. */
static int prlimit_of_other(HostPrlimit64 *host, pid_t pid, int resource,
                            struct host_rlimit64 *old_limit, PublicLimit which)
{
    int ret = host(pid, resource, NULL, old_limit);
    struct rlimit old;
    Sibling sibling;

    if (ret == 0 && old_limit && sibling_find_process(&sibling, pid)) {
        memcpy(&old, old_limit, sizeof(old));
        sibling_rlimit(&sibling, which, &old);
        memcpy(old_limit, &old, sizeof(old));
        sibling_put(&sibling);
    }
    return ret;
}

int guest_prlimit64(HostPrlimit64 *host, pid_t pid, int resource,
                    const struct host_rlimit64 *new_limit,
                    struct host_rlimit64 *old_limit)
{
    struct rlimit new_rlim, old_rlim;
    PublicLimit which;

    QEMU_BUILD_BUG_ON(sizeof(struct rlimit) != 2 * sizeof(uint64_t));

    if (!guest_limits_find(resource, &which)) {
        return host(pid, resource, new_limit, old_limit);
    }
    if (pid && !guest_task_is_own(pid)) {
        return prlimit_of_other(host, pid, resource, old_limit, which);
    }
    guest_limits_get(which, &old_rlim);
    if (new_limit) {
        memcpy(&new_rlim, new_limit, sizeof(new_rlim));
        if (guest_setrlimit(resource, &new_rlim) < 0) {
            return -1;
        }
    }
    if (old_limit) {
        memcpy(old_limit, &old_rlim, sizeof(old_rlim));
    }
    return 0;
}
