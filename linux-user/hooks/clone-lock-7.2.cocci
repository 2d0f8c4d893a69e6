// A fork finds no thread half made.
//
// Files: linux-user/main.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Series: 7.2
@fork_starts@
position weave;
@@
 fork_start(...)
 {
     ...
     start_exclusive@weave();
+    guest_clone_lock();
     ...
 }

// Series: 7.2
@fork_ends@
position weave;
@@
 fork_end(int child)
 {
     ...
     fd_trans_postfork@weave();
+    guest_clone_fork_end(child);
     ...
 }
