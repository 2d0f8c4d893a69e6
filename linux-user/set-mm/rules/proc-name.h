/*
 * Names: which entry of /proc is meant
 *
 * Includes nothing of QEMU.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_PROC_NAME_H
#define LINUX_USER_PROC_NAME_H

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

/* The entries of a process's directory whose answer is the guest's own. */
typedef enum ProcEntry {
    PROC_ENTRY_NONE,
    PROC_ENTRY_EXE,
    PROC_ENTRY_NUMBER,      /* in the directories fd and fdinfo */
    PROC_ENTRY_CMDLINE,     /* from here on: with a content */
    PROC_ENTRY_ENVIRON,
    PROC_ENTRY_AUXV,
    PROC_ENTRY_STAT,
    PROC_ENTRY_STATM,
    PROC_ENTRY_STATUS,
    PROC_ENTRY_COMM,
    PROC_ENTRY_MAPS,
    PROC_ENTRY_SMAPS,
    PROC_ENTRY_LIMITS,
} ProcEntry;

typedef struct ProcName {
    ProcEntry entry;
    int dir_len;        /* of the path before the last component */
    int number;         /* of PROC_ENTRY_NUMBER */
} ProcName;

static inline bool proc_entry_has_content(ProcEntry entry)
{
    return entry >= PROC_ENTRY_CMDLINE;
}

/**
 * proc_name_may_be_path: can the last component be exe or a number?
 *
 * Asked for every path of the guest, so it looks at the last letters only.
 */
static inline bool proc_name_may_be_path(const char *path)
{
    size_t len = strlen(path);
    char last = len ? path[len - 1] : '\0';

    if (last >= '0' && last <= '9') {
        return true;
    }
    return last == 'e' && len >= 3 && !memcmp(path + len - 3, "ex", 2) &&
           (len == 3 || path[len - 4] == '/');
}

/**
 * proc_name_init: tell of a procfs that can be reached whatever the guest does
 * @dev: its device number
 * @root: returns a descriptor of its root
 *
 * Others are recognized all the same, at a higher price.
 */
void proc_name_init(dev_t dev, int (*root)(void));

/* proc_name_is_procfs: is a descriptor, of whatever sort, one of a procfs? */
bool proc_name_is_procfs(int fd);

/**
 * proc_name_guess: what could a path mean, by its last component?
 * @path: as the guest passed it
 *
 * Every path-taking call of the guest comes by here, so this is a short
 * comparison and no system call.
 */
ProcName proc_name_guess(const char *path);

/**
 * proc_name_is_own: is it the caller's entry?
 * @dirfd: where a relative path starts, or AT_FDCWD
 * @name: proc_name_guess(@path)
 *
 * The host's kernel resolves the directory, however it is spelled.
 *
 * Returns: true for an entry of the calling process or of one of its threads.
 * errno is left alone.
 */
bool proc_name_is_own(int dirfd, const char *path, ProcName name);

/**
 * proc_name_find: both; the entry is PROC_ENTRY_NONE if it is not the
 * caller's
 */
ProcName proc_name_find(int dirfd, const char *path);

/**
 * proc_name_is_own_file: is it the caller's entry, by the kernel's name of an
 * open file?
 * @path: as /proc/self/fd/N leads to; it begins at the process's root, or at
 *        the real one if the file is outside of that
 * @name: gets proc_name_guess(@path)
 */
bool proc_name_is_own_file(const char *path, ProcName *name);

/**
 * proc_name_is_own_fd_dir: is that the directory fd or fdinfo of our own?
 * @dir: from @fd, with a slash behind, or empty for @fd itself
 */
bool proc_name_is_own_fd_dir(int fd, const char *dir);

/**
 * proc_name_next_link: follow a symbolic link at the end of a path
 * @dirfd, @path: as for proc_name_find()
 * @next: PATH_MAX bytes, gets the path that the link stands for; relative to
 *        @dirfd if it is relative
 *
 * Only for finding out where a path leads before a call follows it.  A link
 * of procfs is the end of the way: what it leads to is no matter of names.
 *
 * Returns: whether there is such a link.  errno is left alone.
 */
bool proc_name_next_link(int dirfd, const char *path, char *next);

#endif /* LINUX_USER_PROC_NAME_H */
