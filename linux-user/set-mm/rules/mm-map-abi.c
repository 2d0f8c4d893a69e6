/*
 * struct prctl_mm_map as an ABI lays it out
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "set-mm/rules/mm-map-abi.h"

static uint64_t get(const MMMapAbi *abi, const uint8_t **at, size_t size)
{
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++) {
        value = value << 8 | (*at)[abi->big_endian ? i : size - 1 - i];
    }
    *at += size;
    return value;
}

/* 64 bits in every ABI. */
static uint64_t get_addr(const MMMapAbi *abi, const uint8_t **at)
{
    uint64_t addr = get(abi, at, sizeof(addr));

    return abi->word == sizeof(uint32_t) ? (uint32_t)addr : addr;
}

size_t mm_map_abi_size(const MMMapAbi *abi)
{
    size_t size = sizeof(MMLayout) + abi->word + 2 * sizeof(uint32_t);

    return (size + abi->align - 1) / abi->align * abi->align;
}

MMMap mm_map_abi_decode(const MMMapAbi *abi, const uint8_t *bytes)
{
    MMMap map;

    map.layout.start_code = get_addr(abi, &bytes);
    map.layout.end_code = get_addr(abi, &bytes);
    map.layout.start_data = get_addr(abi, &bytes);
    map.layout.end_data = get_addr(abi, &bytes);
    map.layout.start_brk = get_addr(abi, &bytes);
    map.layout.brk = get_addr(abi, &bytes);
    map.layout.start_stack = get_addr(abi, &bytes);
    map.layout.arg_start = get_addr(abi, &bytes);
    map.layout.arg_end = get_addr(abi, &bytes);
    map.layout.env_start = get_addr(abi, &bytes);
    map.layout.env_end = get_addr(abi, &bytes);
    map.auxv = get(abi, &bytes, abi->word);
    map.auxv_size = get(abi, &bytes, sizeof(uint32_t));
    map.exe_fd = get(abi, &bytes, sizeof(uint32_t));
    return map;
}
