// Copies to the guest that must not fault.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@thread_told@
expression value, addr;
position weave;
@@
 clone_func(...)
 {
     <...
-    put_user_u32@weave(value, addr)
+    guest_tell(value, addr)
     ...>
 }

@thread_ended@
expression ts;
position weave;
@@
- put_user_u32@weave(0, ts->child_tidptr);
+ guest_tell(0, ts->child_tidptr);
