/*
 * What a debugger has open: sockets that it talks to, and files that it reads
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <netinet/tcp.h>
#include <poll.h>
#include "set-mm/host/fork-safety.h"
#include "set-mm/host/own-meeting.h"
#include "set-mm/host/own-socket.h"
#include "set-mm/host/own-table.h"

enum {
    SOCKETS = 32,
    FIRST_NAP_US = 20,
    LONGEST_NAP_US = 10000,
};

/* Handles are places in this list. */
typedef struct OwnSocket {
    bool is_used;
    int fd;                 /* in the keeper's table, or -1 */
    int held;               /* by a forking thread, or -1 */
} OwnSocket;

static struct {
    QemuMutex lock;         /* of the list, not of what its members are */
    OwnSocket list[SOCKETS];
    pid_t keeper;           /* whose table they are in */
    int given;              /* the last handle of own_socket_give() */
    void *(*call)(void *unused);
} sockets = { .given = -1 };

/* Returns: a handle, or -1 with errno. */
static int add_socket(int fd)
{
    int handle = -1;

    qemu_mutex_lock(&sockets.lock);
    for (int i = 0; i < SOCKETS && handle < 0; i++) {
        if (!sockets.list[i].is_used) {
            handle = i;
            sockets.list[i] = (OwnSocket) { true, fd, -1 };
        }
    }
    sockets.keeper = own_table_thread();
    qemu_mutex_unlock(&sockets.lock);
    if (handle < 0) {
        errno = EMFILE;
    }
    return handle;
}

/* --- Forks, and what is like one ------------------------------------------ */

static void hold_sockets(void)
{
    for (int i = 0; i < SOCKETS; i++) {
        OwnSocket *s = &sockets.list[i];

        s->held = -1;
        if (s->is_used && s->fd >= 0 && fork_safety_hold != FORK_HOLD_NEVER) {
            s->held = own_meeting_take(s->fd, true);
        }
    }
}

static bool has_sockets(void)
{
    for (int i = 0; i < SOCKETS; i++) {
        if (sockets.list[i].is_used) {
            return true;
        }
    }
    return false;
}

/* A child's keeper can have the parent's number, in a namespace of its own. */
static void let_go(bool is_child)
{
    bool is_renewed;
    pid_t keeper;

    if (!has_sockets()) {
        return;
    }
    keeper = own_table_thread();
    is_renewed = is_child || sockets.keeper != keeper;
    sockets.keeper = keeper;
    for (int i = 0; i < SOCKETS; i++) {
        OwnSocket *s = &sockets.list[i];

        if (s->is_used && is_renewed) {
            s->fd = s->held < 0 ? -1 : own_meeting_give(s->held, !is_child);
        }
        if (s->held >= 0) {
            close(s->held);
            s->held = -1;
        }
    }
}

static void let_go_in_parent(void)
{
    let_go(false);
}

static void let_go_in_child(void)
{
    let_go(true);
}

static void __attribute__((constructor(103))) own_socket_init(void)
{
    static const ForkActions at_fork = {
        .before = hold_sockets,
        .in_parent = let_go_in_parent,
        .in_child = let_go_in_child,
    };

    fork_safety_lock_init(&sockets.lock, &at_fork);
}

/* --- For everybody -------------------------------------------------------- */

typedef struct SocketCall {
    int fd;
    void *buf;
    size_t size;
    struct sockaddr *addr;
    socklen_t *len;
    off_t pos;
} SocketCall;

static long wait_for(OwnWork *work, SocketCall *call)
{
    unsigned nap_us = FIRST_NAP_US;
    long ret;

    while ((ret = own_table_call(work, call)) == -EAGAIN) {
        g_usleep(nap_us);
        nap_us = MIN(2 * nap_us, LONGEST_NAP_US);
    }
    if (ret < 0) {
        errno = -ret;
        ret = -1;
    }
    return ret;
}

static int fd_of(int handle)
{
    return handle >= 0 && handle < SOCKETS ? sockets.list[handle].fd : -1;
}

static long answer(long ret)
{
    return ret < 0 ? -errno : ret;
}

static bool is_ready(int fd)
{
    struct pollfd is = { fd, POLLIN, 0 };

    return poll(&is, 1, 0) != 0;
}

static long do_accept(void *opaque)
{
    const SocketCall *c = opaque;
    int fd = is_ready(c->fd) ? accept4(c->fd, c->addr, c->len, SOCK_CLOEXEC)
                             : -EAGAIN;

    return fd >= 0 ? own_table_keep(fd) : fd == -EAGAIN ? fd : -errno;
}

static long do_recv(void *opaque)
{
    const SocketCall *c = opaque;

    return answer(recv(c->fd, c->buf, c->size, MSG_DONTWAIT));
}

static long do_send(void *opaque)
{
    const SocketCall *c = opaque;

    return answer(send(c->fd, c->buf, c->size, MSG_DONTWAIT));
}

static long do_pread(void *opaque)
{
    const SocketCall *c = opaque;

    return answer(pread(c->fd, c->buf, c->size, c->pos));
}

static long do_nodelay(void *opaque)
{
    const SocketCall *c = opaque;
    int on = 1;

    return answer(setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on,
                             sizeof(on)));
}

static long do_close(void *opaque)
{
    const SocketCall *c = opaque;

    return answer(close(c->fd));
}

int own_socket_give(int fd)
{
    int kept = fd < 0 ? -1 : own_meeting_give(fd, false);

    if (fd >= 0) {
        close(fd);
    }
    sockets.given = kept < 0 ? -1 : add_socket(kept);
    return sockets.given;
}

int own_socket_accept(int handle, struct sockaddr *addr, socklen_t *len)
{
    SocketCall call = { .fd = fd_of(handle), .addr = addr, .len = len };
    int fd = wait_for(do_accept, &call);

    return fd < 0 ? -1 : add_socket(fd);
}

ssize_t own_socket_recv(int handle, void *buf, size_t size)
{
    SocketCall call = { .fd = fd_of(handle), .buf = buf, .size = size };

    return wait_for(do_recv, &call);
}

ssize_t own_socket_send(int handle, const void *buf, size_t size)
{
    SocketCall call = { .fd = fd_of(handle), .buf = (void *)buf, .size = size };

    return wait_for(do_send, &call);
}

ssize_t own_socket_pread(int handle, void *buf, size_t size, off_t pos)
{
    SocketCall call = {
        .fd = fd_of(handle), .buf = buf, .size = size, .pos = pos,
    };

    return wait_for(do_pread, &call);
}

int own_socket_nodelay(int handle)
{
    SocketCall call = { .fd = fd_of(handle) };

    return wait_for(do_nodelay, &call);
}

int own_socket_close(int handle)
{
    SocketCall call = { .fd = fd_of(handle) };

    if (call.fd < 0) {
        errno = EBADF;
        return -1;
    }
    qemu_mutex_lock(&sockets.lock);
    sockets.list[handle].is_used = false;
    sockets.list[handle].fd = -1;
    qemu_mutex_unlock(&sockets.lock);
    return wait_for(do_close, &call);
}

/* Returns: whether it need not be asked again. */
static bool call_if_called(void)
{
    int fd = fd_of(sockets.given);
    bool is_called = fd >= 0 && is_ready(fd);

    if (is_called) {
        sockets.call(NULL);
    }
    return fd < 0 || is_called;
}

void own_socket_when_called(void *(*call)(void *unused))
{
    sockets.call = call;
    own_table_when_idle(call_if_called);
}
