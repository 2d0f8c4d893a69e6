// vfork, which QEMU carries out as fork.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@vfork@
identifier env, flags, newsp, parent_tid, newtls, child_tid;
type T;
typedef CPUArchState, abi_ulong;
position weave;
@@
 do_fork(CPUArchState *env, unsigned int flags, abi_ulong newsp,
         abi_ulong parent_tid, T newtls, abi_ulong child_tid)
 {
     ...
+    if (guest_vfork_wants(flags)) {
+        return guest_vfork(env, flags, newsp, parent_tid, newtls, child_tid);
+    }
+    flags = guest_beside(flags, parent_tid);
     if (flags & CLONE_VFORK)
         flags@weave &= ~(CLONE_VFORK | CLONE_VM);
     ...
 }
