/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arch.h: what differs between architectures
 *
 * arch/NAME.S has the functions that C cannot say, arch/NAME.h:
 *
 *   ARCH_MACHINE     ELF's e_machine
 *   ARCH_RSEQ_SIG    the signature that C libraries register with rseq()
 *   ARCH_FRAME(uc)   where the stack pointer is when rt_sigreturn is called,
 *                    from a handler's third argument; used in the handler
 *   ARCH_HAS_RESTORER        the kernel wants SA_RESTORER
 *   ARCH_ACTION_...          struct sigaction is not the usual one
 *   arch_save_tls(), arch_restore_tls()   what of a thread's own storage is
 *                    in no signal frame, in up to 8 numbers; the latter
 *                    returns a negative errno
 *
 * All code here runs with a foreign C library's thread pointer, on foreign
 * stacks and while signals are handled.  It has no C library of its own,
 * keeps its data in static variables, and needs little stack.
 */
#ifndef CHECKPOINT_ARCH_H
#define CHECKPOINT_ARCH_H

#include <asm/unistd.h>
#include <stddef.h>
#include <stdint.h>
#include "text.h"

/* A system call with all its arguments; a negative errno on failure. */
long arch_syscall(long nr, long a, long b, long c, long d, long e, long f);

#define SYS_ALL(nr, a, b, c, d, e, f, ...) \
    arch_syscall(nr, (long)(a), (long)(b), (long)(c), (long)(d), \
                 (long)(e), (long)(f))
#define sys(...) SYS_ALL(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

/* Begin a program: its entry point, and its stack with argc. */
void arch_enter(uintptr_t pc, uintptr_t sp) __attribute__((noreturn));

/* Call a function that does not return, on another stack. */
void arch_call(void (*fn)(void *), void *arg, uintptr_t sp)
    __attribute__((noreturn));

/* clone() with a function for the child; flags must need no pointers. */
long arch_clone(unsigned long flags, uintptr_t sp, void (*fn)(void *),
                void *arg);

/* Leave a signal frame that ARCH_FRAME() has found. */
void arch_sigreturn(uintptr_t sp) __attribute__((noreturn));

/* Where the C library's record of this thread is, or its end is. */
uintptr_t arch_thread_pointer(void);

/* For SA_RESTORER. */
void arch_restorer(void);

#if defined(__x86_64__)
#include "arch/x86_64.h"
#elif defined(__i386__)
#include "arch/i386.h"
#elif defined(__aarch64__)
#include "arch/aarch64.h"
#elif defined(__arm__)
#include "arch/arm.h"
#elif defined(__riscv) && __riscv_xlen == 64
#include "arch/riscv64.h"
#elif defined(__s390x__)
#include "arch/s390x.h"
#elif defined(__powerpc64__) && _CALL_ELF == 2
#include "arch/ppc64le.h"
#elif defined(__mips64) && defined(__MIPSEL__)
#include "arch/mips64el.h"
#else
#error "this architecture is not known"
#endif

/* struct sigaction as the kernel has it; both masks are not looked into. */
#ifdef ARCH_ACTION_MIPS
typedef struct KernelAction {
    unsigned int flags;
    unsigned long handler;
    unsigned long mask[16 / sizeof(long)];
} KernelAction;
#else
typedef struct KernelAction {
    unsigned long handler;
    unsigned long flags;
#ifndef ARCH_ACTION_WITHOUT_RESTORER
    unsigned long restorer;
#endif
    unsigned long mask[8 / sizeof(long)];
} KernelAction;
#endif

#define MASK_SIZE   sizeof(((KernelAction *)0)->mask)
#define SIGNALS     ((int)MASK_SIZE * 8)

#endif
