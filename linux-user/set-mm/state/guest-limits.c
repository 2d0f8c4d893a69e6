/*
 * Resource limits that QEMU grants a guest and does not apply
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/state/guest-limits.h"

static const int resources[NR_PUBLIC_LIMITS] = {
    [PUBLIC_LIMIT_DATA] = RLIMIT_DATA,
    [PUBLIC_LIMIT_AS] = RLIMIT_AS,
};

/* A forked child keeps its parent's. */
static struct {
    QemuMutex lock;
    PublicRlimit at[NR_PUBLIC_LIMITS];
    uint64_t data;          /* guest_limits_data(), asked by every brk(2) */
    uint64_t as;            /* guest_limits_as(), by every mmap(2) */
} limits;

void guest_limits_init(void)
{
    struct rlimit rlim = { RLIM_INFINITY, RLIM_INFINITY };

    fork_safety_lock_init(&limits.lock, NULL);
    getrlimit(RLIMIT_DATA, &rlim);
    limits.data = rlim.rlim_cur;
    limits.as = RLIM_INFINITY;
}

bool guest_limits_find(int resource, PublicLimit *which)
{
    for (int i = 0; i < NR_PUBLIC_LIMITS; i++) {
        if (resources[i] == resource) {
            *which = i;
            return true;
        }
    }
    return false;
}

void guest_limits_get(PublicLimit which, struct rlimit *rlim)
{
    PublicRlimit limit;

    qemu_mutex_lock(&limits.lock);
    limit = limits.at[which];
    qemu_mutex_unlock(&limits.lock);
    if (limit.is_set) {
        *rlim = (struct rlimit) { limit.cur, limit.max };
    } else {
        getrlimit(resources[which], rlim);
    }
}

void guest_limits_set(PublicLimit which, const struct rlimit *rlim)
{
    PublicRlimit limit = { true, rlim->rlim_cur, rlim->rlim_max };

    qemu_mutex_lock(&limits.lock);
    limits.at[which] = limit;
    if (which == PUBLIC_LIMIT_DATA) {
        qatomic_set(&limits.data, limit.cur);
    } else if (which == PUBLIC_LIMIT_AS) {
        qatomic_set(&limits.as, limit.cur);
    }
    qemu_mutex_unlock(&limits.lock);
    public_state_set_limit(which, &limit);
}

uint64_t guest_limits_data(void)
{
    uint64_t data = qatomic_read(&limits.data);

    QEMU_BUILD_BUG_ON(sizeof(rlim_t) != sizeof(data));
    return data == RLIM_INFINITY ? UINT64_MAX : data;
}

uint64_t guest_limits_as(void)
{
    uint64_t as = qatomic_read(&limits.as);

    return as == RLIM_INFINITY ? UINT64_MAX : as;
}
