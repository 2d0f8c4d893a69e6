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
    register long r7 asm("a7") = nr; \
    register long r0 asm("a0") = a0; \
    register long r1 asm("a1") = a1; \
    register long r2 asm("a2") = a2; \
    register long r3 asm("a3") = a3; \
    register long r4 asm("a4") = a4; \
    register long r5 asm("a5") = a5; \
    asm volatile(code : "+r"(r0) : "r"(r7), "r"(r1), "r"(r2), "r"(r3), \
                 "r"(r4), "r"(r5) : "memory", "$t0", "$t1", "$t2", "$t3", \
                 "$t4", "$t5", "$t6", "$t7", "$t8"); \
    return r0
