// Dying from a signal, and who does not.
//
// Files: linux-user/signal.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Series: 10.0 10.2
@spared@
expression sig;
position weave;
@@
 handle_pending_signal(...)
 {
     <...
     if (...) {
         ...
     } else if (
-               sig != TARGET_SIGCHLD@weave &&
+               sig != TARGET_SIGCHLD &&
+               !guest_spares(k, tswap32(k->info.si_code)) &&
                sig != TARGET_SIGURG &&
                sig != TARGET_SIGWINCH &&
                sig != TARGET_SIGCONT) {
         ...
     }
     ...>
 }

// Here it is not the guest's yet.
// Series: 7.2
@spared_7_2@
expression sig;
position weave;
@@
 handle_pending_signal(...)
 {
     <...
     if (...) {
         ...
     } else if (
-               sig != TARGET_SIGCHLD@weave &&
+               sig != TARGET_SIGCHLD &&
+               !guest_spares(k, k->info.si_code) &&
                sig != TARGET_SIGURG &&
                sig != TARGET_SIGWINCH &&
                sig != TARGET_SIGCONT) {
         ...
     }
     ...>
 }

// Series: 10.0 10.2
@die@
expression mask;
position weave;
@@
 die_with_signal(...)
 {
     ...
-    sigsuspend@weave(mask);
+    host_die(host_sig, mask);
     ...
 }

// Series: 7.2
@die_7_2@
expression mask;
position weave;
@@
 dump_core_and_abort(...)
 {
     ...
-    sigsuspend@weave(mask);
+    host_die(host_sig, mask);
     ...
 }
