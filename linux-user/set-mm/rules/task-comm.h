/*
 * A task's name
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_TASK_COMM_H
#define LINUX_USER_TASK_COMM_H

/* Bytes with the NUL behind them, as in the kernel's task_struct. */
enum { TASK_COMM_LEN = 16 };

#endif /* LINUX_USER_TASK_COMM_H */
