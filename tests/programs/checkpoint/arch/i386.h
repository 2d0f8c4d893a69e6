/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * i386.h: facts about i386; see arch.h
 */
#define ARCH_MACHINE        3
#define ARCH_RSEQ_SIG       0x53053053
#define ARCH_HAS_RESTORER
/*
 * Above the restorer's address, which the handler's return takes, are three
 * arguments and siginfo; the kernel looks a word below the stack pointer.
 */
#define ARCH_FRAME(uc)      ((uintptr_t)(uc) - 128 - 3 * 4)

long arch_gs_entry(void);

/*
 * Three segments are a thread's own, from 6 on or, in a 64-bit kernel, from
 * 12 on.  What gs selects tells which; set_thread_area() likes either.
 */
static inline void arch_save_tls(uint64_t *tls)
{
    uint32_t desc[4];

    tls[6] = arch_gs_entry();
    if (!tls[6]) {
        return;
    }
    desc[0] = tls[6];
    if (sys(__NR_get_thread_area, desc) == 0) {
        memcpy(tls, desc, sizeof(desc));
    } else {
        tls[6] = 0;
    }
}

static inline long arch_restore_tls(const uint64_t *tls)
{
    uint32_t desc[4];

    if (!tls[6]) {
        return 0;
    }
    memcpy(desc, tls, sizeof(desc));
    return sys(__NR_set_thread_area, desc);
}
