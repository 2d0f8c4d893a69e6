// ioctl: a query of the guest's maps is answered from what the file says.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@ioctl@
expression fd, cmd, arg;
position weave;
@@
- return do_ioctl@weave(fd, cmd, arg);
+ return guest_ioctl(do_ioctl, fd, cmd, arg);
