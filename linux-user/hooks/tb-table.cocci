// The table of translated blocks begins small, as most programs are.
//
// Files: accel/tcg/tb-maint.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@include_tb_table@
@@
 #include "tb-context.h"
+#include "linux-user/set-mm/host/tb-table.h"

@tb_table_begin@
expression table, compare, size, mode;
position weave;
@@
- qht_init@weave(table, compare, size, mode)
+ qht_init(table, compare, TB_TABLE_START, mode)

@tb_table_again@
expression table, size;
position weave;
@@
- qht_reset_size@weave(table, size)
+ qht_reset_size(table, TB_TABLE_START)
