/*
 * or1k; its jumps have a delay slot
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
asm(".globl _start\n"
    "_start:\n"
    "    l.movhi r9, 0\n"
    "    l.j nolibc_start\n"
    "    l.or r3, r1, r1\n");

#define NOLIBC_TRAP "l.sys 1\n l.nop\n"
#define NOLIBC_CHILD \
    "l.sfeqi r11, 0\n" \
    "l.bnf 1f\n" \
    "l.nop\n" \
    "l.j nolibc_thread\n" \
    "l.or r3, r1, r1\n" \
    "1:\n"
#define NOLIBC_BODY(code) \
    register long r11 asm("r11") = nr; \
    register long r3 asm("r3") = a0; \
    register long r4 asm("r4") = a1; \
    register long r5 asm("r5") = a2; \
    register long r6 asm("r6") = a3; \
    register long r7 asm("r7") = a4; \
    register long r8 asm("r8") = a5; \
    asm volatile(code : "+r"(r11) : "r"(r3), "r"(r4), "r"(r5), "r"(r6), \
                 "r"(r7), "r"(r8) : "memory", "r12", "r13", "r15", "r17", \
                 "r19", "r21", "r23", "r25", "r27", "r29", "r31"); \
    return r11
