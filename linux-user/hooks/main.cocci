// Start-up: where the process gets its identity.
//
// Files: linux-user/main.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@include_main@
@@
 #include "loader.h"
+#include "set-mm/calls/hooks.h"

@option@
expression help;
position weave;
@@
 struct qemu_argument arg_table[] = {
   ...,
+  SET_MM_ARGUMENT,
+  SELF_EXEC_ARGUMENT,
   {"seed", "QEMU_RAND_SEED", true, handle_arg_seed@weave, "", help},
   ...
 };

// What a set-user-ID program is started with comes from somebody else.
@secure@
expression name;
position weave;
@@
- getenv@weave(name)
+ secure_getenv(name)

@is_option@
expression arg;
position weave;
@@
- if (arg[0] !=@weave '-') {
+ if (!binfmt_is_option(arg)) {
      break;
  }

// An emulator that executes itself hands its options on.
@handed_on@
expression info, words, i;
position weave;
@@
- info->handle_opt@weave(words[i])
+ info->handle_opt(self_exec_option(info->argv, words[i]))

@handed_on_alone@
expression info;
position weave;
@@
- info->handle_opt@weave(NULL)
+ info->handle_opt(self_exec_option(info->argv, NULL))

// It hands the program over, too.
@program@
expression fd;
position weave;
@@
- fd = qemu_getauxval@weave(AT_EXECFD)
+ fd = binfmt_program()

// The path may be one that only binfmt_misc could follow.
// Series: 10.0 10.2
@resolve@
expression path, real;
position weave;
@@
(
- if (!realpath@weave(path, real)) {
-     printf(...);
- }
|
- if (realpath@weave(path, real)) {
-     path = real;
- }
)

@prepare@
expression ret, fd, path, argv;
position weave;
@@
+ path = set_mm_prepare(fd, path, argv);
  ret = loader_exec@weave(fd, path, argv, ...);

@start@
expression info;
position weave;
@@
+ set_mm_start(info);
  target_set_brk@weave(info->brk);

// Whoever looks at registers says so before there is a CPU.
@registers_gdb@
identifier arg;
position weave;
@@
 handle_arg_gdb@weave(const char *arg)
 {
+    gdb_registers_want();
     ...
 }

@registers_plugin@
identifier arg;
position weave;
@@
 handle_arg_plugin@weave(const char *arg)
 {
+    gdb_registers_want();
     ...
 }
