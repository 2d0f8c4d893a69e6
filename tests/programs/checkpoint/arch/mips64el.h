/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mips64el.h: facts about mips64el; see arch.h
 */
#define ARCH_MACHINE        8
#define ARCH_RSEQ_SIG       0x0350000d
#define ARCH_ACTION_MIPS
/* Room for arguments, a trampoline, and siginfo are below the context. */
#define ARCH_FRAME(uc)      ((uintptr_t)(uc) - 16 - 8 - 128)

static inline void arch_save_tls(uint64_t *tls)
{
    tls[0] = arch_thread_pointer();
}

static inline long arch_restore_tls(const uint64_t *tls)
{
    return sys(__NR_set_thread_area, tls[0]);
}
