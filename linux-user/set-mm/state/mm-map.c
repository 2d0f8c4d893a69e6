/*
 * struct prctl_mm_map in the guest's memory
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "set-mm/state/guest-mem.h"
#include "set-mm/state/mm-map.h"

/*
 * As the guest's own kernel has it: 64-bit addresses in every ABI, but the
 * pointer and the alignment are the guest's, and so is the size.
 */
struct target_prctl_mm_map {
    abi_ullong addr[11];
    abi_ulong auxv;
    abi_uint auxv_size;
    abi_uint exe_fd;
};

static const MMMapAbi abi = {
    .word = sizeof(abi_ulong),
    .align = __alignof__(struct target_prctl_mm_map),
    .big_endian = TARGET_BIG_ENDIAN,
};

uint32_t mm_map_size(void)
{
    return mm_map_abi_size(&abi);
}

int mm_map_read(MMMap *map, abi_ulong addr)
{
    uint8_t bytes[MM_MAP_MAX_SIZE];

    QEMU_BUILD_BUG_ON(sizeof(struct target_prctl_mm_map) > sizeof(bytes));
    /* Behind the addresses there is no gap, whatever the alignment. */
    QEMU_BUILD_BUG_ON(offsetof(struct target_prctl_mm_map, auxv) !=
                      sizeof(MMLayout));
    QEMU_BUILD_BUG_ON(offsetof(struct target_prctl_mm_map, exe_fd) !=
                      sizeof(MMLayout) + sizeof(abi_ulong) + 4);

    if (!guest_mem_load(bytes, addr, mm_map_size())) {
        return -EFAULT;
    }
    *map = mm_map_abi_decode(&abi, bytes);
    return 0;
}
