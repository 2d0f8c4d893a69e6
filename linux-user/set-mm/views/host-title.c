/*
 * The guest's command line in the host's ps, htop and pgrep
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <linux/prctl.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include "qemu.h"
#include "user-internals.h"
#include "set-mm/state/guest-mm.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/views/host-title.h"

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

/*
 * PR_SET_MM_MAP sets the break, too, and malloc(3) of another thread can move
 * it meanwhile.  Memory that it adds then is found in use, and malloc(3) goes
 * on elsewhere; memory that it returned would be taken for present.
 */
static void keep_break_from_shrinking(void)
{
    static bool done;

    if (!qatomic_read(&done)) {
        mallopt(M_TRIM_THRESHOLD, -1);
        qatomic_set(&done, true);
    }
}

static void show_strings(const MMLayout *guest)
{
    struct prctl_mm_map map;

    if (!guest_addr_valid_untagged(guest->arg_end) ||
        !guest_addr_valid_untagged(guest->env_end) || !read_own_map(&map)) {
        return;
    }
    map.arg_start = (uintptr_t)g2h_untagged(guest->arg_start);
    map.arg_end = (uintptr_t)g2h_untagged(guest->arg_end);
    map.env_start = (uintptr_t)g2h_untagged(guest->env_start);
    map.env_end = (uintptr_t)g2h_untagged(guest->env_end);
    prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0);
}

/* Under the lock, so that of two threads the host gets the last one's. */
void host_title_update(void)
{
    keep_break_from_shrinking();
    show_strings(guest_mm_begin());
    guest_mm_end();
}
