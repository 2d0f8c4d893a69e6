/*
 * struct prctl_mm_map in the guest's memory
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_MM_MAP_H
#define LINUX_USER_MM_MAP_H

#include "set-mm/rules/mm-map-abi.h"

/* mm_map_size: bytes of the struct in the guest's ABI */
uint32_t mm_map_size(void);

/**
 * mm_map_read: copy the struct from the guest
 * @addr: guest address of mm_map_size() bytes
 *
 * Addresses of a 32-bit guest lose their upper half, as a 32-bit kernel takes
 * them.
 *
 * Returns: 0 or -EFAULT.
 */
int mm_map_read(MMMap *map, abi_ulong addr);

#endif /* LINUX_USER_MM_MAP_H */
