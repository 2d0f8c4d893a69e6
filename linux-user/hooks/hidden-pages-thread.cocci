// Descriptor tables of further threads.
//
// Files: linux-user/main.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Series: 10.0 10.2
@hide_thread_table@
expression table, len, prot, flags;
position weave;
@@
- table.base = target_mmap@weave(0, len, prot, flags, -1, 0);
+ table.base = map_hidden(len);
