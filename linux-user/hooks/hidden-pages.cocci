// Descriptor tables: QEMU's own, among the guest's pages.
//
// Files: linux-user/i386/cpu_loop.c linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@hide_table@
expression table, len, prot, flags;
position weave;
@@
- table.base = target_mmap@weave(0, len, prot, flags, -1, 0);
+ table.base = map_hidden(len);
