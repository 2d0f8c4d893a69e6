// What ends or stops a child of vfork does so between its instructions.
//
// Files: linux-user/signal.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Series: 10.0 10.2
@vfork_takes@
expression sig;
position weave;
@@
 do_sigaction(...)
 {
     <...
-    core_dump_signal@weave(sig)
+    (core_dump_signal(sig) || sharer_takes(sig))
     ...>
 }

// Series: 7.2
@vfork_takes_7_2@
identifier sig, k;
position weave;
@@
 do_sigaction(int sig, ...)
 {
     <...
-    k->_sa_handler == TARGET_SIG_DFL@weave
+    k->_sa_handler == TARGET_SIG_DFL && !sharer_takes(sig)
     ...>
 }
