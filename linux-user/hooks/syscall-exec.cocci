// execve and execveat of /proc/self/exe.
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
+ ret = get_errno(safe_execve(guest_exec_path(AT_FDCWD, p, 0), argv, envp));
