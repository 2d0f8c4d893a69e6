/*
 * Other guests: the processes whose emulator is one of ours
 *
 * Nothing is asked but the host's /proc, so the kernel's permissions hold, and
 * a process that is not what it says can only lie about itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_SIBLING_H
#define LINUX_USER_SIBLING_H

#include <sys/types.h>
#include "set-mm/state/public-state.h"

typedef struct Sibling {
    int dir;                /* the keeper's, O_PATH, of the process */
    pid_t keeper;           /* of that process, by the number seen there */
    pid_t owner;            /* of a child of vfork(2): whose that is; or 0 */
    bool is_task_dir;       /* a thread's directory was asked about */
    bool is_stranger;       /* the kernel does not let us look at it */
    PublicState state;      /* of a stranger nothing but helper_threads */
} Sibling;

/* sibling_init: before the others here */
void sibling_init(void);

/**
 * sibling_may_execute: can a file be an emulator of ours?
 * @st: of it
 *
 * Most files that processes execute are known not to be, after the first look.
 */
bool sibling_may_execute(const struct stat *st);

/**
 * sibling_find: is a directory, which is not our own, that of another guest?
 * @dirfd, @dir, @len: a directory of /proc, with a slash behind, or nothing
 *                     for @dirfd itself
 * @sibling: for sibling_put(), if it is one
 *
 * One look tells of a native process of one thread; the number of system calls
 * does not depend on how many guests there are, nor on what they have open.
 * Nothing is waited for.  errno is left alone.
 *
 * Returns: false for any other directory.
 */
bool sibling_find(Sibling *sibling, int dirfd, const char *dir, int len);

/* sibling_find_process: the same by its number */
bool sibling_find_process(Sibling *sibling, pid_t pid);

/**
 * sibling_find_file: the same for the process that an open entry is about
 * @fd: open for reading
 *
 * Not fooled by a process that has the number of one that is gone.
 */
bool sibling_find_file(Sibling *sibling, int fd);

/* sibling_find_opened: the same if the kernel's name of it is known */
bool sibling_find_opened(Sibling *sibling, const char *path,
                         const struct stat *st);

void sibling_put(Sibling *sibling);

/**
 * sibling_exe_link: where its executable is, from the directory that was asked
 * about
 * @link: of @size bytes
 *
 * Returns: whether that can be known.
 */
bool sibling_exe_link(const Sibling *sibling, char *link, size_t size);

/* sibling_hides: is that the id of a thread of its emulator's? */
bool sibling_hides(const Sibling *sibling, pid_t thread);

/* sibling_hidden: how many of these there are */
unsigned sibling_hidden(const Sibling *sibling);

/**
 * sibling_program: where the guest's arguments begin in the host's cmdline
 *
 * As it was started; for whom the guest's memory is closed.
 */
size_t sibling_program(const Sibling *sibling);

/**
 * sibling_rlimit: a limit that QEMU remembers and does not apply
 * @rlim: the host's of the process; becomes the guest's
 */
void sibling_rlimit(const Sibling *sibling, PublicLimit which,
                    struct rlimit *rlim);

/**
 * sibling_read_memory: read the guest's memory as the kernel does for cmdline
 * @addr: of the guest
 *
 * Returns: bytes that are anonymous and readable; -1 if the kernel, or Yama,
 * does not let us.
 */
ssize_t sibling_read_memory(const Sibling *sibling, void *buf, uint64_t addr,
                            size_t len);

/**
 * sibling_read: the whole of another entry of the process
 * @name: such as "maps"
 *
 * Returns: a text of @len bytes and a NUL, for g_free(), or NULL with errno.
 */
char *sibling_read(const Sibling *sibling, const char *name, size_t *len);

/**
 * sibling_regions: the guest's mappings
 * @host_maps: the host's text of its maps; a log with many times as many
 *             changes would only have its reader work
 *
 * Returns: as region_log_replay(), or NULL if they are not to be had.
 */
GArray *sibling_regions(const Sibling *sibling, const char *host_maps);

#endif /* LINUX_USER_SIBLING_H */
