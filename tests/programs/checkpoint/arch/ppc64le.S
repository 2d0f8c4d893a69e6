/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ppc64le.S: what C cannot say, for ppc64le;
 * see arch.h for what each function does
 */
    .text
    .abiversion 2
    .globl _start
    .type _start, @function
_start:
    lis 2, .TOC.@ha
    addi 2, 2, .TOC.@l
    mr 3, 1
    clrrdi 1, 1, 4
    li 0, 0
    stdu 0, -64(1)
    mtlr 0
    bl start
    nop

    .globl arch_syscall
    .type arch_syscall, @function
arch_syscall:
    mr 0, 3
    mr 3, 4
    mr 4, 5
    mr 5, 6
    mr 6, 7
    mr 7, 8
    mr 8, 9
    sc
    bnslr
    neg 3, 3
    blr

    .globl arch_enter
    .type arch_enter, @function
arch_enter:
    mr 12, 3
    mr 1, 4
    mtctr 12
    li 0, 0
    mtlr 0
    li 3, 0
    bctr

    .globl arch_call
    .type arch_call, @function
arch_call:
    mr 12, 3
    mr 3, 4
    mr 1, 5
    mtctr 12
    li 0, 0
    mtlr 0
    stdu 0, -64(1)
    bctr

    /* The child finds its function and argument on its stack. */
    .globl arch_clone
    .type arch_clone, @function
arch_clone:
    std 5, -8(4)
    std 6, -16(4)
    li 0, 0
    std 0, -96(4)
    addi 4, 4, -96
    li 0, 120
    sc
    bso 1f
    cmpdi 3, 0
    bnelr
    ld 12, 88(1)
    ld 3, 80(1)
    mtctr 12
    li 0, 0
    mtlr 0
    bctr
1:  neg 3, 3
    blr

    .globl arch_sigreturn
    .type arch_sigreturn, @function
arch_sigreturn:
    mr 1, 3
    li 0, 172
    sc

    .globl arch_thread_pointer
    .type arch_thread_pointer, @function
arch_thread_pointer:
    mr 3, 13
    blr

    .section .note.GNU-stack, "", @progbits
