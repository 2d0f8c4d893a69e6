// The stack grows: an access below it is no fault yet.
//
// Files: linux-user/signal.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Series: 10.0 10.2
@stack_fault@
expression valid, addr, rest;
identifier info;
position weave;
@@
 host_sigsegv_handler(...)
 {
     <...
+    if (guest_stack_fault(addr, info)) {
+        return;
+    }
     if (rest && valid && info->si_code == SEGV_ACCERR &&
         handle_sigsegv_accerr_write@weave(..., addr)) {
         return;
     }
     ...>
 }

// Series: 7.2
@stack_fault_7_2@
expression addr;
identifier sig, info, puc;
position weave;
@@
 host_signal_handler(int sig, siginfo_t *info, void *puc)
 {
     <...
     addr = h2g_nocheck@weave(...);
+    if (guest_stack_fault(addr, info)) {
+        return;
+    }
     ...>
 }

// Instructions of some targets ask for a page before they access it.
@stack_probe@
position weave;
@@
 cpu_loop_exit_sigsegv(...)
 {
     ...
+    if (guest_stack_probe(access_type, addr)) {
+        cpu->exception_index = EXCP_INTERRUPT;
+        cpu_loop_exit_restore(cpu, ra);
+    }
     if (tcg_ops->record_sigsegv@weave) {
         ...
     }
     ...
 }
