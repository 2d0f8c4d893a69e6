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
    NOLIBC_FIRST_HAS_RESULT(code, "a7", "a0", "a1", "a2", \
                            "a3", "a4", "a5", "memory")
