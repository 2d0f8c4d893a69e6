/*
 * select(2) of any number, poll(2) of too many, and descriptors in a message
 *
 * QEMU has an fd_set of the C library's on its stack, and twice the guest's
 * room for what is received.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include <sys/resource.h>
#include <sys/syscall.h>
#include "qemu.h"
#include "user-internals.h"
#include "set-mm/calls/guest-fd.h"
#include "set-mm/calls/guest-select.h"
#include "set-mm/host/host-proc.h"

#ifndef SCM_PIDFD
#define SCM_PIDFD 4
#endif

int guest_select_count(int n)
{
    g_autofree char *status = NULL;
    char name[sizeof("self/task//status") + 3 * sizeof(int)];
    const char *size;
    size_t len;

    if (n <= FD_SETSIZE) {
        return n;
    }
    snprintf(name, sizeof(name), "self/task/%d/status",
             (int)syscall(__NR_gettid));
    status = host_proc_read(name, &len);
    size = status ? strstr(status, "\nFDSize:") : NULL;
    return MIN(n, size ? atoi(size + strlen("\nFDSize:")) : FD_SETSIZE);
}

static int words_of(int n)
{
    return DIV_ROUND_UP(MAX(n, 0), TARGET_ABI_BITS);
}

abi_long guest_fdset_in(enum GuestRoom kind, fd_set **set, abi_ulong addr,
                        int n)
{
    size_t size = sizeof(abi_ulong) * words_of(n);
    unsigned long *bits;
    abi_ulong *from;

    *set = NULL;
    if (!addr) {
        return 0;
    }
    from = lock_user(VERIFY_READ, addr, size, true);
    if (!from) {
        return -TARGET_EFAULT;
    }
    bits = guest_room(kind, ROUND_UP(size, sizeof(*bits)) ?: sizeof(*bits));
    memset(bits, 0, ROUND_UP(size, sizeof(*bits)));
    for (int i = 0; i < words_of(n); i++) {
        abi_ulong word;

        __get_user(word, &from[i]);
        for (int bit = 0; word; bit++, word >>= 1) {
            if (word & 1) {
                set_bit(i * TARGET_ABI_BITS + bit, bits);
            }
        }
    }
    unlock_user(from, addr, 0);
    *set = (fd_set *)bits;
    return 0;
}

abi_long guest_fdset_out(abi_ulong addr, const fd_set *set, int n)
{
    const unsigned long *bits = (const unsigned long *)set;
    size_t size = sizeof(abi_ulong) * words_of(n);
    abi_ulong *to = lock_user(VERIFY_WRITE, addr, size, false);

    if (!to) {
        return -TARGET_EFAULT;
    }
    for (int i = 0; i < words_of(n); i++) {
        abi_ulong word = 0;

        for (int bit = 0; bit < TARGET_ABI_BITS; bit++) {
            word |= (abi_ulong)test_bit(i * TARGET_ABI_BITS + bit, bits) << bit;
        }
        __put_user(word, &to[i]);
    }
    unlock_user(to, addr, size);
    return 0;
}

abi_long guest_poll_error(unsigned nfds)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_NOFILE, &limit) == 0 && nfds > limit.rlim_cur
           ? -TARGET_EINVAL : -TARGET_EFAULT;
}

static bool has_descriptors(const struct cmsghdr *cmsg)
{
    return cmsg->cmsg_level == SOL_SOCKET &&
           (cmsg->cmsg_type == SCM_RIGHTS || cmsg->cmsg_type == SCM_PIDFD);
}

/* All from byte @from of the data on. */
static void close_received(const struct cmsghdr *cmsg, size_t from)
{
    size_t end = cmsg->cmsg_len - CMSG_LEN(0);
    int fd;

    for (; has_descriptors(cmsg) && from + sizeof(fd) <= end;
         from += sizeof(fd)) {
        memcpy(&fd, CMSG_DATA(cmsg) + from, sizeof(fd));
        guest_close(fd);
    }
}

struct msghdr *guest_received(const struct target_msghdr *guests,
                              struct msghdr *msg)
{
    size_t left = tswapal(guests->msg_controllen);

    for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg); cmsg;
         cmsg = CMSG_NXTHDR(msg, cmsg)) {
        size_t data = cmsg->cmsg_len - CMSG_LEN(0);
        size_t fits = left < sizeof(struct target_cmsghdr) ? 0 :
                      left - sizeof(struct target_cmsghdr);

        if (fits < data) {
            close_received(cmsg, ROUND_DOWN(fits, sizeof(int)));
            msg->msg_flags |= MSG_CTRUNC;
        }
        left -= MIN(left, TARGET_CMSG_SPACE(data));
    }
    return msg;
}
