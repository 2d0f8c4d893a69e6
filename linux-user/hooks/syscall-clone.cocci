// Namespaces, and what a forked process can share with its parent.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@unshare@
expression flags;
position weave;
@@
- get_errno(unshare@weave(flags))
+ get_errno(guest_unshare(flags))

@setns@
expression fd, type;
position weave;
@@
- get_errno(setns@weave(fd, type))
+ get_errno(guest_setns(fd, type))

@fork_flags@
expression flags;
position weave;
@@
- flags & CLONE_INVALID_FORK_FLAGS@weave
+ guest_fork_refuses(flags)

@fork@
identifier flags;
position weave;
@@
 do_fork(..., unsigned int flags, ...)
 {
     <...
-    fork@weave()
+    guest_fork(flags)
     ...>
 }
