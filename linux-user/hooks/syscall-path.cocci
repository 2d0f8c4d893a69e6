// Path-taking system calls: what the guest means by /proc/self/exe.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Series: 10.0
@readlink@
expression E, ret, p, buf, size;
statement S;
position weave;
@@
- if (is_proc_myself(E, "exe")) S else {
-     ret = readlink@weave(path(p), buf, size);
- }
+ ret = guest_readlinkat(AT_FDCWD, path(p), buf, size);

@link_branch@
expression E;
statement S1, S2;
position weave;
@@
- if (is_proc_myself@weave(E, "exe")) S1 else S2
+ S2

// Series: 7.2
@readlink_inline@
expression p, buf, size;
position weave;
@@
- readlink@weave(path(p), buf, size)
+ guest_readlinkat(AT_FDCWD, path(p), buf, size)

@readlinkat@
expression dirfd, p, buf, size;
position weave;
@@
- readlinkat@weave(dirfd, path(p), buf, size)
+ guest_readlinkat(dirfd, path(p), buf, size)

@stat_follow@
expression p, st;
position weave;
@@
- stat@weave(path(p), st)
+ stat(guest_path(AT_FDCWD, path(p), 0), st)

@fstatat@
expression dirfd, p, st, flags;
position weave;
@@
- fstatat@weave(dirfd, path(p), st, flags)
+ fstatat(dirfd, guest_path(dirfd, path(p), flags), st, flags)

@statx@
expression dirfd, p, flags, mask, stx;
position weave;
@@
- sys_statx@weave(dirfd, p, flags, mask, stx)
+ sys_statx(dirfd, guest_path(dirfd, p, flags), flags, mask, stx)

@access@
expression p, mode;
position weave;
@@
- access@weave(path(p), mode)
+ access(guest_path(AT_FDCWD, path(p), 0), mode)

@faccessat@
expression dirfd, p, mode, flags;
position weave;
@@
- faccessat@weave(dirfd, p, mode, flags)
+ faccessat(dirfd, guest_path(dirfd, p, flags), mode, flags)
