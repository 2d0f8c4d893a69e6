/*
 * System calls that change what the guest's descriptors are
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "fd-trans.h"
#include "set-mm/calls/guest-fd.h"
#include "set-mm/host/exec-check.h"
#include "set-mm/state/fd-table.h"
#include "set-mm/state/granted-caps.h"
#include "set-mm/views/proc-file.h"

#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE (1u << 1)
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1u << 2)
#endif

int guest_close(int fd)
{
    int ret;

    fd_table_begin(fd);
    proc_file_forget(fd);
    ret = close(fd);
    fd_table_end(fd);
    return ret;
}

int guest_dup3(int old, int new, int flags)
{
    int ret;

    fd_table_begin(new);
    ret = dup3(old, new, flags);
    fd_table_end(new);
    return ret;
}

int guest_dup2(int old, int new)
{
    int ret;

    fd_table_begin(new);
    ret = dup2(old, new);
    fd_table_end(new);
    return ret;
}

abi_long guest_fcntl_done(abi_long ret, int fd, int cmd)
{
    if (ret >= 0 && (cmd == TARGET_F_DUPFD || cmd == TARGET_F_DUPFD_CLOEXEC)) {
        fd_trans_dup(fd, ret);
    }
    return ret;
}

int guest_close_range(HostCloseRange *host, unsigned first, unsigned last,
                      int flags)
{
    int ret;

    if (flags & (CLOSE_RANGE_CLOEXEC | CLOSE_RANGE_UNSHARE)) {
        ret = host(first, last, flags);
        if (ret == 0 && (flags & CLOSE_RANGE_UNSHARE)) {
            fd_table_unshare();
        }
        return ret;
    }
    fd_table_begin_range(first, last);
    ret = host(first, last, flags);
    fd_table_end_range(first, last);
    return ret;
}

typedef struct NewThread {
    void *(*fn)(void *);
    void *arg;
    FdTable *table;
    GrantedCaps caps;
} NewThread;

static void *start_thread(void *opaque)
{
    NewThread new = *(NewThread *)opaque;

    g_free(opaque);
    fd_table_share(new.table);
    granted_caps_set(new.caps);
    return new.fn(new.arg);
}

int guest_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
                         void *(*fn)(void *), void *arg)
{
    NewThread *new = g_new(NewThread, 1);
    int ret;

    *new = (NewThread) {
        fn, arg, fd_table_get(), granted_caps_own()
    };
    ret = exec_check_pthread_create(thread, attr, start_thread, new);
    if (ret) {
        fd_table_put(new->table);
        g_free(new);
    }
    return ret;
}
