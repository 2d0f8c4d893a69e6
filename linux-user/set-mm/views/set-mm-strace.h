/*
 * prctl(PR_SET_MM, ...) and prctl(PR_GET_AUXV, ...) in the output of -strace
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_SET_MM_STRACE_H
#define LINUX_USER_SET_MM_STRACE_H

/**
 * guest_strace: print a system call that QEMU has no function for
 * @f: where to
 * @num: TARGET_NR_ number
 * @format: QEMU's, for @name and six arguments
 * @arg1 ... @arg6: as the guest passed them
 *
 * As QEMU prints it, unless it is one of ours.  Called only with -strace.
 */
void guest_strace(FILE *f, int num, const char *format, const char *name,
                  abi_long arg1, abi_long arg2, abi_long arg3, abi_long arg4,
                  abi_long arg5, abi_long arg6);

/**
 * guest_strace_ret: print what such a call returned, if that is no error
 * @format: QEMU's, for @ret
 * @ret: what it returned
 *
 * With what a call of ours stored in the guest's memory.
 */
void guest_strace_ret(FILE *f, int num, const char *format, abi_long ret,
                      abi_long arg1, abi_long arg2, abi_long arg3);

#endif /* LINUX_USER_SET_MM_STRACE_H */
