/*
 * sparc, 32 bits
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
/* A window of registers is saved below argc. */
#define NOLIBC_STACK_SKIP 16

asm(".globl _start\n"
    "_start:\n"
    "    clr %fp\n"
    "    mov %sp, %o0\n"
    "    sub %sp, 96, %sp\n"
    "    and %sp, -8, %sp\n"
    "    b nolibc_start\n"
    "    nop\n");

#define NOLIBC_SYS_ID(name) SYS_##name##32
#define NOLIBC_NEEDS_DIVISION
#define NOLIBC_NEEDS_ATOMICS
#define NOLIBC_TRAP \
    "ta 0x10\n" \
    "bcc 9f\n" \
    "nop\n" \
    "b 1f\n" \
    "neg %%o0\n" \
    "9:\n"
/* A child gets its parent's number in o0, and 1 in o1. */
#define NOLIBC_FORKED \
    "dec %%o1\n" \
    "and %%o0, %%o1, %%o0\n"
#define NOLIBC_CHILD NOLIBC_FORKED \
    "tst %%o0\n" \
    "bne 1f\n" \
    "nop\n" \
    "mov %%sp, %%o0\n" \
    "b nolibc_thread\n" \
    "sub %%sp, 96, %%sp\n"
#define NOLIBC_BODY(code) \
    register long g1 asm("g1") = nr; \
    register long o0 asm("o0") = a0; \
    register long o1 asm("o1") = a1; \
    register long o2 asm("o2") = a2; \
    register long o3 asm("o3") = a3; \
    register long o4 asm("o4") = a4; \
    register long o5 asm("o5") = a5; \
    asm volatile(code "1:\n" : "+r"(o0), "+r"(o1) : "r"(g1), "r"(o2), \
                 "r"(o3), "r"(o4), "r"(o5) : "memory", "cc"); \
    return o0

#define NOLIBC_FORK(flags) nolibc_fork(flags)
static long nolibc_fork(long a0)
{
    const long nr = SYS_clone, a1 = 0, a2 = 0, a3 = 0, a4 = 0, a5 = 0;

    NOLIBC_BODY(NOLIBC_TRAP NOLIBC_FORKED);
}

/* Version 8 has no compare and swap. */
#define NOLIBC_SWAP(at, value) ({ \
    int old_ = (value); \
    asm volatile("swap [%1], %0" : "+r"(old_) : "r"(at) : "memory"); \
    old_; })
