/*
 * Copies from and to the guest's memory that fail instead of killing
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <setjmp.h>
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "qemu/rcu.h"
#include "qemu/units.h"
#include "set-mm/calls/guest-copy.h"
#include "set-mm/host/call-stack.h"
#include "set-mm/host/clone-lock.h"
#include "set-mm/state/memory-walk.h"

/* Where guest_attempt() goes on. */
static __thread sigjmp_buf *attempt;

bool guest_copy_failed(const siginfo_t *info, void *context)
{
    uintptr_t addr = (uintptr_t)info->si_addr;

    if (!h2g_valid(addr)) {
        return false;
    }
    if (attempt) {
        siglongjmp(*attempt, 1);
    }
    /* A lock that nobody would release again is worse than to die. */
    if (have_mmap_lock() || guest_clone_locked() ||
        get_ptr_rcu_reader()->depth) {
        return false;
    }
    return call_stack_return(context, do_syscall, -TARGET_EFAULT);
}

bool guest_attempt(void (*fn)(void *opaque), void *opaque)
{
    sigjmp_buf env;
    sigset_t faults, old;
    bool ok = false;

    sigemptyset(&faults);
    sigaddset(&faults, SIGSEGV);
    sigaddset(&faults, SIGBUS);
    pthread_sigmask(SIG_UNBLOCK, &faults, &old);
    if (!sigsetjmp(env, 1)) {
        attempt = &env;
        fn(opaque);
        ok = true;
    }
    attempt = NULL;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return ok;
}

typedef struct Copy {
    void *to;
    const void *from;
    size_t len;
} Copy;

static void copy(void *opaque)
{
    const Copy *c = opaque;

    memcpy(c->to, c->from, c->len);
}

int guest_copy_in(void *to, abi_ulong addr, size_t len)
{
    Copy c = { to, lock_user(VERIFY_READ, addr, len, true), len };

    return c.from && guest_attempt(copy, &c) ? 0 : -TARGET_EFAULT;
}

int guest_copy_out(abi_ulong addr, const void *from, size_t len)
{
    Copy c = { lock_user(VERIFY_WRITE, addr, len, false), from, len };

    return c.to && guest_attempt(copy, &c) ? 0 : -TARGET_EFAULT;
}

void guest_tell(uint32_t value, abi_ulong addr)
{
    value = tswap32(value);
    guest_copy_out(addr, &value, sizeof(value));
}

typedef struct Pages {
    bool is_protected;      /* for its translation */
    bool has_code;          /* or may have been */
} Pages;

/* Returns: false if the kernel was right to refuse. */
static bool unprotect(const struct iovec *part, Pages *pages)
{
    uintptr_t start = (uintptr_t)part->iov_base;
    size_t len = part->iov_len;
    int flags;

    if (!len) {
        return true;
    }
    if (!h2g_valid(start) || !h2g_valid(start + len - 1)) {
        return false;
    }
    start = h2g_nocheck(start);
    for (uintptr_t page = start & TARGET_PAGE_MASK; page < start + len;
         page += TARGET_PAGE_SIZE) {
        flags = page_get_flags(page);
        if (!(flags & PAGE_WRITE_ORG)) {
            return false;
        }
        pages->is_protected |= !(flags & PAGE_WRITE);
        pages->has_code |= flags & PAGE_EXEC;
    }
    return access_ok_untagged(VERIFY_WRITE, start, len);
}

bool guest_refill(const struct iovec *vec, int count, int tries)
{
    int error = errno;
    Pages pages = {};
    bool ok = true;

    for (int i = 0; ok && i < count; i++) {
        ok = unprotect(&vec[i], &pages);
    }
    errno = error;
    /* Another thread may have been first to write to a page. */
    return ok && (pages.is_protected || (pages.has_code && tries == 1));
}

typedef struct Room {
    void *mem;
    size_t size;
} Room;

/* More is given back. */
#define ROOM_KEPT (64 * KiB)
#define CONTROL_MAX (256 * KiB)

static __thread Room rooms[GUEST_NR_ROOMS];
static pthread_key_t rooms_key;

static void free_rooms(void *opaque)
{
    Room *room = opaque;

    for (int i = 0; i < GUEST_NR_ROOMS; i++) {
        g_free(room[i].mem);
    }
}

static void __attribute__((constructor)) make_rooms_key(void)
{
    pthread_key_create(&rooms_key, free_rooms);
}

void *guest_room(enum GuestRoom kind, size_t size)
{
    Room *room = &rooms[kind];

    if (size > room->size || room->size > ROOM_KEPT) {
        g_free(room->mem);
        room->mem = g_malloc(size);
        room->size = size;
        pthread_setspecific(rooms_key, rooms);
    }
    return room->mem;
}

size_t guest_control_size(abi_ulong size)
{
    return 2 * MIN(size, CONTROL_MAX);
}
