/*
 * Resource limits that apply to the guest and not to the emulator
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "qemu/host-utils.h"
#include "set-mm/calls/guest-rlimit.h"
#include "set-mm/host/host-caps.h"
#include "set-mm/host/private-fd.h"
#include "set-mm/state/public-state.h"
#include "set-mm/views/sibling.h"

/*
 * Until the guest sets a limit, the host's holds.  A forked child keeps its
 * parent's; for RLIMIT_DATA a program that is executed starts with the host's
 * again.  Atomics instead of a lock: fork must not find it held by another
 * thread.
 */
typedef struct GuestLimit {
    bool is_set;
    uint64_t cur;
    uint64_t max;
} GuestLimit;

static GuestLimit data_limit;
static GuestLimit nofile_limit;

/* A ceiling that needs no second thought. */
enum { ENOUGH = 1024 };

/* What the process was started with. */
static struct rlimit nofile_at_start;
static struct rlimit data_at_start = { RLIM_INFINITY, RLIM_INFINITY };

static bool read_limit(const GuestLimit *limit, struct rlimit *rlim)
{
    if (!qatomic_load_acquire(&limit->is_set)) {
        return false;
    }
    rlim->rlim_cur = qatomic_read(&limit->cur);
    rlim->rlim_max = qatomic_read(&limit->max);
    return true;
}

static void set_limit(GuestLimit *limit, const struct rlimit *rlim)
{
    qatomic_set(&limit->max, rlim->rlim_max);
    qatomic_set(&limit->cur, rlim->rlim_cur);
    qatomic_store_release(&limit->is_set, true);
}

static int get_data_limit(struct rlimit *rlim)
{
    return read_limit(&data_limit, rlim) ? 0 : getrlimit(RLIMIT_DATA, rlim);
}

/*
 * The highest few numbers are where the private descriptors go when the guest
 * wants all below, so until it sets a limit of its own it sees one that is
 * lower by these.  Another process may have changed the host's limit.
 */
static void own_nofile_limit(struct rlimit *rlim)
{
    rlim_t most = private_fd_max_ceiling();

    if (!read_limit(&nofile_limit, rlim)) {
        rlim->rlim_cur = MIN(nofile_at_start.rlim_cur, most);
        rlim->rlim_max = MIN(nofile_at_start.rlim_max, most);
    }
}

static void get_nofile_limit(struct rlimit *rlim)
{
    struct rlimit host;

    own_nofile_limit(rlim);
    if (!private_fd_host_limit(&host)) {
        rlim->rlim_cur = host.rlim_cur;
    }
}

void guest_rlimit_show(void)
{
    struct rlimit rlim;

    own_nofile_limit(&rlim);
    public_state_set_nofile(&rlim);
}

void guest_rlimit_init(void)
{
    getrlimit(RLIMIT_DATA, &data_at_start);
    getrlimit(RLIMIT_NOFILE, &nofile_at_start);
}

/* Asked by every brk(2), and nobody but the guest changes it for the guest. */
uint64_t guest_rlimit_data(void)
{
    struct rlimit rlim = data_at_start;

    read_limit(&data_limit, &rlim);
    return rlim.rlim_cur == RLIM_INFINITY ? UINT64_MAX : rlim.rlim_cur;
}

int guest_getrlimit(int resource, struct rlimit *rlim)
{
    switch (resource) {
    case RLIMIT_DATA:
        return get_data_limit(rlim);
    case RLIMIT_NOFILE:
        get_nofile_limit(rlim);
        return 0;
    default:
        return getrlimit(resource, rlim);
    }
}

/* Returns: 0 or a negative host errno, as kernel/sys.c:do_prlimit(). */
static int check_limit(const struct rlimit *rlim, rlim_t old_max)
{
    if (rlim->rlim_cur > rlim->rlim_max) {
        return -EINVAL;
    }
    return rlim->rlim_max > old_max && !host_caps_sys_resource() ? -EPERM : 0;
}

static int set_data_limit(const struct rlimit *rlim)
{
    struct rlimit old = { .rlim_max = RLIM_INFINITY };
    int ret;

    get_data_limit(&old);
    ret = check_limit(rlim, old.rlim_max);
    if (!ret) {
        set_limit(&data_limit, rlim);
    }
    return ret;
}

/*
 * The ceiling sinks with the limit at once, as EMFILE is the kernel's; upwards
 * it follows when the guest gets there.  A hard limit of more than the host's,
 * from one who may, raises the host's.
 */
static int set_nofile_limit(const struct rlimit *rlim)
{
    struct rlimit old, host;
    rlim_t ceiling;
    int ret;

    get_nofile_limit(&old);
    private_fd_host_limit(&host);
    /* A limit as inherited may be set, although a lower one is shown. */
    if (!nofile_limit.is_set) {
        old.rlim_max = nofile_at_start.rlim_max;
    }
    ret = check_limit(rlim, old.rlim_max);
    if (!ret && rlim->rlim_max > host.rlim_max) {
        ret = private_fd_set_hard(rlim->rlim_max);
    }
    if (ret) {
        return ret;
    }
    ceiling = MIN(rlim->rlim_cur, MAX(private_fd_ceiling(), ENOUGH));
    ceiling = MIN(ceiling, private_fd_max_ceiling());
    ret = private_fd_set_ceiling(ceiling);
    if (!ret) {
        set_limit(&nofile_limit, rlim);
        guest_rlimit_show();
    }
    return ret;
}

int guest_setrlimit(int resource, const struct rlimit *rlim)
{
    int ret;

    switch (resource) {
    case RLIMIT_AS:
    case RLIMIT_STACK:
        return 0;
    case RLIMIT_DATA:
        ret = set_data_limit(rlim);
        break;
    case RLIMIT_NOFILE:
        ret = set_nofile_limit(rlim);
        break;
    default:
        return setrlimit(resource, rlim);
    }
    errno = -ret;
    return ret ? -1 : 0;
}

static bool is_ours(int resource)
{
    return resource == RLIMIT_DATA || resource == RLIMIT_NOFILE;
}

/* Returns: 0, or -1 with errno. */
static int prlimit_of_other(HostPrlimit64 *host, pid_t pid, int resource,
                            const struct host_rlimit64 *new_limit,
                            struct host_rlimit64 *old_limit)
{
    int ret = host(pid, resource, resource == RLIMIT_DATA ? NULL : new_limit,
                   old_limit);
    struct rlimit old;
    Sibling sibling;

    if (ret == 0 && resource == RLIMIT_NOFILE && old_limit &&
        sibling_find_process(&sibling, pid)) {
        memcpy(&old, old_limit, sizeof(old));
        sibling_nofile(&sibling, &old);
        memcpy(old_limit, &old, sizeof(old));
        sibling_put(&sibling);
    }
    return ret;
}

int guest_prlimit64(HostPrlimit64 *host, pid_t pid, int resource,
                    const struct host_rlimit64 *new_limit,
                    struct host_rlimit64 *old_limit)
{
    struct rlimit new_rlim, old_rlim;

    QEMU_BUILD_BUG_ON(sizeof(struct rlimit) != 2 * sizeof(uint64_t));

    if (!is_ours(resource)) {
        return host(pid, resource, new_limit, old_limit);
    }
    if (pid && pid != getpid()) {
        return prlimit_of_other(host, pid, resource, new_limit, old_limit);
    }
    if (guest_getrlimit(resource, &old_rlim) < 0) {
        return -1;
    }
    if (new_limit) {
        memcpy(&new_rlim, new_limit, sizeof(new_rlim));
        if (guest_setrlimit(resource, &new_rlim) < 0) {
            return -1;
        }
    }
    if (old_limit) {
        memcpy(old_limit, &old_rlim, sizeof(old_rlim));
    }
    return 0;
}

/* Returns: how far the ceiling may go. */
static rlim_t most_fds(void)
{
    struct rlimit rlim;

    get_nofile_limit(&rlim);
    return MIN(rlim.rlim_cur, private_fd_max_ceiling());
}

void guest_rlimit_allow_fd(int fd)
{
    rlim_t most;

    if (fd < 0 || fd < private_fd_ceiling()) {
        return;
    }
    most = most_fds();
    if (fd < most) {
        private_fd_set_ceiling(MIN(pow2ceil((uint64_t)fd + 1), most));
    }
}

/* EMFILE can have other reasons, such as too many instances of inotify. */
static bool numbers_are_used_up(void)
{
    int fd = fcntl(private_fd(PRIVATE_FD_EXE), F_DUPFD_CLOEXEC, 0);

    if (fd >= 0) {
        close(fd);
    }
    return fd < 0 && errno == EMFILE;
}

/* If they are not used up, another thread has just raised it, perhaps. */
bool guest_rlimit_raise_ceiling(void)
{
    rlim_t now = private_fd_ceiling();
    rlim_t most = most_fds();

    if (now >= most) {
        return false;
    }
    return !numbers_are_used_up() ||
           private_fd_set_ceiling(MIN(4 * now, most)) == 0;
}

void guest_rlimit_before_exec(void)
{
    struct rlimit rlim = nofile_at_start;

    read_limit(&nofile_limit, &rlim);
    setrlimit(RLIMIT_NOFILE, &rlim);
}

void guest_rlimit_after_exec(void)
{
    int error = errno;
    struct rlimit host;

    /* A hard limit that was lowered for the program stays so. */
    if (getrlimit(RLIMIT_NOFILE, &host) == 0) {
        private_fd_set_hard(host.rlim_max);
    }
    errno = error;
}
