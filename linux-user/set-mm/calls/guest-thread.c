/*
 * Making and ending the guest's threads
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "qom/object.h"
#include "set-mm/calls/guest-fd.h"
#include "set-mm/calls/guest-thread.h"
#include "set-mm/host/clone-lock.h"
#include "set-mm/host/rcu-thread.h"

/* Of the thread that is being made, under its maker's mutex. */
static bool is_ready;

void guest_threads_stop(void)
{
    stop_all_tasks();
    guest_clone_lock();
}

/* As QEMU does it for a thread that ends. */
static void forget_cpu(CPUState *cpu)
{
    TaskState *ts = cpu->opaque;

    object_property_set_bool(OBJECT(cpu), "realized", false, NULL);
    object_unparent(OBJECT(cpu));
    object_unref(OBJECT(cpu));
    g_free(ts);
}

int guest_thread_create(CPUState *cpu, pthread_t *thread,
                        const pthread_attr_t *attr, void *(*fn)(void *),
                        void *arg)
{
    int ret = rcu_thread_start();

    is_ready = false;
    if (!ret) {
        ret = guest_pthread_create(thread, attr, fn, arg);
    }
    if (ret) {
        forget_cpu(cpu);
    }
    return ret;
}

void guest_thread_ready(pthread_cond_t *cond)
{
    is_ready = true;
    pthread_cond_broadcast(cond);
}

void guest_thread_await(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    while (!is_ready) {
        pthread_cond_wait(cond, mutex);
    }
}
