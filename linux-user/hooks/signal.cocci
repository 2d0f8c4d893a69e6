// The guest's signal actions, which /proc tells of, and its death.
//
// Files: linux-user/signal.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@include_signal@
@@
 #include "loader.h"
+#include "set-mm/calls/hooks.h"

@actions@
typedef target_sigaction;
position weave;
@@
-static
 struct target_sigaction sigact_table@weave[TARGET_NSIG];

@core_dumped@
expression E;
position weave;
@@
 dump_core_and_abort(...)
 {
     <...
     core_dumped@weave = E;
+    crash_name_exe();
     ...>
 }
