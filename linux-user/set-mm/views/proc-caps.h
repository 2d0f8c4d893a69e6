/*
 * A thread's capabilities, as the kernel's /proc tells of them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_PROC_CAPS_H
#define LINUX_USER_PROC_CAPS_H

#include "set-mm/state/granted-caps.h"

/**
 * proc_caps_write_line: a line of status
 * @caps: what the thread has beside what the host says
 * @line: the host's, without its end
 *
 * Mirrors fs/proc/array.c:task_cap().  Returns: false if the line is not about
 * capabilities.
 */
bool proc_caps_write_line(GString *out, const GrantedCaps *caps,
                          const char *line);

#endif /* LINUX_USER_PROC_CAPS_H */
