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
#include "host-title.h"

/* The emulator's own fields, from the host's stat behind the name. */
static bool read_own_map(struct prctl_mm_map *map)
{
    g_autofree char *line = NULL;
    char *fields;

    if (!g_file_get_contents("/proc/self/stat", &line, NULL, NULL)) {
        return false;
    }
    fields = strrchr(line, ')');
    memset(map, 0, sizeof(*map));
    map->exe_fd = -1;
    map->brk = syscall(__NR_brk, 0);
    return fields &&
           sscanf(fields,
                  ") %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s"
                  " %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu %llu %llu %*s"
                  " %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s"
                  " %*s %llu %llu %llu",
                  &map->start_code, &map->end_code, &map->start_stack,
                  &map->start_data, &map->end_data, &map->start_brk) == 6;
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
