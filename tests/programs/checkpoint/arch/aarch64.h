/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * aarch64.h: facts about aarch64; see arch.h
 */
#define ARCH_MACHINE        183
#define ARCH_RSEQ_SIG       0xd428bc00
/* siginfo is below the context. */
#define ARCH_FRAME(uc)      ((uintptr_t)(uc) - 128)

/*
 * Another process has other keys, so that addresses on its stack must not be
 * signed with ours: PR_PAC_SET_ENABLED_KEYS, for all of them, to none.
 */
#define ARCH_PREPARE()      sys(__NR_prctl, 60, 15, 0, 0, 0)

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
