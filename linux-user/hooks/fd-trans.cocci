// What QEMU translates of a number is of the table that the thread has.
//
// Files: linux-user/fd-trans.h
//
// SPDX-License-Identifier: GPL-2.0-or-later

@include_fd_table@
@@
 #include "qemu/lockable.h"
+#include "set-mm/state/fd-table.h"

@translations_declared@
typedef TargetFdTrans;
position weave;
@@
- extern TargetFdTrans **target_fd_trans@weave;

@number_declared@
position weave;
@@
- extern unsigned int target_fd_max@weave;

@translations@
symbol target_fd_trans;
position weave;
@@
- target_fd_trans@weave
+ fd_table_own->trans

@number@
symbol target_fd_max;
position weave;
@@
- target_fd_max@weave
+ FD_TRANS_END
