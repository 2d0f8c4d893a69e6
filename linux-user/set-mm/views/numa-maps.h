/*
 * numa_maps: where the pages of each mapping are
 *
 * Includes nothing of QEMU's targets.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_NUMA_MAPS_H
#define LINUX_USER_NUMA_MAPS_H

#include <glib.h>
#include <stdint.h>

/* Texts with a NUL behind. */
typedef struct NumaMapsSource {
    const char *guest_maps;
    const char *host_maps;
    const char *host_numa;      /* the host's numa_maps of the same moment */
    uint64_t guest_base;        /* what is added to an address of the guest */
    uint32_t page_size;         /* the guest's, in bytes */
} NumaMapsSource;

/**
 * numa_maps_text: the guest's numa_maps
 *
 * Mirrors fs/proc/task_mmu.c:show_numa_map().  A mapping has the sum of those
 * of the host's that lie in it as a whole, and the first one's policy.
 *
 * Returns: the text, owned by the caller.
 */
GByteArray *numa_maps_text(const NumaMapsSource *source);

#endif /* LINUX_USER_NUMA_MAPS_H */
