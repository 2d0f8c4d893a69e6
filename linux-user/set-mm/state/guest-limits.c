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

static QemuMutex lock;

/* A forked child keeps its parent's. */
static GuestLimits first;
static __thread GuestLimits *limits = &first;

/* The child that a child of vfork(2) has forked is a process like any other. */
static void take_over(void)
{
    if (limits == &first) {
        return;
    }
    first = *limits;
    limits = &first;
    for (int i = 0; i < NR_PUBLIC_LIMITS; i++) {
        public_state_set_limit(i, &first.at[i]);
    }
}

void guest_limits_init(void)
{
    static const ForkActions at_fork = { .in_child = take_over };
    struct rlimit rlim = { RLIM_INFINITY, RLIM_INFINITY };

    fork_safety_lock_init(&lock, &at_fork);
    getrlimit(RLIMIT_DATA, &rlim);
    limits->data = rlim.rlim_cur;
    limits->as = RLIM_INFINITY;
}

void guest_limits_vfork(VforkLimits *v)
{
    v->parents = limits;
    qemu_mutex_lock(&lock);
    v->own = *limits;
    qemu_mutex_unlock(&lock);
    limits = &v->own;
}

void guest_limits_vfork_end(const VforkLimits *v)
{
    limits = v->parents;
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

    qemu_mutex_lock(&lock);
    limit = limits->at[which];
    qemu_mutex_unlock(&lock);
    if (limit.is_set) {
        *rlim = (struct rlimit) { limit.cur, limit.max };
    } else {
        getrlimit(resources[which], rlim);
    }
}

void guest_limits_set(PublicLimit which, const struct rlimit *rlim)
{
    PublicRlimit limit = { true, rlim->rlim_cur, rlim->rlim_max };

    qemu_mutex_lock(&lock);
    limits->at[which] = limit;
    if (which == PUBLIC_LIMIT_DATA) {
        qatomic_set(&limits->data, limit.cur);
    } else if (which == PUBLIC_LIMIT_AS) {
        qatomic_set(&limits->as, limit.cur);
    }
    qemu_mutex_unlock(&lock);
    if (limits == &first) {
        public_state_set_limit(which, &limit);
    }
}

uint64_t guest_limits_data(void)
{
    uint64_t data = qatomic_read(&limits->data);

    QEMU_BUILD_BUG_ON(sizeof(rlim_t) != sizeof(data));
    return data == RLIM_INFINITY ? UINT64_MAX : data;
}

uint64_t guest_limits_as(void)
{
    uint64_t as = qatomic_read(&limits->as);

    return as == RLIM_INFINITY ? UINT64_MAX : as;
}
