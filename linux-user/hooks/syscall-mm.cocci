// prctl, brk and the limit that both are judged by.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@prctl@
typedef abi_ulong, abi_long;
expression env, option, arg2, arg3, arg4, arg5;
position weave;
@@
+ if (guest_prctl_wants(option)) {
+     return guest_prctl(env, option, arg2, arg3, arg4, arg5);
+ }
  return do_prctl@weave(env, option, arg2, arg3, arg4, arg5);

@brk_init@
identifier arg;
position weave;
@@
-void target_set_brk(abi_ulong arg@weave)
-{
-    ...
-}

@brk@
identifier arg;
position weave;
@@
-abi_long do_brk(abi_ulong arg@weave)
-{
-    ...
-}

@brk_state@
identifier state = {target_brk, initial_target_brk, target_original_brk, brk_page};
position weave;
@@
-static abi_ulong state@weave;

@setrlimit@
expression resource, rlim;
statement S;
position weave;
@@
- if (...) {
-     return get_errno(setrlimit@weave(resource, rlim));
- } else S
+ return get_errno(guest_setrlimit(resource, rlim));

@getrlimit@
expression resource, rlim;
position weave;
@@
- getrlimit@weave(resource, rlim)
+ guest_getrlimit(resource, rlim)

@prlimit_reads@
expression resource, addr;
position weave;
@@
- if (addr && (resource != RLIMIT_AS@weave && resource != RLIMIT_DATA &&
-              resource != RLIMIT_STACK)) {
+ if (addr) {
      ...
  }

@prlimit@
expression pid, resource, new_limit, old_limit;
position weave;
@@
- sys_prlimit64@weave(pid, resource, new_limit, old_limit)
+ guest_prlimit64(sys_prlimit64, pid, resource, new_limit, old_limit)

// Series: 7.2
@shm_regions@
expression start, end, flags;
position weave;
@@
 page_set_flags@weave(start, end, flags);
+guest_regions_note(start, (end) - 1, flags);
