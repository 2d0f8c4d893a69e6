/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * aarch64.h: facts about aarch64; see arch.h
 */
#define ARCH_MACHINE        183
#define ARCH_RSEQ_SIG       0xd428bc00
/* siginfo is below the context. */
#define ARCH_FRAME(uc)      ((uintptr_t)(uc) - 128)

void arch_set_thread_pointer(uintptr_t tp);

static inline void arch_save_tls(uint64_t *tls)
{
    tls[0] = arch_thread_pointer();
}

static inline long arch_restore_tls(const uint64_t *tls)
{
    arch_set_thread_pointer(tls[0]);
    return 0;
}
