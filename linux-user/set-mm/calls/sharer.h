/*
 * Processes that share the guest's memory, and the emulator with it
 *
 * Such a child is a process that the host's kernel makes with CLONE_VM.  It
 * goes on as the thread that made it, under another process number: on the
 * thread's stack, with its thread-local variables and its CPU.  The thread
 * lends it all that and sleeps in the kernel until the child has executed
 * something else or has ended.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_SHARER_H
#define LINUX_USER_SHARER_H

#include "qemu.h"
#include "set-mm/calls/guest-robust.h"
#include "set-mm/state/fd-table.h"
#include "set-mm/state/granted-caps.h"
#include "set-mm/state/guest-limits.h"

/* The caller fills in the flags, and depth from sharer_depth(). */
typedef struct Sharer {
    unsigned flags;             /* of clone(2) */
    int depth;
    int pidfd;                  /* in the thread's table, with CLONE_PIDFD */
    /* The rest is sharer.c's. */
    struct Sharer *outer;       /* whose child makes this one, or NULL */
    pid_t owner;
    pid_t pid;                  /* of the child; a futex: 0 once it is gone */
    unsigned rcu_depth;
    int held;
    VforkTable table;
    VforkLimits limits;
    VforkCaps caps;
    VforkRobust robust;
    struct target_sigaction *actions;
    struct target_sigaction own_actions[TARGET_NSIG];
} Sharer;

/* sharer_refuses: are there flags of clone(2) that cannot be done? */
bool sharer_refuses(unsigned flags);

/* sharer_depth: of how many children within children a new one would be */
int sharer_depth(void);

/* sharer_take_signals: before the first child; see sharer_takes() */
void sharer_take_signals(void);

/**
 * sharer_run: make a child and sleep until it is gone
 * @cpu: which it uses, as the calling thread does
 * @run: what it calls, with @opaque; calls sharer_begin() first, never returns
 *
 * What is the child's own (signal actions, limits, notes of descriptors,
 * capabilities, the robust list) is put back afterwards.  It stays in
 * public_state until public_state_remove_child().
 *
 * Returns: its number; or -1 with errno if there was none.
 */
pid_t sharer_run(Sharer *s, CPUState *cpu, int (*run)(void *), void *opaque);

/* sharer_begin: this is the child */
void sharer_begin(Sharer *s);

/* sharer_clear_tid: CLONE_CHILD_CLEARTID; @address: the guest's, or 0 */
void sharer_clear_tid(CPUState *cpu, abi_ulong address);

/**
 * sharer_takes: must a signal that does not dump core have QEMU's handler?
 * @sig: the guest's number; its action is the default one
 *
 * A child shares its parent's locks, so a signal may end or stop it only where
 * it has none.  Until a process makes one the host does that.
 */
bool sharer_takes(int sig);

/* QEMU's; not for a child, which is no process to gdb and to plugins. */
void __wrap_preexit_cleanup(CPUArchState *env, int code);
void __real_preexit_cleanup(CPUArchState *env, int code);
void __wrap_gdb_signalled(CPUArchState *env, int sig);
void __real_gdb_signalled(CPUArchState *env, int sig);

#ifdef SET_MM_PROFILE
/* libgcc's: writes what was counted, as QEMU ends without exit(3). */
void __gcov_dump(void);
#endif

#endif /* LINUX_USER_SHARER_H */
