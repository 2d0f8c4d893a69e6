// Faults in what QEMU copies from and to the guest's memory.
//
// Files: linux-user/signal.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Series: 10.0 10.2
@copy_faults@
expression info;
position weave;
@@
 host_sigsegv_handler(...)
 {
     <...
+    if (guest_copy_failed(info, uc)) {
+        return;
+    }
     die_from_signal@weave(info);
     ...>
 }

// Series: 10.0 10.2
@copy_beyond_end@
expression pc, cpu;
position weave;
@@
 host_signal_handler(...)
 {
     <...
+    if (guest_copy_failed(info, uc)) {
+        return;
+    }
     pc = host_sigbus_handler@weave(cpu, info, uc);
     ...>
 }

// What a system call copies may fault while it has blocked signals.
@faults_while_blocked@
position weave;
@@
 block_signals(...)
 {
     <...
-    sigfillset@weave(&set);
+    guest_all_but_faults(&set);
     ...>
 }

// Series: 7.2
@copy_faults_7_2@
position weave;
@@
 host_signal_handler(...)
 {
     <...
+    if (guest_copy_failed(info, puc)) {
+        return;
+    }
     sigprocmask@weave(SIG_SETMASK, sigmask, NULL);
     ...>
 }
