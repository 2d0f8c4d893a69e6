/*
 * The architecture's part of nolibc.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Each file has:
 *   _start        goes to nolibc_start() with the stack pointer
 *   NOLIBC_BODY   of a function that makes the system call nr(a0, ..., a5):
 *                 puts them into registers, carries out its argument, and
 *                 returns what the call returned
 *   NOLIBC_TRAP   the system call; the result is negative for an error
 *   NOLIBC_CHILD  after clone: a child goes to nolibc_thread() with the
 *                 stack pointer, and does not return
 * and what else is peculiar, with its reason.
 */

/*
 * The usual NOLIBC_BODY: the result comes back in the register of the first
 * argument.  After the registers, what the call changes.
 */
#define NOLIBC_FIRST_HAS_RESULT(code, nr_, a0_, a1_, a2_, a3_, a4_, a5_, ...) \
    register long nr_reg asm(nr_) = nr; \
    register long r0 asm(a0_) = a0; \
    register long r1 asm(a1_) = a1; \
    register long r2 asm(a2_) = a2; \
    register long r3 asm(a3_) = a3; \
    register long r4 asm(a4_) = a4; \
    register long r5 asm(a5_) = a5; \
    asm volatile(code : "+r"(r0) : "r"(nr_reg), "r"(r1), "r"(r2), "r"(r3), \
                 "r"(r4), "r"(r5) : __VA_ARGS__); \
    return r0

#if defined(__aarch64__)
#include "arch-aarch64.h"
#elif defined(__arm__)
#include "arch-arm.h"
#elif defined(__hexagon__)
#include "arch-hexagon.h"
#elif defined(__loongarch__)
#include "arch-loongarch.h"
#elif defined(__or1k__)
#include "arch-or1k.h"
#elif defined(__riscv)
#include "arch-riscv.h"
#elif defined(__sh__)
#include "arch-sh.h"
#elif defined(__sparc__)
#include "arch-sparc.h"
#elif defined(__xtensa__)
#include "arch-xtensa.h"
#endif
