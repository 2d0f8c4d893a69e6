// What a forking guest is told of its child, and when that has a keeper.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@fork_check@
position weave;
@@
 do_fork(...)
 {
     <...
+    ret = guest_fork_check(flags, parent_tidptr);
+    if (ret) {
+        return ret;
+    }
     fork_start@weave();
     ...>
 }

// Series: 10.0
@fork_told@
position weave;
@@
- if (flags & CLONE_PARENT_SETTID)
-     put_user_u32(ret, parent_tidptr);
- if (flags & CLONE_PIDFD) {
-     ...
- }
  fork_end@weave(ret);
+ guest_fork_tell(ret, flags, parent_tidptr);

// Series: 10.2
@fork_told_10_2@
position weave;
@@
- if (flags & CLONE_PIDFD) {
-     ...
- }
  fork_end@weave(ret);
+ guest_fork_tell(ret, flags, parent_tidptr);

// Series: 7.2
@fork_told_7_2@
position weave;
@@
  fork_end@weave(0);
+ guest_fork_tell(ret, flags, parent_tidptr);

// It is the parent's memory that is meant.
// Series: 7.2 10.2
@fork_tells_child@
position weave;
@@
- if (flags & CLONE_PARENT_SETTID)
-     put_user_u32@weave(sys_gettid(), parent_tidptr);

@child_calls@
position weave;
@@
 do_syscall(...)
 {
     <...
+    guest_child_call(num, arg2);
     record_syscall_start@weave(...);
     ...>
 }
