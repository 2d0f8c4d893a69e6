/*
 * statx(2): what QEMU does not copy
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "set-mm/calls/guest-statx.h"
#include "set-mm/state/guest-mem.h"

/* struct statx from stx_mnt_id on; the same on all architectures. */
typedef struct StatxRest {
    uint64_t mnt_id;
    uint32_t dio_mem_align;
    uint32_t dio_offset_align;
    uint64_t subvol;
    uint32_t atomic_write_unit_min;
    uint32_t atomic_write_unit_max;
    uint32_t atomic_write_segments_max;
    uint32_t dio_read_offset_align;
    uint32_t atomic_write_unit_max_opt;
    uint32_t spare;
} StatxRest;

enum { REST_AT = 0x90 };

static void swap_rest(StatxRest *rest)
{
    uint32_t *const narrow[] = {
        &rest->dio_mem_align, &rest->dio_offset_align,
        &rest->atomic_write_unit_min, &rest->atomic_write_unit_max,
        &rest->atomic_write_segments_max, &rest->dio_read_offset_align,
        &rest->atomic_write_unit_max_opt,
    };

    rest->mnt_id = tswap64(rest->mnt_id);
    rest->subvol = tswap64(rest->subvol);
    for (int i = 0; i < ARRAY_SIZE(narrow); i++) {
        *narrow[i] = tswap32(*narrow[i]);
    }
}

abi_long guest_statx_store(QemuStatx *qemu, struct target_statx *host,
                           abi_ulong addr)
{
    abi_long ret = qemu(host, addr);
    StatxRest rest;

    QEMU_BUILD_BUG_ON(sizeof(*host) != 0x100);
    if (ret == 0) {
        memcpy(&rest, (const char *)host + REST_AT, sizeof(rest));
        swap_rest(&rest);
        if (!guest_mem_store(addr + REST_AT, &rest, sizeof(rest))) {
            ret = -TARGET_EFAULT;
        }
    }
    return ret;
}
