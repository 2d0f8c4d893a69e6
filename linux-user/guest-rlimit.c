/*
 * Resource limits that apply to the guest and not to the emulator
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "guest-rlimit.h"
#include "host-caps.h"

/*
 * Until the guest sets RLIMIT_DATA, the host's holds.  A forked child keeps
 * its parent's; a program that is executed starts with the host's again.
 * Atomics instead of a lock: fork must not find it held by another thread.
 */
static struct {
    bool is_set;
    uint64_t cur;
    uint64_t max;
} data_limit;

static int get_data_limit(struct rlimit *rlim)
{
    if (!qatomic_load_acquire(&data_limit.is_set)) {
        return getrlimit(RLIMIT_DATA, rlim);
    }
    rlim->rlim_cur = qatomic_read(&data_limit.cur);
    rlim->rlim_max = qatomic_read(&data_limit.max);
    return 0;
}

static void set_data_limit(const struct rlimit *rlim)
{
    qatomic_set(&data_limit.max, rlim->rlim_max);
    qatomic_set(&data_limit.cur, rlim->rlim_cur);
    qatomic_store_release(&data_limit.is_set, true);
}

uint64_t guest_rlimit_data(void)
{
    struct rlimit rlim;

    if (get_data_limit(&rlim) < 0 || rlim.rlim_cur == RLIM_INFINITY) {
        return UINT64_MAX;
    }
    return rlim.rlim_cur;
}

int guest_getrlimit(int resource, struct rlimit *rlim)
{
    return resource == RLIMIT_DATA ? get_data_limit(rlim)
                                   : getrlimit(resource, rlim);
}

int guest_setrlimit_memory(int resource, const struct rlimit *rlim)
{
    struct rlimit old;

    if (resource != RLIMIT_DATA) {
        return 0;
    }
    if (rlim->rlim_cur > rlim->rlim_max) {
        errno = EINVAL;
        return -1;
    }
    if (get_data_limit(&old) == 0 && rlim->rlim_max > old.rlim_max &&
        !host_caps_sys_resource()) {
        errno = EPERM;
        return -1;
    }
    set_data_limit(rlim);
    return 0;
}

int guest_prlimit64(HostPrlimit64 *host, pid_t pid, int resource,
                    const struct host_rlimit64 *new_limit,
                    struct host_rlimit64 *old_limit)
{
    struct rlimit new_data, old_data;

    QEMU_BUILD_BUG_ON(sizeof(struct rlimit) != 2 * sizeof(uint64_t));

    if (resource != RLIMIT_DATA) {
        return host(pid, resource, new_limit, old_limit);
    }
    if (pid && pid != getpid()) {
        return host(pid, resource, NULL, old_limit);
    }
    if (get_data_limit(&old_data) < 0) {
        return -1;
    }
    if (new_limit) {
        memcpy(&new_data, new_limit, sizeof(new_data));
        if (guest_setrlimit_memory(resource, &new_data) < 0) {
            return -1;
        }
    }
    if (old_limit) {
        memcpy(old_limit, &old_data, sizeof(old_data));
    }
    return 0;
}
