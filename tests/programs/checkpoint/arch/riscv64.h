/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * riscv64.h: facts about riscv64; see arch.h
 */
#define ARCH_MACHINE        243
#define ARCH_RSEQ_SIG       0xf1401073
#define ARCH_ACTION_WITHOUT_RESTORER
/* siginfo is below the context. */
#define ARCH_FRAME(uc)      ((uintptr_t)(uc) - 128)

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
