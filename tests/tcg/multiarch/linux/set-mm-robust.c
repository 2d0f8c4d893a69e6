/*
 * Robust futexes: whoever waits for a dead owner is told
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-ends.h"
#include <linux/futex.h>
#include <pthread.h>

enum {
    NO_TASK = 0x3fffffff,
};

/* The kernel's structs, of the program's own ABI. */
struct entry {
    struct entry *next;
    uint32_t futex;
};

struct head {
    struct entry *first;
    long offset;
    struct entry *pending;
};

static struct both {
    pthread_mutex_t mutex;
    uint32_t futex;
    struct entry entry[2];
    struct head head;
    bool is_owned;
} *both;

static void share(void)
{
    pthread_mutexattr_t attr;

    both = mmap(NULL, sizeof(*both), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    if (both == MAP_FAILED || pthread_mutex_init(&both->mutex, &attr)) {
        _exit(90);
    }
}

/* ----------------------------------------------------------- the calls */

static long set_list(void *head, size_t size)
{
    return err_of(syscall(SYS_set_robust_list, head, size));
}

static long get_list(pid_t tid, void *head, void *size)
{
    return err_of(syscall(SYS_get_robust_list, tid, head, size));
}

static void *get_from_thread(void *main_tid)
{
    void *head = NULL;
    size_t size = 0;

    get_list(*(pid_t *)main_tid, &head, &size);
    return head;
}

static void run_calls(const char *id, const void *unused)
{
    pid_t own = syscall(SYS_gettid);
    void *head = NULL, *seen = NULL;
    struct head list;
    size_t size = 0;
    pthread_t thread;

    (void)unused;
    check_err(id, "get_robust_list of the own thread", 0,
              get_list(0, &head, &size));
    check_true(id, "the C library has set a list", head);
    check_num(id, "size of its head", sizeof(list), size);
    check_err(id, "get_robust_list by number", 0,
              get_list(own, &seen, &size));
    check_true(id, "it is the same list", seen == head);
    check_err(id, "set_robust_list with a size too small", EINVAL,
              set_list(&list, sizeof(list) - 1));
    check_err(id, "set_robust_list with a size too large", EINVAL,
              set_list(&list, sizeof(list) + 1));
    check_err(id, "set_robust_list of nothing", 0,
              set_list(NULL, sizeof(list)));
    check_err(id, "get_robust_list of nothing", 0,
              get_list(0, &seen, &size));
    check_true(id, "it is no list", !seen);
    check_err(id, "set_robust_list of a bad pointer", 0,
              set_list((void *)BAD_PTR, sizeof(list)));
    set_list(head, sizeof(list));
    check_err(id, "get_robust_list of no task", ESRCH,
              get_list(NO_TASK, &seen, &size));
    check_err(id, "get_robust_list to a bad pointer", EFAULT,
              get_list(0, (void *)BAD_PTR, &size));
    check_err(id, "get_robust_list with a bad size", EFAULT,
              get_list(0, &seen, (void *)BAD_PTR));
    pthread_create(&thread, NULL, get_from_thread, &own);
    pthread_join(thread, &seen);
    check_true(id, "another thread sees the list", seen == head);
}

/* ---------------------------------------------------------- the deaths */

static void own_mutex(void)
{
    pthread_mutex_lock(&both->mutex);
    __atomic_store_n(&both->is_owned, true, __ATOMIC_SEQ_CST);
    /* Somebody waits before the owner dies. */
    usleep(100000);
}

static void await_owner(void)
{
    while (!__atomic_load_n(&both->is_owned, __ATOMIC_SEQ_CST)) {
        usleep(1000);
    }
}

static void die_by_exit(void)
{
    own_mutex();
    syscall(SYS_exit, 0);
}

static void die_by_exit_group(void)
{
    own_mutex();
    _exit(0);
}

static void die_by_fault(void)
{
    own_mutex();
    /* volatile: it is done for its fault. */
    *(volatile int *)BAD_PTR = 1;
}

static void die_by_abort(void)
{
    own_mutex();
    abort();
}

static void die_by_kill(void)
{
    own_mutex();
    kill(getpid(), SIGKILL);
}

static void *own_and_sleep(void *unused)
{
    own_mutex();
    pause();
    return unused;
}

static void *own_and_end(void *unused)
{
    own_mutex();
    return unused;
}

static void die_of_other_thread(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, own_and_sleep, NULL);
    await_owner();
    usleep(200000);
    _exit(0);
}

static void die_as_thread(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, own_and_end, NULL);
    pthread_join(thread, NULL);
    /* Alive, as only a thread has died. */
    sleep(1);
}

static void die_by_exec(void)
{
    own_mutex();
    execl("/bin/true", "true", (char *)NULL);
}

static const struct death {
    const char *text;
    void (*fn)(void);
    /* Not even the emulator sees it. */
    bool unseen;
} deaths[] = {
    { "exit(2)", die_by_exit, false },
    { "exit_group(2)", die_by_exit_group, false },
    { "exit_group(2) by another thread", die_of_other_thread, false },
    { "the end of a thread", die_as_thread, false },
    { "a fault", die_by_fault, false },
    { "abort(3)", die_by_abort, false },
    { "SIGKILL", die_by_kill, true },
    { "execve(2)", die_by_exec, true },
};

/*
 * A guest whose memory looks otherwise than the host's has its list walked by
 * the emulator, which must be there for that.
 */
static bool list_is_the_hosts(void)
{
#if UINTPTR_MAX > UINT32_MAX && \
    __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return true;
#else
    return judge.native;
#endif
}

static void wait_for_owner(void)
{
    /* Natively a 32-bit program is no worse. */
    _exit(pthread_mutex_lock(&both->mutex) != EOWNERDEAD ||
          pthread_mutex_consistent(&both->mutex) ||
          pthread_mutex_unlock(&both->mutex) ||
          pthread_mutex_lock(&both->mutex));
}

static void run_deaths(const char *id, const void *unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(deaths) / sizeof(deaths[0]); i++) {
        pid_t owner;

        if (deaths[i].unseen && !list_is_the_hosts()) {
            skip(id, deaths[i].text, "only the host's kernel sees it");
            continue;
        }
        share();
        owner = fork();
        if (owner == 0) {
            setpgid(0, 0);
            deaths[i].fn();
            _exit(0);
        }
        await_owner();
        check_status(id, deaths[i].text, 0, run_to_end(wait_for_owner));
        status_of(owner);
    }
}

/* ----------------------------------------------------- lists by hand */

static void empty_list(struct head *head)
{
    head->first = (struct entry *)head;
    head->offset = offsetof(struct entry, futex);
    head->pending = NULL;
}

static void die_with(void)
{
    set_list(&both->head, sizeof(both->head));
    syscall(SYS_exit, 0);
}

/*
 * Returns: the first entry's futex after the death of its owner, if that had
 * its own number and @bits there.
 */
static uint32_t futex_after(void (*make)(void), uint32_t bits)
{
    pid_t pid = fork();

    if (pid == 0) {
        setpgid(0, 0);
        empty_list(&both->head);
        both->entry[0].next = (struct entry *)&both->head;
        both->entry[0].futex = syscall(SYS_gettid) | bits;
        make();
        die_with();
    }
    return status_of(pid) ? UINT32_MAX : both->entry[0].futex;
}

static void in_list(void)
{
    both->head.first = &both->entry[0];
}

static void in_list_and_pending(void)
{
    both->head.first = both->head.pending = &both->entry[0];
}

static void only_pending(void)
{
    both->head.pending = &both->entry[0];
}

static void in_circle(void)
{
    in_list();
    both->entry[0].next = &both->entry[0];
}

static void behind_foreign(void)
{
    both->entry[1].futex = 1;
    both->entry[1].next = &both->entry[0];
    both->head.first = &both->entry[1];
}

static void behind_nonsense(void)
{
    both->head.first = (struct entry *)BAD_PTR;
    both->head.pending = &both->entry[0];
}

static void unaligned(void)
{
    in_list();
    both->head.offset++;
}

static void run_lists(const char *id, const void *unused)
{
    (void)unused;
    share();
    check_num(id, "an entry loses its owner", FUTEX_OWNER_DIED,
              futex_after(in_list, 0));
    check_num(id, "waiters stay", FUTEX_OWNER_DIED | FUTEX_WAITERS,
              futex_after(in_list, FUTEX_WAITERS));
    check_num(id, "a pending entry loses its owner", FUTEX_OWNER_DIED,
              futex_after(only_pending, 0));
    check_num(id, "an entry in both places as well", FUTEX_OWNER_DIED,
              futex_after(in_list_and_pending, 0));
    check_num(id, "an entry in a circle as well", FUTEX_OWNER_DIED,
              futex_after(in_circle, 0));
    check_num(id, "an entry behind another's as well", FUTEX_OWNER_DIED,
              futex_after(behind_foreign, 0));
    check_num(id, "another's keeps its owner", 1, both->entry[1].futex);
    check_true(id, "nothing is done behind nonsense",
               futex_after(behind_nonsense, 0) < FUTEX_OWNER_DIED);
    check_true(id, "nothing is done to what is not aligned",
               futex_after(unaligned, 0) < FUTEX_OWNER_DIED);
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    run_case("R01", run_calls, NULL);
    run_case("R02", run_deaths, NULL);
    run_case("R03", run_lists, NULL);
    return finish();
}
