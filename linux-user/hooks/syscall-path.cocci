// Path-taking system calls: what the guest means by /proc/self/exe.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Series: 10.0 10.2
@readlink@
expression E, ret, p, buf, size;
statement S;
position weave;
@@
- if (is_proc_myself(E, "exe")) S else {
-     ret = readlink@weave(path(p), buf, size);
- }
+ ret = guest_readlinkat(AT_FDCWD, path(p), buf, size);

// The braces stay: not every spatch drops those of a single statement.
@link_branch@
expression E;
statement S1, S2;
position weave;
@@
- if (is_proc_myself@weave(E, "exe")) S1 else {
     S2
- }

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

@stat@
expression p, st;
position weave;
@@
- stat@weave(path(p), st)
+ guest_stat(path(p), st)

@lstat@
expression p, st;
position weave;
@@
- lstat@weave(path(p), st)
+ guest_fstatat(AT_FDCWD, path(p), st, AT_SYMLINK_NOFOLLOW)

@fstat@
expression fd, st;
position weave;
@@
- get_errno(fstat@weave(fd, st))
+ get_errno(guest_fstat(fd, st))

@fstatat@
expression dirfd, p, st, flags;
position weave;
@@
- fstatat@weave(dirfd, path(p), st, flags)
+ guest_fstatat(dirfd, path(p), st, flags)

@statx@
expression dirfd, p, flags, mask, stx;
position weave;
@@
- sys_statx@weave(dirfd, p, flags, mask, stx)
+ guest_statx(sys_statx, dirfd, p, flags, mask, stx)

@statx_store@
expression stx, addr;
position weave;
@@
- host_to_target_statx@weave(stx, addr)
+ guest_statx_store(host_to_target_statx, stx, addr)

@access@
expression p, mode;
position weave;
@@
- access@weave(path(p), mode)
+ guest_faccessat(AT_FDCWD, path(p), mode, 0)

@faccessat@
expression dirfd, p, mode, flags;
position weave;
@@
- faccessat@weave(dirfd, p, mode, flags)
+ guest_faccessat(dirfd, p, mode, flags)

@truncate@
expression p, length;
position weave;
@@
- truncate@weave(p, length)
+ guest_truncate(p, length)

// Series: 7.2
@truncate64@
expression p, length;
position weave;
@@
- truncate64@weave(p, length)
+ guest_truncate(p, length)

// Calls of a path alone that follow a link at its end.
@follow@
identifier call = {chown, utime, utimes, swapon, setxattr, listxattr, removexattr};
identifier p;
position weave;
@@
 get_errno(call@weave(
-                p
+                guest_path(AT_FDCWD, p, 0)
                 , ...))

@follow_prefixed@
expression p;
position weave;
@@
 get_errno(acct@weave(
-                path(p)
+                guest_path(AT_FDCWD, path(p), 0)
                 ))

@fchmodat@
expression dirfd, p, mode;
position weave;
@@
- fchmodat@weave(dirfd, p, mode, 0)
+ guest_fchmodat(dirfd, p, mode)

@chmod@
expression p, mode;
position weave;
@@
- chmod@weave(p, mode)
+ guest_fchmodat(AT_FDCWD, p, mode)

@statfs@
expression p, fs;
position weave;
@@
- statfs@weave(path(p), fs)
+ guest_statfs(path(p), fs)

@getxattr@
expression p, name, value, size;
position weave;
@@
- getxattr@weave(p, name, value, size)
+ guest_getxattr(p, name, value, size)

// Series: 10.0 10.2
@fchmodat2@
expression dirfd, p, mode, flags;
position weave;
@@
- safe_fchmodat2@weave(dirfd, p, mode, flags)
+ safe_fchmodat2(dirfd, guest_path(dirfd, p, flags), mode, flags)

@fchownat@
expression dirfd, p, uid, gid, flags;
position weave;
@@
- fchownat@weave(dirfd, p, uid, gid, flags)
+ fchownat(dirfd, guest_path(dirfd, p, flags), uid, gid, flags)

@futimesat@
expression dirfd, p, times;
position weave;
@@
- futimesat@weave(dirfd, path(p), times)
+ futimesat(dirfd, guest_path(dirfd, path(p), 0), times)

@utimensat@
expression dirfd, p, times, flags;
position weave;
@@
- sys_utimensat@weave(dirfd, path(p), times, flags)
+ sys_utimensat(dirfd, guest_path(dirfd, path(p), flags), times, flags)

@linkat@
expression olddir, old, newdir, new, flags;
position weave;
@@
- linkat@weave(olddir, old, newdir, new, flags)
+ linkat(olddir, guest_path_followed(olddir, old, flags), newdir, new, flags)

@name_to_handle_at@
expression dirfd, p, handle, id, flags;
position weave;
@@
  name_to_handle_at@weave(dirfd,
- path(p)
+ guest_handle_path(dirfd, p, flags)
  , handle, id, flags)

@inotify@
expression fd, p, mask;
position weave;
@@
- inotify_add_watch@weave(fd, path(p), mask)
+ inotify_add_watch(fd, guest_path_watched(path(p), mask), mask)

@mount@
expression source, target, type, flags, data;
position weave;
@@
- mount@weave(source, target, type, flags, data)
+ mount(guest_path(AT_FDCWD, source, 0), guest_path(AT_FDCWD, target, 0), type, flags, data)

@umount@
expression target;
position weave;
@@
- umount@weave(target)
+ umount(guest_path(AT_FDCWD, target, 0))

@umount2@
expression target, flags;
position weave;
@@
- umount2@weave(target, flags)
+ umount2(guest_path_unmounted(target, flags), flags)

// Series: 10.0 10.2
@open_tree@
expression dirfd, p, flags;
position weave;
@@
- sys_open_tree@weave(dirfd, p, flags)
+ sys_open_tree(dirfd, guest_path(dirfd, p, flags), flags)
