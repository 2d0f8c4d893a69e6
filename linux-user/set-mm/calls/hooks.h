/*
 * Everything that QEMU's own files call: the one header that the semantic
 * patches in hooks/ add to them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_HOOKS_H
#define LINUX_USER_HOOKS_H

#include "set-mm/host/binfmt.h"
#include "set-mm/views/debug-file.h"
#include "set-mm/views/debug-view.h"
#include "set-mm/views/gdb-registers.h"
#include "set-mm/calls/guest-beside.h"
#include "set-mm/calls/guest-caps.h"
#include "set-mm/calls/guest-child.h"
#include "set-mm/calls/guest-copy.h"
#include "set-mm/calls/guest-credentials.h"
#include "set-mm/calls/guest-exec.h"
#include "set-mm/calls/guest-fd.h"
#include "set-mm/calls/guest-ioctl.h"
#include "set-mm/calls/guest-madvise.h"
#include "set-mm/calls/guest-mlock.h"
#include "set-mm/calls/guest-mmap.h"
#include "set-mm/calls/guest-more.h"
#include "set-mm/calls/guest-mremap.h"
#include "set-mm/state/guest-image.h"
#include "set-mm/calls/guest-namespace.h"
#include "set-mm/calls/guest-fork.h"
#include "set-mm/state/guest-mm.h"
#include "set-mm/calls/guest-open.h"
#include "set-mm/calls/guest-path.h"
#include "set-mm/calls/guest-prctl.h"
#include "set-mm/state/guest-pages.h"
#include "set-mm/state/guest-regions.h"
#include "set-mm/state/guest-signal.h"
#include "set-mm/state/guest-stack.h"
#include "set-mm/calls/guest-rlimit.h"
#include "set-mm/calls/guest-robust.h"
#include "set-mm/calls/guest-select.h"
#include "set-mm/calls/guest-shm.h"
#include "set-mm/calls/guest-signals.h"
#include "set-mm/calls/guest-sleep.h"
#include "set-mm/calls/guest-statx.h"
#include "set-mm/calls/guest-task.h"
#include "set-mm/calls/guest-thread.h"
#include "set-mm/calls/guest-timer.h"
#include "set-mm/calls/guest-vfork.h"
#include "set-mm/calls/sharer.h"
#include "set-mm/host/clone-lock.h"
#include "set-mm/host/die.h"
#include "set-mm/host/handed-program.h"
#include "set-mm/host/self-exec.h"
#include "set-mm/host/vfork-child.h"
#include "set-mm/views/proc-file.h"
#include "set-mm/views/proc-io.h"
#include "set-mm/calls/set-mm.h"
#include "set-mm/views/set-mm-strace.h"

/* The entries of main.c's table of command line options. */
#define SET_MM_ARGUMENT                                                     \
    {"set-mm",     "QEMU_SET_MM",      true,  set_mm_option,                \
     "list",       "how guests may use PR_SET_MM: rule=relaxed|linux|off,"  \
     " caps=host|all, title=emulator|guest; and how programs are executed:" \
     " exec=auto|kernel|self, exec-path=DIR, exec-suid=caller|refuse"}

#define SELF_EXEC_ARGUMENT                                                  \
    {SELF_EXEC_OPTION, "",             true,  handed_option,                \
     "fd:name",    "used by an emulator that executes itself"}

#endif /* LINUX_USER_HOOKS_H */
