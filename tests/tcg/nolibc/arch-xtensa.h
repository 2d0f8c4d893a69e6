/*
 * xtensa, little endian, with the ABI that has no register windows
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
asm(".globl _start\n"
    "_start:\n"
    "    movi a0, 0\n"
    "    mov a2, a1\n"
    "    call0 nolibc_start\n");

#define NOLIBC_ALIGNED_PAIRS
/* Its libgcc has none of these. */
#define NOLIBC_NEEDS_DIVISION
#define NOLIBC_NEEDS_SHORT_DIVISION
#define NOLIBC_NEEDS_MULTIPLICATION
#define NOLIBC_TRAP "syscall\n"
#define NOLIBC_CHILD \
    "bnez a2, 1f\n" \
    "mov a2, a1\n" \
    "call0 nolibc_thread\n" \
    "1:\n"
#define NOLIBC_BODY(code) \
    register long r2 asm("a2") = nr; \
    register long r6 asm("a6") = a0; \
    register long r3 asm("a3") = a1; \
    register long r4 asm("a4") = a2; \
    register long r5 asm("a5") = a3; \
    register long r8 asm("a8") = a4; \
    register long r9 asm("a9") = a5; \
    asm volatile(code : "+r"(r2) : "r"(r6), "r"(r3), "r"(r4), "r"(r5), \
                 "r"(r8), "r"(r9) : "memory"); \
    return r2

/*
 * The compiler's processor has no atomic instruction, the emulated one has:
 * "wsr.scompare1 a5" and "s32c1i a3, a4, 0", which stores a3 where memory is
 * as a5; then a3 is what was there.
 */
#define NOLIBC_NEEDS_ATOMICS
#define NOLIBC_SWAP(at, value) nolibc_swap(at, value)
static int nolibc_swap(volatile int *at, int value)
{
    int was, seen;

    do {
        was = *at;
        {
            register int new asm("a3") = value;
            register volatile int *where asm("a4") = at;
            register int old asm("a5") = was;

            asm volatile(".byte 0x50, 0x0c, 0x13\n"
                         ".byte 0x32, 0xe4, 0x00\n"
                         : "+r"(new) : "r"(where), "r"(old) : "memory");
            seen = new;
        }
    } while (seen != was);
    return was;
}
