/*
 * The mappings of a process, as the changes that made them
 *
 * Noting a change costs the process next to nothing; whoever wants to know
 * what is mapped has the work.  Includes nothing of QEMU.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_REGION_LOG_H
#define LINUX_USER_REGION_LOG_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A range of addresses whose pages became so. */
typedef struct Region {
    uint64_t start;
    uint64_t last;
    uint32_t prot;          /* PROT_ bits and REGION_MAPPED; 0: unmapped */
    uint32_t unused;
} Region;

enum { REGION_MAPPED = 8 };

/**
 * region_log_replay: what is mapped after all changes
 * @log: @n of them, the oldest first; may hold anything
 *
 * Returns: Regions in the order of their addresses, without those that are not
 * mapped; adjacent ones differ.  For g_array_unref().
 */
GArray *region_log_replay(const Region *log, size_t n);

#endif /* LINUX_USER_REGION_LOG_H */
