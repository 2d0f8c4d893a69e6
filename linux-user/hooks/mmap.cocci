// The functions that mmap.c calls.
//
// Files: linux-user/mmap.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@include_mmap@
@@
 #include "user-mmap.h"
+#include "set-mm/calls/hooks.h"
