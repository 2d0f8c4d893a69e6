/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * s390x.h: facts about s390x; see arch.h
 */
#define ARCH_MACHINE        22
#define ARCH_RSEQ_SIG       0xb2ff0fff
/* A function's save area, an instruction and siginfo are below. */
#define ARCH_FRAME(uc)      ((uintptr_t)(uc) - 160 - 8 - 128)

/* The thread pointer is two access registers, thus in the frame. */
static inline void arch_save_tls(uint64_t *tls)
{
    tls[0] = arch_thread_pointer();
}

static inline long arch_restore_tls(const uint64_t *tls)
{
    (void)tls;
    return 0;
}
