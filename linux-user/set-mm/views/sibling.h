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

/* Below it no emulator has its descriptors, unless its limit is low. */
enum { SIBLING_USUAL_FIRST = 1024 };

typedef struct Sibling {
    int dir;                /* O_PATH of its directory, for short use */
    int first_fd;           /* of its private descriptors */
    bool is_stranger;       /* the kernel does not let us look at it */
    PublicState state;      /* of a stranger only the names */
} Sibling;

/**
 * sibling_find: is a directory, which is not our own, that of another guest?
 * @dirfd, @dir, @len: a directory of /proc, with a slash behind, or nothing
 *                     for @dirfd itself
 * @sibling: for sibling_put(), if it is one
 *
 * The number of system calls does not depend on how many guests there are, nor
 * on what they have open.  errno is left alone.
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

void sibling_put(Sibling *sibling);

/* sibling_exe_fd: number of the descriptor of its executable, in its table */
int sibling_exe_fd(const Sibling *sibling);

/* sibling_has_private: is that one of the emulator's descriptors? */
bool sibling_has_private(const Sibling *sibling, int fd);

/**
 * sibling_program: where the guest's arguments begin in the host's cmdline
 *
 * As it was started; for whom the guest's memory is closed.
 */
size_t sibling_program(const Sibling *sibling);

/**
 * sibling_nofile: the guest's RLIMIT_NOFILE
 * @rlim: the host's of the process; becomes the guest's
 */
void sibling_nofile(const Sibling *sibling, struct rlimit *rlim);

/**
 * sibling_find_fd_dir: is that the directory fd or fdinfo of another guest?
 * @dir, @len: as above
 */
bool sibling_find_fd_dir(Sibling *sibling, int dirfd, const char *dir,
                         int len);

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
 * sibling_regions: the guest's mappings
 *
 * Returns: as region_log_replay(), or NULL if they are not to be had.
 */
GArray *sibling_regions(const Sibling *sibling);

#endif /* LINUX_USER_SIBLING_H */
