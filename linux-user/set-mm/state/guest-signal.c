/*
 * The guest's signal actions
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "set-mm/state/guest-signal.h"

static struct target_sigaction of_process[TARGET_NSIG];

__thread struct target_sigaction *sigact_table = of_process;

void guest_signal_forked(void)
{
    if (sigact_table != of_process) {
        memcpy(of_process, sigact_table, sizeof(of_process));
        sigact_table = of_process;
    }
}
