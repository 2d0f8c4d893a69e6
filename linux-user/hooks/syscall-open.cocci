// open, openat, openat2, creat: the host opens, and we look at what it was.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@include_syscall@
@@
 #include "fd-trans.h"
+#include "set-mm/calls/hooks.h"

// Series: 10.0 10.2
@open_exe@
expression name;
statement S;
position weave;
@@
 maybe_do_fake_open(...)
 {
     ...
-    if (is_proc_myself@weave(name, "exe")) S
     ...
 }

// Series: 10.0 10.2
@open@
identifier fd;
expression env, dirfd, p, flags, mode, safe;
statement S;
position weave;
@@
 int do_guest_openat(...)
 {
-    int fd = maybe_do_fake_open@weave(env, dirfd, p, flags, mode, 0, safe);
-    if (fd > -2) S
     if (safe) {
-        return safe_openat(dirfd, path(p), flags, mode);
+        return guest_openat(safe_openat, maybe_do_fake_open, env, dirfd,
+                            path(p), flags, mode);
     } else {
-        return openat(dirfd, path(p), flags, mode);
+        return guest_openat(NULL, maybe_do_fake_open, env, dirfd, path(p),
+                            flags, mode);
     }
 }

// Series: 10.0 10.2
@openat2@
identifier fd;
expression env, dirfd, p, A, B, C;
statement S1, S2;
position weave;
@@
 do_openat2(...)
 {
     ...
-    int fd = maybe_do_fake_open@weave(env, dirfd, p, A, B, C, true);
-    if (fd > -2) S1 else S2
+    ret = get_errno(guest_openat2(safe_openat2, maybe_do_fake_open, env,
+                                  dirfd, p, &how, sizeof(how)));
     ...
 }

// Series: 7.2
@open_plain@
typedef CPUArchState, mode_t;
identifier dirfd, name, flags, mode, env;
statement S;
position weave;
@@
 int do_openat(CPUArchState *env, int dirfd, const char *name,
               int flags, mode_t mode)
 {
     ...
-    if (is_proc_myself@weave(name, "exe")) S
     ...
-    return safe_openat(dirfd, path(name), flags, mode);
+    return guest_openat(safe_openat, NULL, env, dirfd, path(name), flags,
+                        mode);
 }

@creat@
expression p, mode;
position weave;
@@
- creat@weave(p, mode)
+ guest_creat(p, mode)
