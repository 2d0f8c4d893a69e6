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
#include <sys/types.h>

/* The entries of a process's directory whose answer is the guest's own. */
typedef enum ProcEntry {
    PROC_ENTRY_NONE,
    PROC_ENTRY_EXE,
    PROC_ENTRY_MAP_FILES,
    PROC_ENTRY_CMDLINE,     /* from here on: with a content */
    PROC_ENTRY_ENVIRON,
    PROC_ENTRY_AUXV,
    PROC_ENTRY_STAT,
    PROC_ENTRY_STATM,
    PROC_ENTRY_STATUS,
    PROC_ENTRY_MAPS,
    PROC_ENTRY_SMAPS,
    PROC_ENTRY_SMAPS_ROLLUP,
    PROC_ENTRY_NUMA_MAPS,
    PROC_ENTRY_LIMITS,
    PROC_ENTRY_TIMERS,
    PROC_ENTRY_MEM,
    PROC_ENTRY_PAGEMAP,
    PROC_ENTRY_FDINFO,      /* a file in fdinfo */
} ProcEntry;

typedef struct ProcName {
    ProcEntry entry;
    int dir_len;        /* of the path before it */
} ProcName;

static inline bool proc_entry_has_content(ProcEntry entry)
{
    return entry >= PROC_ENTRY_CMDLINE;
}

/**
 * proc_name_may_be_exe: can the last component be exe?
 *
 * Asked for every path of the guest, so it looks at the last letters only.
 */
static inline bool proc_name_may_be_exe(const char *path)
{
    size_t len = strlen(path);

    return len >= 3 && path[len - 1] == 'e' &&
           !memcmp(path + len - 3, "ex", 2) &&
           (len == 3 || path[len - 4] == '/');
}

/**
 * proc_name_is_special: can a path name anything that is not the host's alone?
 *
 * That is an exe, the number of a thread or of a descriptor, or an entry of
 * map_files.  Asked for every path of the guest, so it looks at each letter
 * once.
 */
static inline bool proc_name_is_special(const char *path)
{
    bool starts = true;
    const char *end;

    for (end = path; *end; end++) {
        /* Nearly all are letters, which come behind. */
        if (*end > '9') {
            starts = false;
        } else if (*end == '-' || (starts && *end >= '0')) {
            return true;
        } else {
            starts = *end == '/';
        }
    }
    return end - path >= 3 && end[-1] == 'e' && end[-2] == 'x' &&
           end[-3] == 'e' && (end - path == 3 || end[-4] == '/');
}

/*
 * What a procfs calls the calling process.  Returns: getpid(), which a process
 * need not ask for each time, or 0 if the number is not known.
 */
typedef pid_t ProcOwnNumber(char *number, size_t size);

/**
 * proc_name_init: tell of the procfs that the emulator uses itself
 * @dev: its device number
 * @own_number: answers for that one
 *
 * Others are recognized all the same, at a higher price.
 */
void proc_name_init(dev_t dev, ProcOwnNumber *own_number);

/* proc_name_is_known: is that the procfs which the emulator uses itself? */
bool proc_name_is_known(dev_t dev);

/**
 * proc_name_guess: what could a path mean, by its last components?
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
 * proc_name_of_file: whose entry is an open file, by the kernel's name of it?
 * @path: as /proc/self/fd/N leads to; it begins at the process's root, or at
 *        the real one if the file is outside of that
 * @dev: of the file
 * @name: gets proc_name_guess(@path)
 *
 * Returns: whether it is the caller's.
 */
bool proc_name_of_file(const char *path, dev_t dev, ProcName *name);

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
