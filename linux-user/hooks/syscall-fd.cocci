// System calls on descriptors: ours are none of the guest's, and what is read
// from an entry of /proc is the guest's own.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@gate@
expression ret, env, num, a1, a2, a3, a4, a5, a6, a7, a8;
position weave;
@@
- ret = do_syscall1@weave(env, num, a1, a2, a3, a4, a5, a6, a7, a8);
+ ret = guest_syscall(do_syscall1, env, num, a1, a2, a3, a4, a5, a6, a7, a8);

@close_call@
expression fd;
position weave;
@@
- get_errno(close@weave(fd))
+ get_errno(guest_close(fd))

@close_range@
expression first, last, flags;
position weave;
@@
- sys_close_range@weave(first, last, flags)
+ guest_close_range(sys_close_range, first, last, flags)

@dup@
expression fd;
position weave;
@@
- get_errno(dup@weave(fd))
+ get_errno(guest_dup(fd))

@dup2@
expression old, new;
position weave;
@@
- dup2@weave(old, new)
+ guest_dup2(old, new)

@dup3@
expression old, new, flags;
position weave;
@@
- dup3@weave(old, new, flags)
+ guest_dup3(old, new, flags)

@fcntl@
identifier fd, cmd, arg;
typedef abi_ulong;
position weave;
@@
 do_fcntl(int fd, int cmd, abi_ulong arg)
 {
     <...
-    safe_fcntl@weave(fd, cmd, arg)
+    guest_fcntl(fd, cmd, arg)
     ...>
 }

@poll@
expression E1, E2;
position weave;
@@
- E1.fd = tswap32@weave(E2.fd)
+ E1.fd = guest_fd_named(tswap32(E2.fd))

@select@
expression n, in, out, except, timeout, sig;
position weave;
@@
- safe_pselect6@weave(n, in, out, except, timeout, sig)
+ guest_pselect6(safe_pselect6, n, in, out, except, timeout, sig)

@rights@
position weave;
@@
 target_to_host_cmsg(...)
 {
     <...
     __get_user@weave(fd[i], target_fd + i);
+    fd[i] = guest_fd_named(fd[i]);
     ...>
 }

@unshare@
expression flags;
position weave;
@@
- get_errno(unshare@weave(flags))
+ get_errno(guest_unshare(flags))

@getdents@
expression len, fd, buf, size;
position weave;
@@
 int do_getdents(...)
 {
     <...
-    len = sys_getdents64@weave(fd, buf, size);
+    len = guest_getdents64(fd, buf, size, sys_getdents64(fd, buf, size));
     ...>
 }

@getdents_native@
expression len, fd, buf, size;
position weave;
@@
- len = sys_getdents@weave(fd, buf, size);
+ len = guest_getdents(fd, buf, size, sys_getdents(fd, buf, size));

@getdents64@
expression fd, buf, size;
position weave;
@@
- get_errno(sys_getdents64@weave(fd, buf, size))
+ get_errno(guest_getdents64(fd, buf, size, sys_getdents64(fd, buf, size)))

@read@
expression fd, buf, size;
position weave;
@@
- safe_read@weave(fd, buf, size)
+ guest_read(safe_read, fd, buf, size)

// Series: 10.0 10.2
@pread@
expression fd, buf, size, pos;
position weave;
@@
- pread@weave(fd, buf, size, pos)
+ guest_pread(fd, buf, size, pos)

// Series: 7.2
@pread64@
expression fd, buf, size, pos;
position weave;
@@
- pread64@weave(fd, buf, size, pos)
+ guest_pread(fd, buf, size, pos)

@readv@
expression fd, vec, count;
position weave;
@@
- safe_readv@weave(fd, vec, count)
+ guest_readv(safe_readv, fd, vec, count)

@preadv@
expression fd, vec, count, low, high;
position weave;
@@
- safe_preadv@weave(fd, vec, count, low, high)
+ guest_preadv(safe_preadv, fd, vec, count, low, high)

// Series: 10.0 10.2?
@preadv2@
expression fd, vec, count, low, high, flags;
position weave;
@@
- safe_preadv2@weave(fd, vec, count, low, high, flags)
+ guest_preadv2(safe_preadv2, fd, vec, count, low, high, flags)

@lseek@
expression fd, offset, whence;
position weave;
@@
- get_errno(lseek@weave(fd, offset, whence))
+ get_errno(guest_lseek(fd, offset, whence))

@llseek@
expression res, fd, offset, whence;
position weave;
@@
- res = lseek@weave(fd, offset, whence);
+ res = guest_lseek(fd, offset, whence);
