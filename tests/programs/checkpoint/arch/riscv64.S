/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * riscv64.S: what C cannot say, for riscv64;
 * see arch.h for what each function does
 */
    .text
    .globl _start
_start:
    li s0, 0
    li ra, 0
    mv a0, sp
    j start

    .globl arch_syscall
arch_syscall:
    mv a7, a0
    mv a0, a1
    mv a1, a2
    mv a2, a3
    mv a3, a4
    mv a4, a5
    mv a5, a6
    ecall
    ret

    .globl arch_enter
arch_enter:
    mv t1, a0
    mv sp, a1
    li a0, 0
    li s0, 0
    li ra, 0
    jr t1

    .globl arch_call
arch_call:
    mv t1, a0
    mv a0, a1
    mv sp, a2
    li s0, 0
    li ra, 0
    jr t1

    /* Without flags for them, the last three arguments are not looked at. */
    .globl arch_clone
arch_clone:
    li a7, 220
    ecall
    bnez a0, 1f
    mv a0, a3
    li s0, 0
    li ra, 0
    jr a2
1:  ret

    .globl arch_sigreturn
arch_sigreturn:
    mv sp, a0
    li a7, 139
    ecall

    .globl arch_thread_pointer
arch_thread_pointer:
    mv a0, tp
    ret

    .section .note.GNU-stack, "", @progbits
