/*
 * riscv, 32 bits
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
asm(".globl _start\n"
    "_start:\n"
    "    .option push\n"
    "    .option norelax\n"
    "    la gp, __global_pointer$\n"
    "    .option pop\n"
    "    mv a0, sp\n"
    "    j nolibc_start\n");

#define NOLIBC_NEEDS_DIVISION
#define NOLIBC_TRAP "ecall\n"
#define NOLIBC_CHILD \
    "bnez a0, 1f\n" \
    "mv a0, sp\n" \
    "j nolibc_thread\n" \
    "1:\n"
#define NOLIBC_BODY(code) \
    register long r7 asm("a7") = nr; \
    register long r0 asm("a0") = a0; \
    register long r1 asm("a1") = a1; \
    register long r2 asm("a2") = a2; \
    register long r3 asm("a3") = a3; \
    register long r4 asm("a4") = a4; \
    register long r5 asm("a5") = a5; \
    asm volatile(code : "+r"(r0) : "r"(r7), "r"(r1), "r"(r2), "r"(r3), \
                 "r"(r4), "r"(r5) : "memory"); \
    return r0
