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
-static struct target_sigaction sigact_table@weave[TARGET_NSIG];

@action_mask@
identifier k, act;
position weave;
@@
-k->sa_mask@weave = act->sa_mask;
+k->sa_mask = guest_action_mask(&act->sa_mask);

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

@child_runs@
identifier T;
statement S;
position weave;
@@
 process_pending_signals(...)
 {
     <...
+    guest_child_runs();
     while@weave (qatomic_read(&T->signal_pending)) S
     ...>
 }

// A query changes nothing, and who spawns a process makes one for each signal.
@query@
identifier sig, act;
position weave;
@@
 do_sigaction(int sig, const struct target_sigaction *act, ...)
 {
     <...
-    if (block_signals@weave()) {
+    if (act && block_signals()) {
         ...
     }
     ...>
 }
