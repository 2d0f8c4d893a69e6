/*
 * Everything that QEMU's own files call: the one header that the semantic
 * patches in hooks/ add to them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_HOOKS_H
#define LINUX_USER_HOOKS_H

#include "binfmt.h"
#include "debug-view.h"
#include "exe-file.h"
#include "guest-fd.h"
#include "guest-mm.h"
#include "guest-open.h"
#include "guest-path.h"
#include "guest-regions.h"
#include "guest-rlimit.h"
#include "proc-file.h"
#include "set-mm.h"
#include "set-mm-strace.h"

/* The entry of main.c's table of command line options. */
#define SET_MM_ARGUMENT                                                     \
    {"set-mm",     "QEMU_SET_MM",      true,  set_mm_option,                \
     "list",       "how guests may use PR_SET_MM: rule=relaxed|linux|off,"  \
     " caps=host|all, title=emulator|guest"}

#endif /* LINUX_USER_HOOKS_H */
