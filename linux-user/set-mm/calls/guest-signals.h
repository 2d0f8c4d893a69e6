/*
 * Which signals the guest gets, and when
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_SIGNALS_H
#define LINUX_USER_GUEST_SIGNALS_H

#include "qemu.h"

/**
 * guest_all_but_faults: the signals to block for a system call
 * @set: filled in
 *
 * The kernel kills whoever blocks the signal of a fault, and a copy may fault.
 * One that somebody sends meanwhile stays pending as QEMU's signals do.
 */
void guest_all_but_faults(sigset_t *set);

/**
 * guest_spares: whether a signal does not kill although that is its default
 * @k: as QEMU is about to deliver it
 * @code: its si_code in host order, of which the upper half may be QEMU's own
 *
 * Init of a PID namespace gets only the signals of its own faults; see
 * sig_task_ignored() in kernel/signal.c.
 */
bool guest_spares(const struct emulated_sigtable *k, uint32_t code);

/**
 * guest_action_mask: the mask of an action, as sigaction(2) keeps it
 * @mask: as the guest passed it, in the guest's byte order
 *
 * SIGKILL and SIGSTOP are never in it; see do_sigaction() in kernel/signal.c.
 */
target_sigset_t guest_action_mask(const target_sigset_t *mask);

/**
 * guest_fpu_at: where an x86's signal frame has the FPU's state
 * @offset: where QEMU 7.2 has it, which aligns the state and not the stack
 *
 * A handler is entered as a function is, with its stack aligned to 16 bytes
 * but for the return address; see align_sigframe() of arch/x86.  Else code that
 * counts on it faults, such as what unwinds a thread that is cancelled.
 */
static inline size_t guest_fpu_at(size_t offset)
{
    return offset + (sizeof(abi_ulong) - offset) % 16;
}

/**
 * guest_fpu_align: the same of a frame that is laid out so
 * @state: where QEMU 7.2 would write the state
 * @addr: its address, for the guest; is moved as well
 *
 * Returns: where to write it.
 */
static inline void *guest_fpu_align(void *state, abi_ulong *addr)
{
    abi_ulong gap = -*addr % 16;

    *addr += gap;
    return (char *)state + gap;
}

#endif /* LINUX_USER_GUEST_SIGNALS_H */
