/*
 * Locked memory
 *
 * The host's mlockall(2) would lock the emulator's memory as well, and fail
 * where the guest's fits into RLIMIT_MEMLOCK, so it is done by range.
 *
 * For get_errno(), as guest-mmap.h has it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_MLOCK_H
#define LINUX_USER_GUEST_MLOCK_H

/**
 * guest_mlock: mlock(2), mlock2(2)
 * @flags: 0 or MLOCK_ONFAULT
 * guest_munlock: munlock(2)
 *
 * Mirror mm/mlock.c: they act up to a hole, and then say ENOMEM.
 */
abi_long guest_mlock(abi_ulong start, abi_ulong len, int flags);
abi_long guest_munlock(abi_ulong start, abi_ulong len);

/* guest_mlockall, guest_munlockall: mlockall(2), munlockall(2) */
abi_long guest_mlockall(int flags);
abi_long guest_munlockall(void);

/* guest_mlock_flags: what mmap(2) has to be told after MCL_FUTURE */
int guest_mlock_flags(void);

/* guest_mlock_in_child: a forked child has nothing locked */
void guest_mlock_in_child(void);

#endif /* LINUX_USER_GUEST_MLOCK_H */
