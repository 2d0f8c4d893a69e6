// gdb is told of the process as it is now; it had no other ways to ask then.
//
// Files: gdbstub/gdbstub.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Series: 7.2
@include_gdbstub@
@@
 #include "qemu.h"
+#include "linux-user/set-mm/calls/hooks.h"

// Series: 7.2
@gdb_auxv_names@
typedef TaskState;
identifier ts;
position weave;
@@
 handle_query_xfer_auxv(...)
 {
-    TaskState *ts;
     ...
-    unsigned long saved_auxv@weave;
     ... when any
 }

// Series: 7.2
@gdb_auxv_size@
identifier ts, auxv, size;
expression E;
position weave;
@@
-    ts = E;
-    auxv = ts->info->saved_auxv@weave;
-    size = ts->info->auxv_len;
+    size = debug_auxv_size();

// Series: 7.2
@gdb_auxv_read@
expression cpu, buf, len;
statement S;
position weave;
@@
 handle_query_xfer_auxv(...)
 {
     <...
-    if (target_memory_rw_debug@weave(cpu, saved_auxv + offset, buf, len,
-                               false)) S
+    debug_auxv_read(buf, offset, len);
     ...>
 }
