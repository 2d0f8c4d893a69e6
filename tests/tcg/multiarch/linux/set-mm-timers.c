/*
 * POSIX timers: their numbers, how many there can be, what /proc tells of them,
 * and who has them after a fork; prctl(2)'s options for those who restore a
 * process
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-ends.h"
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>

#ifndef PR_GET_TID_ADDRESS
#define PR_GET_TID_ADDRESS 40
#endif
#ifndef PR_TIMER_CREATE_RESTORE_IDS
#define PR_TIMER_CREATE_RESTORE_IDS 77
#endif

enum {
    RESTORE_OFF,
    RESTORE_ON,
    RESTORE_GET,
    MANY = 200,
    NO_CLOCK = 99,
    VALUE = 0x1234,
};

/* By the kernel's numbers, which a C library may hide. */
static long create(int clock, struct sigevent *event, int *id)
{
    return err_of(syscall(SYS_timer_create, clock, event, id));
}

static long create_for(int notify, int sig, int *id)
{
    struct sigevent event;

    memset(&event, 0, sizeof(event));
    event.sigev_notify = notify;
    event.sigev_signo = sig;
    event.sigev_value.sival_ptr = (void *)VALUE;
    if (notify == SIGEV_THREAD_ID) {
        event._sigev_un._tid = syscall(SYS_gettid);
    }
    return create(CLOCK_MONOTONIC, &event, id);
}

static long delete(int id)
{
    return err_of(syscall(SYS_timer_delete, id));
}

static long overrun(int id)
{
    return err_of(syscall(SYS_timer_getoverrun, id));
}

/* The first call's struct has the size of four words. */
#ifdef SYS_timer_gettime
typedef long Word;
enum { GETTIME = SYS_timer_gettime, SETTIME = SYS_timer_settime };
#else
typedef int64_t Word;
enum { GETTIME = SYS_timer_gettime64, SETTIME = SYS_timer_settime64 };
#endif

static long get(int id, Word *value)
{
    return err_of(syscall(GETTIME, id, value));
}

static long set(int id, const Word *value, Word *old)
{
    return err_of(syscall(SETTIME, id, 0, value, old));
}

/* ------------------------------------------------------------- numbers */

static void run_numbers(const char *id, const void *unused)
{
    int timer[MANY];
    const int first = sw_first_timer();
    int made = 0, right = 0;

    (void)unused;
    for (; made < MANY && create(CLOCK_MONOTONIC, NULL, &timer[made]) == 0;
         made++) {
        right += timer[made] == first + made;
    }
    check_num(id, "timers at once", MANY, made);
    check_num(id, "which are numbered from the first on", MANY, right);
    check_err(id, "delete one", 0, delete(timer[3]));
    check_err(id, "delete it again", EINVAL, delete(timer[3]));
    check_err(id, "create another one", 0,
              create(CLOCK_MONOTONIC, NULL, &timer[3]));
    check_num(id, "its number", first + MANY, timer[3]);
    check_err(id, "delete one that never was", EINVAL, delete(MANY + 2));
    check_err(id, "delete -1", EINVAL, delete(-1));
}

static void run_errors(const char *id, const void *unused)
{
    Word value[4] = { -2, -2, -2, -2 }, old[4] = { -2, -2, -2, -2 };
    const Word second[4] = { 0, 0, 1000, 0 };
    const Word wrong[4] = { 0, 0, 0, 1000000000 };
    int timer = -7;

    (void)unused;
    check_err(id, "timer_create of no clock", EINVAL,
              create(NO_CLOCK, NULL, &timer));
    check_num(id, "leaves the number", -7, timer);
    check_err(id, "timer_create of an unreadable event", EFAULT,
              create(CLOCK_MONOTONIC, (void *)BAD_PTR, &timer));
    check_err(id, "timer_create of a bad notification", EINVAL,
              create_for(77, SIGUSR1, &timer));
    check_err(id, "timer_create to a bad pointer", EFAULT,
              create(CLOCK_MONOTONIC, NULL, (void *)BAD_PTR));
    check_err(id, "timer_create", 0, create(CLOCK_MONOTONIC, NULL, &timer));
    check_err(id, "timer_gettime to a bad pointer", EFAULT,
              get(timer, (void *)BAD_PTR));
    check_err(id, "timer_gettime of no timer", EINVAL, get(timer + 1, value));
    check_num(id, "writes nothing", -2, value[2]);
    check_err(id, "timer_gettime of no timer to a bad pointer", EINVAL,
              get(timer + 1, (void *)BAD_PTR));
    check_err(id, "timer_settime of nothing", EINVAL, set(timer, NULL, NULL));
    check_err(id, "timer_settime of a bad pointer", EFAULT,
              set(timer, (void *)BAD_PTR, NULL));
    check_err(id, "timer_settime of a wrong value", EINVAL,
              set(timer, wrong, old));
    check_num(id, "writes nothing", -2, old[2]);
    check_err(id, "timer_settime of no timer", EINVAL,
              set(timer + 1, second, old));
    check_num(id, "writes nothing", -2, old[2]);
    check_err(id, "timer_settime", 0, set(timer, second, old));
    check_num(id, "tells the old value", 0, old[2]);
    check_err(id, "timer_gettime", 0, get(timer, value));
    check_num(id, "tells the value", 999, value[2]);
    check_num(id, "timer_getoverrun", 0, overrun(timer));
    check_err(id, "timer_getoverrun of no timer", EINVAL, overrun(timer + 1));
}

/* --------------------------------------------------------------- /proc */

/* One timer as proc(5) describes it. */
typedef struct Shown {
    int id, sig, clock;
    unsigned long long value;
    char how[16], who[8];
} Shown;

static int read_timers(Shown *shown, int count)
{
    /* Each begins at a line. */
    char text[8192] = "\n";
    const char *at = text;
    int n = 0, pid;

    if (read_whole("/proc/self/timers", text + 1, sizeof(text) - 2) < 0) {
        return -1;
    }
    for (; n < count && (at = strstr(at, "\nID: ")); n++, at++) {
        Shown *s = &shown[n];

        if (sscanf(at, " ID: %d signal: %d/%llx notify: %15[a-z]/%7[a-z].%d "
                   "ClockID: %d", &s->id, &s->sig, &s->value, s->how, s->who,
                   &pid, &s->clock) != 7 || pid != getpid()) {
            return -1;
        }
    }
    return n;
}

static const Shown *find(const Shown *shown, int count, int id)
{
    static const Shown none;

    for (int i = 0; i < count; i++) {
        if (shown[i].id == id) {
            return &shown[i];
        }
    }
    return &none;
}

static void run_shown(const char *id, const void *unused)
{
    const int sig[] = { SIGUSR1, SIGCHLD, SIGRTMIN + 2, SIGRTMIN + 9 };
    int timer, count;
    Shown shown[8];
    const Shown *s;

    (void)unused;
    if (access("/proc/self/timers", R_OK) < 0) {
        skip(id, "timers", "this kernel does not list them");
        return;
    }
    check_num(id, "timers at the start", 0, read_timers(shown, 8));
    for (int i = 0; i < 4; i++) {
        check_err(id, "create one with a signal", 0,
                  create_for(SIGEV_SIGNAL, sig[i], &timer));
        count = read_timers(shown, 8);
        s = find(shown, count, timer);
        check_num(id, "timers", i + 1, count);
        check_num(id, "its signal", sig[i], s->sig);
        check_num(id, "its value", VALUE, s->value);
        check_str(id, "how it notifies", "signal", s->how);
        check_str(id, "whom it notifies", "pid", s->who);
        check_num(id, "its clock", CLOCK_MONOTONIC, s->clock);
    }
    create(CLOCK_REALTIME, NULL, &timer);
    s = find(shown, read_timers(shown, 8), timer);
    check_num(id, "the signal of one without an event", SIGALRM, s->sig);
    check_num(id, "its clock", CLOCK_REALTIME, s->clock);
    create_for(SIGEV_NONE, 0, &timer);
    s = find(shown, read_timers(shown, 8), timer);
    check_str(id, "one that does not notify", "none", s->how);
    create_for(SIGEV_THREAD_ID, SIGUSR2, &timer);
    s = find(shown, read_timers(shown, 8), timer);
    check_str(id, "one of a thread", "tid", s->who);
    check_num(id, "its signal", SIGUSR2, s->sig);
}

/* ---------------------------------------------------------------- fork */

static void run_fork(const char *id, const void *unused)
{
    const int first = sw_first_timer();
    int timer, status = -1, own = -1;
    pid_t pid;

    (void)unused;
    create(CLOCK_MONOTONIC, NULL, &timer);
    create(CLOCK_MONOTONIC, NULL, &timer);
    pid = fork();
    if (pid == 0) {
        if (delete(timer) != EINVAL) {
            _exit(1);
        }
        if (create(CLOCK_MONOTONIC, NULL, &own) || own != first) {
            _exit(2);
        }
        _exit(delete(own) == 0 ? 0 : 3);
    }
    waitpid(pid, &status, 0);
    check_status(id, "a child has none, and begins with the first", 0, status);
    check_err(id, "the parent has its own", 0, delete(timer));
}

/* --------------------------------------------------------- restored ones */

static long restore_ids(int what)
{
    return err_of(prctl(PR_TIMER_CREATE_RESTORE_IDS, what, 0, 0, 0));
}

static long create_as(int wanted, int *id)
{
    *id = wanted;
    return create(CLOCK_MONOTONIC, NULL, id);
}

static void run_restored(const char *id, const void *unused)
{
    int timer;

    (void)unused;
    if (restore_ids(RESTORE_GET)) {
        skip(id, "timers with chosen numbers", "not known to this kernel");
        return;
    }
    check_err(id, "a value that is none", EINVAL, restore_ids(3));
    check_err(id, "a third argument", EINVAL,
              err_of(prctl(PR_TIMER_CREATE_RESTORE_IDS, RESTORE_ON, 1, 0, 0)));
    create_as(500, &timer);
    check_true(id, "a number that is not asked for", timer != 500);
    check_err(id, "from now on", 0, restore_ids(RESTORE_ON));
    check_num(id, "so it is", 1,
              prctl(PR_TIMER_CREATE_RESTORE_IDS, RESTORE_GET, 0, 0, 0));
    check_err(id, "timer_create of 500", 0, create_as(500, &timer));
    check_num(id, "its number", 500, timer);
    check_err(id, "timer_create of 500 again", EBUSY, create_as(500, &timer));
    check_err(id, "timer_create of 3", 0, create_as(3, &timer));
    check_err(id, "timer_create of -3", EINVAL, create_as(-3, &timer));
    check_err(id, "timer_create of an unreadable number", EFAULT,
              create(CLOCK_MONOTONIC, NULL, (void *)BAD_PTR));
    check_err(id, "no more", 0, restore_ids(RESTORE_OFF));
    create_as(700, &timer);
    check_true(id, "a number that is not asked for", timer != 700);
    check_err(id, "delete 500", 0, delete(500));
}

/* ------------------------------------------------------------ addresses */

/* A kernel of 64 bits writes all of them, whatever the program has. */
static uintptr_t tid_address(void)
{
    uintptr_t address[8 / sizeof(uintptr_t) + 1] = { 0 };

    return prctl(PR_GET_TID_ADDRESS, address, 0, 0, 0) ? UINTPTR_MAX
                                                       : address[0];
}

static void *in_thread(void *address)
{
    *(uintptr_t *)address = tid_address();
    return NULL;
}

static void run_addresses(const char *id, const void *unused)
{
    uintptr_t address = 0;
    static int word;
    pthread_t thread;

    (void)unused;
    if (tid_address() == UINTPTR_MAX) {
        skip(id, "where a thread's number is cleared",
             "not known to this kernel");
        return;
    }
    syscall(SYS_set_tid_address, &word);
    check_num(id, "as set_tid_address(2) has set it", (uintptr_t)&word,
              tid_address());
    syscall(SYS_set_tid_address, NULL);
    check_num(id, "none", 0, tid_address());
    pthread_create(&thread, NULL, in_thread, &address);
    pthread_join(thread, NULL);
    check_true(id, "a thread's is another one",
               address && address != (uintptr_t)&word);
    check_err(id, "to a bad pointer", EFAULT,
              err_of(prctl(PR_GET_TID_ADDRESS, BAD_PTR, 0, 0, 0)));
}

/* --------------------------------------------------------------- actions */

static void run_actions(const char *id, const void *unused)
{
    struct sigaction action = { .sa_handler = SIG_IGN }, old;

    (void)unused;
    sigfillset(&action.sa_mask);
    check_err(id, "sigaction with a full mask", 0,
              err_of(sigaction(SIGUSR1, &action, NULL)));
    sigaction(SIGUSR1, NULL, &old);
    check_true(id, "has no SIGKILL", !sigismember(&old.sa_mask, SIGKILL));
    check_true(id, "has no SIGSTOP", !sigismember(&old.sa_mask, SIGSTOP));
    check_true(id, "has SIGTERM", sigismember(&old.sa_mask, SIGTERM));
    check_true(id, "has SIGCHLD", sigismember(&old.sa_mask, SIGCHLD));
    check_true(id, "has SIGRTMAX", sigismember(&old.sa_mask, SIGRTMAX));
}

/* ------------------------------------------------ signed addresses */

enum { PAC_SET = 60, PAC_GET = 61, PAC_ALL = 15, PAC_GENERIC = 16 };

static long pac(int option, unsigned long keys, unsigned long enabled)
{
    return err_of(prctl(option, keys, enabled, 0, 0));
}

/* PACIA1716, which older processors pass over. */
static uintptr_t signed_address(uintptr_t address)
{
#ifdef i386
    /* It has no such instruction. */
#elif defined(__aarch64__)
    asm volatile("mov x17, %0\n\t"
                 "mov x16, #4711\n\t"
                 "hint #8\n\t"
                 "mov %0, x17"
                 : "+r" (address) : : "x16", "x17");
#endif
    return address;
}

static void run_keys(const char *id, const void *unused)
{
    const uintptr_t address = (uintptr_t)&run_keys;

    (void)unused;
    if (prctl(PAC_GET, 0, 0, 0, 0) < 0) {
        skip(id, "keys that sign addresses", "not known here");
        return;
    }
    check_num(id, "enabled keys at the start", PAC_ALL,
              prctl(PAC_GET, 0, 0, 0, 0));
    check_true(id, "an address is signed",
               signed_address(address) != address);
    check_err(id, "PR_PAC_SET_ENABLED_KEYS of the generic key", EINVAL,
              pac(PAC_SET, PAC_GENERIC, 0));
    check_err(id, "of another one than is named", EINVAL, pac(PAC_SET, 1, 2));
    check_err(id, "with a fourth argument", EINVAL,
              err_of(prctl(PAC_SET, 0, 0, 1, 0)));
    check_err(id, "of all to none", 0, pac(PAC_SET, PAC_ALL, 0));
    check_num(id, "enabled keys", 0, prctl(PAC_GET, 0, 0, 0, 0));
    check_true(id, "an address is not signed",
               signed_address(address) == address);
    check_err(id, "one of them again", 0, pac(PAC_SET, 1, 1));
    check_num(id, "enabled keys", 1, prctl(PAC_GET, 0, 0, 0, 0));
    check_true(id, "an address is signed",
               signed_address(address) != address);
    pac(PAC_SET, PAC_ALL, PAC_ALL);
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    run_case("I01", run_numbers, NULL);
    run_case("I02", run_errors, NULL);
    run_case("I03", run_shown, NULL);
    run_case("I04", run_fork, NULL);
    run_case("I05", run_restored, NULL);
    run_case("I06", run_addresses, NULL);
    run_case("I07", run_actions, NULL);
    run_case("I08", run_keys, NULL);
    return finish();
}
