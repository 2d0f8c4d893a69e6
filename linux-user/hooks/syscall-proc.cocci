// What comes last: files of /proc that QEMU fakes, and its prefix of paths.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// By now the list of what is faked is its only user.
@fake_entries@
position weave;
@@
- is_proc_myself@weave
+ guest_open_not_faked

@fake_compare@
identifier name, entry;
position weave;
@@
-static int is_proc_myself(const char *name@weave, const char *entry)
-{
-    ...
-}

// QEMU's -L, in what has become of the calls by now.
@prefix@
expression p;
position weave;
@@
- path@weave(p)
+ guest_prefixed(p)
