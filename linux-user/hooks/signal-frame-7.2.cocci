// x86: a signal's handler finds its stack aligned.
//
// Files: linux-user/i386/signal.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Series: 7.2
@include_i386_signal@
@@
 #include "linux-user/trace.h"
+#include "set-mm/calls/hooks.h"

// Series: 7.2
@frame_begin@
expression ka, env, offset;
position weave;
@@
- get_sigframe@weave(ka, env, offset)
+ get_sigframe(ka, env, guest_frame_fpu(offset))

// Series: 7.2
@frame_fpu@
expression sc, env, mask, offset;
position weave;
@@
- setup_sigcontext@weave(sc, &frame->fpstate, env, mask, frame_addr + offset)
+ setup_sigcontext(sc, (void *)frame + guest_frame_fpu(offset), env, mask,
+                  frame_addr + guest_frame_fpu(offset))
