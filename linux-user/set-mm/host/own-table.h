/*
 * Descriptors of the emulator's own, in a table that is not the guest's
 *
 * A thread of ours, the keeper, does not share its table of descriptors.  What
 * it holds has no number that the guest could close, list, duplicate, receive
 * or inherit, and counts for no limit of the guest's.  Every thread of the
 * process reaches it as /proc/self/task/<keeper>/fd/N, a magic link like those
 * of /proc/self/fd, for which the kernel asks no permission within a process.
 *
 * The keeper also opens and reads what the emulator needs for a moment.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_OWN_TABLE_H
#define LINUX_USER_OWN_TABLE_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Numbers in the keeper's table; others are free for short use.  The limit of
 * descriptors counts there, too, so they begin at 0.
 */
typedef enum OwnFile {
    OWN_EXE,                /* the guest's executable, O_PATH */
    OWN_CANDIDATE,          /* what is to become it, O_PATH */
    OWN_STATE,              /* see public-state.h */
    OWN_PROC,               /* /proc, while a chroot hides it */
    OWN_FILES_END,
} OwnFile;

/* The keeper's name, as the host's /proc tells everybody. */
#define OWN_TABLE_COMM "qemu-set-mm"

/* Work for the keeper; what it opens it closes, or gives an OwnFile. */
typedef long OwnWork(void *opaque);

/**
 * own_table_call: have the keeper do something
 * @work: called with @opaque in the keeper's thread; takes no lock that anybody
 *        can hold while calling this function, and does not wait
 *
 * One at a time.  A keeper that could not be made before is tried again.
 *
 * Returns: what @work returns, or -ENOSYS if there is no keeper.
 */
long own_table_call(OwnWork *work, void *opaque);

/**
 * own_table_call_forking: the same for an action of a fork (fork-safety.h),
 * which holds the lock; not in the child
 */
long own_table_call_forking(OwnWork *work, void *opaque);

/**
 * own_table_at_start: have each new keeper do something first
 * @work: static; not called for the keeper that is there
 * @opaque: static
 *
 * A forked child has no keeper and makes one, before it goes on or later.
 * Whatever the work needs from the parent's table it must get by another way.
 */
void own_table_at_start(OwnWork *work, void *opaque);

/* When a forked child makes its keeper later; see put-off.h. */
typedef struct OwnPutOff {
    bool (*begin)(void);    /* in a child; whether it does */
    void (*end)(void);      /* the keeper is about to be made */
} OwnPutOff;

/* own_table_may_put_off: @put_off is asked in forked children; static */
void own_table_may_put_off(const OwnPutOff *put_off);

/*
 * Of a process with one thread that has no keeper yet.  Everything here that
 * needs one makes it; own_table_begin() does nothing else.
 */
extern bool own_table_is_put_off;

void own_table_begin(void);

/**
 * own_table_when_idle: have the keeper ask for something now and then
 * @ask: called in the keeper's thread some twenty times a second, until it
 *       returns true; static
 *
 * A forked child's keeper does not go on with it.
 */
void own_table_when_idle(bool (*ask)(void));

/**
 * own_table_thread: the keeper's thread id
 *
 * Returns: 0 if there is none.
 */
pid_t own_table_thread(void);

/**
 * own_table_caller: the id by which the functions for the keeper know the
 * calling thread: negative for a child of vfork(2), which is another process
 */
pid_t own_table_caller(void);

/* own_table_listed: the same as the procfs that is mounted at /proc lists it */
pid_t own_table_listed(void);

/**
 * own_table_leave: a thread of the emulator's leaves the guest's table
 *
 * Returns: whether it has an empty table of its own now.
 */
bool own_table_leave(void);

/**
 * own_table_end: end the keeper and wait until it is gone
 * own_table_restart: make one anew, as in a forked child
 *
 * Between the two nobody may use it; see host/alone.h.
 */
void own_table_end(void);
void own_table_restart(void);

/**
 * own_table_await_end: return when a thread that is ending is gone
 * @thread: of this process; 0 for none
 *
 * A call that wants the process to have one thread finds it alone then.
 */
void own_table_await_end(pid_t thread);

/* own_table_threads: their ids; returns how many there are, two at most */
int own_table_threads(pid_t *thread);

/* A path to a file in the keeper's table. */
typedef struct OwnPath {
    char path[sizeof("/proc//task//fd/") + 9 * sizeof(int)];
} OwnPath;

/*
 * own_table_path: from /proc, to an OwnFile or another number that was kept,
 * whether there is such a file or not
 */
OwnPath own_table_path(int fd);

/*
 * The following are for the keeper itself, within an OwnWork.
 */

/**
 * own_table_open_of: open what a thread of the process has open
 * @thread: its id, or own_table_caller()
 * @fd: a number in its table
 *
 * Returns: a descriptor opened with O_PATH, or where there is no /proc a
 * duplicate; or -1 with errno.
 */
int own_table_open_of(pid_t thread, int fd);

/**
 * own_table_openat: openat(2) as a thread of the process means it
 * @thread: likewise
 * @dirfd, @path: as it passed them; empty for @dirfd itself
 *
 * Returns: a descriptor, or -1 with errno.
 */
int own_table_openat(pid_t thread, int dirfd, const char *path, int flags);

/**
 * own_table_put: give a descriptor its number
 * @fd: opened with O_CLOEXEC; is closed; may be -1
 *
 * Readers of the number find the old file or the new one.
 *
 * Returns: 0, or a negative errno with the old one in place.
 */
int own_table_put(OwnFile file, int fd);

/* own_table_clear: let go of what has that number */
void own_table_clear(OwnFile file);

/**
 * own_table_keep: give a descriptor a number that it can have for long
 * @fd: is closed; may be -1
 *
 * Returns: the number, or a negative errno.
 */
int own_table_keep(int fd);

#endif /* LINUX_USER_OWN_TABLE_H */
