// execve and execveat of /proc/self/exe, and what must not run beside them.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Series: 10.0 10.2
@exec@
identifier exe, dirfd, flags, ret;
expression p, own;
position weave;
@@
 int do_execv(..., int dirfd, ..., int flags, ...)
 {
     ...
     const char *exe =
-                      p;
+                      guest_exec_path(dirfd, p, flags);
-    if (is_proc_myself@weave(p, "exe")) {
-        exe = own;
-    }
     ...
-    ret = get_errno(ret);
+    ret = get_errno(guest_exec_failed(ret));
     ...
 }

// Series: 7.2
@execve@
expression E, ret, p, argv, envp;
statement S;
position weave;
@@
- if (is_proc_myself@weave(E, "exe")) S else {
-     ret = get_errno(safe_execve(p, argv, envp));
- }
+ ret = safe_execve(guest_exec_path(AT_FDCWD, p, 0), argv, envp);
+ ret = get_errno(guest_exec_failed(ret));

@thread@
expression thread, attr, fn, arg;
position weave;
@@
- pthread_create@weave(thread, attr, fn, arg)
+ exe_file_pthread_create(thread, attr, fn, arg)
