/*
 * xtensa's own numbers of mmap(2); the rest is as everywhere
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ASM_MMAN_H
#define ASM_MMAN_H

#include <asm-generic/mman-common.h>

#undef MAP_FIXED_NOREPLACE
#undef MAP_POPULATE
#undef MAP_NONBLOCK
#undef MAP_STACK
#undef MAP_HUGETLB
#undef MAP_ANONYMOUS

#define MAP_NORESERVE 0x0400
#define MAP_ANONYMOUS 0x0800
#define MAP_GROWSDOWN 0x1000
#define MAP_DENYWRITE 0x2000
#define MAP_EXECUTABLE 0x4000
#define MAP_LOCKED 0x8000
#define MAP_POPULATE 0x10000
#define MAP_NONBLOCK 0x20000
#define MAP_STACK 0x40000
#define MAP_HUGETLB 0x80000
#define MAP_FIXED_NOREPLACE 0x100000

#endif
