/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * i386.S: what C cannot say, for i386;
 * see arch.h for what each function does
 */
    .text
    .globl _start
_start:
    xor %ebp, %ebp
    mov %esp, %eax
    and $-16, %esp
    sub $12, %esp
    push %eax
    call start

    .globl arch_syscall
arch_syscall:
    push %ebp
    push %edi
    push %esi
    push %ebx
    mov 20(%esp), %eax
    mov 24(%esp), %ebx
    mov 28(%esp), %ecx
    mov 32(%esp), %edx
    mov 36(%esp), %esi
    mov 40(%esp), %edi
    mov 44(%esp), %ebp
    int $0x80
    pop %ebx
    pop %esi
    pop %edi
    pop %ebp
    ret

    .globl arch_enter
arch_enter:
    mov 4(%esp), %eax
    mov 8(%esp), %esp
    xor %edx, %edx
    xor %ebp, %ebp
    jmp *%eax

    .globl arch_call
arch_call:
    mov 4(%esp), %eax
    mov 8(%esp), %edx
    mov 12(%esp), %esp
    xor %ebp, %ebp
    sub $12, %esp
    push %edx
    call *%eax

    /* The child finds its function and argument on its stack. */
    .globl arch_clone
arch_clone:
    push %ebx
    mov 8(%esp), %ebx
    mov 12(%esp), %ecx
    mov 16(%esp), %edx
    mov 20(%esp), %eax
    sub $16, %ecx
    mov %eax, (%ecx)
    mov %edx, 4(%ecx)
    mov $120, %eax
    int $0x80
    test %eax, %eax
    jnz 1f
    xor %ebp, %ebp
    call *4(%esp)
1:  pop %ebx
    ret

    .globl arch_sigreturn
arch_sigreturn:
    mov 4(%esp), %esp
    .globl arch_restorer
arch_restorer:
    mov $173, %eax
    int $0x80

    .globl arch_thread_pointer
arch_thread_pointer:
    mov %gs, %eax
    test %eax, %eax
    jz 1f
    mov %gs:0, %eax
1:  ret

    /* The number of the entry that a program's gs selects, or 0. */
    .globl arch_gs_entry
arch_gs_entry:
    mov %gs, %eax
    shr $3, %eax
    ret

    .section .note.GNU-stack, "", @progbits
