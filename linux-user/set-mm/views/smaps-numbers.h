/*
 * The numbers of smaps, behind the line of a mapping
 *
 * Includes nothing of QEMU's targets.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_SMAPS_NUMBERS_H
#define LINUX_USER_SMAPS_NUMBERS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum { SMAPS_LINES = 40 };

/* The sum of some of the host's mappings; all zeros is that of none. */
typedef struct SmapsNumbers {
    const char *text;           /* of the first; outlives the sum */
    const char *end;
    uint64_t value[SMAPS_LINES];
} SmapsNumbers;

/* What the guest knows better than the host. */
typedef struct SmapsMapping {
    uint64_t size;              /* in bytes */
    uint32_t page_size;
    int prot;
    bool is_shared;
    bool grows_down;
} SmapsMapping;

/**
 * smaps_numbers_add: one more of the host's mappings
 * @text, @end: its lines
 * @is_whole: else only what it is, as the host does not tell of parts
 */
void smaps_numbers_add(SmapsNumbers *sum, const char *text, const char *end,
                       bool is_whole);

/* smaps_numbers_join: add another sum */
void smaps_numbers_join(SmapsNumbers *sum, const SmapsNumbers *other);

/* smaps_numbers_write: append the lines */
void smaps_numbers_write(const SmapsNumbers *sum, const SmapsMapping *mapping,
                         GByteArray *out);

#endif /* LINUX_USER_SMAPS_NUMBERS_H */
