/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * thread.c: what belongs to a thread alone
 */
#include <asm/errno.h>
#include <linux/prctl.h>
#include "agent.h"

#ifndef PR_GET_TID_ADDRESS
#define PR_GET_TID_ADDRESS  40
#endif

#define RSEQ_SPAN   8192        /* how far from the thread pointer to look */
#define RSEQ_STEP   32
#define RSEQ_LEAVE  1           /* RSEQ_FLAG_UNREGISTER */

/*
 * Find this thread's restartable sequence.  Nobody tells where it is, but
 * the kernel refuses to forget any other, and it is near the thread pointer.
 */
static void find_rseq(ImageThread *t)
{
    uintptr_t tp = arch_thread_pointer() & -(uintptr_t)RSEQ_STEP;

    if (tp < RSEQ_SPAN ||
        sys(__NR_rseq, 0, 0, RSEQ_LEAVE, 0) == -ENOSYS) {
        return;
    }
    for (uintptr_t a = tp - RSEQ_SPAN; a < tp + RSEQ_SPAN; a += RSEQ_STEP) {
        if (sys(__NR_rseq, a, RSEQ_STEP, RSEQ_LEAVE, ARCH_RSEQ_SIG) == 0) {
            sys(__NR_rseq, a, RSEQ_STEP, 0, ARCH_RSEQ_SIG);
            t->rseq = a;
            t->rseq_size = RSEQ_STEP;
            return;
        }
    }
}

/*
 * Describe the calling thread, which is in a handler that can be left by
 * rt_sigreturn at frame.  Its mask, its alternate stack and all registers but
 * those of its own storage are in the frame.
 */
void thread_save(ImageThread *t, uintptr_t frame)
{
    unsigned long robust[2] = { 0, 0 };

    memset(t, 0, sizeof(*t));
    t->tid = sys(__NR_gettid);
    t->frame = frame;
    arch_save_tls(t->tls);
    t->tid_address = IMAGE_NONE;
    if (sys(__NR_prctl, PR_GET_TID_ADDRESS, robust, 0, 0, 0) == 0) {
        t->tid_address = robust[0];
    }
    robust[0] = 0;
    if (sys(__NR_get_robust_list, 0, &robust[0], &robust[1]) == 0) {
        t->robust_list = robust[0];
        t->robust_size = robust[1];
    }
    sys(__NR_prctl, PR_GET_NAME, t->name, 0, 0, 0);
    t->name[sizeof(t->name) - 1] = '\0';
    find_rseq(t);
}

/*
 * Make the calling thread the one in the image, whose memory is there.  All
 * signals are blocked until it leaves by its frame.
 */
void thread_restore(const ImageThread *t)
{
    sys(__NR_prctl, PR_SET_NAME, t->name, 0, 0, 0);
    if (t->tid_address != IMAGE_NONE) {
        uint32_t *where = (uint32_t *)(uintptr_t)t->tid_address;

        sys(__NR_set_tid_address, where);
        /* The number is new, and told where clone() would tell it. */
        if (where && *where == t->tid) {
            *where = sys(__NR_gettid);
        }
    }
    if (t->robust_list) {
        sys(__NR_set_robust_list, (uintptr_t)t->robust_list, t->robust_size);
    }
    arch_restore_tls(t->tls);
    if (t->rseq) {
        sys(__NR_rseq, (uintptr_t)t->rseq, (uint32_t)t->rseq_size, 0,
            ARCH_RSEQ_SIG);
    }
}
