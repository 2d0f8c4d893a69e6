/*
 * The guest's address space, for the rules of memory calls
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_SPACE_H
#define LINUX_USER_GUEST_SPACE_H

#include "set-mm/rules/mem-rules.h"
#include "set-mm/state/guest-mm.h"

static inline MemSpace guest_space(void)
{
    return (MemSpace) {
        .task_size = guest_mm_limits().task_size,
        .page_size = TARGET_PAGE_SIZE,
        .ulong_max = ~(abi_ulong)0,
    };
}

#endif /* LINUX_USER_GUEST_SPACE_H */
