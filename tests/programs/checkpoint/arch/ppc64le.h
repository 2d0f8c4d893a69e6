/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ppc64le.h: facts about ppc64le; see arch.h
 */
#define ARCH_MACHINE        21
#define ARCH_RSEQ_SIG       0x0fe5000b
/*
 * The handler has a function frame below the context.  Linux's trampoline
 * removes it before the system call, "addi 1,1,128"; QEMU's does not, and
 * its rt_sigreturn expects that.
 */
#define ARCH_FRAME(uc)      ((uintptr_t)(uc) - \
    (*(uint32_t *)__builtin_return_address(0) == 0x38210080 ? 0 : 128))

/* The thread pointer is an ordinary register, thus in the frame. */
static inline void arch_save_tls(uint64_t *tls)
{
    tls[0] = arch_thread_pointer();
}

static inline long arch_restore_tls(const uint64_t *tls)
{
    (void)tls;
    return 0;
}
