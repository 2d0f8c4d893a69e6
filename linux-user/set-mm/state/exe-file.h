/*
 * The executable's identity, held as an open file as the kernel's
 * mm->exe_file is
 *
 * The host is given the magic link of a descriptor in the keeper's table
 * (own-table.h): it follows renames, says " (deleted)", and opens the inode
 * that runs, not what replaced it under its name.  Where no /proc is mounted
 * the recorded path stands in.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_EXE_FILE_H
#define LINUX_USER_EXE_FILE_H

#include <sys/stat.h>

/**
 * exe_file_init: take the identity of the program that is about to run
 * @fd: of it; stays the caller's
 * @path: as given to QEMU, for hosts without /proc
 */
void exe_file_init(int fd, const char *path);

/**
 * exe_file_stat: which file it is
 * @st: gets its device and inode; the rest is as of when it was installed
 */
void exe_file_stat(struct stat *st);

/**
 * exe_file_keeper: the thread that has it open as OWN_EXE
 *
 * Returns: 0 if none has, so that nobody looks there.
 */
pid_t exe_file_keeper(void);

/**
 * exe_file_name: its name, as /proc/self/exe has it at the moment
 * @name: PATH_MAX bytes; empty on failure
 *
 * Returns: whether there is one.
 */
bool exe_file_name(char *name);

/**
 * exe_file_may_be_emulator: can a file be an emulator's binary?
 * @mode, @size, @inode: of a regular file
 *
 * Where the guest meets one, it may have come by the host's /proc/PID/exe.
 * Ours is known by its number; one for another target is an executable of
 * about its size.
 */
bool exe_file_may_be_emulator(mode_t mode, off_t size, uint64_t inode);

/**
 * exe_file_is_beside_emulator: do both executables lie on one file system?
 */
bool exe_file_is_beside_emulator(void);

/**
 * exe_file_emulator_is_busy: does the host's kernel keep everybody from
 * writing to the emulator's binary, as it should?
 */
bool exe_file_emulator_is_busy(void);

/*
 * In the following, @dirfd and @link lead to the executable's magic link in the
 * keeper's table, by a directory of this process in a procfs; the guest chose
 * by which way, and in a chroot it may have no other.  With @is_own false it is
 * another guest's.
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
 * binfmt_misc passes the emulator a path, and by then the keeper's table is
 * gone.  That does not matter where binfmt_misc opens the
 * file as well, as it did for us; otherwise this is the file's own path as long
 * as that still names the same inode.
 */
const char *exe_file_exec_path(int dirfd, const char *link, bool is_own,
                               char *buf);

/**
 * exe_file_readlink: readlink(2) of /proc/self/exe
 * @size: bytes of @buf, not 0; the answer is truncated and has no NUL
 *
 * Returns: bytes stored, or -1 with errno.
 */
ssize_t exe_file_readlink(int dirfd, const char *link, bool is_own, char *buf,
                          size_t size);

/**
 * exe_file_refuses_open: open(2) through /proc/self/exe that fails
 * @flags: host values
 *
 * A running program cannot be opened for writing: ETXTBSY, after EACCES
 * where permissions forbid writing anyway.
 *
 * Returns: true, with errno, if the call must not reach the file.
 */
bool exe_file_refuses_open(int dirfd, const char *link, int flags);

/**
 * exe_file_truncate: truncate(2) through /proc/self/exe
 *
 * Returns: -1 with errno: ETXTBSY, or EACCES as for opening.
 */
int exe_file_truncate(int dirfd, const char *link);

/**
 * exe_file_replace: make a file the executable
 * @fd: the guest's number, in the calling thread's table; stays the guest's
 * @unless_mapped: refuse while a guest mapping refers to the present one
 *
 * Mirrors kernel/sys.c:prctl_set_mm_exe_file() and
 * kernel/fork.c:replace_mm_exe_file(), in their order.  Atomic for concurrent
 * readers, who see the old or the new file.
 *
 * Returns: 0, or a negative host errno with the old one in place: EBADF (not
 * open), EACCES (no regular file, not executable by the caller, or on a noexec
 * mount), EBUSY (if @unless_mapped), EACCES (open for writing by anybody).
 */
int exe_file_replace(int fd, bool unless_mapped);

#endif /* LINUX_USER_EXE_FILE_H */
