/*
 * Names: which entry of /proc is meant
 *
 * Text only: no system call is made and nothing of QEMU is included.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_PROC_NAME_H
#define LINUX_USER_PROC_NAME_H

#include <stdbool.h>
#include <sys/types.h>

/* The entries of a process's directory whose answer is the guest's own. */
typedef enum ProcEntry {
    PROC_ENTRY_NONE,
    PROC_ENTRY_EXE,
    PROC_ENTRY_CMDLINE,
    PROC_ENTRY_ENVIRON,
    PROC_ENTRY_AUXV,
    PROC_ENTRY_STAT,
} ProcEntry;

/**
 * proc_name_entry: find the entry that a path means
 * @path: as the guest passed it, may be NULL
 * @pid: of the asking process
 * @relative: set to whether the answer holds only where @path starts from the
 *            root of a procfs
 *
 * Every path-taking call of the guest comes by here, so a path whose last
 * component is none of ours costs one comparison.
 *
 * Returns: the entry if @path is /proc/self/ENTRY or /proc/@pid/ENTRY, or the
 * same without /proc/; else PROC_ENTRY_NONE.
 */
ProcEntry proc_name_entry(const char *path, pid_t pid, bool *relative);

#endif /* LINUX_USER_PROC_NAME_H */
