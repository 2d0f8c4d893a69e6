/*
 * Where the guest's address space ends before the host's
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/resource.h>
#include "qemu/units.h"
#include "qemu.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/state/guest-end.h"
#include "set-mm/state/guest-mm.h"

enum {
    /* Beside a stack's limit; the host places nothing there by itself. */
    STACK_GAP = 16 * MiB,
    UNLIMITED_STACK = 1 * GiB,
};

static void fill(uint64_t start, uint64_t end)
{
    if (start < end) {
        mmap((void *)(uintptr_t)start, end - start, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
             MAP_FIXED_NOREPLACE, -1, 0);
    }
}

/* Bytes below the host's stack into which it can grow. */
static uint64_t stack_room(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_STACK, &limit) < 0 ||
        limit.rlim_cur > UNLIMITED_STACK) {
        return UNLIMITED_STACK;
    }
    return limit.rlim_cur + STACK_GAP;
}

void guest_end_keep(void)
{
    uint64_t stack = (uintptr_t)__builtin_frame_address(0);
    uint64_t at = guest_mm_arch_end();
    g_autofree char *maps = NULL;
    const char *line;
    HostMapping m;
    size_t len;

    if (reserved_va || guest_base || stack < at) {
        return;
    }
    maps = host_proc_read("thread-self/maps", &len);
    line = maps;
    while (maps && host_mapping_parse(&line, &m)) {
        if (m.end > stack) {
            fill(at, m.start - MIN(m.start, stack_room()));
            break;
        }
        fill(at, m.start);
        at = MAX(at, m.end);
    }
}
