// Making threads.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@thread_ready@
expression cond;
position weave;
@@
 clone_func(...)
 {
     <...
-    pthread_cond_broadcast@weave(cond);
+    guest_thread_ready(cond);
     ...>
 }

@thread_await@
expression cond, mutex;
position weave;
@@
 do_fork(...)
 {
     <...
-    pthread_cond_wait@weave(cond, mutex);
+    guest_thread_await(cond, mutex);
     ...>
 }

@thread_failed@
position weave;
@@
 do_fork(...)
 {
     <...
-    ret = -1@weave;
+    ret = -TARGET_EAGAIN;
     ...>
 }
