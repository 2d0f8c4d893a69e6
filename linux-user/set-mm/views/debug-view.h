/*
 * The process as a debugger, a core dump and a crash message show it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_DEBUG_VIEW_H
#define LINUX_USER_DEBUG_VIEW_H

#include "hw/core/cpu.h"

/* debug_init: remember what was executed; exe_file_init() comes first */
void debug_init(void);

/**
 * debug_exe_name: the executable as /proc/self/exe has it at the moment
 *
 * For people: it may end in " (deleted)".
 *
 * Returns: a path; valid until the calling thread's next call.
 */
const char *debug_exe_name(void);

/**
 * debug_exe_path: a path by which a debugger can open it, through gdb's
 * vFile:open
 *
 * The same, as long as that leads to the executable, else /proc/PID/exe.
 */
const char *debug_exe_path(void);

/**
 * debug_auxv_size: bytes of the live vector up to and with AT_NULL, which is
 * what /proc/PID/auxv shows a native debugger
 */
size_t debug_auxv_size(void);

/**
 * debug_auxv_read: copy a part of it
 * @offset, @len: within debug_auxv_size(); bytes that are no longer there
 *                are 0
 */
void debug_auxv_read(void *buf, size_t offset, size_t len);

/* Of QEMU's stub: gdb_handlesig() and gdb_first_attached_cpu() */
typedef int DebugStop(CPUState *cpu, int sig, const char *reason,
                      void *siginfo, int siginfo_len);
typedef CPUState *DebugAttached(void);

/**
 * debug_offer_exec_events: answer gdb's question for what the stub can do
 * @asked: what gdb said that it can
 * @answer: appended to
 * @stop, @attached: of the stub, for debug_exe_changed()
 */
void debug_offer_exec_events(const char *asked, GString *answer,
                             DebugStop *stop, DebugAttached *attached);

/**
 * debug_exe_changed: tell gdb, if there is one that wants to know, that the
 * calling thread has perhaps made another file the executable
 *
 * gdb takes it for an execve(2): it loads the new file's symbols, looks for
 * its breakpoints in them, and lets the guest go on.  Called when all that
 * the guest changes at once is in place, as gdb reads the aux vector.
 */
void debug_exe_changed(void);

/*
 * The notes of a core dump; the dumping thread calls.
 */

/**
 * core_args_size: bytes of the live arguments for pr_psargs of NT_PRPSINFO,
 * without the NUL behind them
 *
 * core_read_args: copy @len bytes from the live arg_start
 *
 * Mirror fs/binfmt_elf.c:fill_psinfo(), which also takes them from a mapped
 * file, unlike /proc/PID/cmdline.
 *
 * Returns: of the latter, false if they cannot be read; all of the note is
 * then to be zero, as in the kernel.
 */
size_t core_args_size(void);
bool core_read_args(char *args, size_t len);

/* core_comm: the dumping thread's name, for pr_fname; g_free() it */
char *core_comm(void);

/* core_exe_name: the executable's name without its directory; g_free() it */
char *core_exe_name(void);

/**
 * core_auxv: the vector for NT_AUXV, up to and with AT_NULL
 * core_auxv_size: its size
 *
 * As of the first call, so that size and contents agree: a dump is the last
 * thing that a process does, but other threads go on for a while.
 */
const void *core_auxv(void);
size_t core_auxv_size(void);

/**
 * crash_name_exe: say, beside the message of a fatal signal, which executable
 * that was
 *
 * On standard error and in a log of its own, in the words that QEMU has for
 * an unknown exception; only if it is not the one that was executed.
 */
void crash_name_exe(void);

#endif /* LINUX_USER_DEBUG_VIEW_H */
