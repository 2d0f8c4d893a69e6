/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * s390x.S: what C cannot say, for s390x;
 * see arch.h for what each function does
 */
    .text
    .globl _start
_start:
    lgr %r2, %r15
    aghi %r15, -160
    xc 0(8,%r15), 0(%r15)
    lghi %r11, 0
    brasl %r14, start

    .globl arch_syscall
arch_syscall:
    stmg %r6, %r7, 48(%r15)
    lgr %r1, %r2
    lgr %r2, %r3
    lgr %r3, %r4
    lgr %r4, %r5
    lgr %r5, %r6
    lg %r6, 160(%r15)
    lg %r7, 168(%r15)
    svc 0
    lmg %r6, %r7, 48(%r15)
    br %r14

    .globl arch_enter
arch_enter:
    lgr %r15, %r3
    lghi %r11, 0
    lghi %r14, 0
    br %r2

    .globl arch_call
arch_call:
    lgr %r1, %r2
    lgr %r2, %r3
    lay %r15, -160(%r4)
    xc 0(8,%r15), 0(%r15)
    lghi %r14, 0
    br %r1

    /* Without flags for them, the last three arguments are not looked at. */
    .globl arch_clone
arch_clone:
    lgr %r1, %r2
    lgr %r2, %r3
    lgr %r3, %r1
    lghi %r1, 120
    svc 0
    ltgr %r2, %r2
    jne 1f
    lgr %r2, %r5
    aghi %r15, -160
    xc 0(8,%r15), 0(%r15)
    lghi %r14, 0
    br %r4
1:  br %r14

    .globl arch_sigreturn
arch_sigreturn:
    lgr %r15, %r2
    lghi %r1, 173
    svc 0

    .globl arch_thread_pointer
arch_thread_pointer:
    ear %r2, %a0
    sllg %r2, %r2, 32
    ear %r2, %a1
    br %r14

    .section .note.GNU-stack, "", @progbits
