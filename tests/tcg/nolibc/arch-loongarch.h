/*
 * loongarch64
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
asm(".globl _start\n"
    "_start:\n"
    "    move $ra, $zero\n"
    "    move $a0, $sp\n"
    "    b nolibc_start\n");

#define NOLIBC_TRAP "syscall 0\n"
#define NOLIBC_CHILD \
    "bnez $a0, 1f\n" \
    "move $a0, $sp\n" \
    "b nolibc_thread\n" \
    "1:\n"
#define NOLIBC_BODY(code) \
    NOLIBC_FIRST_HAS_RESULT(code, "a7", "a0", "a1", "a2", \
                            "a3", "a4", "a5", "memory", \
                            "$t0", "$t1", "$t2", "$t3", "$t4", \
                            "$t5", "$t6", "$t7", "$t8")
