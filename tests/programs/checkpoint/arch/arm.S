/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arm.S: what C cannot say, for arm;
 * see arch.h for what each function does
 */
    .text
    .arm
    .globl _start
    .type _start, %function
_start:
    mov fp, #0
    mov lr, #0
    mov r0, sp
    bic sp, sp, #7
    bl start

    .globl arch_syscall
    .type arch_syscall, %function
arch_syscall:
    push {r4-r7}
    mov r7, r0
    mov r0, r1
    mov r1, r2
    mov r2, r3
    add r12, sp, #16
    ldm r12, {r3-r5}
    svc 0
    pop {r4-r7}
    bx lr

    .globl arch_enter
    .type arch_enter, %function
arch_enter:
    mov r12, r0
    mov sp, r1
    mov r0, #0
    mov fp, #0
    mov lr, #0
    bx r12

    .globl arch_call
    .type arch_call, %function
arch_call:
    mov r12, r0
    mov r0, r1
    mov sp, r2
    mov fp, #0
    mov lr, #0
    bx r12

    /* Without flags for them, the last three arguments are not looked at. */
    .globl arch_clone
    .type arch_clone, %function
arch_clone:
    push {r7}
    mov r7, #120
    svc 0
    cmp r0, #0
    bne 1f
    mov r0, r3
    mov fp, #0
    mov lr, #0
    bx r2
1:  pop {r7}
    bx lr

    .globl arch_sigreturn
    .type arch_sigreturn, %function
arch_sigreturn:
    mov sp, r0
    mov r7, #173
    svc 0

    .globl arch_thread_pointer
    .type arch_thread_pointer, %function
arch_thread_pointer:
    mrc p15, 0, r0, c13, c0, 3
    bx lr

    /* Division by zero ends in libgcc, which wants this; it never happens. */
    .globl raise
    .type raise, %function
raise:
    udf #0

    .section .note.GNU-stack, "", %progbits
