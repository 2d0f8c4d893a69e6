/*
 * A thread's signals, as the kernel's /proc tells of them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_PROC_SIGNALS_H
#define LINUX_USER_PROC_SIGNALS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The lines of status, in its order. */
typedef enum SignalLine {
    SIGNALS_PENDING,            /* for the thread */
    SIGNALS_SHARED,             /* for the process */
    SIGNALS_BLOCKED,
    SIGNALS_IGNORED,
    SIGNALS_CAUGHT,
    NR_SIGNAL_LINES,
} SignalLine;

enum { SIGNAL_WORDS = 2 };

/* Bit 0 of the first word is signal 1; the numbers are the guest's. */
typedef struct SignalSets {
    uint64_t set[NR_SIGNAL_LINES][SIGNAL_WORDS];
} SignalSets;

/**
 * proc_signals_read: what a thread of the guest has
 * @thread: its id; the calling thread is taken for one that is not the guest's,
 *          as in a procfs of another PID namespace
 *
 * QEMU takes every signal at once and keeps it, so most of what is pending is
 * not known to the host.
 */
void proc_signals_read(pid_t thread, SignalSets *sets);

/**
 * proc_signals_write_line: a line of status
 * @line: the host's, without its end; what is pending there is added
 *
 * Returns: false if it is not about signals; then nothing is written.
 */
bool proc_signals_write_line(GString *out, const SignalSets *sets,
                             const char *line);

/**
 * proc_signals_write_mask: a line with a set of signals
 * @name: what it begins with
 * @line: the host's, without its end, whose numbers are the host's
 *
 * Returns: false if it begins otherwise; then nothing is written.
 */
bool proc_signals_write_mask(GString *out, const char *name, const char *line);

/**
 * proc_signals_write_timer: a line of timers
 * @line: the host's, without its end
 *
 * Returns: false if it does not name a signal; then nothing is written.
 */
bool proc_signals_write_timer(GString *out, const char *line);

#endif /* LINUX_USER_PROC_SIGNALS_H */
