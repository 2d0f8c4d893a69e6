/*
 * The program that an execve(2) leads to, and whether it will start
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_EXEC_PROGRAM_H
#define LINUX_USER_EXEC_PROGRAM_H

#include <limits.h>
#include <stdbool.h>
#include "set-mm/calls/guest-path.h"
#include "set-mm/rules/exec-format.h"

enum { EXEC_NAME_MAX = PATH_MAX + 32 };

/* What is executed, or behind a script its interpreter. */
typedef struct ExecProgram {
    int dirfd;
    int flags;
    char path[PATH_MAX];            /* from dirfd, as the guest spelled it */
    bool is_exe;                    /* by a /proc/PID/exe */
    bool is_own;                    /* by the caller's */
    char link[EXE_LINK_MAX];        /* then its magic link */
    char name[EXEC_NAME_MAX];       /* what the kernel calls it */
    char first_name[EXEC_NAME_MAX]; /* what it calls the first script */
    char **argv;                    /* behind a script, else NULL */
    int fd;                         /* for reading, or -1 */
    ExecHead head;
} ExecProgram;

/**
 * exec_program_find: follow an execveat(2) over its scripts
 * @program: to be freed by exec_program_free(), whatever the answer
 * @path: shorter than PATH_MAX
 * @argv, @envp: of the call
 *
 * Mirrors fs/exec.c:exec_binprm() and fs/binfmt_script.c:load_script().  That
 * the first file may be executed is left to the caller to ask.
 *
 * Returns: 0, or -1 with host errno: EACCES (also for what cannot be read),
 * ENOENT, ELOOP, ENOEXEC and what else opening a file may say.
 */
int exec_program_find(ExecProgram *program, int dirfd, const char *path,
                      char **argv, char **envp, int flags);

/**
 * exec_program_close: close its file while it is not needed
 * exec_program_reopen: the same file again; returns 0, or -1 with errno
 * exec_program_free: close it, and forget the arguments; keeps errno
 */
void exec_program_close(ExecProgram *program);
int exec_program_reopen(ExecProgram *program);
void exec_program_free(ExecProgram *program);

/* exec_program_path: by which the host reaches it, from program->dirfd */
const char *exec_program_path(const ExecProgram *program);

/**
 * exec_program_check: would the kernel open a file to execute it?
 * @dirfd, @path, @flags: of execveat(2)
 * @argv, @envp: whose size counts as well
 *
 * Since Linux 6.14 the kernel says so.  Before, a file with writers goes
 * unseen, and so do arguments that are too long.
 *
 * Returns: 0, or -1 with host errno.
 */
int exec_program_check(int dirfd, const char *path, char **argv,
                       char **envp, int flags);

/**
 * exec_program_loads: can the program's headers and its interpreter be loaded?
 * @target: whose it is
 *
 * Mirrors fs/binfmt_elf.c:load_elf_binary() up to where the caller is gone.
 *
 * Returns: 0 or a negative host errno: ENOEXEC, EIO, ELIBBAD, or what the
 * interpreter's file says.
 */
int exec_program_loads(const ExecProgram *program, const char *target);

#endif /* LINUX_USER_EXEC_PROGRAM_H */
