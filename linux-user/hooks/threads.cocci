// Making and ending threads.
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
+    guest_beside_ready(cond);
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
+    guest_beside_await(cond, mutex);
     ...>
 }

@thread_made@
identifier info;
position weave;
@@
 do_fork(...)
 {
     <...
-    ret = info.tid@weave;
+    ret = guest_beside_made(info.tid);
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

@thread_leaves@
position weave;
statement S;
@@
- guest_clone_lock@weave();
+ guest_thread_leave(cpu, arg1);
  if (CPU_NEXT(first_cpu)) S

@thread_has_others@
position weave;
@@
- CPU_NEXT@weave(first_cpu)
+ guest_thread_has_others()

// Series: 10.0 10.2
@thread_left@
position weave;
@@
  object_unparent(OBJECT(cpu));
- object_unref@weave(OBJECT(cpu));
- guest_clone_unlock();
+ guest_thread_left(cpu);

// Series: 7.2
@thread_left_7_2@
expression property, value, error;
position weave;
@@
  object_property_set_bool(OBJECT(cpu), property, value, error);
- object_unref@weave(OBJECT(cpu));
- guest_clone_unlock();
+ guest_thread_left(cpu);

@thread_freed@
position weave;
expression ts;
@@
  thread_cpu = NULL;
- g_free@weave(ts);
+ guest_thread_free(cpu);

@thread_is_last@
expression env, code;
position weave;
@@
- guest_clone_unlock@weave();
+ guest_thread_left(cpu);
  preexit_cleanup(env, code);

@thread_exits@
position weave;
@@
- pthread_exit@weave(NULL);
+ guest_thread_exit(arg1);
