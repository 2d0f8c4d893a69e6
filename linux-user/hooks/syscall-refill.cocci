// What fills the guest's memory while it sleeps.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@refill_read@
expression E, fd, buf, size;
position weave;
@@
- get_errno(guest_read@weave(E, fd, buf, size))
+ get_errno(GUEST_FILL(guest_read(E, fd, buf, size), buf, size))

@refill_readv@
expression E, fd, vec, count;
position weave;
@@
- get_errno(guest_readv@weave(E, fd, vec, count))
+ get_errno(GUEST_FILL_VEC(guest_readv(E, fd, vec, count), vec, count))

@refill_preadv@
expression E, fd, vec, count;
expression list args;
position weave;
@@
- get_errno(guest_preadv@weave(E, fd, vec, count, args))
+ get_errno(GUEST_FILL_VEC(guest_preadv(E, fd, vec, count, args), vec, count))

// Series: 10.0 10.2?
@refill_preadv2@
expression E, fd, vec, count;
expression list args;
position weave;
@@
- get_errno(guest_preadv2@weave(E, fd, vec, count, args))
+ get_errno(GUEST_FILL_VEC(guest_preadv2(E, fd, vec, count, args), vec, count))

@refill_pread@
expression fd, buf, size, pos;
position weave;
@@
- get_errno(guest_pread@weave(fd, buf, size, pos))
+ get_errno(GUEST_FILL(guest_pread(fd, buf, size, pos), buf, size))

@refill_recvfrom@
expression fd, buf, size;
expression list args;
position weave;
@@
- get_errno(safe_recvfrom@weave(fd, buf, size, args))
+ get_errno(GUEST_FILL(safe_recvfrom(fd, buf, size, args), buf, size))

@refill_recvmsg@
expression fd, msg, flags;
position weave;
@@
- get_errno(safe_recvmsg@weave(fd, &msg, flags))
+ get_errno(GUEST_FILL_VEC(safe_recvmsg(fd, &msg, flags),
+                          msg.msg_iov, msg.msg_iovlen))

@refill_mq@
expression fd, buf, size;
expression list args;
position weave;
@@
- get_errno(safe_mq_timedreceive@weave(fd, buf, size, args))
+ get_errno(GUEST_FILL(safe_mq_timedreceive(fd, buf, size, args), buf, size))
