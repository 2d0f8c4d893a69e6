// gdb hears of another executable as it hears of an execve.
//
// Files: gdbstub/user.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// hooks.h is about a target, and this file about all of them.
// Series: 10.0 10.2
@include_gdbstub_user@
@@
 #include "internals.h"
+#include "linux-user/set-mm/views/debug-view.h"

// Series: 10.0 10.2
@gdb_supported@
identifier asked;
expression answer;
position weave;
@@
 gdb_handle_query_supported_user(const char *asked)
 {
     <...
     g_string_append@weave(answer, ";fork-events+");
+    debug_offer_exec_events(asked, answer, gdb_handlesig,
+                            gdb_first_attached_cpu);
     ...>
 }
