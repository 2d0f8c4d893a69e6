/*
 * Capabilities: what capget(2), status and prctl(2) tell of them, and what
 * PR_SET_MM makes of it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <linux/capability.h>
#include <pthread.h>

enum { SYS_RESOURCE = CAP_NR_SYS_RESOURCE };

struct caps {
    uint64_t effective;
    uint64_t permitted;
    uint64_t inheritable;
};

static int get_caps(pid_t pid, struct caps *caps)
{
    struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, pid };
    struct __user_cap_data_struct data[2] = { { 0 } };
    int error = err_of(syscall(SYS_capget, &head, data));

    caps->effective = data[0].effective | (uint64_t)data[1].effective << 32;
    caps->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
    caps->inheritable =
        data[0].inheritable | (uint64_t)data[1].inheritable << 32;
    return error;
}

static int set_caps(const struct caps *caps)
{
    struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct data[2];

    for (int i = 0; i < 2; i++) {
        data[i].effective = caps->effective >> 32 * i;
        data[i].permitted = caps->permitted >> 32 * i;
        data[i].inheritable = caps->inheritable >> 32 * i;
    }
    return err_of(syscall(SYS_capset, &head, data));
}

static uint64_t line_of(const char *path, const char *name)
{
    uint64_t bits;

    return read_bits(path, name, &bits) ? bits : ~0ull;
}

/* What a program that probes first asks: EBADF if it may. */
static int probe(void)
{
    return set_mm(PR_SET_MM_EXE_FILE, -1ul, 0, 0);
}

/* In a user namespace of one's own a capability is not enough. */
static int want_probe(uint64_t effective)
{
    return (effective >> SYS_RESOURCE & 1) &&
           (judge.caps_all || in_first_user_ns()) ? EBADF : EPERM;
}

static void compare_status(const char *id, const char *path,
                           const struct caps *caps)
{
    check_num(id, "CapEff", caps->effective, line_of(path, "CapEff:"));
    check_num(id, "CapPrm", caps->permitted, line_of(path, "CapPrm:"));
    check_num(id, "CapInh", caps->inheritable, line_of(path, "CapInh:"));
}

/* ------------------------------------------------------- what is told */

static void told(const char *id, const void *arg)
{
    char path[64];
    struct caps caps;

    (void)arg;
    check_err(id, "capget", 0, get_caps(0, &caps));
    if (judge.caps_all) {
        check_num(id, "CAP_SYS_RESOURCE is effective", 1,
                  caps.effective >> SYS_RESOURCE & 1);
        check_num(id, "CAP_CHECKPOINT_RESTORE is effective", 1,
                  caps.effective >> CAP_NR_CHECKPOINT_RESTORE & 1);
    }
    check_num(id, "what is effective is permitted", 0,
              caps.effective & ~caps.permitted);
    check_err(id, "PR_SET_MM is what capget says", want_probe(caps.effective),
              probe());
    compare_status(id, "/proc/self/status", &caps);
    compare_status(id, "/proc/thread-self/status", &caps);
    snprintf(path, sizeof(path), "/proc/%d/task/%ld/status", getpid(),
             syscall(SYS_gettid));
    compare_status(id, path, &caps);
}

static void told_by_number(const char *id, const void *arg)
{
    struct caps caps, again;

    (void)arg;
    get_caps(0, &caps);
    check_err(id, "capget of the own number", 0, get_caps(getpid(), &again));
    check_num(id, "and it says the same", caps.effective, again.effective);
    check_err(id, "capget of no process", ESRCH, get_caps(0x3ffffff, &again));
    check_err(id, "capget of a negative number", EINVAL, get_caps(-1, &again));
}

/* 32 capabilities, as until Linux 2.6.25. */
static void told_to_old_programs(const char *id, const void *arg)
{
    struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_1, 0 };
    struct __user_cap_data_struct data[2] = { { 0 }, { 77, 77, 77 } };
    struct caps caps;

    (void)arg;
    get_caps(0, &caps);
    check_err(id, "capget, first version", 0,
              err_of(syscall(SYS_capget, &head, data)));
    check_num(id, "effective", (uint32_t)caps.effective, data[0].effective);
    check_num(id, "permitted", (uint32_t)caps.permitted, data[0].permitted);
    check_num(id, "nothing behind it", 77, data[1].effective);
    head.version = 1;
    check_err(id, "capget, no version", EINVAL,
              err_of(syscall(SYS_capget, &head, data)));
    check_num(id, "the kernel's version is told", _LINUX_CAPABILITY_VERSION_3,
              head.version);
}

static long cap_bound(unsigned long cap)
{
    return syscall(SYS_prctl, PR_CAPBSET_READ, cap, 0, 0, 0);
}

static void bounds(const char *id, const void *arg)
{
    uint64_t told = line_of("/proc/self/status", "CapBnd:"), read = 0;

    (void)arg;
    for (int cap = 0; cap < 64; cap++) {
        read |= (uint64_t)(cap_bound(cap) == 1) << cap;
    }
    check_num(id, "PR_CAPBSET_READ is CapBnd", told, read);
    if (judge.caps_all) {
        check_num(id, "CAP_SYS_RESOURCE is in it", 1, read >> SYS_RESOURCE & 1);
    }
    check_err(id, "PR_CAPBSET_READ of capability 63", EINVAL,
              err_of(cap_bound(63)));
}

static void bound_dropped(const char *id, const void *arg)
{
    int want = has_cap(8 /* CAP_SETPCAP */) ? 0 : EPERM;
    struct caps before, after;

    (void)arg;
    get_caps(0, &before);
    check_err(id, "PR_CAPBSET_DROP", want,
              err_of(syscall(SYS_prctl, PR_CAPBSET_DROP, SYS_RESOURCE, 0, 0,
                             0)));
    if (!want) {
        check_num(id, "PR_CAPBSET_READ afterwards", 0,
                  cap_bound(SYS_RESOURCE));
        check_num(id, "CapBnd afterwards", 0,
                  line_of("/proc/self/status", "CapBnd:") >> SYS_RESOURCE &
                  1);
    }
    get_caps(0, &after);
    check_num(id, "what is permitted stays", before.permitted, after.permitted);
}

/* ------------------------------------------------- what is given up */

static void give_up(const char *id, const void *arg)
{
    struct caps caps, less;

    (void)arg;
    get_caps(0, &caps);
    check_err(id, "capset of what there is", 0, set_caps(&caps));
    check_err(id, "PR_SET_MM afterwards", want_probe(caps.effective), probe());

    less = caps;
    less.effective &= ~(1ull << SYS_RESOURCE);
    check_err(id, "capset of less that is effective", 0, set_caps(&less));
    check_err(id, "PR_SET_MM without the capability", EPERM, probe());
    check_num(id, "CapEff without the capability", less.effective,
              line_of("/proc/self/status", "CapEff:"));

    check_err(id, "capset of what is still permitted", 0, set_caps(&caps));
    check_err(id, "PR_SET_MM again", want_probe(caps.effective), probe());

    less.permitted = less.effective;
    check_err(id, "capset of less that is permitted", 0, set_caps(&less));
    check_err(id, "PR_SET_MM for good", EPERM, probe());
    compare_status(id, "/proc/self/status", &less);
    if (caps.permitted != less.permitted) {
        check_err(id, "capset of what was given up", EPERM, set_caps(&caps));
        less.effective = caps.effective;
        check_err(id, "effective, but not permitted", EPERM, set_caps(&less));
    }
}

static void not_had(const char *id, const void *arg)
{
    struct caps caps, more;
    int cap = 0;

    (void)arg;
    get_caps(0, &caps);
    while (cap < 40 && (caps.permitted >> cap & 1)) {
        cap++;
    }
    if (cap == 40) {
        skip(id, "capset of more", "this process has all of them");
        return;
    }
    more = caps;
    more.permitted |= 1ull << cap;
    check_err(id, "capset of more", EPERM, set_caps(&more));
    get_caps(0, &more);
    check_num(id, "nothing has changed", caps.permitted, more.permitted);
    check_err(id, "PR_SET_MM as before", want_probe(caps.effective), probe());
}

static void drop_it(void)
{
    struct caps caps;

    get_caps(0, &caps);
    caps.effective &= ~(1ull << SYS_RESOURCE);
    caps.permitted &= ~(1ull << SYS_RESOURCE);
    set_caps(&caps);
}

static void inherited(const char *id, const void *arg)
{
    struct caps before, caps;
    pid_t pid;

    (void)arg;
    get_caps(0, &before);
    pid = fork();
    if (pid == 0) {
        check_err(id, "PR_SET_MM in a child", want_probe(before.effective),
                  probe());
        drop_it();
        pid = fork();
        if (pid == 0) {
            check_err(id, "PR_SET_MM in the child of one without it", EPERM,
                      probe());
            get_caps(0, &caps);
            check_num(id, "its capget", 0, caps.permitted >> SYS_RESOURCE & 1);
            _exit(0);
        }
        _exit(wait_for(pid));
    }
    check_num(id, "the children end", 0, wait_for(pid));
    check_err(id, "PR_SET_MM in the parent", want_probe(before.effective),
              probe());
}

/* ------------------------------------------------------------ threads */

struct thread {
    const char *id;
    FUTEX_ALIGNED pthread_barrier_t at;
    pid_t tid;
    int error;
};

static void *probe_only(void *arg)
{
    struct thread *self = arg;

    self->error = probe();
    return NULL;
}

static void *drop_and_wait(void *arg)
{
    struct thread *self = arg;
    pthread_t child;

    self->tid = syscall(SYS_gettid);
    drop_it();
    pthread_barrier_wait(&self->at);
    pthread_barrier_wait(&self->at);
    if (pthread_create(&child, NULL, probe_only, self) == 0) {
        pthread_join(child, NULL);
    }
    return NULL;
}

static void threads(const char *id, const void *arg)
{
    struct thread other = { .id = id };
    struct caps before, caps;
    pthread_t thread;
    char path[64];

    (void)arg;
    get_caps(0, &before);
    pthread_barrier_init(&other.at, NULL, 2);
    if (pthread_create(&thread, NULL, drop_and_wait, &other)) {
        skip(id, "a thread without it", "no thread");
        return;
    }
    pthread_barrier_wait(&other.at);
    check_err(id, "PR_SET_MM beside a thread without it",
              want_probe(before.effective), probe());
    check_err(id, "capget of that thread", 0, get_caps(other.tid, &caps));
    check_num(id, "it does not have it", 0, caps.permitted >> SYS_RESOURCE & 1);
    snprintf(path, sizeof(path), "/proc/self/task/%d/status", other.tid);
    check_num(id, "nor in its status", caps.effective,
              line_of(path, "CapEff:"));
    check_num(id, "the own status", before.effective,
              line_of("/proc/thread-self/status", "CapEff:"));
    pthread_barrier_wait(&other.at);
    pthread_join(thread, NULL);
    check_err(id, "PR_SET_MM in a thread of that thread", EPERM, other.error);
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    run_case("P01", told, NULL);
    run_case("P02", told_by_number, NULL);
    run_case("P03", told_to_old_programs, NULL);
    run_case("P04", bounds, NULL);
    run_case("P05", bound_dropped, NULL);
    run_case("P10", give_up, NULL);
    run_case("P11", not_had, NULL);
    run_case("P12", inherited, NULL);
    run_case("P13", threads, NULL);
    return finish();
}
