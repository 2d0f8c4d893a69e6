// Start-up: where the process gets its identity.
//
// Files: linux-user/main.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@include_main@
@@
 #include "loader.h"
+#include "hooks.h"

@option@
expression help;
position weave;
@@
 struct qemu_argument arg_table[] = {
   ...,
+  SET_MM_ARGUMENT,
   {"seed", "QEMU_RAND_SEED", true, handle_arg_seed@weave, "", help},
   ...
 };

@prepare@
expression ret, fd, path, argv, env, regs, info, bprm;
position weave;
@@
+ set_mm_prepare(fd, path);
  ret = loader_exec@weave(fd, path, argv, env, regs, info, bprm);

@start@
expression info;
position weave;
@@
+ set_mm_start(info);
  target_set_brk@weave(info->brk);
