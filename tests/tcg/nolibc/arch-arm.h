/*
 * arm, EABI
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
asm(".globl _start\n"
    "_start:\n"
    "    mov fp, #0\n"
    "    mov r0, sp\n"
    "    b nolibc_start\n");

#define NOLIBC_ALIGNED_PAIRS
#define NOLIBC_SYS_ID(name) SYS_##name##32
#define NOLIBC_TRAP "svc 0\n"
#define NOLIBC_CHILD \
    "cmp r0, #0\n" \
    "bne 1f\n" \
    "mov r0, sp\n" \
    "b nolibc_thread\n" \
    "1:\n"
#define NOLIBC_BODY(code) \
    NOLIBC_FIRST_HAS_RESULT(code, "r7", "r0", "r1", "r2", \
                            "r3", "r4", "r5", "memory", "cc")

/* The ABI's division returns the quotient in r0 and r1, the rest in r2, r3. */
#define NOLIBC_NEEDS_DIVISION
asm(".globl __aeabi_uldivmod\n"
    "__aeabi_uldivmod:\n"
    "    push {r4, lr}\n"
    "    sub sp, sp, #16\n"
    "    add r4, sp, #8\n"
    "    str r4, [sp]\n"
    "    bl __udivmoddi4\n"
    "    ldr r2, [sp, #8]\n"
    "    ldr r3, [sp, #12]\n"
    "    add sp, sp, #16\n"
    "    pop {r4, pc}\n");
