/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * aarch64.S: what C cannot say, for aarch64;
 * see arch.h for what each function does
 */
    .text
    .globl _start
_start:
    mov x29, #0
    mov x30, #0
    mov x0, sp
    b start

    .globl arch_syscall
arch_syscall:
    mov x8, x0
    mov x0, x1
    mov x1, x2
    mov x2, x3
    mov x3, x4
    mov x4, x5
    mov x5, x6
    svc 0
    ret

    .globl arch_enter
arch_enter:
    mov x16, x0
    mov sp, x1
    mov x0, #0
    mov x29, #0
    mov x30, #0
    br x16

    .globl arch_call
arch_call:
    mov x16, x0
    mov x0, x1
    mov sp, x2
    mov x29, #0
    mov x30, #0
    br x16

    /* Without flags for them, the last three arguments are not looked at. */
    .globl arch_clone
arch_clone:
    mov x8, #220
    svc 0
    cbnz x0, 1f
    mov x0, x3
    mov x29, #0
    mov x30, #0
    br x2
1:  ret

    .globl arch_sigreturn
arch_sigreturn:
    mov sp, x0
    mov x8, #139
    svc 0

    .globl arch_thread_pointer
arch_thread_pointer:
    mrs x0, tpidr_el0
    ret

    .globl arch_set_thread_pointer
arch_set_thread_pointer:
    msr tpidr_el0, x0
    ret

    .section .note.GNU-stack, "", @progbits
