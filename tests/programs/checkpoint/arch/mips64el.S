/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mips64el.S: what C cannot say, for mips64el;
 * see arch.h for what each function does
 */
    .text
    .set nomips16
    .set noat
    .globl _start
_start:
    move $4, $29
    dsubu $29, $29, 32
    li $2, -16
    and $29, $29, $2
    li $30, 0
    li $31, 0
    dla $25, start
    jr $25

    .globl arch_syscall
arch_syscall:
    move $2, $4
    move $4, $5
    move $5, $6
    move $6, $7
    move $7, $8
    move $8, $9
    move $9, $10
    syscall
    beqz $7, 1f
    dsubu $2, $0, $2
1:  jr $31

    .globl arch_enter
arch_enter:
    move $29, $5
    move $25, $4
    li $2, 0
    li $30, 0
    li $31, 0
    jr $25

    .globl arch_call
arch_call:
    move $25, $4
    move $4, $5
    move $29, $6
    li $30, 0
    li $31, 0
    jr $25

    /* The child finds its function and argument on its stack. */
    .globl arch_clone
arch_clone:
    dsubu $5, $5, 32
    sd $6, 0($5)
    sd $7, 8($5)
    li $2, 5055
    syscall
    bnez $7, 1f
    bnez $2, 2f
    ld $25, 0($29)
    ld $4, 8($29)
    li $30, 0
    li $31, 0
    jr $25
1:  dsubu $2, $0, $2
2:  jr $31

    .globl arch_sigreturn
arch_sigreturn:
    move $29, $4
    li $2, 5211
    syscall

    .globl arch_thread_pointer
arch_thread_pointer:
    .set push
    .set mips32r2
    rdhwr $3, $29
    .set pop
    move $2, $3
    jr $31

    .section .note.GNU-stack, "", @progbits
