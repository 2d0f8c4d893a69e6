// Files that gdb opens through the stub are the guest's.
//
// Files: gdbstub/user-target.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Series: 10.0
@include_gdbstub@
@@
 #include "linux-user/qemu.h"
+#include "linux-user/hooks.h"

// Series: 10.0
@gdb_pread@
expression fd, buf, size, pos;
position weave;
@@
- pread@weave(fd, buf, size, pos)
+ guest_pread(fd, buf, size, pos)

// Series: 10.0
@gdb_close@
expression fd;
position weave;
@@
- close@weave(fd)
+ guest_close(fd)
