// The guest's signal actions, which /proc tells of.
//
// Files: linux-user/signal.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@actions@
typedef target_sigaction;
position weave;
@@
-static
 struct target_sigaction sigact_table@weave[TARGET_NSIG];
