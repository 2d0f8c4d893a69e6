// What is said when the emulator gives a guest up.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@failing@
position weave;
@@
 excp_dump_file(...)
 {
     <...
-    exec_path@weave
+    debug_exe_name()
     ...>
 }
