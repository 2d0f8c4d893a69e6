/*
 * Being a child of vfork(2)
 *
 * Such a child is a process of its own that goes on in its parent's memory, on
 * the stack and with the thread-local variables of the thread that made it,
 * which sleeps meanwhile.  It has none of the emulator's threads; its parent's
 * do for it what they do.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_VFORK_CHILD_H
#define LINUX_USER_VFORK_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * The process whose threads the emulator's are; 0 where that is the calling
 * thread's own.
 */
extern __thread pid_t vfork_child_owner;

/* The child's number in the PID namespace of that process. */
extern __thread pid_t vfork_child_pid;

/* A thread of that process, which is there as long as the process is; or 0. */
extern __thread pid_t vfork_child_keeper;

/* vfork_is_orphan: has that process ended? */
bool vfork_is_orphan(void);

/* vfork_is_child: is the calling thread such a child? */
static inline bool vfork_is_child(void)
{
    return vfork_child_owner;
}

/**
 * vfork_begin: a thread of the process is about to make such a child
 * vfork_end: that is gone, or was not made
 *
 * Returns: false if the process is about to end.
 */
bool vfork_begin(void);
void vfork_end(void);

/* vfork_has_children: are some alive? */
bool vfork_has_children(void);

/**
 * vfork_wait: the process is about to end or to execute something else
 * vfork_go_on: it did not
 *
 * Children of other threads may need a lock that one of this process's threads
 * has just then.  They are given a moment, and no more are made.  Both do
 * nothing in a child.
 */
void vfork_wait(void);
void vfork_go_on(void);

/* How many threads can lend all they have to another process and be unseen. */
enum { VFORK_MOST_LENDERS = 32 };

/**
 * vfork_lender_made: one has been made
 * vfork_lender_gone: it is in no list of threads any more
 * vfork_lenders: how many there are
 *
 * Called with what protects the list of threads.
 */
void vfork_lender_made(void);
void vfork_lender_gone(void);
int vfork_lenders(void);

/**
 * vfork_lender_begin: the calling thread, which is one, is unseen from here on
 * vfork_lender_end: it is about to end
 */
void vfork_lender_begin(void);
void vfork_lender_end(void);

/**
 * vfork_lender_list: the ids of those that are unseen
 *
 * Returns: how many that are.
 */
int vfork_lender_list(pid_t thread[VFORK_MOST_LENDERS]);

/* vfork_forget: in a forked child, which is a process like any other */
void vfork_forget(void);

#endif /* LINUX_USER_VFORK_CHILD_H */
