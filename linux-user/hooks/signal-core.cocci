// A core dump finds no thread half made.
//
// Files: linux-user/signal.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@core_dump_threads@
position weave;
@@
 dump_core_and_abort(...)
 {
     <...
-    stop_all_tasks@weave();
+    guest_threads_stop();
     ...>
 }
