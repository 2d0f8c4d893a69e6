/*
 * aarch64, of either byte order
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
asm(".globl _start\n"
    "_start:\n"
    "    mov x29, #0\n"
    "    mov x30, #0\n"
    "    mov x0, sp\n"
    "    b nolibc_start\n");

#define NOLIBC_TRAP "svc 0\n"
#define NOLIBC_CHILD \
    "cbnz x0, 1f\n" \
    "mov x0, sp\n" \
    "b nolibc_thread\n" \
    "1:\n"
#define NOLIBC_BODY(code) \
    register long r8 asm("x8") = nr; \
    register long r0 asm("x0") = a0; \
    register long r1 asm("x1") = a1; \
    register long r2 asm("x2") = a2; \
    register long r3 asm("x3") = a3; \
    register long r4 asm("x4") = a4; \
    register long r5 asm("x5") = a5; \
    asm volatile(code : "+r"(r0) : "r"(r8), "r"(r1), "r"(r2), "r"(r3), \
                 "r"(r4), "r"(r5) : "memory", "cc"); \
    return r0
