/*
 * What the process shows to other emulators of ours
 *
 * The process has it in memory of its own, which a fork copies at once, and
 * shows it as a file in memory that nothing names but a descriptor of the
 * keeper's (own-table.h).  So it is read through /proc/PID/task by whom the
 * kernel allows to look there, is true of that process alone, and ends with it.
 * Where a limit of file sizes leaves no room for it the file is empty, and its
 * name says where in the process's memory the state is.
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
#include "set-mm/rules/mm-rules.h"
#include "set-mm/rules/region-log.h"

enum {
    PUBLIC_AUXV_MAX = 1024,
    /* Threads of the emulator's own: the keeper always, and at most so many. */
    PUBLIC_FEWEST_HELPERS = 1,
    PUBLIC_MOST_HELPERS = 3 + 32,
    PUBLIC_MOST_CHILDREN = 32,
};

/* The name of a note that every emulator has which shows such a state. */
#define PUBLIC_STATE_NOTE "qemu-set-mm"

/* What the loaded program and its target are. */
typedef struct PublicProgram {
    uint64_t guest_base;
    uint64_t guest_last;        /* the last address there is */
    uint64_t vdso;              /* 0: there is none */
    uint64_t vdso_last;
    uint64_t vsyscall;          /* likewise */
    uint32_t page_size;         /* in bytes, as the next */
    uint32_t word_size;
} PublicProgram;

/* Limits that QEMU grants a guest and does not apply. */
typedef enum PublicLimit {
    PUBLIC_LIMIT_DATA,
    PUBLIC_LIMIT_AS,
    NR_PUBLIC_LIMITS,
} PublicLimit;

typedef struct PublicRlimit {
    uint64_t is_set;            /* else the host's holds */
    uint64_t cur;
    uint64_t max;
} PublicRlimit;

/* Numbers of this host's byte order; addresses are the guest's. */
typedef struct PublicState {
    char magic[16];             /* empty until all is there */
    uint32_t size;              /* of the struct, which differs by version */
    uint32_t changes;           /* odd while something is written */
    PublicProgram program;
    uint32_t helper_threads;    /* how many are in use of the next */
    int32_t helper[PUBLIC_MOST_HELPERS];    /* ids in its PID namespace */
    uint32_t auxv_len;          /* in bytes */
    uint32_t nregions;          /* in the log behind the struct */
    PublicRlimit limit[NR_PUBLIC_LIMITS];
    /* Of vfork(2), of which all but the limits is true as well; or 0. */
    int32_t child[PUBLIC_MOST_CHILDREN];
    MMLayout layout;
    uint8_t auxv[PUBLIC_AUXV_MAX];      /* in the guest's byte order */
} PublicState;

/**
 * public_state_init: before the functions below
 *
 * Where the host has no room for it they do nothing, and others see the
 * emulator.
 */
void public_state_init(void);

/* Set what their names say; every change is whole for a reader. */
void public_state_set_layout(const MMLayout *layout);
void public_state_set_auxv(const void *auxv, size_t len);
void public_state_set_limit(PublicLimit which, const PublicRlimit *limit);

/**
 * public_state_add_child: a child of vfork(2) has begun
 * public_state_remove_child: it is gone
 * @pid: in the PID namespace of this process
 *
 * Of more than PUBLIC_MOST_CHILDREN at once others see the emulator.
 */
void public_state_add_child(pid_t pid);
void public_state_remove_child(pid_t pid);

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

/*
 * For the keeper, about another process, which may be anybody's, and lie.
 */

typedef struct PublicReader {
    int fd;                 /* of the state */
    int dir;                /* of the process in procfs */
    uint64_t at;            /* where it is in memory, if the file is empty */
} PublicReader;

/**
 * public_state_open: open a process's state
 * @dir: its directory in procfs, O_PATH; stays the caller's, and open
 * @thread: its keeper
 *
 * Waits for nothing, whatever lies there, and opens files in memory only.
 *
 * Returns: 0 or a negative errno; -ENOENT if it is none.
 */
int public_state_open(PublicReader *reader, int dir, pid_t thread);
void public_state_close(PublicReader *reader);

/* public_state_read: returns whether it is a state, of our own version */
bool public_state_read(const PublicReader *reader, PublicState *state);

/* public_state_has_child: was a process given to public_state_add_child()? */
bool public_state_has_child(const PublicState *state, pid_t pid);

/**
 * public_state_read_log: read the changes of its mappings
 * @most: if there are more they are not read
 * @n: gets their number
 *
 * Returns: the log, for g_free(), or NULL if there is none.
 */
Region *public_state_read_log(const PublicReader *reader, size_t most,
                              size_t *n);

#endif /* LINUX_USER_PUBLIC_STATE_H */
