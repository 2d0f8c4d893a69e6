// What may be loaded, and core dumps, whose notes tell of the process as it is
// now.
//
// Files: linux-user/elfload.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@include_elfload@
@@
 #include "loader.h"
+#include "set-mm/calls/hooks.h"

// The kernel's loader looks at neither.
@ident@
expression head;
position weave;
@@
- head->e_ident[EI_VERSION] ==@weave EV_CURRENT
+ true

@head_size@
expression head;
position weave;
@@
- head->e_ehsize ==@weave sizeof(struct elfhdr)
+ true

@args_size@
position weave;
@@
- ts->info->env_strings@weave - ts->info->arg_strings
+ core_args_size()

// Series: 10.0 10.2
@args@
expression args, len;
position weave;
@@
- memcpy@weave(&args, g2h_untagged(ts->info->arg_strings), len);
+ if (!core_read_args(args, len)) {
+     return;
+ }

// Series: 7.2
@args_7_2@
expression args, len;
position weave;
@@
- copy_from_user@weave(&args, ts->info->arg_strings, len)
+ !core_read_args(args, len)

@comm@
identifier fill = {fill_prpsinfo_note, fill_psinfo};
identifier name;
position weave;
@@
 fill(...)
 {
     <...
-    name = g_path_get_basename@weave(ts->bprm->filename);
+    name = core_comm();
     ...>
 }

@core_name@
position weave;
@@
 core_dump_filename(...)
 {
     <...
-    g_path_get_basename@weave(ts->bprm->filename)
+    core_exe_name()
     ...>
 }

// Series: 10.0 10.2
@auxv@
expression data;
position weave;
@@
- memcpy@weave(data, g2h_untagged(ts->info->saved_auxv), ts->info->auxv_len);
+ memcpy(data, core_auxv(),
+        core_auxv_size());

// Series: 7.2
@auxv_7_2@
typedef elf_addr_t;
identifier auxv, orig, ptr, len;
expression note;
position weave;
@@
 fill_auxv_note(...)
 {
-    elf_addr_t auxv = (elf_addr_t)ts->info->saved_auxv;
-    elf_addr_t orig = auxv;
-    void *ptr;
-    int len = ts->info->auxv_len;
-
-    ptr = lock_user(VERIFY_READ, orig, len, 0);
-    if (ptr != NULL) {
-        fill_note(note, "CORE", NT_AUXV, len@weave, ptr);
-        unlock_user(ptr, auxv, len);
-    }
+    fill_note(note, "CORE", NT_AUXV, core_auxv_size(),
+              (void *)core_auxv());
 }

// Series: 10.0 10.2
@auxv_size@
position weave;
@@
 elf_core_dump(...)
 {
     <...
-    ts->info->auxv_len@weave
+    core_auxv_size()
     ...>
 }
