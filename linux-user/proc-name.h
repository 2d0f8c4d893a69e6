/*
 * Names: which entry of /proc is meant
 *
 * Includes nothing of QEMU.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_PROC_NAME_H
#define LINUX_USER_PROC_NAME_H

/* The entries of a process's directory whose answer is the guest's own. */
typedef enum ProcEntry {
    PROC_ENTRY_NONE,
    PROC_ENTRY_EXE,
    PROC_ENTRY_CMDLINE,
    PROC_ENTRY_ENVIRON,
    PROC_ENTRY_AUXV,
    PROC_ENTRY_STAT,
} ProcEntry;

typedef struct ProcName {
    ProcEntry entry;
    int dir_len;        /* of the path before the last component */
} ProcName;

/**
 * proc_name_find: find the entry that a path means
 * @dirfd: where a relative path starts, or AT_FDCWD
 * @path: as the guest passed it, may be NULL
 *
 * Every path-taking call of the guest comes by here, so a path whose last
 * component is none of ours costs one comparison.  Otherwise the host's
 * kernel resolves the directory, however it is spelled.  A symbolic link to
 * an entry of ours is not seen through.
 *
 * Returns: the entry of the calling process, or of one of its threads, that
 * @path names, else PROC_ENTRY_NONE.  errno is left alone.
 */
ProcName proc_name_find(int dirfd, const char *path);

#endif /* LINUX_USER_PROC_NAME_H */
