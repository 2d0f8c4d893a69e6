/*
 * What the process shows to other emulators of ours
 *
 * A file in memory that nothing names but one of the private descriptors, so
 * it is read through /proc/PID/fd by whom the kernel allows to look there, is
 * true of that process alone, and ends with it.
 *
 * The same for all targets and both ends, so it includes nothing of QEMU's
 * targets.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_PUBLIC_STATE_H
#define LINUX_USER_PUBLIC_STATE_H

#include <sys/resource.h>
#include <sys/stat.h>
#include "set-mm/state/guest-comm.h"
#include "set-mm/rules/mm-rules.h"
#include "set-mm/rules/region-log.h"

enum {
    PUBLIC_AUXV_MAX = 1024,
    /* QEMU's thread that frees what RCU has kept. */
    PUBLIC_HELPER_THREADS = 1,
};

/* What the loaded program and its target are. */
typedef struct PublicProgram {
    uint64_t guest_base;
    uint64_t guest_last;        /* the last address there is */
    uint64_t vdso;              /* 0: there is none */
    uint64_t vsyscall;          /* likewise */
    uint32_t page_size;         /* in bytes, as the next */
    uint32_t word_size;
} PublicProgram;

/* Numbers and names of this host's byte order; addresses are the guest's. */
typedef struct PublicState {
    char magic[16];             /* empty until all is there */
    uint32_t size;              /* of the struct, which differs by version */
    uint32_t changes;           /* odd while something is written */
    PublicProgram program;
    uint32_t helper_threads;    /* of the emulator's own */
    uint32_t auxv_len;          /* in bytes */
    uint32_t nregions;          /* in the log behind the struct */
    uint64_t nofile_cur;
    uint64_t nofile_max;
    MMLayout layout;
    char emulator_comm[TASK_COMM_LEN];
    char program_comm[TASK_COMM_LEN];
    uint8_t auxv[PUBLIC_AUXV_MAX];      /* in the guest's byte order */
} PublicState;

/**
 * public_state_create: make the file, for private_fd_init()
 *
 * Returns: a descriptor of the caller's, or -1 where the host does not allow
 * it; then others see the emulator, and the functions below do nothing.
 */
int public_state_create(void);

/* public_state_init: after private_fd_init() and before those below */
void public_state_init(void);

/* Set what their names say; every change is whole for a reader. */
void public_state_set_layout(const MMLayout *layout);
void public_state_set_auxv(const void *auxv, size_t len);
void public_state_set_nofile(const struct rlimit *rlim);
void public_state_set_comm(const char *emulator, const char *program);

/**
 * public_state_add_region: note a change of the guest's mappings
 *
 * Returns: false if there is no room; then public_state_set_regions() must
 * follow.
 */
bool public_state_add_region(const Region *region);

/* public_state_set_regions: in place of all changes, what is mapped now */
void public_state_set_regions(const Region *regions, size_t n);

/* public_state_start: show it, now that the program is loaded */
void public_state_start(const PublicProgram *program);

/**
 * public_state_may_be: can a file be such a state, by where it lies?
 *
 * Asked before it is opened, as opening some files has effects.
 */
bool public_state_may_be(const struct stat *st);

/**
 * public_state_read: read another process's
 * @fd: open for reading; stays the caller's
 *
 * The other process may be anybody's, and lie.
 *
 * Returns: whether it is a state, of our own version.
 */
bool public_state_read(int fd, PublicState *state);

/**
 * public_state_read_log: read the changes of its mappings
 * @n: gets their number
 *
 * Returns: the log, for g_free(), or NULL if there is none.
 */
Region *public_state_read_log(int fd, size_t *n);

#endif /* LINUX_USER_PUBLIC_STATE_H */
