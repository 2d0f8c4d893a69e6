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
    NOLIBC_FIRST_HAS_RESULT(code, "x8", "x0", "x1", "x2", \
                            "x3", "x4", "x5", "memory", "cc")
