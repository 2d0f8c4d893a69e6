// The pages that an architecture maps for all have files of their own.
//
// Files: linux-user/arm/elfload.c linux-user/hppa/elfload.c
// Files: linux-user/x86_64/elfload.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Series: 10.2
@include_elfload_arch@
@@
 #include "loader.h"
+#include "set-mm/calls/hooks.h"
