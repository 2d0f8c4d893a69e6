/*
 * The executable's identity, held as an open file as the kernel's
 * mm->exe_file is
 *
 * The host is given the magic link /proc/self/fd/N of a private descriptor:
 * it follows renames, says " (deleted)", and opens the inode that runs, not
 * what replaced it under its name.  Where no /proc is mounted the recorded
 * path stands in.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_EXE_FILE_H
#define LINUX_USER_EXE_FILE_H

/**
 * exe_file_init: take the identity of the program that is about to run
 * @fd: of the program, from AT_EXECFD or opened by QEMU; stays the caller's
 * @path: as given to QEMU, for hosts without /proc
 */
void exe_file_init(int fd, const char *path);

/**
 * exe_file_fd: the private descriptor, for reading the program's headers;
 * stays owned by this module.  -1 if there is none.
 */
int exe_file_fd(void);

/*
 * In the following, @dirfd and @link lead to "fd/N" of a directory of this
 * process in a procfs, with N from exe_file_fd(); the guest chose by which
 * way, and in a chroot it may have no other.
 */

/**
 * exe_file_path: a path, from @dirfd, that leads to the executable's inode
 *
 * For any call of the host that follows symbolic links.
 */
const char *exe_file_path(int dirfd, const char *link);

/**
 * exe_file_exec_path: as exe_file_path(), for execve(2)
 * @buf: PATH_MAX bytes, may be used for the answer
 *
 * binfmt_misc passes the emulator a path, and by then a close-on-exec
 * /proc/self/fd/N is gone; so this is the file's own path as long as that
 * still names the same inode.
 */
const char *exe_file_exec_path(int dirfd, const char *link, char *buf);

/**
 * exe_file_readlink: readlink(2) of /proc/self/exe
 * @size: bytes of @buf, not 0; the answer is truncated and has no NUL
 *
 * Returns: bytes stored, or -1 with errno.
 */
ssize_t exe_file_readlink(int dirfd, const char *link, char *buf, size_t size);

/**
 * exe_file_open: open(2) through /proc/self/exe
 * @flags, @mode: host values
 *
 * A running program cannot be opened for writing: ETXTBSY, after EACCES
 * where permissions forbid writing anyway.
 *
 * Returns: a new descriptor, or -1 with errno.
 */
int exe_file_open(int dirfd, const char *link, int flags, mode_t mode);

/**
 * exe_file_check: may the file become the executable?
 * @fd: the guest's number
 *
 * Mirrors the first checks of kernel/sys.c:prctl_set_mm_exe_file().
 *
 * Returns: 0, -EBADF (not open, O_PATH, or private) or -EACCES (no regular
 * file, not executable by the caller, or on a noexec mount).
 */
int exe_file_check(int fd);

/**
 * exe_file_is_mapped: does a guest mapping refer to the present executable?
 *
 * "Refer" as in kernel/fork.c:replace_mm_exe_file(): the same path, so that
 * a hard link or a bind mount of it does not count.
 */
bool exe_file_is_mapped(void);

/**
 * exe_file_has_writers: is the file open for writing by anybody?
 *
 * As far as an unprivileged process can tell: a read lease is refused while
 * there are writers, but only the file's owner may ask for one.  Otherwise
 * the descriptor's own access mode decides.
 */
bool exe_file_has_writers(int fd);

/**
 * exe_file_replace: make the file the executable
 * @fd: the guest's number; stays the guest's
 *
 * Atomic for concurrent readers, which see the old or the new file.
 *
 * Returns: 0 or a negative host errno (EMFILE, ENOMEM), with the old one in
 * place.
 */
int exe_file_replace(int fd);

#endif /* LINUX_USER_EXE_FILE_H */
