/*
 * The guest's task name
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include <sys/prctl.h>
#include "set-mm/state/guest-comm.h"
#include "set-mm/state/public-state.h"

static struct {
    char emulator[TASK_COMM_LEN];
    char program[TASK_COMM_LEN];
} comm;

void guest_comm_init(const char *path)
{
    g_autofree char *base = g_path_get_basename(path);

    pstrcpy(comm.program, sizeof(comm.program), base);
    if (prctl(PR_GET_NAME, comm.emulator) < 0) {
        pstrcpy(comm.emulator, sizeof(comm.emulator), comm.program);
    }
    public_state_set_comm(comm.emulator, comm.program);
}

const char *guest_comm_translate(const char *host_comm)
{
    return strcmp(host_comm, comm.emulator) ? host_comm : comm.program;
}

void guest_comm_get(char *name)
{
    char host[TASK_COMM_LEN] = "";

    prctl(PR_GET_NAME, host);
    strncpy(name, guest_comm_translate(host), TASK_COMM_LEN);
}
