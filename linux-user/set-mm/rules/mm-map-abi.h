/*
 * struct prctl_mm_map as an ABI lays it out
 *
 * Includes nothing of QEMU, so that every ABI can be tested on any machine.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_MM_MAP_ABI_H
#define LINUX_USER_MM_MAP_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include "set-mm/rules/mm-rules.h"

/* What the struct's layout depends on. */
typedef struct MMMapAbi {
    unsigned word;          /* bytes of a pointer: 4 or 8 */
    unsigned align;         /* of a 64-bit integer: 2, 4 or 8 */
    bool big_endian;
} MMMapAbi;

/* The struct in host order. */
typedef struct MMMap {
    MMLayout layout;
    uint64_t auxv;
    uint32_t auxv_size;
    uint32_t exe_fd;
} MMMap;

enum {
    /* Of any ABI. */
    MM_MAP_MAX_SIZE = 104,
};

/* The one exe_fd that leaves the executable alone. */
#define MM_MAP_KEEP_EXE UINT32_MAX

/* mm_map_abi_size: bytes of the struct; sizeof counts its padding */
size_t mm_map_abi_size(const MMMapAbi *abi);

/**
 * mm_map_abi_decode: read the struct
 * @bytes: mm_map_abi_size(@abi) of them
 *
 * Addresses of a 32-bit ABI lose their upper half, as a 32-bit kernel takes
 * them.
 */
MMMap mm_map_abi_decode(const MMMapAbi *abi, const uint8_t *bytes);

#endif /* LINUX_USER_MM_MAP_ABI_H */
