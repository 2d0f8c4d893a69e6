// Credentials are a thread's, and the emulator's threads follow.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@credentials@
identifier call = {setfsuid, setfsgid, capset, sys_setuid, sys_setgid, sys_setgroups, sys_setreuid, sys_setregid, sys_setresuid, sys_setresgid};
expression list args;
position weave;
@@
- get_errno(call@weave(args))
+ get_errno(guest_credentials(call(args)))

// What caps=all grants is seen, and can be given up.
@capget@
expression header, data;
position weave;
@@
- capget@weave(header, data)
+ guest_capget(header, data)

@capset@
expression header, data;
position weave;
@@
- capset@weave(header, data)
+ guest_capset(header, data)
