/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arm.h: facts about arm; see arch.h
 */
#define ARCH_MACHINE        40
#define ARCH_RSEQ_SIG       0xe7f5def3
/* siginfo is below the context. */
#define ARCH_FRAME(uc)      ((uintptr_t)(uc) - 128)

#define ARM_NR_SET_TLS      0x0f0005

static inline void arch_save_tls(uint64_t *tls)
{
    tls[0] = arch_thread_pointer();
}

static inline long arch_restore_tls(const uint64_t *tls)
{
    return sys(ARM_NR_SET_TLS, tls[0]);
}
