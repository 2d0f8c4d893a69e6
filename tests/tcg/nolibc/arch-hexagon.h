/*
 * hexagon
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
asm(".globl _start\n"
    "_start:\n"
    "    r30 = #0\n"
    "    r31 = #0\n"
    "    r0 = r29\n"
    "    jump nolibc_start\n");

#define NOLIBC_ALIGNED_PAIRS
#define NOLIBC_TRAP "trap0(#1)\n"
#define NOLIBC_CHILD \
    "p0 = cmp.eq(r0, #0)\n" \
    "if (!p0) jump 1f\n" \
    "r0 = r29\n" \
    "jump nolibc_thread\n" \
    "1:\n"
#define NOLIBC_BODY(code) \
    NOLIBC_FIRST_HAS_RESULT(code, "r6", "r0", "r1", "r2", \
                            "r3", "r4", "r5", "memory", "p0")

/* The compiler's names for division. */
#define NOLIBC_NEEDS_DIVISION
#define NOLIBC_NEEDS_SHORT_DIVISION
#define NOLIBC_NAME(name) __hexagon_##name
