/*
 * Descriptors of the emulator's own, in a table that is not the guest's
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <dirent.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include "qemu/atomic.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/host/own-table.h"
#include "set-mm/host/vfork-child.h"

#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE (1u << 1)
#endif

enum {
    /* Of the same number on all architectures. */
    NR_PIDFD_OPEN = 434,
    NR_CLOSE_RANGE = 436,
    NR_PIDFD_GETFD = 438,
    /* Several paths of PATH_MAX bytes, and a buffer. */
    STACK_SIZE = 256 * 1024,
    MAX_STARTS = 8,
};

/* Of a request. */
enum { IDLE, POSTED, DONE };

static struct {
    QemuMutex lock;         /* of a request, and of making the keeper */
    int request;            /* a futex */
    OwnWork *work;
    void *opaque;
    long ret;
    pid_t thread;           /* 0: there is none */
    pid_t listed;           /* the same in the procfs that it found at /proc */
    pid_t process;          /* and its process */
    pid_t helper;           /* that sleeps beside it; 0: there is none */
    int ready;              /* a futex: the keeper has begun, or failed */
    bool (*ask)(void);      /* while it is idle, or NULL */
    const OwnPutOff *put_off;
    int nstarts;
    struct {
        OwnWork *work;
        void *opaque;
    } start[MAX_STARTS];
} keeper;

bool own_table_is_put_off;

static __thread bool is_keeper;

static void futex_wait_for(int *word, int value, const struct timespec *time)
{
    syscall(__NR_futex, word, FUTEX_WAIT_PRIVATE, value, time, NULL, 0);
}

static void futex_wait(int *word, int value)
{
    futex_wait_for(word, value, NULL);
}

static void futex_set(int *word, int value)
{
    qatomic_store_release(word, value);
    syscall(__NR_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

/* --- The keeper's thread -------------------------------------------------- */

/* Where close_range(2) is refused; the table is a copy of the guest's. */
static void close_each(void)
{
    DIR *dir = opendir("/proc/thread-self/fd");
    struct dirent *entry;
    bool again = dir;

    if (!dir) {
        for (int fd = 0; fd < sysconf(_SC_OPEN_MAX) && fd < 65536; fd++) {
            close(fd);
        }
        return;
    }
    while (again) {
        again = false;
        rewinddir(dir);
        while ((entry = readdir(dir))) {
            int fd = *entry->d_name == '.' ? -1 : atoi(entry->d_name);

            if (fd >= 0 && fd != dirfd(dir)) {
                close(fd);
                again = true;
            }
        }
    }
    closedir(dir);
}

static void empty_table(void)
{
    if (syscall(NR_CLOSE_RANGE, 0, -1u, 0) < 0) {
        close_each();
    }
}

/* The one call leaves a whole table behind and copies nothing. */
bool own_table_leave(void)
{
    if (syscall(NR_CLOSE_RANGE, 0, -1u, CLOSE_RANGE_UNSHARE) == 0) {
        return true;
    }
    if (unshare(CLONE_FILES) < 0) {
        return false;
    }
    empty_table();
    return true;
}

/* The numbers of the keeper and its process in the procfs at /proc. */
static void ask_procfs(void)
{
    char link[sizeof("/task/") + 6 * sizeof(int)];
    ssize_t len = readlink("/proc/thread-self", link, sizeof(link) - 1);
    const char *number;

    link[MAX(len, 0)] = '\0';
    number = strrchr(link, '/');
    keeper.process = number ? atoi(link) : getpid();
    qatomic_set(&keeper.listed, number ? atoi(number + 1) : keeper.thread);
}

static void wait_for_request(void)
{
    static const struct timespec nap = { .tv_nsec = 50 * 1000 * 1000 };
    int request;

    while ((request = qatomic_load_acquire(&keeper.request)) != POSTED) {
        if (keeper.ask && keeper.ask()) {
            keeper.ask = NULL;
        }
        futex_wait_for(&keeper.request, request, keeper.ask ? &nap : NULL);
    }
}

static void serve(void)
{
    is_keeper = true;
    qatomic_set(&keeper.thread, syscall(__NR_gettid));
    ask_procfs();
    for (int i = 0; i < keeper.nstarts; i++) {
        keeper.start[i].work(keeper.start[i].opaque);
    }
    /*
     * Only now, as a limit may leave room for no more than these.  Nobody looks
     * for the last one from outside, and its number is there for what is opened
     * for a moment.
     */
    for (int file = 0; file < OWN_PROC; file++) {
        if (fcntl(file, F_GETFD) < 0 && errno == EBADF) {
            own_table_clear(file);
        }
    }
    /* Others look for the name, and find all that belongs to it. */
    prctl(PR_SET_NAME, OWN_TABLE_COMM);
    futex_set(&keeper.ready, 1);
    for (;;) {
        wait_for_request();
        keeper.ret = keeper.work(keeper.opaque);
        futex_set(&keeper.request, DONE);
    }
}

static int serve_beside(void *opaque)
{
    empty_table();
    serve();
    return 0;
}

/*
 * Filters of containers refuse unshare(2), and older ones close_range(2); then
 * a second thread is made without CLONE_FILES.  It uses this one's thread-local
 * storage, so this one sleeps.
 */
static void serve_by_clone(void)
{
    void *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

    qatomic_set(&keeper.helper, syscall(__NR_gettid));
    if (stack == MAP_FAILED ||
        clone(serve_beside, (char *)stack + STACK_SIZE,
              CLONE_VM | CLONE_FS | CLONE_SIGHAND | CLONE_THREAD |
              CLONE_SYSVSEM, NULL) < 0) {
        futex_set(&keeper.ready, -1);
        return;
    }
    for (;;) {
        pause();
    }
}

static void *keeper_main(void *opaque)
{
    if (own_table_leave()) {
        serve();
    } else {
        serve_by_clone();
    }
    return NULL;
}

/*
 * Signals are the guest's.  The C library keeps its own two from being blocked,
 * and the guest can send these as well.
 *
 * Returns: whether there is a keeper now.
 */
static bool start_keeper(void)
{
    uint64_t all = -1, old;
    pthread_attr_t attr;
    pthread_t thread;
    int error;

    if (own_table_is_put_off) {
        own_table_is_put_off = false;
        keeper.put_off->end();
    }
    keeper.ready = 0;
    keeper.request = IDLE;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, STACK_SIZE);
    syscall(__NR_rt_sigprocmask, SIG_BLOCK, &all, &old, sizeof(all));
    error = pthread_create(&thread, &attr, keeper_main, NULL);
    syscall(__NR_rt_sigprocmask, SIG_SETMASK, &old, NULL, sizeof(old));
    pthread_attr_destroy(&attr);
    while (!error && !qatomic_load_acquire(&keeper.ready)) {
        futex_wait(&keeper.ready, 0);
    }
    return qatomic_read(&keeper.thread) != 0;
}

/* --- For everybody -------------------------------------------------------- */

static long call_locked(OwnWork *work, void *opaque)
{
    static const struct timespec nap = { .tv_nsec = 50 * 1000 * 1000 };

    if (!keeper.thread && (vfork_is_child() || !start_keeper())) {
        return -ENOSYS;
    }
    keeper.work = work;
    keeper.opaque = opaque;
    futex_set(&keeper.request, POSTED);
    while (qatomic_load_acquire(&keeper.request) != DONE) {
        if (vfork_is_orphan()) {
            return -ENOSYS;
        }
        futex_wait_for(&keeper.request, POSTED,
                       vfork_is_child() ? &nap : NULL);
    }
    qatomic_set(&keeper.request, IDLE);
    return keeper.ret;
}

long own_table_call(OwnWork *work, void *opaque)
{
    int error = errno;
    long ret;

    if (is_keeper) {
        return work(opaque);
    }
    qemu_mutex_lock(&keeper.lock);
    ret = call_locked(work, opaque);
    qemu_mutex_unlock(&keeper.lock);
    errno = error;
    return ret;
}

long own_table_call_forking(OwnWork *work, void *opaque)
{
    return call_locked(work, opaque);
}

static long note_ask(void *opaque)
{
    keeper.ask = opaque;
    return 0;
}

void own_table_when_idle(bool (*ask)(void))
{
    own_table_call(note_ask, ask);
}

void own_table_at_start(OwnWork *work, void *opaque)
{
    qemu_mutex_lock(&keeper.lock);
    g_assert(keeper.nstarts < MAX_STARTS);
    keeper.start[keeper.nstarts].work = work;
    keeper.start[keeper.nstarts].opaque = opaque;
    keeper.nstarts++;
    qemu_mutex_unlock(&keeper.lock);
}

void own_table_begin(void)
{
    if (own_table_is_put_off) {
        start_keeper();
    }
}

pid_t own_table_thread(void)
{
    own_table_begin();
    return qatomic_read(&keeper.thread);
}

pid_t own_table_caller(void)
{
    return vfork_is_child() ? -vfork_child_pid : syscall(__NR_gettid);
}

/*
 * A process that was started in a new PID namespace can still see the old
 * procfs, and mount a new one later.
 */
pid_t own_table_listed(void)
{
    char self[3 * sizeof(int)];
    pid_t thread = own_table_thread();
    ssize_t len;

    if (qatomic_read(&keeper.listed) == thread) {
        return thread;
    }
    len = readlink("/proc/self", self, sizeof(self) - 1);
    self[MAX(len, 0)] = '\0';
    return atoi(self) == getpid() ? thread : qatomic_read(&keeper.listed);
}

OwnPath own_table_path(int fd)
{
    OwnPath path;

    if (vfork_is_child()) {
        snprintf(path.path, sizeof(path.path), "/proc/%d/task/%d/fd/%d",
                 (int)keeper.process, (int)keeper.listed, fd);
    } else {
        snprintf(path.path, sizeof(path.path), "/proc/self/task/%d/fd/%d",
                 (int)own_table_listed(), fd);
    }
    return path;
}

typedef struct EntryPath {
    char path[sizeof("/proc/self/task///") + 6 * sizeof(int) + 8];
} EntryPath;

/* The first thread has another number in a procfs of another PID namespace. */
static EntryPath entry_path(pid_t thread, const char *entry)
{
    EntryPath ret;

    if (thread < 0) {
        snprintf(ret.path, sizeof(ret.path), "/proc/%d/%s", -(int)thread,
                 entry);
    } else if (thread == getpid()) {
        snprintf(ret.path, sizeof(ret.path), "/proc/self/%s", entry);
    } else {
        snprintf(ret.path, sizeof(ret.path), "/proc/self/task/%d/%s",
                 (int)thread, entry);
    }
    return ret;
}

static int open_by_proc(pid_t thread, const char *entry)
{
    return open(entry_path(thread, entry).path, O_PATH | O_CLOEXEC);
}

int own_table_open_of(pid_t thread, int fd)
{
    char entry[sizeof("fd/") + 3 * sizeof(int)];
    int ret, pidfd;

    snprintf(entry, sizeof(entry), "fd/%d", fd);
    ret = open_by_proc(thread, entry);
    if (ret >= 0 || errno != ENOENT) {
        return ret;
    }
    /* The number is not open; a pidfd would need one more in a small table. */
    if (access(entry_path(thread, "fd").path, F_OK) == 0) {
        errno = ENOENT;
        return -1;
    }
    /* Of the first thread's table, which is nearly always all threads'. */
    pidfd = syscall(NR_PIDFD_OPEN, thread < 0 ? -thread : getpid(), 0);
    if (pidfd < 0) {
        return -1;
    }
    ret = syscall(NR_PIDFD_GETFD, pidfd, fd, 0);
    close(pidfd);
    return ret;
}

/* A thread can have a working directory, a root and mounts of its own. */
static int open_start(pid_t thread, int dirfd, bool is_absolute)
{
    if (!is_absolute && dirfd != AT_FDCWD) {
        return own_table_open_of(thread, dirfd);
    }
    return open_by_proc(thread, is_absolute ? "root" : "cwd");
}

int own_table_openat(pid_t thread, int dirfd, const char *path, int flags)
{
    int start = open_start(thread, dirfd, *path == '/');
    int ret;

    if (start < 0) {
        return -1;
    }
    path += strspn(path, "/");
    ret = openat(start, *path ? path : ".", flags | O_CLOEXEC);
    close(start);
    return ret;
}

int own_table_put(OwnFile file, int fd)
{
    int ret;

    if (fd == (int)file) {
        return 0;
    }
    ret = dup3(fd, file, O_CLOEXEC) < 0 ? -errno : 0;
    if (fd >= 0) {
        close(fd);
    }
    return ret;
}

/*
 * A number that others look for must not be taken by anything else, so there is
 * always something: a file of nothing, which keeps no mount busy.
 */
void own_table_clear(OwnFile file)
{
    int fd;

    close(file);
    fd = file < OWN_PROC ? eventfd(0, EFD_CLOEXEC) : -1;
    if (fd >= 0) {
        own_table_put(file, fd);
    }
}

int own_table_keep(int fd)
{
    int ret = fcntl(fd, F_DUPFD_CLOEXEC, OWN_FILES_END);

    if (ret < 0) {
        ret = -errno;
    }
    if (fd >= 0) {
        close(fd);
    }
    return ret;
}

int own_table_threads(pid_t *thread)
{
    const pid_t both[] = {
        qatomic_read(&keeper.thread), qatomic_read(&keeper.helper)
    };
    int n = 0;

    for (int i = 0; i < ARRAY_SIZE(both); i++) {
        if (both[i]) {
            thread[n++] = both[i];
        }
    }
    return n;
}

void own_table_await_end(pid_t thread)
{
    if (!thread) {
        return;
    }
    while (syscall(__NR_tgkill, getpid(), thread, 0) == 0) {
        sched_yield();
    }
    /*
     * The kernel takes the thread's number away first, and then the thread out
     * of its group, both with tasklist_lock, which this call takes.
     */
    kill(0, 0);
}

static long end_keeper(void *opaque)
{
    pthread_exit(NULL);
}

/* The one that sleeps beside it can only be ended with the process. */
void own_table_end(void)
{
    if (keeper.thread && !keeper.helper) {
        keeper.work = end_keeper;
        futex_set(&keeper.request, POSTED);
        own_table_await_end(keeper.thread);
        keeper.thread = 0;
    }
}

void own_table_restart(void)
{
    if (!keeper.thread) {
        start_keeper();
    }
}

static void restart_in_child(void)
{
    keeper.thread = 0;
    keeper.helper = 0;
    keeper.ask = NULL;
    own_table_is_put_off = keeper.put_off && keeper.put_off->begin();
    if (!own_table_is_put_off) {
        start_keeper();
    }
}

void own_table_may_put_off(const OwnPutOff *put_off)
{
    keeper.put_off = put_off;
}

/*
 * Before QEMU makes its first thread, so that the keeper is the second entry of
 * the process's task directory, where other guests look for it, and so that
 * forked children make theirs first, too.
 */
static void __attribute__((constructor(102))) own_table_init(void)
{
    static const ForkActions at_fork = { .in_child = restart_in_child };

    fork_safety_lock_init(&keeper.lock, &at_fork);
    start_keeper();
}
