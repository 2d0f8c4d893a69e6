/*
 * set_robust_list(2), get_robust_list(2), and the death of an owner
 *
 * A guest whose memory looks as the host's does gives its list to the host's
 * kernel, which walks it however the thread dies.  Else it is walked here, as
 * far as a death is known of.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <linux/futex.h>
#include <sys/syscall.h>
#include "qemu.h"
#include "user-internals.h"
#include "qemu/queue.h"
#include "set-mm/calls/guest-copy.h"
#include "set-mm/calls/guest-robust.h"
#include "set-mm/calls/guest-task.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/host/vfork-child.h"
#include "set-mm/rules/robust-list.h"

#define HEAD_SIZE (3 * sizeof(abi_ulong))

/* A thread that has set its list, or had: @head may be 0. */
typedef struct Owner {
    abi_ulong head;
    pid_t tid;
    QLIST_ENTRY(Owner) next;
} Owner;

static __thread Owner self;

static struct {
    QemuMutex lock;
    QLIST_HEAD(, Owner) owners;
} robust;

static void in_child(void)
{
    QLIST_INIT(&robust.owners);
    memset(&self, 0, sizeof(self));
}

static void __attribute__((constructor)) robust_init(void)
{
    static const ForkActions at_fork = { .in_child = in_child };

    fork_safety_lock_init(&robust.lock, &at_fork);
}

/* Whether the host's kernel can walk the list. */
static bool host_knows(void)
{
#if HOST_BIG_ENDIAN == TARGET_BIG_ENDIAN
    return sizeof(abi_ulong) == sizeof(long) && !guest_base;
#else
    return false;
#endif
}

static abi_long set_list(abi_ulong head, abi_ulong size)
{
    if (size != HEAD_SIZE) {
        return -TARGET_EINVAL;
    }
    if (host_knows()) {
        syscall(__NR_set_robust_list, g2h_untagged(head), HEAD_SIZE);
    }
    qemu_mutex_lock(&robust.lock);
    if (!self.tid) {
        self.tid = qemu_get_thread_id();
        QLIST_INSERT_HEAD(&robust.owners, &self, next);
    }
    self.head = head;
    qemu_mutex_unlock(&robust.lock);
    return 0;
}

/* Asks the kernel whether there is a thread, and whether we may look. */
static abi_long find_list(pid_t tid, abi_ulong *head)
{
    Owner *owner;
    void *theirs;
    size_t size;
    abi_long ret = get_errno(syscall(__NR_get_robust_list, tid, &theirs,
                                     &size));

    *head = 0;
    if (ret) {
        return ret;
    }
    if (tid && !guest_task_is_own(tid)) {
        *head = host_knows() ? (uintptr_t)theirs : 0;
        return 0;
    }
    tid = tid ?: qemu_get_thread_id();
    qemu_mutex_lock(&robust.lock);
    QLIST_FOREACH(owner, &robust.owners, next) {
        if (owner->tid == tid) {
            *head = owner->head;
        }
    }
    qemu_mutex_unlock(&robust.lock);
    return 0;
}

static abi_long get_list(pid_t tid, abi_ulong head_addr, abi_ulong size_addr)
{
    abi_ulong head;
    abi_long ret = find_list(tid, &head);

    if (ret) {
        return ret;
    }
    /* In the kernel's order. */
    if (put_user_ual(HEAD_SIZE, size_addr) || put_user_ual(head, head_addr)) {
        return -TARGET_EFAULT;
    }
    return 0;
}

abi_long guest_robust_list(int num, abi_long arg1, abi_long arg2,
                           abi_long arg3)
{
    if (num == TARGET_NR_set_robust_list) {
        return set_list(arg1, arg2);
    }
    return get_list(arg1, arg2, arg3);
}

static bool read_word(void *opaque, uint64_t addr, uint64_t *value)
{
    abi_ulong word;

    if (guest_copy_in(&word, addr, sizeof(word))) {
        return false;
    }
    *value = tswapal(word);
    return true;
}

static bool read_futex(void *opaque, uint64_t addr, uint32_t *value)
{
    if (guest_copy_in(value, addr, sizeof(*value))) {
        return false;
    }
    *value = tswap32(*value);
    return true;
}

typedef struct Swap {
    uint32_t *futex;
    uint32_t old;
    uint32_t new;
} Swap;

static void swap(void *opaque)
{
    Swap *s = opaque;

    s->old = qatomic_cmpxchg(s->futex, s->old, s->new);
}

static bool swap_futex(void *opaque, uint64_t addr, uint32_t *old,
                       uint32_t new)
{
    Swap s = {
        lock_user(VERIFY_WRITE, addr, sizeof(uint32_t), true),
        tswap32(*old), tswap32(new)
    };

    if (!s.futex || !guest_attempt(swap, &s)) {
        return false;
    }
    *old = tswap32(s.old);
    return true;
}

static void wake(void *opaque, uint64_t addr)
{
    syscall(__NR_futex, g2h(thread_cpu, addr), FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void walk(const Owner *owner)
{
    static const RobustMemory memory = {
        .read_word = read_word,
        .read_futex = read_futex,
        .swap_futex = swap_futex,
        .wake = wake,
    };

    if (owner->head && !host_knows()) {
        robust_list_walk(&memory, NULL, owner->head, sizeof(abi_ulong),
                         owner->tid);
    }
}

static void leave_list(void)
{
    if (self.tid) {
        qemu_mutex_lock(&robust.lock);
        QLIST_REMOVE(&self, next);
        qemu_mutex_unlock(&robust.lock);
        self.tid = 0;
    }
}

void guest_robust_exit(void)
{
    if (self.tid) {
        walk(&self);
        leave_list();
    }
}

void guest_robust_vfork(VforkRobust *v)
{
    *v = (VforkRobust) { self.head, self.tid };
    leave_list();
}

void guest_robust_vfork_end(const VforkRobust *v)
{
    leave_list();
    if (v->tid) {
        qemu_mutex_lock(&robust.lock);
        self.tid = v->tid;
        self.head = v->head;
        QLIST_INSERT_HEAD(&robust.owners, &self, next);
        qemu_mutex_unlock(&robust.lock);
    }
}

/* Returns: copies of what is known; the caller's to free. */
static GArray *list_owners(void)
{
    GArray *copies = g_array_new(false, false, sizeof(Owner));
    const Owner *owner;

    qemu_mutex_lock(&robust.lock);
    QLIST_FOREACH(owner, &robust.owners, next) {
        g_array_append_val(copies, *owner);
    }
    qemu_mutex_unlock(&robust.lock);
    return copies;
}

void guest_robust_exit_all(void)
{
    g_autoptr(GArray) owners = NULL;

    if (vfork_is_child()) {
        guest_robust_exit();
        return;
    }
    if (host_knows() || QLIST_EMPTY(&robust.owners)) {
        return;
    }
    /*
     * What they hold must not change any more.  A core dump has stopped them
     * already, and QEMU 7.2 would wait for itself.  A child of vfork(2) goes
     * on.
     */
    if (!cpu_in_exclusive_context(thread_cpu) && !vfork_has_children()) {
        stop_all_tasks();
    }
    owners = list_owners();
    for (guint i = 0; i < owners->len; i++) {
        walk(&g_array_index(owners, Owner, i));
    }
}
