// What hidden-pages.cocci calls.
//
// Files: linux-user/i386/cpu_loop.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@include_cpu_loop@
@@
 #include "user-mmap.h"
+#include "set-mm/calls/hooks.h"

// Series: 10.0 10.2
@free_thread_table@
expression addr, len;
position weave;
@@
 target_cpu_free(...)
 {
     <...
-    target_munmap@weave(addr, len)
+    unmap_hidden(addr, len)
     ...>
 }
