/*
 * Copies from and to the guest's memory that fail instead of killing
 *
 * QEMU looks whether memory is there, and copies then.  Meanwhile another
 * thread can have unmapped it, a file can have become shorter, and a page of
 * code can have been protected for its translation.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_COPY_H
#define LINUX_USER_GUEST_COPY_H

#include "qemu.h"

/**
 * guest_copy_failed: whether a fault was that of a copy
 * @info: of SIGSEGV or SIGBUS
 * @context: the handler's ucontext_t; changed if so
 *
 * The system call that copied ends with EFAULT then, without more from those
 * who called this.  What it had allocated is lost.
 */
bool guest_copy_failed(const siginfo_t *info, void *context);

/**
 * guest_attempt: do what may fault
 * @fn: called with @opaque; takes no lock and allocates nothing
 *
 * SIGSEGV and SIGBUS are not blocked for its time.
 *
 * Returns: false if @fn met a fault in the guest's memory and did not end.
 */
bool guest_attempt(void (*fn)(void *opaque), void *opaque);

/**
 * guest_copy_in, guest_copy_out: copy_from_user() and copy_to_user() for where
 * locks are held or signals are blocked
 * @addr: of the guest
 *
 * Returns: 0 or -TARGET_EFAULT.
 */
int guest_copy_in(void *to, abi_ulong addr, size_t len);
int guest_copy_out(abi_ulong addr, const void *from, size_t len);

/**
 * guest_tell: put_user_u32() for where locks are held or signals are blocked
 * @value: in host order
 * @addr: of the guest; may be bad, which nobody is told of
 */
void guest_tell(uint32_t value, abi_ulong addr);

/**
 * guest_refill: whether a call that failed is to be repeated
 * @vec: what the host's kernel was to write to, by host addresses
 * @count: of @vec
 * @tries: how often the call was made, from 1
 *
 * While a call sleeps, its buffer's page can be protected as code in it gets
 * translated.  Keeps errno.
 */
bool guest_refill(const struct iovec *vec, int count, int tries);

/* E, which fills SIZE bytes at BUF, or the COUNT pieces of VEC. */
#define GUEST_FILL_VEC(E, vec, count)                                       \
    ({                                                                      \
        ssize_t ret_;                                                       \
        int tries_ = 0;                                                     \
        do {                                                                \
            ret_ = (E);                                                     \
        } while (unlikely(ret_ < 0) && errno == EFAULT &&                   \
                 guest_refill(vec, count, ++tries_));                       \
        ret_;                                                               \
    })
#define GUEST_FILL(E, buf, size)                                            \
    GUEST_FILL_VEC(E, (&(struct iovec) { (void *)(buf), size }), 1)

/* What a call needs room for: at most one of each at a time. */
enum GuestRoom {
    GUEST_ROOM_POLL,
    GUEST_ROOM_ADDRESS,
    GUEST_ROOM_CONTROL,
    GUEST_ROOM_MASK,
    GUEST_ROOM_READS,
    GUEST_ROOM_WRITES,
    GUEST_ROOM_ERRORS,
    GUEST_NR_ROOMS,
};

/**
 * guest_room: alloca(3) for a size that the guest says
 * @size: in bytes
 *
 * A thread's host stack has 256 KiB.
 *
 * Returns: memory of the calling thread's, until its next call for @kind.
 */
void *guest_room(enum GuestRoom kind, size_t size);

/**
 * guest_control_size: room for control messages, which are larger on the host
 * @size: of the guest's
 *
 * The kernel has no more than a small part of this for a message
 * (net.core.optmem_max).
 */
size_t guest_control_size(abi_ulong size);

#endif /* LINUX_USER_GUEST_COPY_H */
