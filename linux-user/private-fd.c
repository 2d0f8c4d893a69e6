/*
 * Descriptors of the emulator's own, kept out of the guest's way
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/resource.h>
#include "private-fd.h"

/* Room for a few private descriptors below the limit. */
enum { RESERVED = 16, HIGHEST_BASE = 1024 };

int private_fd_dup(int fd)
{
    struct rlimit rlim = { .rlim_cur = HIGHEST_BASE };
    int base, ret;

    getrlimit(RLIMIT_NOFILE, &rlim);
    base = MIN(rlim.rlim_cur, HIGHEST_BASE);
    base = MAX(base - RESERVED, 3);
    ret = fcntl(fd, F_DUPFD_CLOEXEC, base);
    return ret < 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 3) : ret;
}
