/*
 * Whether a thread is within a lock, or within the allocator
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "set-mm/host/held-locks.h"
#include "set-mm/host/vfork-child.h"

enum { PAUSE_US = 20, PAUSES_A_LOOK = 5000 };

__thread int held_locks;

static void enter(void)
{
    held_locks++;
    barrier();
}

static void leave(void)
{
    barrier();
    held_locks--;
}

/*
 * A process that has ended gives no lock back and wakes nobody.  Its children
 * of vfork(2) must not wait for that.
 */
static void pause_in_child(void)
{
    static __thread unsigned pauses;

    g_usleep(PAUSE_US);
    if (++pauses % PAUSES_A_LOOK == 0 && vfork_is_orphan()) {
        fprintf(stderr, "qemu: a process ended with a lock of the emulator's "
                "that its child of vfork needs\n");
        _exit(EXIT_FAILURE);
    }
}

/* Not in the kernel, where nobody could tell that it has got it. */
static int lock_in_child(pthread_mutex_t *mutex)
{
    int ret;

    while ((ret = __wrap_pthread_mutex_trylock(mutex)) == EBUSY) {
        pause_in_child();
    }
    return ret;
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
    int ret;

    if (unlikely(vfork_is_child())) {
        return lock_in_child(mutex);
    }
    enter();
    ret = __real_pthread_mutex_lock(mutex);
    if (ret) {
        leave();
    }
    return ret;
}

/* To wake for nothing is allowed. */
int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    if (likely(!vfork_is_child())) {
        return __real_pthread_cond_wait(cond, mutex);
    }
    __wrap_pthread_mutex_unlock(mutex);
    pause_in_child();
    return lock_in_child(mutex);
}

void __wrap_start_exclusive(void)
{
    enter();
    __real_start_exclusive();
    leave();
}

int __wrap_pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    int ret;

    enter();
    ret = __real_pthread_mutex_trylock(mutex);
    if (ret) {
        leave();
    }
    return ret;
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    int ret = __real_pthread_mutex_unlock(mutex);

    if (!ret) {
        leave();
    }
    return ret;
}

void *__wrap_malloc(size_t size)
{
    void *ret;

    enter();
    ret = __real_malloc(size);
    leave();
    return ret;
}

void *__wrap_calloc(size_t n, size_t size)
{
    void *ret;

    enter();
    ret = __real_calloc(n, size);
    leave();
    return ret;
}

void *__wrap_realloc(void *mem, size_t size)
{
    void *ret;

    enter();
    ret = __real_realloc(mem, size);
    leave();
    return ret;
}

void __wrap_free(void *mem)
{
    enter();
    __real_free(mem);
    leave();
}
