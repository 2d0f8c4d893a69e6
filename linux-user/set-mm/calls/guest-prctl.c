/*
 * Options of prctl(2) that QEMU does not know, or that it leaves to the host
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <linux/prctl.h>
#include <sys/prctl.h>
#include "qemu.h"
#include "user-internals.h"
#include "set-mm/calls/guest-caps.h"
#include "set-mm/calls/guest-prctl.h"
#include "set-mm/calls/guest-timer.h"
#include "set-mm/calls/set-mm.h"

#ifndef PR_GET_AUXV
#define PR_GET_AUXV 0x41555856
#endif

#ifndef PR_TIMER_CREATE_RESTORE_IDS
#define PR_TIMER_CREATE_RESTORE_IDS 77
#endif

bool guest_prctl_wants(int option)
{
    switch (option) {
    case PR_SET_MM:
    case PR_GET_AUXV:
    case PR_GET_TID_ADDRESS:
    case PR_TIMER_CREATE_RESTORE_IDS:
        return true;
    default:
        return guest_caps_wants(option);
    }
}

/* The host's is QEMU's thread's. */
static abi_long get_tid_address(abi_ulong addr)
{
    const TaskState *ts = thread_cpu->opaque;

    return put_user_ual(ts->child_tidptr, addr) ? -TARGET_EFAULT : 0;
}

abi_long guest_prctl(int option, abi_ulong arg2, abi_ulong arg3,
                     abi_ulong arg4, abi_ulong arg5)
{
    switch (option) {
    case PR_SET_MM:
    case PR_GET_AUXV:
        return set_mm_prctl(option, arg2, arg3, arg4, arg5);
    case PR_GET_TID_ADDRESS:
        return get_tid_address(arg2);
    case PR_TIMER_CREATE_RESTORE_IDS:
        return get_errno(guest_timer_restore_ids(arg2, arg3, arg4, arg5));
    default:
        return get_errno(guest_caps_prctl(option, arg2));
    }
}
