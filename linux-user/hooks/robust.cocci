// Robust futexes.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@robust_list@
position weave;
@@
  TARGET_NR_get_robust_list@weave
  ...
- return -TARGET_ENOSYS;
+ return guest_robust_list(num, arg1, arg2, arg3);

@robust_exit@
position weave;
statement S;
@@
+ guest_robust_exit();
  guest_clone_lock@weave();
  if (CPU_NEXT(first_cpu)) S

@robust_exit_all@
expression env, code;
position weave;
@@
+ vfork_wait();
+ guest_robust_exit_all();
  preexit_cleanup(env, code);
  return get_errno(exit_group@weave(code));
