// gdb is told of the process as it is now, and opens files as the guest does.
//
// Files: gdbstub/user-target.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Series: 10.0 10.2
@include_gdbstub@
@@
 #include "linux-user/qemu.h"
+#include "linux-user/set-mm/calls/hooks.h"

// Series: 10.0 10.2
@gdb_open@
expression list args;
position weave;
@@
- do_guest_openat@weave(args)
+ debug_file_keep(do_guest_openat(args))

// Series: 10.0 10.2
@gdb_pread@
expression fd, buf, size, pos;
position weave;
@@
- pread@weave(fd, buf, size, pos)
+ debug_file_pread(fd, buf, size, pos)

// Series: 10.0 10.2
@gdb_close@
expression fd;
position weave;
@@
- close@weave(fd)
+ debug_file_close(fd)

// Series: 10.0 10.2
@gdb_exec_file@
position weave;
@@
 gdb_handle_query_xfer_exec_file(...)
 {
     <...
-    ts->bprm->filename@weave
+    debug_exe_path()
     ...>
 }

// Series: 10.0 10.2
@gdb_auxv_names@
typedef TaskState;
identifier ts;
position weave;
@@
 gdb_handle_query_xfer_auxv(...)
 {
-    TaskState *ts;
     ...
-    unsigned long saved_auxv@weave;
     ... when any
 }

// Series: 10.0 10.2
@gdb_auxv_size@
identifier ts, auxv, size;
expression E;
position weave;
@@
-    ts = E;
-    auxv = ts->info->saved_auxv@weave;
-    size = ts->info->auxv_len;
+    size = debug_auxv_size();

// Series: 10.0 10.2
@gdb_auxv_read@
expression cpu, buf, len;
statement S;
position weave;
@@
 gdb_handle_query_xfer_auxv(...)
 {
     <...
-    if (target_memory_rw_debug@weave(cpu, saved_auxv + offset, buf, len,
-                               false)) S
+    debug_auxv_read(buf, offset, len);
     ...>
 }
