/*
 * The lock of who makes and who ends a thread
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "set-mm/host/clone-lock.h"

static pthread_mutex_t clone_lock = PTHREAD_MUTEX_INITIALIZER;
static __thread bool has_clone_lock;

void guest_clone_lock(void)
{
    pthread_mutex_lock(&clone_lock);
    has_clone_lock = true;
}

void guest_clone_unlock(void)
{
    has_clone_lock = false;
    pthread_mutex_unlock(&clone_lock);
}

bool guest_clone_locked(void)
{
    return has_clone_lock;
}

void guest_clone_lock_renew(void)
{
    has_clone_lock = false;
    pthread_mutex_init(&clone_lock, NULL);
}

void guest_clone_fork_end(bool child)
{
    if (child) {
        guest_clone_lock_renew();
    } else {
        guest_clone_unlock();
    }
}
