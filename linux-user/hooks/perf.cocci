// perf's files are in a table of descriptors that is not the guest's.
//
// Files: tcg/perf.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Series: 10.0 10.2
@include_own_stream@
@@
 #include "qemu/timer.h"
+#include "linux-user/set-mm/host/own-stream.h"

// Series: 10.0 10.2
@map_jitdump@
expression file, size, prot, flags;
position weave;
@@
- mmap@weave(NULL, size, prot, flags, fileno(file), 0)
+ own_stream_map(file, size, prot, flags)
