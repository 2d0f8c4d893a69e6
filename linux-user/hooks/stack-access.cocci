// The stack grows under the kernel's hands, too.
//
// Files: linux-user/qemu.h
//
// SPDX-License-Identifier: GPL-2.0-or-later

@include_qemu_h@
@@
 #include "target_syscall.h"
+#include "set-mm/state/guest-stack.h"

// Series: 10.0 10.2
@stack_access@
expression addr, size, type;
position weave;
@@
- return page_check_range@weave(addr, size, type);
+ return guest_access_ok(page_check_range(addr, size, type), type, addr, size);

// Series: 7.2
@stack_access_7_2@
expression addr, size, type;
position weave;
@@
- return page_check_range@weave(addr, size, type) == 0;
+ return guest_access_ok(page_check_range(addr, size, type) == 0, type, addr, size);
