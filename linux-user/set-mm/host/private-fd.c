/*
 * Descriptors of the emulator's own, kept out of the guest's way
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/syscall.h>
#include "qemu/atomic.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/host/private-fd.h"
#include "set-mm/rules/same-file.h"

enum {
    /* Enough for most, and cheap to copy. */
    FIRST_CEILING = 1024,
    /* With fewer numbers than this, a guest needs them all. */
    FEWEST = 8,
};

int private_fds[NR_PRIVATE_FDS] = { -1, -1, -1, -1 };
PrivateFdRange private_fd_range = { .first = INT_MAX };

static struct {
    QemuMutex lock;     /* of the host's limit and of our descriptors */
    rlim_t ceiling;
    rlim_t soft;
    rlim_t hard;
} limit;

/* Between private_fd_begin_exe() and private_fd_end_exe(). */
static __thread bool has_lock;

/*
 * A thread that has a table of its own does not get what another installs in
 * another table, and fetches it when it looks.
 */
static struct {
    bool have_parted;
    unsigned installs;      /* since they have */
    pid_t installer;        /* the last */
} tables;

/* Of these installs the calling thread knows. */
static __thread unsigned known_installs;

/* Returns: 0 or a negative host errno. */
static int set_soft(rlim_t soft)
{
    struct rlimit rlim = { .rlim_cur = soft, .rlim_max = limit.hard };

    return setrlimit(RLIMIT_NOFILE, &rlim) < 0 ? -errno : 0;
}

static void raise_limit(void)
{
    if (limit.soft != limit.hard) {
        set_soft(limit.hard);
    }
}

static void lower_limit(void)
{
    int error = errno;

    if (limit.soft != limit.hard) {
        set_soft(limit.soft);
    }
    errno = error;
}

/*
 * Duplicates each of @from to a number from @first on: all or none, and
 * @in_a_row or not.
 */
static bool place(const int from[NR_PRIVATE_FDS], rlim_t first, bool in_a_row,
                  int to[NR_PRIVATE_FDS])
{
    for (int i = 0; i < NR_PRIVATE_FDS; i++) {
        to[i] = fcntl(from[i], F_DUPFD_CLOEXEC, (int)first);
        if (to[i] < 0 || (in_a_row && to[i] != (int)first + i)) {
            for (; i >= 0; i--) {
                close(to[i]);
            }
            return false;
        }
    }
    return true;
}

/* New numbers are made known before the old ones are closed. */
static void publish(const int fds[NR_PRIVATE_FDS])
{
    int first = fds[0], last = fds[0];

    for (int i = 1; i < NR_PRIVATE_FDS; i++) {
        first = MIN(first, fds[i]);
        last = MAX(last, fds[i]);
    }
    qatomic_set(&private_fd_range.first, first);
    qatomic_set(&private_fd_range.span, last - first);
    for (int i = 0; i < NR_PRIVATE_FDS; i++) {
        int old = private_fd(i);

        qatomic_set(&private_fds[i], fds[i]);
        if (old >= 0) {
            close(old);
        }
    }
}

/*
 * Moves from the descriptors @from to the ceiling.  If the guest has something
 * open just there, which it may have been started with, any higher numbers
 * must do; then the limit is below them, and raised for each change.
 */
static bool move_to(const int from[NR_PRIVATE_FDS], rlim_t ceiling)
{
    int fds[NR_PRIVATE_FDS];

    if (place(from, ceiling, true, fds)) {
        limit.soft = ceiling + NR_PRIVATE_FDS;
    } else if (place(from, ceiling, false, fds)) {
        limit.soft = ceiling;
    } else {
        return false;
    }
    publish(fds);
    return true;
}

/* After the guest has lowered its limit. */
static bool is_above_limit(void)
{
    return private_fd(PRIVATE_FD_CANDIDATE) >= limit.soft;
}

/* Between these, ours can be replaced, however low the guest's limit is. */
static void begin_dup(void)
{
    if (is_above_limit()) {
        raise_limit();
    }
}

static void end_dup(void)
{
    if (is_above_limit()) {
        lower_limit();
    }
}

/*
 * The number that open(2) gives is anybody's in the table, so what was meant is
 * looked at where nobody can change it.
 *
 * Returns: whether the candidate is the file.
 */
static bool fetch(const char *path)
{
    int proc = private_fd(PRIVATE_FD_PROC);
    int candidate = private_fd(PRIVATE_FD_CANDIDATE);
    int fd = private_fd_open(proc, path, O_PATH);
    struct stat meant, got;
    bool ret;

    ret = fd >= 0 && dup3(fd, candidate, O_CLOEXEC) == candidate &&
          fstat(candidate, &got) == 0 && fstatat(proc, path, &meant, 0) == 0 &&
          same_file(&meant, &got);
    if (fd >= 0) {
        close(fd);
    }
    return ret;
}

/* The thread may have ended; then what is here stays.  Under the lock. */
static void catch_up(void)
{
    char path[sizeof("self/task/") + sizeof("/fd/") + 6 * sizeof(int)];
    int exe = private_fd(PRIVATE_FD_EXE);

    if (known_installs == tables.installs) {
        return;
    }
    known_installs = tables.installs;
    snprintf(path, sizeof(path), "self/task/%d/fd/%d", (int)tables.installer,
             exe);
    has_lock = true;
    begin_dup();
    if (fetch(path)) {
        dup3(private_fd(PRIVATE_FD_CANDIDATE), exe, O_CLOEXEC);
    } else {
        dup3(exe, private_fd(PRIVATE_FD_CANDIDATE), O_CLOEXEC);
    }
    end_dup();
    has_lock = false;
}

/* What a child inherits is up to date, and it has one table. */
static void forget_tables(void)
{
    memset(&tables, 0, sizeof(tables));
    known_installs = 0;
}

static void read_limit_at_start(void)
{
    struct rlimit rlim = {
        .rlim_cur = FIRST_CEILING,
        .rlim_max = FIRST_CEILING + NR_PRIVATE_FDS,
    };

    getrlimit(RLIMIT_NOFILE, &rlim);
    limit.hard = rlim.rlim_max;
    limit.ceiling = MIN(MIN(rlim.rlim_cur, FIRST_CEILING),
                        private_fd_max_ceiling());
    limit.soft = rlim.rlim_cur;
}

/*
 * The first thread, QEMU's for RCU, is made before main().  From then on the
 * kernel waits some milliseconds for readers whenever the table of descriptors
 * grows, so it grows here.
 */
static void __attribute__((constructor(101))) grow_table(void)
{
    int any = open("/", O_PATH | O_CLOEXEC);
    int last;

    read_limit_at_start();
    raise_limit();
    last = fcntl(any, F_DUPFD_CLOEXEC,
                 (int)limit.ceiling + NR_PRIVATE_FDS - 1);
    if (last >= 0) {
        close(last);
    }
    if (any >= 0) {
        close(any);
    }
    lower_limit();
}

void private_fd_init(int exe, int state)
{
    static const ForkActions at_fork = {
        .before = catch_up,
        .in_child = forget_tables,
    };
    int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    /* What there is none of is held by another of the executable. */
    const int fds[NR_PRIVATE_FDS] = {
        [PRIVATE_FD_EXE] = exe,
        [PRIVATE_FD_CANDIDATE] = exe,
        [PRIVATE_FD_PROC] = proc < 0 ? exe : proc,
        [PRIVATE_FD_STATE] = state < 0 ? exe : state,
    };

    fork_safety_lock_init(&limit.lock, &at_fork);
    raise_limit();
    move_to(fds, limit.ceiling);
    set_soft(limit.soft);
    if (proc >= 0) {
        close(proc);
    }
}

rlim_t private_fd_ceiling(void)
{
    return qatomic_read(&limit.ceiling);
}

bool private_fd_host_limit(struct rlimit *rlim)
{
    bool ret;

    qemu_mutex_lock(&limit.lock);
    if (getrlimit(RLIMIT_NOFILE, rlim) < 0) {
        *rlim = (struct rlimit) { limit.soft, limit.hard };
    }
    ret = rlim->rlim_cur == limit.soft;
    qemu_mutex_unlock(&limit.lock);
    return ret;
}

rlim_t private_fd_max_ceiling(void)
{
    return limit.hard >= FEWEST + NR_PRIVATE_FDS ? limit.hard - NR_PRIVATE_FDS
                                                 : limit.hard;
}

int private_fd_begin_exe(int fd)
{
    int ret;

    qemu_mutex_lock(&limit.lock);
    /* Whoever judges the candidate may ask for the executable as well. */
    catch_up();
    begin_dup();
    ret = dup3(fd, private_fd(PRIVATE_FD_CANDIDATE), O_CLOEXEC);
    if (ret < 0) {
        ret = -errno;
        end_dup();
        qemu_mutex_unlock(&limit.lock);
        return ret;
    }
    has_lock = true;
    return 0;
}

int private_fd_end_exe(bool install)
{
    int exe = private_fd(PRIVATE_FD_EXE);
    int candidate = private_fd(PRIVATE_FD_CANDIDATE);
    int ret = 0;

    if (install) {
        ret = dup3(candidate, exe, O_CLOEXEC) < 0 ? -errno : 0;
        if (!ret && tables.have_parted) {
            tables.installer = syscall(__NR_gettid);
            known_installs = tables.installs + 1;
            qatomic_set(&tables.installs, known_installs);
        }
    }
    if (!install || ret) {
        dup3(exe, candidate, O_CLOEXEC);
    }
    end_dup();
    has_lock = false;
    qemu_mutex_unlock(&limit.lock);
    return ret;
}

int private_fd_replace(PrivateFd which, int fd)
{
    int ret;

    qemu_mutex_lock(&limit.lock);
    begin_dup();
    ret = dup3(fd, private_fd(which), O_CLOEXEC) < 0 ? -errno : 0;
    end_dup();
    qemu_mutex_unlock(&limit.lock);
    return ret;
}

void private_fd_before_unshare(void)
{
    qemu_mutex_lock(&limit.lock);
    qatomic_set(&tables.have_parted, true);
    qemu_mutex_unlock(&limit.lock);
}

pid_t private_fd_table(void)
{
    return qatomic_read(&tables.have_parted) ? syscall(__NR_gettid) : 0;
}

int private_fd_exe(void)
{
    if (qatomic_read(&tables.installs) != known_installs) {
        qemu_mutex_lock(&limit.lock);
        catch_up();
        qemu_mutex_unlock(&limit.lock);
    }
    return private_fd(PRIVATE_FD_EXE);
}

int private_fd_open(int dirfd, const char *path, int flags)
{
    int fd = openat(dirfd, path, flags | O_CLOEXEC);

    if (fd >= 0 || errno != EMFILE) {
        return fd;
    }
    if (!has_lock) {
        qemu_mutex_lock(&limit.lock);
    }
    raise_limit();
    fd = openat(dirfd, path, flags | O_CLOEXEC);
    if (!has_lock) {
        lower_limit();
        qemu_mutex_unlock(&limit.lock);
    } else if (!is_above_limit()) {
        /* Otherwise private_fd_end_exe() does it. */
        lower_limit();
    }
    return fd;
}

int private_fd_openat(PrivateFd dir, const char *path, int flags)
{
    return private_fd_open(private_fd(dir), path, flags);
}

/*
 * Whoever is just about to use one of our numbers must not find it moved, so
 * they are moved only if the guest wants them.
 */
static bool make_way(rlim_t ceiling)
{
    int away[NR_PRIVATE_FDS];
    int lowest = private_fd_range.first;

    if (ceiling <= lowest) {
        limit.soft = ceiling < lowest ? ceiling : ceiling + NR_PRIVATE_FDS;
        return true;
    }
    /* Out of the way of themselves. */
    if (place(private_fds, ceiling + NR_PRIVATE_FDS, false, away)) {
        publish(away);
    }
    return move_to(private_fds, ceiling);
}

int private_fd_set_ceiling(rlim_t ceiling)
{
    int ret = 0;

    qemu_mutex_lock(&limit.lock);
    if (ceiling != limit.ceiling) {
        raise_limit();
        if (make_way(ceiling)) {
            qatomic_set(&limit.ceiling, ceiling);
        } else {
            ret = -EMFILE;
        }
        set_soft(limit.soft);
    }
    qemu_mutex_unlock(&limit.lock);
    return ret;
}

int private_fd_set_hard(rlim_t hard)
{
    rlim_t old = limit.hard;
    int ret;

    qemu_mutex_lock(&limit.lock);
    limit.hard = hard;
    ret = set_soft(limit.soft);
    if (ret) {
        limit.hard = old;
    }
    qemu_mutex_unlock(&limit.lock);
    return ret;
}
