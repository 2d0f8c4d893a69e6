/*
 * How a file without a name gets from one table of descriptors into another
 *
 * As a message, over a connection that is there for that moment.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/socket.h>
#include <sys/un.h>
#include "set-mm/host/own-meeting.h"
#include "set-mm/host/own-table.h"

/* Either of own-table.h's. */
typedef long OwnCall(OwnWork *work, void *opaque);

typedef struct Meeting {
    struct sockaddr_un name;
    socklen_t len;
    int listener;           /* the keeper's */
    int fd;                 /* to be sent, or received */
} Meeting;

static bool send_socket(int by, int fd)
{
    char data = 0, control[CMSG_SPACE(sizeof(fd))] = "";
    struct iovec vec = { &data, 1 };
    struct msghdr msg = {
        .msg_iov = &vec, .msg_iovlen = 1,
        .msg_control = control, .msg_controllen = sizeof(control),
    };
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

    cmsg->cmsg_level = SOL_SOCKET;
    cmsg->cmsg_type = SCM_RIGHTS;
    cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
    memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
    return sendmsg(by, &msg, MSG_NOSIGNAL) == 1;
}

/* Returns: a descriptor, or -1. */
static int receive_socket(int by)
{
    char data, control[CMSG_SPACE(sizeof(int))] = "";
    struct iovec vec = { &data, 1 };
    struct msghdr msg = {
        .msg_iov = &vec, .msg_iovlen = 1,
        .msg_control = control, .msg_controllen = sizeof(control),
    };
    int fd = -1;

    if (recvmsg(by, &msg, MSG_CMSG_CLOEXEC) == 1 &&
        msg.msg_controllen >= CMSG_LEN(sizeof(fd))) {
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
    }
    return fd;
}

static long open_meeting(void *opaque)
{
    Meeting *m = opaque;

    m->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    m->name.sun_family = AF_UNIX;
    m->len = sizeof(m->name);
    /* Without a name it gets one that nobody has. */
    return bind(m->listener, (struct sockaddr *)&m->name,
                sizeof(m->name.sun_family)) == 0 &&
           listen(m->listener, 1) == 0 &&
           getsockname(m->listener, (struct sockaddr *)&m->name,
                       &m->len) == 0;
}

/* Returns: who is there already, if it is this process, or -1. */
static int accept_own(Meeting *m)
{
    int by = accept4(m->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct ucred peer = { .pid = 0 };
    socklen_t len = sizeof(peer);

    if (by >= 0 && (getsockopt(by, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 ||
                    peer.pid != getpid())) {
        close(by);
        by = -1;
    }
    return by;
}

static void close_meeting(Meeting *m, int by)
{
    if (by >= 0) {
        close(by);
    }
    if (m->listener >= 0) {
        close(m->listener);
    }
}

static long keeper_receives(void *opaque)
{
    Meeting *m = opaque;
    int by = m->len ? accept_own(m) : -1;
    int ret = by < 0 ? -1 : own_table_keep(receive_socket(by));

    close_meeting(m, by);
    return ret;
}

static long keeper_sends(void *opaque)
{
    Meeting *m = opaque;
    int by = m->len ? accept_own(m) : -1;
    bool ret = by >= 0 && send_socket(by, m->fd);

    close_meeting(m, by);
    return ret;
}

/* Returns: a connection, for which the keeper must be asked all the same. */
static int meet(Meeting *m, OwnCall *ask)
{
    int by = ask(open_meeting, m) > 0
             ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;

    if (by >= 0 && connect(by, (struct sockaddr *)&m->name, m->len) < 0) {
        close(by);
        by = -1;
    }
    if (by < 0) {
        m->len = 0;
    }
    return by;
}

int own_meeting_give(int fd, bool is_forking)
{
    OwnCall *ask = is_forking ? own_table_call_forking : own_table_call;
    Meeting m = { .listener = -1 };
    int by = meet(&m, ask);
    int ret;

    if (by >= 0 && !send_socket(by, fd)) {
        m.len = 0;
    }
    ret = ask(keeper_receives, &m);
    if (by >= 0) {
        close(by);
    }
    return MAX(ret, -1);
}

int own_meeting_take(int fd, bool is_forking)
{
    OwnCall *ask = is_forking ? own_table_call_forking : own_table_call;
    Meeting m = { .listener = -1, .fd = fd };
    int by = meet(&m, ask);
    int ret = ask(keeper_sends, &m) > 0 ? receive_socket(by) : -1;

    if (by >= 0) {
        close(by);
    }
    return ret;
}
