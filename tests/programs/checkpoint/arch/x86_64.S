/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * x86_64.S: what C cannot say, for x86_64;
 * see arch.h for what each function does
 */
    .text
    .globl _start
_start:
    xor %ebp, %ebp
    mov %rsp, %rdi
    and $-16, %rsp
    call start

    .globl arch_syscall
arch_syscall:
    mov %rdi, %rax
    mov %rsi, %rdi
    mov %rdx, %rsi
    mov %rcx, %rdx
    mov %r8, %r10
    mov %r9, %r8
    mov 8(%rsp), %r9
    syscall
    ret

    .globl arch_enter
arch_enter:
    mov %rsi, %rsp
    xor %edx, %edx
    xor %ebp, %ebp
    jmp *%rdi

    .globl arch_call
arch_call:
    mov %rdx, %rsp
    xor %ebp, %ebp
    mov %rdi, %rax
    mov %rsi, %rdi
    call *%rax

    /* Without flags for them, the last three arguments are only passed on. */
    .globl arch_clone
arch_clone:
    mov %rdx, %r9
    mov %rcx, %r8
    mov $56, %eax
    syscall
    test %rax, %rax
    jnz 1f
    xor %ebp, %ebp
    mov %r8, %rdi
    call *%r9
1:  ret

    .globl arch_sigreturn
arch_sigreturn:
    mov %rdi, %rsp
    .globl arch_restorer
arch_restorer:
    mov $15, %eax
    syscall

    .globl arch_thread_pointer
arch_thread_pointer:
    mov %fs:0, %rax
    ret

    .section .note.GNU-stack, "", @progbits
