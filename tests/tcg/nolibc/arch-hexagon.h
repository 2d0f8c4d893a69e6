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
    register long r6 asm("r6") = nr; \
    register long r0 asm("r0") = a0; \
    register long r1 asm("r1") = a1; \
    register long r2 asm("r2") = a2; \
    register long r3 asm("r3") = a3; \
    register long r4 asm("r4") = a4; \
    register long r5 asm("r5") = a5; \
    asm volatile(code : "+r"(r0) : "r"(r6), "r"(r1), "r"(r2), "r"(r3), \
                 "r"(r4), "r"(r5) : "memory", "p0"); \
    return r0

/* The compiler's names for division. */
#define NOLIBC_NEEDS_DIVISION
#define NOLIBC_NEEDS_SHORT_DIVISION
#define NOLIBC_NAME(name) __hexagon_##name
