/*
 * System calls on descriptors: the guest's numbers are all it can name
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <dirent.h>
#include <sched.h>
#include <sys/syscall.h>
#include "qemu.h"
#include "user-internals.h"
#include "set-mm/calls/guest-fd.h"
#include "set-mm/views/proc-file.h"
#include "set-mm/rules/proc-name.h"
#include "set-mm/views/sibling.h"

#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE (1u << 1)
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1u << 2)
#endif

enum { ARG1 = 1 << 0, ARG2 = 1 << 1, ARG3 = 1 << 2, ARG5 = 1 << 4 };

static unsigned fd_args(int num)
{
    static const struct {
        int num;
        unsigned args;
    } calls[] = {
#include "set-mm/calls/fd-syscalls.c.inc"
    };

    for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
        if (calls[i].num == num) {
            return calls[i].args;
        }
    }
    return 0;
}

abi_long guest_syscall_again(GuestSyscall *host, CPUArchState *env, int num,
                             abi_long arg1, abi_long arg2, abi_long arg3,
                             abi_long arg4, abi_long arg5, abi_long arg6,
                             abi_long arg7, abi_long arg8)
{
    return host(env, num, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8);
}

bool guest_fd_refuses(int num, const abi_long arg[5])
{
    unsigned args = fd_args(num);

    for (int i = 0; i < 5; i++) {
        if ((args >> i & 1) && private_fd_is(arg[i])) {
            return true;
        }
    }
    return false;
}

/* What was opened with O_PATH is never noted. */
bool guest_fd_is_file(int fd)
{
    int flags;

    if (private_fd_is(fd)) {
        return false;
    }
    if (proc_file_is_open(fd)) {
        return true;
    }
    flags = fcntl(fd, F_GETFL);
    return flags >= 0 && !(flags & O_PATH);
}

int guest_fd_highest(void)
{
    char buf[4096];
    int dir = private_fd_openat(PRIVATE_FD_PROC, "self/fd",
                                O_RDONLY | O_DIRECTORY);
    int highest = -1;
    ssize_t len;

    while ((len = syscall(__NR_getdents64, dir, buf, sizeof(buf))) > 0) {
        for (ssize_t at = 0; at < len;) {
            struct dirent64 *entry = (struct dirent64 *)(buf + at);
            int fd = atoi(entry->d_name);

            if (fd != dir && !private_fd_is(fd)) {
                highest = MAX(highest, fd);
            }
            at += entry->d_reclen;
        }
    }
    close(dir);
    return highest;
}

int guest_close(int fd)
{
    proc_file_forget(fd);
    return close(fd);
}

/* The lowest of our descriptors in a range, or -1. */
static int lowest_private(unsigned first, unsigned last)
{
    int lowest = -1;

    for (int i = 0; i < NR_PRIVATE_FDS; i++) {
        int fd = private_fd(i);

        if (fd >= 0 && fd >= first && fd <= last &&
            (lowest < 0 || fd < lowest)) {
            lowest = fd;
        }
    }
    return lowest;
}

static void range_closed(unsigned first, unsigned last, int flags)
{
    if (!(flags & CLOSE_RANGE_CLOEXEC)) {
        proc_file_forget_range(first, last);
    }
}

int guest_close_range(HostCloseRange *host, unsigned first, unsigned last,
                      int flags)
{
    int fd;

    if (flags & CLOSE_RANGE_UNSHARE) {
        private_fd_before_unshare();
    }
    while (first <= last && (fd = lowest_private(first, last)) >= 0) {
        if (fd > first && host(first, fd - 1, flags) < 0) {
            return -1;
        }
        if (fd > first) {
            range_closed(first, fd - 1, flags);
            flags &= ~CLOSE_RANGE_UNSHARE;
        }
        if (fd == last) {
            return 0;
        }
        first = fd + 1;
    }
    if (host(first, last, flags) < 0) {
        return -1;
    }
    range_closed(first, last, flags);
    return 0;
}

/*
 * The host's limit is higher for a moment while another thread replaces a
 * descriptor of ours; then what lies above the ceiling is refused here.
 */
int guest_fd_opened(int fd)
{
    if (fd >= 0 && fd >= private_fd_ceiling()) {
        close(fd);
        errno = EMFILE;
        return -1;
    }
    return fd;
}

static int duplicated_onto(int old, int new)
{
    if (new >= 0 && old != new) {
        proc_file_dup(old, new);
    }
    return new;
}

static int duplicated(int old, int new)
{
    return duplicated_onto(old, guest_fd_opened(new));
}

static bool may_take(int fd)
{
    guest_rlimit_allow_fd(fd);
    if (fd >= 0 && fd >= private_fd_ceiling()) {
        errno = EBADF;
        return false;
    }
    return true;
}

int guest_dup(int fd)
{
    return duplicated(fd, dup(fd));
}

/* Onto itself is allowed above the limit, too. */
int guest_dup2(int old, int new)
{
    return old == new || may_take(new) ? duplicated_onto(old, dup2(old, new))
                                       : -1;
}

int guest_dup3(int old, int new, int flags)
{
    return old == new || may_take(new)
           ? duplicated_onto(old, dup3(old, new, flags)) : -1;
}

int guest_fcntl(int fd, int cmd, abi_ulong arg)
{
    if (cmd != F_DUPFD && cmd != F_DUPFD_CLOEXEC) {
        return fcntl(fd, cmd, arg);
    }
    if (arg > INT_MAX || !may_take(arg)) {
        errno = fcntl(fd, F_GETFD) < 0 ? EBADF : EINVAL;
        return -1;
    }
    return duplicated(fd, fcntl(fd, cmd, arg));
}

int guest_fd_named(int fd)
{
    return private_fd_is(fd) ? INT_MAX : fd;
}

static bool has_private(int n, const fd_set *set)
{
    for (int i = 0; set && i < NR_PRIVATE_FDS; i++) {
        int fd = private_fd(i);

        if (fd >= 0 && fd < MIN(n, FD_SETSIZE) && FD_ISSET(fd, set)) {
            return true;
        }
    }
    return false;
}

int guest_pselect6(HostPselect6 *host, int n, fd_set *in, fd_set *out,
                   fd_set *except, struct timespec *timeout, void *sig)
{
    if (has_private(n, in) || has_private(n, out) || has_private(n, except)) {
        errno = EBADF;
        return -1;
    }
    return host(n, in, out, except, timeout, sig);
}

int guest_unshare(int flags)
{
    if (flags & CLONE_FILES) {
        private_fd_before_unshare();
    }
    return unshare(flags);
}

/* The kernel's struct linux_dirent and struct linux_dirent64. */
typedef struct DirentShape {
    size_t reclen;      /* where the length of the record is */
    size_t name;        /* where the name begins */
    long call;
} DirentShape;

/* Whose descriptors a directory lists, as soon as that matters. */
typedef struct Listing {
    enum { NOT_KNOWN, NO_DESCRIPTORS, OWN, SIBLINGS } of;
    Sibling sibling;
} Listing;

static void find_owner(Listing *list, int fd)
{
    list->of = NO_DESCRIPTORS;
    if (proc_name_is_own_fd_dir(fd, "")) {
        list->of = OWN;
    } else if (sibling_find_fd_dir(&list->sibling, fd, "", 0)) {
        list->of = SIBLINGS;
        sibling_put(&list->sibling);
    }
}

/* A number that can be of a descriptor of some emulator's. */
static bool is_suspect(int number)
{
    return number >= SIBLING_USUAL_FIRST || private_fd_is(number);
}

static bool is_hidden(Listing *list, int fd, const char *name)
{
    int number = *name >= '1' && *name <= '9' ? atoi(name) : 0;

    if (!is_suspect(number)) {
        return false;
    }
    if (list->of == NOT_KNOWN) {
        find_owner(list, fd);
    }
    switch (list->of) {
    case OWN:
        return private_fd_is(number);
    case SIBLINGS:
        return sibling_has_private(&list->sibling, number);
    default:
        return false;
    }
}

static int drop_private(int fd, char *buf, int len, const DirentShape *shape)
{
    Listing list = { .of = NOT_KNOWN };

    for (int at = 0; at < len;) {
        unsigned short reclen = lduw_he_p(buf + at + shape->reclen);

        if (!is_hidden(&list, fd, buf + at + shape->name)) {
            at += reclen;
        } else {
            len -= reclen;
            memmove(buf + at, buf + at + reclen, len - at);
        }
    }
    return len;
}

/* Nothing at all would be the end of the directory. */
static int without_private(int fd, void *buf, unsigned size, int len,
                           const DirentShape *shape)
{
    int ret = drop_private(fd, buf, len, shape);

    while (len > 0 && ret == 0) {
        len = syscall(shape->call, fd, buf, size);
        ret = drop_private(fd, buf, len, shape);
    }
    return ret;
}

int guest_getdents64(int fd, void *buf, unsigned size, int len)
{
    static const DirentShape shape = {
        .reclen = offsetof(struct dirent64, d_reclen),
        .name = offsetof(struct dirent64, d_name),
        .call = __NR_getdents64,
    };

    return without_private(fd, buf, size, len, &shape);
}

/* As QEMU chooses the host's call. */
int guest_getdents(int fd, void *buf, unsigned size, int len)
{
#if defined(SYS_getdents) && HOST_LONG_BITS >= TARGET_ABI_BITS
    static const DirentShape shape = {
        .reclen = 2 * sizeof(long),
        .name = 2 * sizeof(long) + sizeof(unsigned short),
        .call = SYS_getdents,
    };

    return without_private(fd, buf, size, len, &shape);
#else
    return guest_getdents64(fd, buf, size, len);
#endif
}
