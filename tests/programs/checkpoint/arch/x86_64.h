/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * x86_64.h: facts about x86_64; see arch.h
 */
#define ARCH_MACHINE        62
#define ARCH_RSEQ_SIG       0x53053053
#define ARCH_HAS_RESTORER
/* The handler's return has taken the restorer's address from the stack. */
#define ARCH_FRAME(uc)      ((uintptr_t)(uc))

#define ARCH_SET_GS 0x1001
#define ARCH_SET_FS 0x1002
#define ARCH_GET_FS 0x1003
#define ARCH_GET_GS 0x1004

static inline void arch_save_tls(uint64_t *tls)
{
    sys(__NR_arch_prctl, ARCH_GET_FS, &tls[0]);
    sys(__NR_arch_prctl, ARCH_GET_GS, &tls[1]);
}

static inline long arch_restore_tls(const uint64_t *tls)
{
    long ret = sys(__NR_arch_prctl, ARCH_SET_GS, tls[1]);

    return ret < 0 ? ret : sys(__NR_arch_prctl, ARCH_SET_FS, tls[0]);
}
