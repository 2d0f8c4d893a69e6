/*
 * sh4, of either byte order
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
asm(".globl _start\n"
    "_start:\n"
    "    mov r15, r4\n"
    "    mov.l 1f, r0\n"
    "    jmp @r0\n"
    "    nop\n"
    "    .align 2\n"
    "1:  .long nolibc_start\n");

#define NOLIBC_ALIGNED_OFFSETS
#define NOLIBC_SYS_ID(name) SYS_##name##32
#define NOLIBC_TRAP "trapa #0x16\n"
#define NOLIBC_CHILD \
    "tst r0, r0\n" \
    "bf 1f\n" \
    "mov r15, r4\n" \
    "mov.l 2f, r0\n" \
    "jmp @r0\n" \
    "nop\n" \
    ".align 2\n" \
    "2: .long nolibc_thread\n" \
    "1:\n"
#define NOLIBC_BODY(code) \
    register long r3 asm("r3") = nr; \
    register long r4 asm("r4") = a0; \
    register long r5 asm("r5") = a1; \
    register long r6 asm("r6") = a2; \
    register long r7 asm("r7") = a3; \
    register long r0 asm("r0") = a4; \
    register long r1 asm("r1") = a5; \
    asm volatile(code : "+r"(r0) : "r"(r3), "r"(r4), "r"(r5), "r"(r6), \
                 "r"(r7), "r"(r1) : "memory", "t"); \
    return r0

/*
 * gcc's library has one byte order only.  A division, r0 = r4 / r5, changes
 * no other register; a copy is of r6 + 1 pairs of words from r5 to r4, and
 * for "odd" of one word before, and may change r0 to r6.
 */
#define NOLIBC_NEEDS_DIVISION
asm(".globl __udivsi3_i4i, __movmem_i4_even, __movmem_i4_odd\n"
    "__udivsi3_i4i:\n"
    "    mov.l r4, @-r15\n"
    "    mov #0, r0\n"
    "    div0u\n"
    "    .rept 32\n"
    "    rotcl r4\n"
    "    div1 r5, r0\n"
    "    .endr\n"
    "    rotcl r4\n"
    "    mov r4, r0\n"
    "    rts\n"
    "    mov.l @r15+, r4\n"
    "__movmem_i4_odd:\n"
    "    mov.l @r5+, r0\n"
    "    mov.l r0, @r4\n"
    "    add #4, r4\n"
    "__movmem_i4_even:\n"
    "    add #1, r6\n"
    "1:  mov.l @r5+, r0\n"
    "    mov.l r0, @r4\n"
    "    mov.l @r5+, r0\n"
    "    mov.l r0, @(4, r4)\n"
    "    add #8, r4\n"
    "    dt r6\n"
    "    bf 1b\n"
    "    rts\n"
    "    nop\n");
