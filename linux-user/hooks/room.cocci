// Room for as much as the guest says, which is not on a thread's host stack.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@room@
expression size;
position weave;
@@
(
- pfd = alloca@weave(size);
+ pfd = guest_room(GUEST_ROOM_POLL, size);
|
- addr = alloca@weave(size);
+ addr = guest_room(GUEST_ROOM_ADDRESS, size);
|
- msg.msg_name = alloca@weave(size);
+ msg.msg_name = guest_room(GUEST_ROOM_ADDRESS, size);
|
- msg.msg_control = alloca@weave(size);
+ msg.msg_control = guest_room(GUEST_ROOM_CONTROL, size);
|
- mask = alloca@weave(size);
+ mask = guest_room(GUEST_ROOM_MASK, size);
)

@room_for_control@
expression size;
position weave;
@@
- msg.msg_controllen = 2 * size@weave;
+ msg.msg_controllen = guest_control_size(size);
