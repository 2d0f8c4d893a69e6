/*
 * The guest's command line in the host's ps, htop and pgrep
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <linux/prctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include "qemu.h"
#include "user-internals.h"
#include "guest-mm.h"
#include "host-proc.h"
#include "host-title.h"

/* The emulator's own fields. */
static bool read_own_map(struct prctl_mm_map *map)
{
    g_autofree char *line = NULL;
    HostStat stat;
    size_t len;

    line = host_proc_read("self/stat", &len);
    if (!line || !host_stat_parse(&stat, line)) {
        return false;
    }
    *map = (struct prctl_mm_map) {
        .start_code = host_stat_number(&stat, 26),
        .end_code = host_stat_number(&stat, 27),
        .start_stack = host_stat_number(&stat, 28),
        .start_data = host_stat_number(&stat, 45),
        .end_data = host_stat_number(&stat, 46),
        .start_brk = host_stat_number(&stat, 47),
        .brk = syscall(__NR_brk, 0),
        .exe_fd = -1,
    };
    return true;
}

void host_title_update(void)
{
    MMLayout guest = guest_mm_layout();
    struct prctl_mm_map map;

    if (!guest_addr_valid_untagged(guest.arg_end) ||
        !guest_addr_valid_untagged(guest.env_end) || !read_own_map(&map)) {
        return;
    }
    map.arg_start = (uintptr_t)g2h_untagged(guest.arg_start);
    map.arg_end = (uintptr_t)g2h_untagged(guest.arg_end);
    map.env_start = (uintptr_t)g2h_untagged(guest.env_start);
    map.env_end = (uintptr_t)g2h_untagged(guest.env_end);
    prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0);
}
