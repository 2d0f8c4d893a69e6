/*
 * timer_create(2) and its kin: the guest's timers are the host's, by the same
 * numbers
 *
 * The emulator has no timer of its own when the guest looks (host/put-off.c).
 * So the kernel's numbers begin at 0 in each process, a forked child has none,
 * an execve(2) deletes them, and the limit is the kernel's, all without a table
 * of ours.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/syscall.h>
#include "qemu.h"
#include "user-internals.h"
#include "set-mm/calls/guest-timer.h"

/* struct itimerspec has 64 bits for seconds where these calls exist. */
#ifdef SYS_timer_settime64
#define HOST_TIMER_SETTIME \
    (sizeof(time_t) > sizeof(long) ? SYS_timer_settime64 : SYS_timer_settime)
#define HOST_TIMER_GETTIME \
    (sizeof(time_t) > sizeof(long) ? SYS_timer_gettime64 : SYS_timer_gettime)
#else
#define HOST_TIMER_SETTIME SYS_timer_settime
#define HOST_TIMER_GETTIME SYS_timer_gettime
#endif

/* Does the kernel read the number that the guest passes? */
static bool wants_id(void)
{
    return prctl(PR_TIMER_CREATE_RESTORE_IDS, PR_TIMER_CREATE_RESTORE_IDS_GET,
                 0, 0, 0) == 1;
}

abi_long guest_timer_create(int clock, struct sigevent *event,
                            abi_ulong id_addr)
{
    int id = 0;

    if (get_user_s32(id, id_addr) && wants_id()) {
        return -TARGET_EFAULT;
    }
    if (syscall(SYS_timer_create, clock, event, &id) < 0) {
        return get_errno(-1);
    }
    if (put_user_s32(id, id_addr)) {
        guest_timer_delete(id);
        return -TARGET_EFAULT;
    }
    return 0;
}

int guest_timer_settime(int id, int flags, const struct itimerspec *value,
                        struct itimerspec *old)
{
    return syscall(HOST_TIMER_SETTIME, id, flags, value, old);
}

int guest_timer_gettime(int id, struct itimerspec *value)
{
    return syscall(HOST_TIMER_GETTIME, id, value);
}

int guest_timer_getoverrun(int id)
{
    return syscall(SYS_timer_getoverrun, id);
}

int guest_timer_delete(int id)
{
    return syscall(SYS_timer_delete, id);
}

int guest_timer_restore_ids(abi_ulong arg2, abi_ulong arg3, abi_ulong arg4,
                            abi_ulong arg5)
{
    return prctl(PR_TIMER_CREATE_RESTORE_IDS, (unsigned long)arg2,
                 (unsigned long)arg3, (unsigned long)arg4,
                 (unsigned long)arg5);
}
