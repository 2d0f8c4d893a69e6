// -strace: calls that QEMU prints as numbers.
//
// Files: linux-user/strace.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@include_strace@
@@
 #include "strace.h"
+#include "set-mm/calls/hooks.h"

@strace_call@
expression f, fmt, name, a1, a2, a3, a4, a5, a6;
position weave;
@@
 print_syscall(...)
 {
     <...
-    fprintf@weave(f, fmt, name, a1, a2, a3, a4, a5, a6);
+    guest_strace(f, num, fmt, name, a1, a2, a3, a4, a5, a6);
     ...>
 }

@strace_ret@
expression f, fmt;
position weave;
@@
 print_syscall_ret(...)
 {
     <...
-    fprintf@weave(f, fmt, ret);
+    guest_strace_ret(f, num, fmt, ret, arg1, arg2, arg3);
     ...>
 }
