/*
 * mm-map-abi.c: what was laid out by hand is read as it was
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <endian.h>
#include "part.h"
#include "set-mm/rules/mm-map-abi.h"

static const struct {
    MMMapAbi abi;
    size_t size, auxv, auxv_size, exe_fd;
} abis[] = {
    { { 8, 8, false }, 104, 88, 96, 100 },      /* x86_64, aarch64 */
    { { 8, 8, true }, 104, 88, 96, 100 },       /* s390x, ppc64 */
    { { 4, 4, false }, 100, 88, 92, 96 },       /* i386, sh4 */
    { { 4, 8, false }, 104, 88, 92, 96 },       /* arm, mipsel */
    { { 4, 8, true }, 104, 88, 92, 96 },        /* ppc, mips */
    { { 4, 4, true }, 100, 88, 92, 96 },        /* or1k */
    { { 4, 2, true }, 100, 88, 92, 96 },        /* m68k */
};

static void put64(const MMMapAbi *abi, uint8_t *at, uint64_t v)
{
    v = abi->big_endian ? htobe64(v) : htole64(v);
    memcpy(at, &v, sizeof(v));
}

static void put32(const MMMapAbi *abi, uint8_t *at, uint32_t v)
{
    v = abi->big_endian ? htobe32(v) : htole32(v);
    memcpy(at, &v, sizeof(v));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input in = { data, size };
    unsigned which = take(&in, 1) % (sizeof(abis) / sizeof(abis[0]));
    const MMMapAbi *abi = &abis[which].abi;
    uint8_t *bytes = malloc(abis[which].size);
    uint64_t addr[11], auxv;
    uint32_t auxv_size, exe_fd;
    MMMap map;

    CHECK(mm_map_abi_size(abi) == abis[which].size);
    CHECK(abis[which].size <= MM_MAP_MAX_SIZE);
    CHECK(sizeof(map.layout) == sizeof(addr));
    memset(bytes, (int)size, abis[which].size);
    for (int i = 0; i < 11; i++) {
        addr[i] = take(&in, 8);
        put64(abi, bytes + 8 * i, addr[i]);
    }
    auxv = take(&in, abi->word);
    if (abi->word == 8) {
        put64(abi, bytes + abis[which].auxv, auxv);
    } else {
        put32(abi, bytes + abis[which].auxv, auxv);
    }
    auxv_size = take(&in, 4);
    exe_fd = take(&in, 4);
    put32(abi, bytes + abis[which].auxv_size, auxv_size);
    put32(abi, bytes + abis[which].exe_fd, exe_fd);

    map = mm_map_abi_decode(abi, bytes);
    for (int i = 0; i < 11; i++) {
        uint64_t want = abi->word == 4 ? addr[i] & 0xffffffff : addr[i];

        CHECK(((const uint64_t *)&map.layout)[i] == want);
    }
    CHECK(map.layout.start_brk == (abi->word == 4 ? (uint32_t)addr[4]
                                                  : addr[4]));
    CHECK(map.layout.start_stack == (abi->word == 4 ? (uint32_t)addr[6]
                                                    : addr[6]));
    CHECK(map.auxv == auxv);
    CHECK(map.auxv_size == auxv_size);
    CHECK(map.exe_fd == exe_fd);
    free(bytes);
    return 0;
}
