/*
 * The capabilities that caps=all gives to the guest's threads
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/syscall.h>
#include "qemu/lockable.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/state/granted-caps.h"

/* Nearly all threads have what the process has had from the start. */
static struct {
    QemuMutex lock;
    GrantedCaps at_start;
    GHashTable *of;         /* thread -> GrantedCaps, of all others */
} caps;

static __thread OwnCaps own;

static void forget_thread(gpointer thread)
{
    WITH_QEMU_LOCK_GUARD(&caps.lock) {
        g_hash_table_remove(caps.of, thread);
    }
}

/* Has a thread that ends leave the table. */
static GPrivate end_of_thread = G_PRIVATE_INIT(forget_thread);

static void make_table(void)
{
    caps.of = g_hash_table_new_full(NULL, NULL, NULL, g_free);
}

/* A child is one thread, with another number. */
static void forget_others(void)
{
    make_table();
    caps.at_start = granted_caps_own();
    own.is_there = false;
    g_private_set(&end_of_thread, NULL);
}

void granted_caps_init(void)
{
    static const ForkActions at_fork = { .in_child = forget_others };

    fork_safety_lock_init(&caps.lock, &at_fork);
    make_table();
}

void granted_caps_vfork(VforkCaps *v)
{
    v->parents = own;
    v->thread = g_private_get(&end_of_thread);
    g_private_set(&end_of_thread, NULL);
}

/* By another number it is another thread. */
void granted_caps_vfork_child(void)
{
    if (own.is_there) {
        granted_caps_set(own.caps);
    }
}

void granted_caps_vfork_end(const VforkCaps *v)
{
    g_private_replace(&end_of_thread, NULL);
    g_private_set(&end_of_thread, v->thread);
    own = v->parents;
}

uint64_t granted_caps_mask(void)
{
    return 1ull << CAP_SYS_RESOURCE | 1ull << CAP_CHECKPOINT_RESTORE;
}

void granted_caps_start(void)
{
    caps.at_start.effective = granted_caps_mask();
    caps.at_start.permitted = granted_caps_mask();
    caps.at_start.bounding = granted_caps_mask();
}

GrantedCaps granted_caps_own(void)
{
    return own.is_there ? own.caps : caps.at_start;
}

GrantedCaps granted_caps_of(pid_t thread)
{
    QEMU_LOCK_GUARD(&caps.lock);
    const GrantedCaps *found = g_hash_table_lookup(caps.of,
                                                   GINT_TO_POINTER(thread));

    return found ? *found : caps.at_start;
}

bool granted_caps_have(int cap)
{
    return granted_caps_own().effective >> cap & 1;
}

void granted_caps_set(GrantedCaps new)
{
    gpointer thread;

    if (!own.is_there && !memcmp(&new, &caps.at_start, sizeof(new))) {
        return;
    }
    thread = GINT_TO_POINTER(syscall(__NR_gettid));
    own.is_there = true;
    own.caps = new;
    g_private_set(&end_of_thread, thread);
    WITH_QEMU_LOCK_GUARD(&caps.lock) {
        g_hash_table_replace(caps.of, thread, g_memdup2(&new, sizeof(new)));
    }
}
