/*
 * Where the guest's address space ends before the host's
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_END_H
#define LINUX_USER_GUEST_END_H

/**
 * guest_end_keep: have the host place nothing more behind the end
 *
 * An arm64's kernel begins to place mappings at 2^48, where no x86-64 or
 * riscv64 has memory, and programs that keep something else in the upper bits
 * of a pointer lose it.  To be called before the program is loaded.  Where a
 * limit of the host's forbids it, all is as before.
 */
void guest_end_keep(void);

#endif /* LINUX_USER_GUEST_END_H */
