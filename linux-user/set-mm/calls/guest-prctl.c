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
/* QEMU 7.2 has it in cpu.h. */
#if defined(TARGET_AARCH64) && \
    __has_include("target/arm/cpu-features.h")
#include "target/arm/cpu-features.h"
#endif
#include "set-mm/calls/guest-caps.h"
#include "set-mm/calls/guest-prctl.h"
#include "set-mm/calls/guest-timer.h"
#include "set-mm/calls/set-mm.h"

#ifndef PR_GET_AUXV
#define PR_GET_AUXV 0x41555856
#endif

#ifdef TARGET_AARCH64

#ifndef PR_PAC_SET_ENABLED_KEYS
#define PR_PAC_SET_ENABLED_KEYS 60
#define PR_PAC_GET_ENABLED_KEYS 61
#endif

/* By the kernel's numbers, and by the processor's. */
static const struct {
    unsigned key;
    uint64_t bit;
} pac_keys[] = {
    { PR_PAC_APIAKEY, SCTLR_EnIA },
    { PR_PAC_APIBKEY, SCTLR_EnIB },
    { PR_PAC_APDAKEY, SCTLR_EnDA },
    { PR_PAC_APDBKEY, SCTLR_EnDB },
};

static unsigned pac_enabled(CPUArchState *env)
{
    unsigned keys = 0;

    for (size_t i = 0; i < ARRAY_SIZE(pac_keys); i++) {
        if (env->cp15.sctlr_el[1] & pac_keys[i].bit) {
            keys |= pac_keys[i].key;
        }
    }
    return keys;
}

/*
 * Addresses that are signed with a key mean nothing to a process that restores
 * another one, which has other keys and cannot read any.  So such programs run
 * without.  See ptrauth_set_enabled_keys() in arch/arm64/kernel/pointer_auth.c.
 */
static abi_long pac_set_enabled(CPUArchState *env, abi_ulong keys,
                                abi_ulong enabled)
{
    const unsigned all = PR_PAC_APIAKEY | PR_PAC_APIBKEY | PR_PAC_APDAKEY |
                         PR_PAC_APDBKEY;

    if ((keys & ~(abi_ulong)all) || (enabled & ~keys)) {
        return -TARGET_EINVAL;
    }
    for (size_t i = 0; i < ARRAY_SIZE(pac_keys); i++) {
        if (enabled & pac_keys[i].key) {
            env->cp15.sctlr_el[1] |= pac_keys[i].bit;
        } else if (keys & pac_keys[i].key) {
            env->cp15.sctlr_el[1] &= ~pac_keys[i].bit;
        }
    }
    arm_rebuild_hflags(env);
    return 0;
}

static bool pac_wants(int option)
{
    return option == PR_PAC_SET_ENABLED_KEYS ||
           option == PR_PAC_GET_ENABLED_KEYS;
}

static abi_long pac_prctl(CPUArchState *env, int option, abi_ulong arg2,
                          abi_ulong arg3, abi_ulong arg4, abi_ulong arg5)
{
    if (!cpu_isar_feature(aa64_pauth, env_archcpu(env)) || arg4 || arg5) {
        return -TARGET_EINVAL;
    }
    if (option == PR_PAC_SET_ENABLED_KEYS) {
        return pac_set_enabled(env, arg2, arg3);
    }
    return arg2 || arg3 ? -TARGET_EINVAL : pac_enabled(env);
}

#else

static bool pac_wants(int option)
{
    return false;
}

static abi_long pac_prctl(CPUArchState *env, int option, abi_ulong arg2,
                          abi_ulong arg3, abi_ulong arg4, abi_ulong arg5)
{
    g_assert_not_reached();
}

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
        return pac_wants(option) || guest_caps_wants(option);
    }
}

/* The host's is QEMU's thread's. */
static abi_long get_tid_address(abi_ulong addr)
{
    const TaskState *ts = thread_cpu->opaque;

    return put_user_ual(ts->child_tidptr, addr) ? -TARGET_EFAULT : 0;
}

abi_long guest_prctl(CPUArchState *env, int option, abi_ulong arg2,
                     abi_ulong arg3, abi_ulong arg4, abi_ulong arg5)
{
    if (pac_wants(option)) {
        return pac_prctl(env, option, arg2, arg3, arg4, arg5);
    }
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
