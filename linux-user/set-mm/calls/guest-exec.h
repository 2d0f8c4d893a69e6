/*
 * execve(2) and execveat(2)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_EXEC_H
#define LINUX_USER_GUEST_EXEC_H

#include "set-mm/host/self-exec.h"

/* execve(2) */
typedef int HostExecve(const char *path, char **argv, char **envp);

/**
 * guest_exec: execveat(2) for the guest, and with AT_FDCWD and no flags
 * execve(2)
 * @host, @host_at: of QEMU, which lose no signal; @host_at may be NULL
 * @dirfd, @path, @flags: host values
 * @argv, @envp: host pointers, with a NULL behind; stay the caller's
 *
 * A program of another architecture is executed by the host's kernel
 * (binfmt_misc), by this emulator, or by another one of ours beside it, as
 * -set-mm exec= says.  Mirrors fs/exec.c:do_execveat_common() and the loaders
 * for scripts and ELF files: nothing that can be seen to fail is left to the
 * next emulator, as the caller is gone by then.
 *
 * Returns: only on failure, -1 with a host errno as of execve(2), EACCES also
 * for a file that the emulator must start and cannot read, EPERM for one that
 * is set-user-ID under exec-suid=refuse; or QEMU_ERESTARTSYS if a signal is to
 * be delivered first.
 */
int guest_exec(HostExecve *host, HostExecveat *host_at, int dirfd,
               const char *path, char **argv, char **envp, int flags);

/* guest_exec_vfork_end: free what the thread's child of vfork(2) left behind */
void guest_exec_vfork_end(void);

#endif /* LINUX_USER_GUEST_EXEC_H */
