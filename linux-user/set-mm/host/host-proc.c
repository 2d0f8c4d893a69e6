/*
 * The host's /proc, as the emulator itself reads it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include "qemu/atomic.h"
#include "qemu/cutils.h"
#include "qemu/lockable.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/host/own-table.h"
#include "set-mm/rules/proc-name.h"
#include "set-mm/rules/procmap-query.h"

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

enum { NR_OPEN_TREE = 428 };

/* Asked of the keeper only, or before there are two threads. */
static bool is_held;

/* What the procfs at /proc calls this process; asked anew by a forked child. */
static struct {
    QemuMutex lock;         /* of whoever writes it */
    pid_t pid;              /* 0: not asked */
    char number[3 * sizeof(pid_t) + 2];
} own;

void host_proc_at(int *dirfd, const char *name, char *path)
{
    *dirfd = is_held ? OWN_PROC : AT_FDCWD;
    snprintf(path, PATH_MAX, "%s%s", is_held ? "" : "/proc/", name);
}

typedef struct ReadLink {
    const char *name;
    char *target;           /* PATH_MAX bytes */
} ReadLink;

static long read_link(void *opaque)
{
    ReadLink *link = opaque;
    char path[PATH_MAX];
    ssize_t len;
    int dirfd;

    host_proc_at(&dirfd, link->name, path);
    len = readlinkat(dirfd, path, link->target, PATH_MAX - 1);
    link->target[MAX(len, 0)] = '\0';
    return len;
}

static pid_t own_number(char *number, size_t size)
{
    pid_t pid = qatomic_load_acquire(&own.pid);

    if (!pid) {
        char target[PATH_MAX];
        ReadLink link = { "self", target };

        if (own_table_call(read_link, &link) <= 0) {
            return 0;
        }
        pid = getpid();
        WITH_QEMU_LOCK_GUARD(&own.lock) {
            if (!own.pid) {
                pstrcpy(own.number, sizeof(own.number), target);
                qatomic_store_release(&own.pid, pid);
            }
        }
    }
    pstrcpy(number, size, own.number);
    return pid;
}

static void forget_number(void)
{
    own.pid = 0;
}

void host_proc_init(void)
{
    static const ForkActions at_fork = { .in_child = forget_number };
    struct stat st;

    fork_safety_lock_init(&own.lock, &at_fork);
    if (fstatat(AT_FDCWD, "/proc/self", &st, AT_SYMLINK_NOFOLLOW) == 0) {
        proc_name_init(st.st_dev, own_number);
    }
}

static long hold(void *opaque)
{
    int fd;

    if (is_held) {
        return 0;
    }
    fd = syscall(NR_OPEN_TREE, AT_FDCWD, "/proc",
                 OPEN_TREE_CLONE | O_CLOEXEC | AT_RECURSIVE);
    if (fd < 0) {
        fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    is_held = own_table_put(OWN_PROC, fd) == 0;
    return 0;
}

void host_proc_hold(void)
{
    own_table_call(hold, NULL);
}

/* A child's table does not have it. */
static long forget_hold(void *opaque)
{
    is_held = false;
    return 0;
}

static void __attribute__((constructor(103))) host_proc_at_start(void)
{
    own_table_at_start(forget_hold, NULL);
}

/* @whole: go on until the end, as the kernel hands out a page at a time. */
static char *read_fd(int fd, size_t *len, bool whole)
{
    size_t size = 4096;
    char *text = g_malloc(size);
    ssize_t n;

    *len = 0;
    while ((n = pread(fd, text + *len, size - *len - 1, *len)) > 0) {
        *len += n;
        if (!whole && *len < size - 1) {
            break;
        }
        if (size - *len < 4096) {
            size *= 2;
            text = g_realloc(text, size);
        }
    }
    text[*len] = '\0';
    if (n < 0) {
        g_free(text);
        return NULL;
    }
    return text;
}

char *host_proc_read_fd(int fd, size_t *len)
{
    return read_fd(fd, len, true);
}

char *host_proc_read_record(int fd, size_t *len)
{
    return read_fd(fd, len, false);
}

char *host_proc_read_at(int dirfd, const char *path, size_t *len)
{
    int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
    char *text;
    int error;

    if (fd < 0) {
        return NULL;
    }
    text = host_proc_read_fd(fd, len);
    error = errno;
    close(fd);
    errno = error;
    return text;
}

typedef struct ReadEntry {
    const char *name;
    char *text;
    size_t len;
} ReadEntry;

static long read_entry(void *opaque)
{
    ReadEntry *entry = opaque;
    char path[PATH_MAX];
    int dirfd;

    host_proc_at(&dirfd, entry->name, path);
    entry->text = host_proc_read_at(dirfd, path, &entry->len);
    return entry->text ? 0 : -errno;
}

char *host_proc_read(const char *name, size_t *len)
{
    ReadEntry entry = { .name = name };
    long ret = own_table_call(read_entry, &entry);

    *len = entry.len;
    if (ret < 0) {
        errno = -ret;
    }
    return entry.text;
}

/* The short way is open to all but those whose chroot has no /proc. */
bool host_proc_fd_path(int fd, char *path)
{
    char name[sizeof("/proc/thread-self/fd/") + 6 * sizeof(int)];
    ReadLink link = { name, path };
    ssize_t len;

    snprintf(name, sizeof(name), "/proc/thread-self/fd/%d", fd);
    len = readlink(name, path, PATH_MAX - 1);
    path[MAX(len, 0)] = '\0';
    if (len >= 0) {
        return true;
    }
    snprintf(name, sizeof(name), "self/task/%d/fd/%d",
             (int)syscall(__NR_gettid), fd);
    return qatomic_read(&is_held) && own_table_call(read_link, &link) >= 0;
}

bool host_proc_own_path(OwnFile file, char *path)
{
    OwnPath name = own_table_path(file);
    ReadLink link = { name.path + strlen("/proc/"), path };

    return own_table_call(read_link, &link) >= 0;
}

bool host_proc_is_procfs(int fd)
{
    struct statfs fs;

    return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

bool host_stat_parse(HostStat *stat, const char *text)
{
    const char *open = strchr(text, '(');
    const char *close = strrchr(text, ')');

    if (!open || !close || close < open) {
        return false;
    }
    *stat = (HostStat) { .name = open + 1, .name_len = close - open - 1 };
    stat->field[1] = text;
    stat->field_len[1] = strcspn(text, " ");
    text = close + 1;
    for (int n = 3; n <= HOST_STAT_FIELDS; n++) {
        text += strspn(text, " ");
        stat->field[n] = text;
        stat->field_len[n] = strcspn(text, "\n ");
        text += stat->field_len[n];
    }
    return true;
}

uint64_t host_stat_number(const HostStat *stat, unsigned n)
{
    const char *end;
    uint64_t value = 0;

    qemu_strtou64(stat->field[n], &end, 10, &value);
    return value;
}

/* The C library's way is several times slower, and maps can be long. */
static const char *parse_hex(const char *at, uint64_t *value)
{
    *value = 0;
    for (;; at++) {
        int digit = g_ascii_xdigit_value(*at);

        if (digit < 0) {
            return at;
        }
        *value = *value << 4 | digit;
    }
}

/* "start-end perm offset major:minor inode path" */
bool host_mapping_parse(const char **line, HostMapping *mapping)
{
    const char *at = *line, *end;
    uint64_t major, minor;

    at = parse_hex(at, &mapping->start);
    if (at == *line || *at != '-') {
        return false;
    }
    at = parse_hex(at + 1, &mapping->end);
    if (strnlen(at, 6) < 6) {
        return false;
    }
    mapping->readable = at[1] == 'r';
    mapping->writable = at[2] == 'w';
    mapping->shared = at[4] == 's';
    at = parse_hex(at + 6, &mapping->offset);
    at = parse_hex(at + 1, &major);
    at = parse_hex(at + 1, &minor);
    mapping->major = major;
    mapping->minor = minor;
    qemu_strtou64(at, &at, 10, &mapping->inode);
    end = strchr(at, '\n');
    if (!end) {
        return false;
    }
    at += strspn(at, " ");
    mapping->path = at;
    mapping->path_len = end - at;
    *line = end + 1;
    return true;
}

bool host_mapping_begins(const HostMapping *m, const char *prefix)
{
    size_t len = strlen(prefix);

    return m->path_len >= len && !memcmp(m->path, prefix, len);
}

bool host_mapping_is(const HostMapping *m, const char *path)
{
    return m->path_len == strlen(path) && host_mapping_begins(m, path);
}

bool host_mapping_is_segment(const HostMapping *m)
{
    return m->shared && host_mapping_begins(m, "/SYSV");
}

/*
 * A private mapping of /dev/zero has a name, but to the kernel its memory is
 * as anonymous as any.
 */
static bool is_of_zero(const HostMapping *m)
{
    struct stat st;

    return stat("/dev/zero", &st) == 0 && S_ISCHR(st.st_mode) &&
           st.st_rdev == makedev(1, 5) && st.st_ino == m->inode &&
           st.st_dev == makedev(m->major, m->minor);
}

static bool is_anonymous(const HostMapping *m, bool readable)
{
    return !m->shared && (m->readable || !readable) &&
           (!m->inode || is_of_zero(m));
}

/* Asks for the one mapping at @addr.  Returns: 0 or a host errno. */
static int query_mapping(int maps, uint64_t addr, HostMapping *m)
{
    ProcmapQuery query = { .size = sizeof(query), .query_addr = addr };

    if (ioctl(maps, PROCMAP_QUERY_IOCTL, &query) < 0) {
        return errno;
    }
    *m = (HostMapping) {
        .start = query.vma_start,
        .end = query.vma_end,
        .major = query.dev_major,
        .minor = query.dev_minor,
        .inode = query.inode,
        .readable = query.vma_flags & PROCMAP_READABLE,
        .shared = query.vma_flags & PROCMAP_SHARED,
    };
    return 0;
}

static uint64_t anonymous_end_by_text(int maps, uint64_t at, uint64_t end,
                                      bool readable)
{
    size_t size;
    g_autofree char *text = host_proc_read_fd(maps, &size);
    const char *line = text;
    HostMapping host;

    while (line && at < end && host_mapping_parse(&line, &host)) {
        if (host.end <= at) {
            continue;
        }
        if (host.start > at || !is_anonymous(&host, readable)) {
            break;
        }
        at = host.end;
    }
    return at;
}

size_t host_proc_anonymous(int maps, uint64_t addr, size_t len, bool readable)
{
    uint64_t at = addr, end = addr + len;
    HostMapping host;
    int error = 0;

    while (at < end && !error) {
        error = query_mapping(maps, at, &host);
        if (!error && !is_anonymous(&host, readable)) {
            break;
        }
        if (!error) {
            at = host.end;
        }
    }
    if (error && error != ENOENT) {
        at = anonymous_end_by_text(maps, at, end, readable);
    }
    return MIN(at, end) - addr;
}

typedef struct OwnRange {
    uint64_t addr;
    size_t len;
} OwnRange;

static long find_own_anonymous(void *opaque)
{
    OwnRange *range = opaque;
    char path[PATH_MAX];
    int dirfd, maps;

    host_proc_at(&dirfd, "thread-self/maps", path);
    maps = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
    if (maps < 0) {
        return -errno;
    }
    range->len = host_proc_anonymous(maps, range->addr, range->len, false);
    close(maps);
    return 0;
}

bool host_proc_own_anonymous(uint64_t addr, size_t len, size_t *anonymous)
{
    OwnRange range = { addr, len };
    bool known = own_table_call(find_own_anonymous, &range) == 0;

    *anonymous = range.len;
    return known;
}
