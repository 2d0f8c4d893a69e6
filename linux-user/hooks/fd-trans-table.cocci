// QEMU's table of translations is not one for all threads; see fd-trans.cocci.
//
// Files: linux-user/fd-trans.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@translations_defined@
typedef TargetFdTrans;
position weave;
@@
- TargetFdTrans **target_fd_trans@weave;

@number_defined@
position weave;
@@
- unsigned int target_fd_max@weave;
