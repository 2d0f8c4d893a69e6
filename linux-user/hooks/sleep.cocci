// Calls that can sleep, for signals to interrupt.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@sleep@
expression list args;
position weave;
@@
(
- tee@weave(args)
+ guest_tee(args)
|
- vmsplice@weave(args)
+ guest_vmsplice(args)
|
- sendfile@weave(args)
+ guest_sendfile(args)
|
- open_by_handle_at@weave(args)
+ guest_open_handle(args)
|
- get_errno(splice@weave(args))
+ get_errno(guest_splice(args))
|
- get_errno(getrandom@weave(args))
+ get_errno(guest_getrandom(getrandom, args))
|
- get_errno(sys_syslog@weave(args))
+ get_errno(guest_syslog(sys_syslog, args))
)
