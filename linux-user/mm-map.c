/*
 * struct prctl_mm_map in the guest's memory
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "guest-mem.h"
#include "mm-map.h"

/*
 * As the guest's own kernel has it: 64-bit addresses in every ABI, but the
 * pointer and the alignment are the guest's, and so is the size.
 */
struct target_prctl_mm_map {
    abi_ullong start_code;
    abi_ullong end_code;
    abi_ullong start_data;
    abi_ullong end_data;
    abi_ullong start_brk;
    abi_ullong brk;
    abi_ullong start_stack;
    abi_ullong arg_start;
    abi_ullong arg_end;
    abi_ullong env_start;
    abi_ullong env_end;
    abi_ulong auxv;
    abi_uint auxv_size;
    abi_uint exe_fd;
};

uint32_t mm_map_size(void)
{
    return sizeof(struct target_prctl_mm_map);
}

/* A 32-bit kernel takes the low half of each address. */
static uint64_t get_addr(const abi_ullong *field)
{
    uint64_t addr;

    __get_user(addr, field);
    return (abi_ulong)addr;
}

int mm_map_read(MMMap *map, abi_ulong addr)
{
    struct target_prctl_mm_map t;

    if (!guest_mem_load(&t, addr, sizeof(t))) {
        return -EFAULT;
    }
    map->layout = (MMLayout) {
        .start_code = get_addr(&t.start_code),
        .end_code = get_addr(&t.end_code),
        .start_data = get_addr(&t.start_data),
        .end_data = get_addr(&t.end_data),
        .start_brk = get_addr(&t.start_brk),
        .brk = get_addr(&t.brk),
        .start_stack = get_addr(&t.start_stack),
        .arg_start = get_addr(&t.arg_start),
        .arg_end = get_addr(&t.arg_end),
        .env_start = get_addr(&t.env_start),
        .env_end = get_addr(&t.env_end),
    };
    __get_user(map->auxv, &t.auxv);
    __get_user(map->auxv_size, &t.auxv_size);
    __get_user(map->exe_fd, &t.exe_fd);
    return 0;
}
