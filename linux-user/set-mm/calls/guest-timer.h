/*
 * timer_create(2) and its kin: the guest's timers are the host's, by the same
 * numbers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_TIMER_H
#define LINUX_USER_GUEST_TIMER_H

#include <sys/prctl.h>
#include "qemu.h"

#ifndef PR_TIMER_CREATE_RESTORE_IDS
#define PR_TIMER_CREATE_RESTORE_IDS 77
#define PR_TIMER_CREATE_RESTORE_IDS_GET 2
#endif

/**
 * guest_timer_create: timer_create(2)
 * @clock: of the host, which are the guest's
 * @event: with the host's number of the signal; NULL for SIGALRM
 * @id_addr: guest address of the number, in which the guest passes the one
 *           that it wants after PR_TIMER_CREATE_RESTORE_IDS
 *
 * Returns: 0 or a negative target errno, as kernel/time/posix-timers.c has it.
 */
abi_long guest_timer_create(int clock, struct sigevent *event,
                            abi_ulong id_addr);

/**
 * guest_timer_settime: timer_settime(2)
 * guest_timer_gettime: timer_gettime(2)
 * guest_timer_getoverrun: timer_getoverrun(2)
 * guest_timer_delete: timer_delete(2)
 * @id: as the guest passed it
 *
 * The host's calls, by the kernel's numbers and not by the C library's.
 *
 * Return: as these do, or -1 with host errno.
 */
int guest_timer_settime(int id, int flags, const struct itimerspec *value,
                        struct itimerspec *old);
int guest_timer_gettime(int id, struct itimerspec *value);
int guest_timer_getoverrun(int id);
int guest_timer_delete(int id);

/**
 * guest_timer_restore_ids: prctl(PR_TIMER_CREATE_RESTORE_IDS), Linux 6.16
 * @arg2, @arg3, @arg4, @arg5: as the guest passed them
 *
 * Returns: what the host says, -1 with host errno on failure.
 */
int guest_timer_restore_ids(abi_ulong arg2, abi_ulong arg3, abi_ulong arg4,
                            abi_ulong arg5);

#endif /* LINUX_USER_GUEST_TIMER_H */
