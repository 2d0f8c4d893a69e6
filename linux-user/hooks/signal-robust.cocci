// Robust futexes of a guest that is killed.
//
// Files: linux-user/signal.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Series: 10.0 10.2
@killed_owner@
expression env, code;
position weave;
@@
 dump_core_and_abort(...)
 {
     <...
+    guest_robust_exit_all();
     preexit_cleanup@weave(env, code);
     ...>
 }

// Series: 7.2
@killed_owner_7_2@
expression sig, action;
position weave;
@@
 dump_core_and_abort(...)
 {
     <...
+    guest_robust_exit_all();
     sigaction@weave(sig, action, NULL);
     ...>
 }
