/*
 * How an emulator executes itself for another program of its guest
 *
 * binfmt_misc opens the program and tells its emulator three names: the file's
 * path, what was given to execve(2), and argv[0].  An emulator that executes
 * itself hands the same over, with its own options, on the command line.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_SELF_EXEC_H
#define LINUX_USER_SELF_EXEC_H

#include <limits.h>
#include <stdbool.h>

/**
 * self_exec_init: hold the emulator's own binary, while it is in reach
 */
void self_exec_init(void);

/**
 * self_exec_option: remember an option of the command line for the next one
 * @name: without dashes, static
 * @arg: its argument, stays; or NULL
 *
 * Relative paths are made absolute, as the guest may go elsewhere.  What is
 * about this program only (-0), or is in the environment since (-E, -U), is
 * forgotten.
 *
 * Returns: @arg.
 */
const char *self_exec_option(const char *name, const char *arg);

/**
 * self_exec_goes_on_with: is it the log (-D) of an emulator that executed this
 * one, which goes on with it?
 * @path: up to what differs between processes
 */
bool self_exec_goes_on_with(const char *path);

/* A program that the next emulator is to run; all strings stay the caller's. */
typedef struct SelfProgram {
    int fd;                 /* open for reading at its beginning */
    bool is_named_by_file;  /* the task gets the file's name, not execfn's */
    const char *execfn;     /* for AT_EXECFN */
    const char *path;
    const char *emulator;   /* another architecture's, or NULL for this one */
} SelfProgram;

/* The emulator's own ELF header; a symbol of the linker's. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));

/* execveat(2) */
typedef int HostExecveat(int dirfd, const char *path, char **argv,
                         char **envp, int flags);

/**
 * self_exec: replace the process by an emulator that runs a program
 * @host: what executes it
 * @argv, @envp: of the program; @argv may be empty
 *
 * The program's descriptor is not close-on-exec meanwhile; a child that
 * another thread forks just then has it closed.
 *
 * Returns: only on failure, -1 with @host's errno.
 */
int self_exec(HostExecveat *host, const SelfProgram *program,
              char **argv, char **envp);

/* self_exec_vfork_end: free what the thread's child of vfork(2) left behind */
void self_exec_vfork_end(void);

/**
 * self_exec_other: find another architecture's emulator
 * @target: QEMU's name of the architecture
 * @dir: where to look; empty for the directory of this emulator's binary
 * @path: gets it
 *
 * Only one that carries our note is taken, as it must know what it is told.
 *
 * Returns: whether there is one.
 */
bool self_exec_other(const char *target, const char *dir, char path[PATH_MAX]);

#endif /* LINUX_USER_SELF_EXEC_H */
