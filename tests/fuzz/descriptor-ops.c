/*
 * Calls of fuzz-descriptors that make, copy, close and use descriptors
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>
#include "descriptors.h"

#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE 2
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4
#endif
enum { NR_CLOSE_RANGE = 436, ALL = 30000 };

/* Returns the flags that can be used with it. */
static int any_name(char *name)
{
    static const char *const names[] = {
        "/dev/null", "f0", "f1", "f2", "f3", ".", "/proc/self/exe",
        "/proc/self/maps", "/proc/self/stat", "/proc/self/cmdline",
        "/proc/self/limits", "/proc/self/fd", "/proc/self", "/proc/thread-self",
        "nothing", "/proc/self/status", "/proc/self/auxv", "/proc/self/environ",
    };

    char kind[300];
    int fd = any_fd();

    if (draw(4)) {
        strcpy(name, names[draw(sizeof(names) / sizeof(names[0]))]);
        /* What is of its memory would not end with it: QEMU has no vfork. */
        if (borrowed_memory && !strncmp(name, "/proc/self/", 11)) {
            strcpy(name, "f0");
        }
        return -1;
    }
    sprintf(name, "/proc/%s/fd/%d", draw(2) ? "self" : "thread-self", fd);
    if (!draw(4)) {
        strcat(name, "/f1");
    }
    /* That a program runs keeps no emulator's guest from writing to it. */
    return strcmp(kind_of(fd, kind, sizeof(kind)), "EXE") ? -1 : ~O_ACCMODE;
}

/* A pipe without a writer would wait, and an ending be each system's own. */
static long op_open(char *what)
{
    char name[64];
    int flags = O_NONBLOCK | O_NOCTTY |
                (draw(2) ? O_RDONLY : ANY_OF(O_RDWR, O_WRONLY, O_PATH,
                                             O_DIRECTORY));
    int dir = draw(5) ? AT_FDCWD : any_fd();

    flags &= any_name(name);
    flags |= draw(2) ? O_CLOEXEC : 0;
    flags |= draw(8) ? 0 : O_NOFOLLOW;
    flags |= name[0] == 'f' ? O_CREAT : 0;
    if (dir == AT_FDCWD) {
        sprintf(what, "open %s%s", name, flags & O_CLOEXEC ? " c" : "");
        return error(open(name, flags, 0600));
    }
    sprintf(what, "openat %d %s", dir, name);
    return error(openat(dir, name, flags, 0600));
}

static long op_pair(char *what)
{
    int ends[2] = { -1, -1 };
    int flags = ANY_OF(0, O_CLOEXEC, O_NONBLOCK, O_CLOEXEC | O_NONBLOCK);
    int type = draw(2) ? SOCK_STREAM : SOCK_DGRAM;
    long ret;

    switch (draw(3)) {
    case 0:
        ret = error(pipe(ends));
        sprintf(what, "pipe %d %d", ends[0], ends[1]);
        return ret;
    case 1:
        ret = error(pipe2(ends, flags));
        sprintf(what, "pipe2 %d %d", ends[0], ends[1]);
        return ret;
    default:
        type |= (flags & O_CLOEXEC ? SOCK_CLOEXEC : 0) |
                (flags & O_NONBLOCK ? SOCK_NONBLOCK : 0);
        ret = error(socketpair(AF_UNIX, type, 0, ends));
        sprintf(what, "socketpair %d %d", ends[0], ends[1]);
        return ret;
    }
}

static long op_dup(char *what)
{
    int fd = any_fd(), to = any_number();

    switch (draw(6)) {
    case 0:
        sprintf(what, "dup %d", fd);
        return error(dup(fd));
    case 1:
        sprintf(what, "dup2 %d %d", fd, to);
        return error(dup2(fd, to));
    case 2:
        sprintf(what, "dup3 %d %d", fd, to);
        return error(dup3(fd, to, draw(2) ? O_CLOEXEC : 0));
    case 3:
        sprintf(what, "F_DUPFD %d %d", fd, to);
        return error(fcntl(fd, F_DUPFD, to));
    case 4:
        sprintf(what, "F_DUPFD_CLOEXEC %d %d", fd, to);
        return error(fcntl(fd, F_DUPFD_CLOEXEC, to));
    default:
        sprintf(what, "dup to an absurd number");
        return error(draw(2) ? dup2(fd, ANY_OF(-1, 0x7fffffff))
                             : fcntl(fd, F_DUPFD, ANY_OF(-1, 0x7fffffff)));
    }
}

static long op_fcntl(char *what)
{
    int fd = any_fd(), on = draw(2);

    if (draw(2) || fd == OUTPUT) {
        sprintf(what, "F_GETFD %d", fd);
        return error(fcntl(fd, F_GETFD));
    }
    sprintf(what, "F_SETFD %d %d", fd, on);
    return error(fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0));
}

static long op_close(char *what)
{
    int fd = any_fd();

    sprintf(what, "close %d", fd);
    return error(close(fd));
}

static long op_close_range(char *what)
{
    unsigned first = any_number(), last = draw(3) ? any_number() : -1;
    unsigned flags = ANY_OF(0, CLOSE_RANGE_CLOEXEC, CLOSE_RANGE_UNSHARE,
                            CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC, 8);

    if (first < OUTPUT) {
        last = first;
    } else if (draw(3)) {
        last = first + draw(4);
    }
    sprintf(what, "close_range %u %u %x", first, last, flags);
    return error(syscall(NR_CLOSE_RANGE, first, last, flags));
}

/*
 * QEMU translates what is read from some, which it knows by the number, and
 * another process can change what that is.
 */
static long op_make(char *what)
{
    sigset_t set;
    bool cloexec = draw(2);

    sprintf(what, "make");
    switch (draw(seq.shares_files ? 3 : 7)) {
    case 0:
        return error(memfd_create("fuzz", cloexec ? MFD_CLOEXEC : 0));
    case 1:
        return error(epoll_create1(cloexec ? EPOLL_CLOEXEC : 0));
    case 2:
        return error(socket(AF_UNIX, SOCK_STREAM |
                            (cloexec ? SOCK_CLOEXEC : 0), 0));
    case 3:
        return error(eventfd(draw(3), cloexec ? EFD_CLOEXEC : EFD_NONBLOCK));
    case 4:
        return error(timerfd_create(CLOCK_MONOTONIC,
                                    cloexec ? TFD_CLOEXEC : 0));
    case 5:
        sigemptyset(&set);
        sigaddset(&set, SIGUSR1);
        return error(signalfd(draw(6) ? -1 : any_fd(), &set,
                              cloexec ? SFD_CLOEXEC : 0));
    default:
        if (draw(4)) {
            return error(inotify_add_watch(any_fd(), ".", IN_CREATE));
        }
        return error(inotify_init1(cloexec ? IN_CLOEXEC : IN_NONBLOCK));
    }
}

/* Any of these may be the one that there is no number for. */
static long op_accept(char *what)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    socklen_t len = sizeof(sa_family_t);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    long ret = error(bind(listener, (struct sockaddr *)&name, len));

    sprintf(what, "accept of %d and %d, ", listener, client);
    len = sizeof(name);
    if (ret == 0 && listen(listener, 1) == 0 &&
        getsockname(listener, (struct sockaddr *)&name, &len) == 0 &&
        client >= 0 &&
        connect(client, (struct sockaddr *)&name, len) == 0) {
        ret = error(accept4(listener, NULL, NULL, draw(2) ? SOCK_CLOEXEC : 0));
    }
    if (draw(3)) {
        close(listener);
    }
    return ret;
}

/* --- Descriptors in a message --------------------------------------------- */

enum { MAX_SENT = 254, SMALL = 8 };

static long op_rights(char *what)
{
    char data = 'x', control[CMSG_SPACE(sizeof(int) * MAX_SENT)] = "";
    struct iovec vec = { &data, 1 };
    struct msghdr msg = {
        .msg_iov = &vec, .msg_iovlen = 1, .msg_control = control,
    };
    struct cmsghdr *cmsg = (struct cmsghdr *)control;
    int sent = draw(12) ? 1 + (int)draw(SMALL) : ANY_OF(30, 253, 254);
    int room = draw(3) ? sent : (int)draw(sent + 1);
    int flags = MSG_DONTWAIT | (draw(2) ? MSG_CMSG_CLOEXEC : 0);
    int ends[2], fds[MAX_SENT], got = 0;
    long ret;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) {
        sprintf(what, "rights: socketpair");
        return -errno;
    }
    for (int i = 0; i < sent; i++) {
        fds[i] = i < 4 ? any_fd() : fds[i - 4];
        /* One within the other is kept alive by collectors of garbage. */
        if (fds[i] == ends[0] || fds[i] == ends[1]) {
            fds[i] = OUTPUT;
        }
    }
    memcpy(CMSG_DATA(cmsg), fds, sizeof(int) * sent);
    cmsg->cmsg_level = SOL_SOCKET;
    cmsg->cmsg_type = SCM_RIGHTS;
    msg.msg_controllen = cmsg->cmsg_len = CMSG_LEN(sizeof(int) * sent);
    ret = error(sendmsg(ends[0], &msg, MSG_DONTWAIT));
    if (ret == 1) {
        memset(control, 0, sizeof(control));
        msg.msg_controllen = room ? CMSG_LEN(sizeof(int) * room) : 0;
        ret = error(recvmsg(ends[1], &msg, flags));
        if (ret == 1 && msg.msg_controllen >= CMSG_LEN(sizeof(int))) {
            got = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        }
        sprintf(what, "rights %d of %d in room for %d%s", got, sent, room,
                msg.msg_flags & MSG_CTRUNC ? ", truncated" : "");
        memcpy(fds, CMSG_DATA(cmsg), sizeof(int) * got);
        if (sent > SMALL) {
            for (int i = 0; i < got; i++) {
                close(fds[i]);
            }
        }
    } else {
        sprintf(what, "rights: sendmsg of %d", sent);
    }
    close(ends[0]);
    close(ends[1]);
    return ret;
}

/* --- Waiting -------------------------------------------------------------- */

static long op_poll(char *what)
{
    static struct pollfd fds[ALL];
    unsigned n = draw(2) ? draw(100)
                         : (unsigned)ANY_OF(0, 1024, 1025, 4096, 4097, 20000,
                                            20001, ALL);
    int closed = 0;
    long ret;

    for (unsigned i = 0; i < n; i++) {
        fds[i].fd = i;
        fds[i].events = POLLIN | POLLOUT;
        fds[i].revents = 0;
    }
    if (!draw(30)) {
        n = ANY_OF(-1, 1 << 28, 1 << 24);
        sprintf(what, "poll of %u at no address", n);
        return error(syscall(SYS_ppoll, (void *)8, n,
                             &(struct timespec) { 0 }, NULL, 0));
    }
    if (draw(2)) {
        ret = error(poll(fds, n, 0));
    } else {
        ret = error(ppoll(fds, n, &(struct timespec) { 0 }, NULL));
    }
    for (unsigned i = 0; i < n; i++) {
        closed += fds[i].revents == POLLNVAL;
    }
    sprintf(what, "poll of %u, %d not open", n, closed);
    return ret;
}

/*
 * Beyond the end of the table nobody looks, but where that is depends on how
 * the table came to be; it is never below 64.
 */
static void add_any(unsigned long *set)
{
    enum { BITS = 8 * sizeof(long), LEAST = 64 };
    int fd = any_fd();

    if (fd >= 0 && fd < ALL && (fd < LEAST || fcntl(fd, F_GETFD) >= 0)) {
        set[fd / BITS] |= 1ul << fd % BITS;
    }
}

static long op_select(char *what)
{
    static unsigned long in[ALL / 32], out[ALL / 32];
    int n = draw(2) ? (int)draw(100)
                    : ANY_OF(0, 1023, 1024, 1025, 2048, 20000, -1);
    long ret;

    memset(in, 0, sizeof(in));
    memset(out, 0, sizeof(out));
    add_any(in);
    add_any(out);
    ret = error(select(n, (fd_set *)in, draw(2) ? (fd_set *)out : NULL, NULL,
                       &(struct timeval) { 0 }));
    sprintf(what, "select of %d", n);
    return ret;
}

static long op_epoll(char *what)
{
    struct epoll_event events[20] = { { EPOLLIN | EPOLLOUT, { .u32 = 7 } } };
    int epoll = draw(4) ? any_fd() : epoll_create1(0);
    int fd = any_fd();
    int how = ANY_OF(EPOLL_CTL_ADD, EPOLL_CTL_ADD, EPOLL_CTL_MOD,
                     EPOLL_CTL_DEL);

    if (draw(3)) {
        sprintf(what, "epoll_ctl %d %d %d", epoll, how, fd);
        return error(epoll_ctl(epoll, how, fd, events));
    }
    sprintf(what, "epoll_wait %d", epoll);
    return error(epoll_wait(epoll, events, ANY_OF(20, 1), 0));
}

long operate(char *what)
{
    switch (draw(40)) {
    case 0 ... 5:
        return op_open(what);
    case 6 ... 7:
        return op_pair(what);
    case 8 ... 11:
        return op_dup(what);
    case 12:
        return op_fcntl(what);
    case 13 ... 16:
        return op_close(what);
    case 17:
        return draw(3) ? op_close(what) : op_close_range(what);
    case 18 ... 21:
        return op_make(what);
    case 22:
        return op_accept(what);
    case 23 ... 24:
        return op_rights(what);
    case 25:
        return op_poll(what);
    case 26:
        return op_select(what);
    case 27 ... 29:
        return op_epoll(what);
    case 30 ... 34:
        return use_descriptor(what);
    default:
        return operate_more(what);
    }
}
