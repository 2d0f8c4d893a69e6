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
    register long r7 asm("r7") = nr; \
    register long r0 asm("r0") = a0; \
    register long r1 asm("r1") = a1; \
    register long r2 asm("r2") = a2; \
    register long r3 asm("r3") = a3; \
    register long r4 asm("r4") = a4; \
    register long r5 asm("r5") = a5; \
    asm volatile(code : "+r"(r0) : "r"(r7), "r"(r1), "r"(r2), "r"(r3), \
                 "r"(r4), "r"(r5) : "memory", "cc"); \
    return r0

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
