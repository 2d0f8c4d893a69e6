/*
 * The guest's task name
 *
 * The host's comm of an emulator that was started by hand is the emulator's
 * name; execve(2) would have given the program its own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_COMM_H
#define LINUX_USER_GUEST_COMM_H

/* The kernel's, with the NUL. */
enum { TASK_COMM_LEN = 16 };

/**
 * guest_comm_init: remember the names at the start
 * @path: of the guest program, as given to QEMU
 */
void guest_comm_init(const char *path);

/**
 * guest_comm_translate: the guest's name for a comm read from the host
 * @host_comm: of a thread of this process
 *
 * A name that the guest chose with PR_SET_NAME is the host's as well and is
 * kept.
 *
 * Returns: @host_comm, or the program's name, at most 15 bytes.
 */
const char *guest_comm_translate(const char *host_comm);

/**
 * guest_comm_get: the calling thread's name, for PR_GET_NAME
 * @comm: TASK_COMM_LEN bytes, gets the name and NULs behind it
 */
void guest_comm_get(char *comm);

#endif /* LINUX_USER_GUEST_COMM_H */
