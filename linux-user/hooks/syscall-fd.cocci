// System calls on descriptors: what is read from an entry of /proc is the
// guest's own, whichever number it has by then.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

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

// The last one is closed, too.
@close_range_trans@
expression last;
position weave;
@@
- MIN@weave(last, target_fd_max)
+ fd_table_trans_end(last)

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

// What is written to a copy, and read from it, is translated all the same.
@fcntl_copy@
expression fd, cmd, arg;
position weave;
@@
- do_fcntl@weave(fd, cmd, arg)
+ guest_fcntl_done(do_fcntl(fd, cmd, arg), fd, cmd)

@thread@
expression thread, attr, fn, arg;
position weave;
@@
- pthread_create@weave(thread, attr, fn, arg)
+ guest_beside_create(new_cpu, thread, attr, fn, arg)

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

// What is written to a process's mem.
@write@
expression fd, buf, size;
position weave;
@@
- safe_write@weave(fd, buf, size)
+ guest_write(safe_write, fd, buf, size)

// Series: 10.0 10.2
@pwrite@
expression fd, buf, size, pos;
position weave;
@@
- pwrite@weave(fd, buf, size, pos)
+ guest_pwrite(fd, buf, size, pos)

// Series: 7.2
@pwrite64@
expression fd, buf, size, pos;
position weave;
@@
- pwrite64@weave(fd, buf, size, pos)
+ guest_pwrite(fd, buf, size, pos)

@writev@
expression fd, vec, count;
position weave;
@@
- safe_writev@weave(fd, vec, count)
+ guest_writev(safe_writev, fd, vec, count)

@pwritev@
expression fd, vec, count, low, high;
position weave;
@@
- safe_pwritev@weave(fd, vec, count, low, high)
+ guest_pwritev(safe_pwritev, fd, vec, count, low, high)

// Series: 10.0 10.2?
@pwritev2@
expression fd, vec, count, low, high, flags;
position weave;
@@
- safe_pwritev2@weave(fd, vec, count, low, high, flags)
+ guest_pwritev2(safe_pwritev2, fd, vec, count, low, high, flags)

// A chroot can hide /proc, which the emulator goes on to need.
@chroot@
expression path;
position weave;
@@
- get_errno(chroot@weave(path))
+ get_errno(guest_chroot(path))

// A message without data can have descriptors.
@no_vectors@
expression access, addr, count, copy;
position weave;
@@
 do_sendrecvmsg_locked(...)
 {
     <...
-    vec = lock_iovec@weave(access, addr, count, copy);
+    vec = count ? lock_iovec(access, addr, count, copy) : guest_no_vectors();
     ...>
 }
