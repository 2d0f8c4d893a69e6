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
+ get_sigframe(ka, env, guest_fpu_at(offset))

// Series: 7.2
@frame_fpu@
position weave;
@@
 setup_sigcontext(...)
 {
     <...
+    fpstate = guest_fpu_align(fpstate, &fpstate_addr);
     __put_user@weave(env->error_code, &sc->err);
     ...>
 }
