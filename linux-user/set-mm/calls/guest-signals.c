/*
 * Which signals the guest gets, and when
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "set-mm/calls/guest-signals.h"
#include "set-mm/host/die.h"

void guest_all_but_faults(sigset_t *set)
{
    sigfillset(set);
    sigdelset(set, SIGSEGV);
    sigdelset(set, SIGBUS);
}

bool guest_spares(const struct emulated_sigtable *k, uint32_t code)
{
    const TaskState *ts = thread_cpu->opaque;

    /* What QEMU found itself, and what the host did: codes of the kernel's. */
    return host_is_init() && k != &ts->sync_signal &&
           (int16_t)code <= 0;
}

static void remove_signal(target_sigset_t *set, int sig)
{
    abi_ulong bit = (abi_ulong)1 << (sig - 1) % TARGET_NSIG_BPW;

    set->sig[(sig - 1) / TARGET_NSIG_BPW] &= ~tswapal(bit);
}

target_sigset_t guest_action_mask(const target_sigset_t *mask)
{
    target_sigset_t kept = *mask;

    remove_signal(&kept, TARGET_SIGKILL);
    remove_signal(&kept, TARGET_SIGSTOP);
    return kept;
}
