// execve and execveat.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Series: 10.0 10.2
@exec@
identifier exe, dirfd, flags, ret, argv, envp;
expression p, own, is_execveat;
position weave;
@@
 int do_execv(..., int dirfd, ..., int flags, ...)
 {
     ...
-    const char *exe = p;
-    if (is_proc_myself@weave(p, "exe")) {
-        exe = own;
-    }
     ret =
-          is_execveat ? safe_execveat(dirfd, exe, argv, envp, flags)
-                      : safe_execve(exe, argv, envp)
+          guest_exec(safe_execve, safe_execveat, dirfd, p, argv, envp, flags)
           ;
     ret = get_errno(ret);
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
+ ret = get_errno(guest_exec(safe_execve, NULL, AT_FDCWD, p, argv, envp, 0));
