/*
 * Names: which entry of /proc is meant
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "set-mm/rules/proc-name.h"
#include "set-mm/rules/same-file.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

static ProcEntry entry_of_component(const char *name)
{
    static const struct {
        const char *name;
        ProcEntry entry;
    } entries[] = {
        { "exe", PROC_ENTRY_EXE },
        { "map_files", PROC_ENTRY_MAP_FILES },
        { "cmdline", PROC_ENTRY_CMDLINE },
        { "environ", PROC_ENTRY_ENVIRON },
        { "auxv", PROC_ENTRY_AUXV },
        { "stat", PROC_ENTRY_STAT },
        { "statm", PROC_ENTRY_STATM },
        { "status", PROC_ENTRY_STATUS },
        { "maps", PROC_ENTRY_MAPS },
        { "smaps", PROC_ENTRY_SMAPS },
        { "smaps_rollup", PROC_ENTRY_SMAPS_ROLLUP },
        { "numa_maps", PROC_ENTRY_NUMA_MAPS },
        { "limits", PROC_ENTRY_LIMITS },
        { "timers", PROC_ENTRY_TIMERS },
        { "mem", PROC_ENTRY_MEM },
        { "pagemap", PROC_ENTRY_PAGEMAP },
    };

    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        if (*name == *entries[i].name && !strcmp(entries[i].name, name)) {
            return entries[i].entry;
        }
    }
    return PROC_ENTRY_NONE;
}

/* Of the path before the last component. */
static int parent_len(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 - path : 0;
}

/* Does "fdinfo/" end there, as a whole component? */
static bool is_in_fdinfo(const char *path, int len)
{
    static const char dir[] = "fdinfo/";
    const int dir_len = sizeof(dir) - 1;

    return len >= dir_len && !memcmp(path + len - dir_len, dir, dir_len) &&
           (len == dir_len || path[len - dir_len - 1] == '/');
}

ProcName proc_name_guess(const char *path)
{
    ProcName name = { .dir_len = parent_len(path) };
    const char *last = path + name.dir_len;

    name.entry = entry_of_component(last);
    if (*last >= '0' && *last <= '9' && is_in_fdinfo(path, name.dir_len)) {
        name.entry = PROC_ENTRY_FDINFO;
        name.dir_len -= strlen("fdinfo/");
    }
    return name;
}

/* The procfs that the emulator uses itself; others are the rare ones. */
static struct {
    dev_t dev;
    ProcOwnNumber *own_number;
} known;

void proc_name_init(dev_t dev, ProcOwnNumber *own_number)
{
    known.dev = dev;
    known.own_number = own_number;
}

bool proc_name_is_known(dev_t dev)
{
    return known.own_number && dev == known.dev;
}

static pid_t own_number(char *own, size_t size)
{
    return known.own_number ? known.own_number(own, size) : 0;
}

/*
 * Is a number that of another thread?  Procfs has directories for those that it
 * does not list.
 */
static bool is_thread(pid_t pid, const char *number)
{
    return syscall(__NR_tgkill, pid, atoi(number), 0) == 0;
}

/* A number as procfs writes it, and a slash; returns the bytes of both. */
static size_t number_len(const char *dir)
{
    size_t len = strspn(dir, "0123456789");

    return len && *dir != '0' && dir[len] == '/' ? len + 1 : 0;
}

/*
 * The spellings that nearly everybody uses are cheap to judge: is /proc the
 * procfs that the emulator knows?  Where there is none, as in a bare chroot,
 * QEMU's users are used to an answer all the same.
 *
 * Returns: 1 or 0, or -1 if the spelling is another.
 */
static int judge_plain_spelling(const char *dir, size_t len)
{
    static const char proc[] = "/proc/", self[] = "self/";
    const size_t proc_len = sizeof(proc) - 1, self_len = sizeof(self) - 1;
    char own[3 * sizeof(pid_t) + 2], thread[64];
    struct stat st;
    size_t number;
    bool is_self;
    pid_t pid;

    if (len <= proc_len || memcmp(dir, proc, proc_len)) {
        return -1;
    }
    dir += proc_len;
    len -= proc_len;
    is_self = len == self_len && !memcmp(dir, self, len);
    number = is_self ? 0 : number_len(dir);
    if (!is_self && (!number || number != len)) {
        return -1;
    }
    if (fstatat(AT_FDCWD, "/proc/self", &st, AT_SYMLINK_NOFOLLOW) < 0) {
        /* Nor must a host that does not answer lead to the emulator. */
        return is_self;
    }
    if (!proc_name_is_known(st.st_dev)) {
        return -1;
    }
    if (is_self) {
        return 1;
    }
    pid = own_number(own, sizeof(own));
    if (!pid) {
        *own = '\0';
    }
    if (strlen(own) + 1 == len && !memcmp(dir, own, len - 1)) {
        return 1;
    }
    if (pid && atoi(own) == pid) {
        return is_thread(pid, dir);
    }
    snprintf(thread, sizeof(thread), "/proc/self/task/%.*s", (int)len - 1,
             dir);
    return fstatat(AT_FDCWD, thread, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/*
 * @otherwise: the answer where the host cannot be asked
 *
 * statfs(2) takes no directory, and no descriptor may be opened here.
 */
static bool is_procfs(int dirfd, const char *path, bool otherwise)
{
    char by_fd[PATH_MAX + 64];
    struct statfs fs;

    if (dirfd != AT_FDCWD && *path != '/') {
        snprintf(by_fd, sizeof(by_fd), "/proc/thread-self/fd/%d/%s", dirfd,
                 path);
        path = by_fd;
    }
    return statfs(path, &fs) == 0 ? fs.f_type == PROC_SUPER_MAGIC : otherwise;
}

/* "dir/tail", of a directory that is written with its slash, or empty. */
typedef struct Below {
    char path[PATH_MAX + 64];
} Below;

static const char *below(Below *below, const char *dir, int dir_len,
                         const char *tail)
{
    snprintf(below->path, sizeof(below->path), "%.*s%s", dir_len, dir, tail);
    return below->path;
}

/*
 * Is the directory that of the calling process?  A procfs, wherever it is
 * mounted, knows us as the number behind "self", and then there is one among
 * the directory's threads that has it.
 */
typedef struct Whereabouts {
    const char *root;       /* of procfs, from the directory */
    const char *threads;
} Whereabouts;

static bool has_thread(int dirfd, const char *dir, int dir_len,
                       const char *threads, const char *number,
                       struct stat *st)
{
    char tail[64];
    Below path;

    snprintf(tail, sizeof(tail), "%s%s", threads, number);
    return fstatat(dirfd, below(&path, dir, dir_len, tail), st, 0) == 0;
}

/* The way upwards may be cut off by a bind mount. */
static bool knows_us(int dirfd, const char *dir, int dir_len,
                     const Whereabouts *where)
{
    char own[32];
    struct stat st;

    return own_number(own, sizeof(own)) &&
           has_thread(dirfd, dir, dir_len, where->threads, own, &st) &&
           st.st_dev == known.dev;
}

static bool has_us(int dirfd, const char *dir, int dir_len,
                   const Whereabouts *where)
{
    char own[32], tail[64];
    struct stat st;
    ssize_t len;
    Below path;

    if (knows_us(dirfd, dir, dir_len, where)) {
        return true;
    }
    snprintf(tail, sizeof(tail), "%sself", where->root);
    len = readlinkat(dirfd, below(&path, dir, dir_len, tail), own,
                     sizeof(own) - 1);
    if (len <= 0) {
        return false;
    }
    own[len] = '\0';
    /*
     * What has our number in both places was hardly made by somebody else; of
     * the procfs that is known we mostly know better.
     */
    return has_thread(dirfd, dir, dir_len, where->threads, own, &st) &&
           (st.st_dev != known.dev || !own_number(own, sizeof(own))) &&
           is_procfs(dirfd, below(&path, dir, dir_len, "."), true);
}

/*
 * No descriptor is opened for it, as the guest may have used up all it may
 * have.
 */
static bool is_own_directory(int dirfd, const char *dir, int dir_len)
{
    static const Whereabouts process = { "../", "task/" };
    static const Whereabouts thread = { "../../../", "../../task/" };

    return has_us(dirfd, dir, dir_len, &process) ||
           has_us(dirfd, dir, dir_len, &thread);
}

bool proc_name_is_own(int dirfd, const char *path, ProcName name)
{
    int error = errno;
    int plain;
    bool ret;

    if (name.entry == PROC_ENTRY_NONE || name.dir_len >= PATH_MAX) {
        return false;
    }
    plain = judge_plain_spelling(path, name.dir_len);
    ret = plain < 0 ? is_own_directory(dirfd, path, name.dir_len) : plain;
    errno = error;
    return ret;
}

/* The component of @path that ends before @end, which is behind a slash. */
static size_t component_before(const char *path, size_t end)
{
    while (end > 1 && path[end - 2] != '/') {
        end--;
    }
    return end ? end - 1 : 0;
}

/*
 * ".../PID/entry", ".../PID/task/TID/entry" or ".../TID/entry", wherever the
 * procfs is mounted; its root has no such entries.
 */
static bool is_own_by_number(const char *path, size_t dir_len)
{
    char own[3 * sizeof(pid_t) + 2];
    size_t at = component_before(path, dir_len), task;
    pid_t pid = own_number(own, sizeof(own));

    if (!pid) {
        return false;
    }
    task = component_before(path, at);
    if (at && !strncmp(path + task, "task/", 5)) {
        at = component_before(path, task);
    } else if (atoi(own) == pid && is_thread(pid, path + at)) {
        return true;
    }
    return !strncmp(path + at, own, strlen(own)) &&
           path[at + strlen(own)] == '/';
}

bool proc_name_of_file(const char *path, dev_t dev, ProcName *name)
{
    int error = errno;
    bool ret;

    *name = proc_name_guess(path);
    if (name->entry == PROC_ENTRY_NONE) {
        return false;
    }
    ret = proc_name_is_known(dev) ? is_own_by_number(path, name->dir_len)
                                  : proc_name_is_own(AT_FDCWD, path, *name);
    errno = error;
    return ret;
}

ProcName proc_name_find(int dirfd, const char *path)
{
    ProcName name = proc_name_guess(path);

    if (!proc_name_is_own(dirfd, path, name)) {
        name.entry = PROC_ENTRY_NONE;
    }
    return name;
}

/* A link lies where its directory does. */
static bool is_procfs_link(int dirfd, const char *path)
{
    Below dir;

    return is_procfs(dirfd, below(&dir, path, parent_len(path), "."), false);
}

bool proc_name_next_link(int dirfd, const char *path, char *next)
{
    char target[PATH_MAX];
    int error = errno;
    ssize_t len = readlinkat(dirfd, path, target, sizeof(target) - 1);
    bool ret = false;

    if (len > 0 && len < (ssize_t)sizeof(target) - 1 &&
        !is_procfs_link(dirfd, path)) {
        int dir_len = target[0] == '/' ? 0 : parent_len(path);

        target[len] = '\0';
        ret = snprintf(next, PATH_MAX, "%.*s%s", dir_len, path, target) <
              PATH_MAX;
    }
    errno = error;
    return ret;
}
