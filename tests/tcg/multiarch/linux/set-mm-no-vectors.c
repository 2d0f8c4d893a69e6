/*
 * Messages without data, which can have descriptors all the same
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <sys/socket.h>

typedef union {
    struct cmsghdr head;
    char space[CMSG_SPACE(sizeof(int))];
} Control;

static const struct kind {
    const char *name;
    int type;
} kinds[] = {
    { "packets", SOCK_SEQPACKET },
    { "datagrams", SOCK_DGRAM },
};

static struct msghdr message_of(Control *control, struct iovec *vec,
                                size_t count)
{
    return (struct msghdr) {
        .msg_iov = vec,
        .msg_iovlen = count,
        .msg_control = control,
        .msg_controllen = sizeof(*control),
    };
}

static int send_fd(int socket, int fd, struct iovec *vec, size_t count)
{
    Control control = { 0 };
    struct msghdr message = message_of(&control, vec, count);

    control.head.cmsg_level = SOL_SOCKET;
    control.head.cmsg_type = SCM_RIGHTS;
    control.head.cmsg_len = CMSG_LEN(sizeof(fd));
    memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
    return sendmsg(socket, &message, MSG_DONTWAIT);
}

/* Returns: a descriptor, or -1. */
static int receive_fd(int socket, struct iovec *vec, size_t count, int *len,
                      int *flags)
{
    Control control = { 0 };
    struct msghdr message = message_of(&control, vec, count);
    int fd = -1;

    *len = recvmsg(socket, &message, MSG_DONTWAIT);
    *flags = message.msg_flags;
    if (*len >= 0 && message.msg_controllen >= CMSG_LEN(sizeof(fd)) &&
        control.head.cmsg_type == SCM_RIGHTS) {
        memcpy(&fd, CMSG_DATA(&control.head), sizeof(fd));
    }
    return fd;
}

static void pass(const char *id, const struct kind *kind, bool has_vec)
{
    char byte = 0;
    struct iovec vec = { &byte, 0 };
    struct iovec *used = has_vec ? &vec : NULL;
    int pair[2], len, flags, fd;
    struct stat st[2];

    check_err(id, kind->name, 0, err_of(socketpair(AF_UNIX, kind->type, 0,
                                                   pair)));
    receive_fd(pair[1], used, has_vec, &len, &flags);
    check_err(id, "nothing to receive", EAGAIN, err_of(len));
    check_num(id, "sent", 0, send_fd(pair[0], pair[0], used, has_vec));
    fd = receive_fd(pair[1], used, has_vec, &len, &flags);
    check_num(id, "received", 0, len);
    check_true(id, "a descriptor", fd >= 0);
    check_true(id, "it is that", fstat(fd, &st[0]) == 0 &&
               fstat(pair[0], &st[1]) == 0 && st[0].st_ino == st[1].st_ino);
    close(fd);
    check_num(id, "a byte is sent", 1, write(pair[0], "x", 1));
    receive_fd(pair[1], used, has_vec, &len, &flags);
    check_num(id, "it is cut off", 0, len);
    check_true(id, "and that is told", flags & MSG_TRUNC);
    receive_fd(pair[1], used, has_vec, &len, &flags);
    check_err(id, "it is gone", EAGAIN, err_of(len));
    close(pair[0]);
    close(pair[1]);
}

static void messages(const char *id, const void *arg)
{
    const struct kind *kind = arg;

    pass(id, kind, false);
    pass(id, kind, true);
}

/* What is not asked for stays. */
static void stream(const char *id, const void *arg)
{
    int pair[2], len, flags;
    char byte = 0;

    (void)arg;
    check_err(id, "a stream", 0, err_of(socketpair(AF_UNIX, SOCK_STREAM, 0,
                                                   pair)));
    check_num(id, "a byte is sent", 1, write(pair[0], "x", 1));
    receive_fd(pair[1], NULL, 0, &len, &flags);
    check_num(id, "nothing is received", 0, len);
    check_num(id, "it is there", 1, read(pair[1], &byte, 1));
    receive_fd(pair[1], NULL, 0, &len, &flags);
    check_err(id, "nothing is there", EAGAIN, err_of(len));
    close(pair[0]);
    receive_fd(pair[1], NULL, 0, &len, &flags);
    check_num(id, "the end", 0, len);
}

static void bad(const char *id, const void *arg)
{
    int len, flags;

    (void)arg;
    receive_fd(-1, NULL, 0, &len, &flags);
    check_err(id, "no descriptor", EBADF, err_of(len));
    receive_fd(open("/", O_RDONLY), NULL, 0, &len, &flags);
    check_err(id, "no socket", ENOTSOCK, err_of(len));
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    run_case("V01", messages, &kinds[0]);
    run_case("V02", messages, &kinds[1]);
    run_case("V03", stream, NULL);
    run_case("V04", bad, NULL);
    return finish();
}
