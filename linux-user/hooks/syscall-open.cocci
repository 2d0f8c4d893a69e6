// open, openat and openat2 of the entries of /proc that are the guest's own.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@include_syscall@
@@
 #include "fd-trans.h"
+#include "hooks.h"

// Series: 10.0
@open_resolve@
expression name;
identifier dirfd, fname, flags, mode, resolve, safe, env;
typedef CPUArchState, mode_t, bool;
statement S;
position weave;
@@
 int maybe_do_fake_open(CPUArchState *env, int dirfd, const char *fname,
                        int flags, mode_t mode, int resolve, bool safe)
 {
     ...
-    if (is_proc_myself@weave(name, "exe")) S
+    if (guest_path_opens_ours(dirfd, name, flags)) {
+        return guest_open(dirfd, name, flags, mode, resolve);
+    }
     ...
 }

// Series: 7.2
@open_plain@
typedef CPUArchState, mode_t, bool;
identifier dirfd, name, flags, mode, env;
statement S;
position weave;
@@
 int do_openat(CPUArchState *env, int dirfd, const char *name,
               int flags, mode_t mode)
 {
     ...
-    if (is_proc_myself@weave(name, "exe")) S
+    if (guest_path_opens_ours(dirfd, name, flags)) {
+        return guest_open(dirfd, name, flags, mode, 0);
+    }
     ...
 }
