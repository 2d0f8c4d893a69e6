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
