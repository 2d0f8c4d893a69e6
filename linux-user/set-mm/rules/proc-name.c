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
#include <sys/vfs.h>
#include <unistd.h>

static ProcEntry entry_of_component(const char *name)
{
    static const struct {
        const char *name;
        ProcEntry entry;
    } entries[] = {
        { "exe", PROC_ENTRY_EXE },
        { "cmdline", PROC_ENTRY_CMDLINE },
        { "environ", PROC_ENTRY_ENVIRON },
        { "auxv", PROC_ENTRY_AUXV },
        { "stat", PROC_ENTRY_STAT },
        { "statm", PROC_ENTRY_STATM },
        { "status", PROC_ENTRY_STATUS },
        { "comm", PROC_ENTRY_COMM },
        { "maps", PROC_ENTRY_MAPS },
        { "smaps", PROC_ENTRY_SMAPS },
        { "limits", PROC_ENTRY_LIMITS },
    };

    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        if (*name == *entries[i].name && !strcmp(entries[i].name, name)) {
            return entries[i].entry;
        }
    }
    return PROC_ENTRY_NONE;
}

/* A number as procfs writes it: no sign, no zero before it. */
static bool is_number(const char *name, int *number)
{
    size_t len = strspn(name, "0123456789");

    if (len == 0 || len > 9 || name[len] || (*name == '0' && len > 1)) {
        return false;
    }
    *number = atoi(name);
    return true;
}

ProcName proc_name_guess(const char *path)
{
    const char *slash = strrchr(path, '/');
    ProcName name = { .dir_len = slash ? slash + 1 - path : 0 };

    name.entry = entry_of_component(path + name.dir_len);
    if (name.entry == PROC_ENTRY_NONE &&
        is_number(path + name.dir_len, &name.number)) {
        name.entry = PROC_ENTRY_NUMBER;
    }
    return name;
}

/* The procfs that the emulator knows; others are the rare ones. */
static struct {
    dev_t dev;
    int (*root)(void);
} known;

void proc_name_init(dev_t dev, int (*root)(void))
{
    known.dev = dev;
    known.root = root;
}

/* What the procfs that the emulator knows calls this process. */
static bool own_number(char *own, size_t size)
{
    ssize_t len = known.root ? readlinkat(known.root(), "self", own, size - 1)
                             : -1;

    own[len > 0 ? len : 0] = '\0';
    return len > 0;
}

/*
 * The two spellings that nearly everybody uses are cheap to judge: is /proc
 * the procfs that the emulator knows?  Where there is none, as in a bare
 * chroot, QEMU's users are used to an answer all the same.
 */
static bool is_plain_spelling(const char *dir, size_t len)
{
    static const char proc[] = "/proc/";
    static const char self[] = "/proc/self/";
    const size_t proc_len = sizeof(proc) - 1;
    char own[3 * sizeof(pid_t) + 2];
    struct stat st;
    bool is_self;

    if (len <= proc_len || memcmp(dir, proc, proc_len)) {
        return false;
    }
    is_self = len == sizeof(self) - 1 && !memcmp(dir, self, len);
    if (!is_self && atoi(dir + proc_len) != getpid()) {
        return false;
    }
    if (fstatat(AT_FDCWD, "/proc/self", &st, AT_SYMLINK_NOFOLLOW) < 0) {
        /* Nor must a host that does not answer lead to the emulator. */
        return is_self;
    }
    if (st.st_dev != known.dev || !known.root) {
        return false;
    }
    /* The /proc of another PID namespace has other numbers. */
    return is_self ||
           (own_number(own, sizeof(own)) && len == proc_len + strlen(own) + 1 &&
            !memcmp(dir + proc_len, own, strlen(own)));
}

bool proc_name_is_procfs(int fd)
{
    struct statfs fs;

    return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

/* @otherwise: the answer where the host cannot be asked */
static bool is_procfs(int dirfd, const char *path, const struct stat *st,
                      bool otherwise)
{
    bool ret;
    int fd;

    if (known.root && st->st_dev == known.dev) {
        return true;
    }
    fd = openat(dirfd, path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return otherwise;
    }
    ret = proc_name_is_procfs(fd);
    close(fd);
    return ret;
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

static bool is_same(int dirfd, const char *dir, int dir_len, const char *a,
                    const char *b)
{
    struct stat st_a, st_b;
    Below path;

    return fstatat(dirfd, below(&path, dir, dir_len, a), &st_a, 0) == 0 &&
           fstatat(dirfd, below(&path, dir, dir_len, b), &st_b, 0) == 0 &&
           same_file(&st_a, &st_b);
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
    /* What has our number in both places was hardly made by somebody else. */
    return has_thread(dirfd, dir, dir_len, where->threads, own, &st) &&
           st.st_dev != known.dev &&
           is_procfs(dirfd, below(&path, dir, dir_len, "."), &st, true);
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

static bool is_own_fd_dir(int dirfd, const char *dir, int dir_len)
{
    static const Whereabouts process = { "../../", "../task/" };
    static const Whereabouts thread = { "../../../../", "../../../task/" };

    return (has_us(dirfd, dir, dir_len, &process) ||
            has_us(dirfd, dir, dir_len, &thread)) &&
           (is_same(dirfd, dir, dir_len, ".", "../fd") ||
            is_same(dirfd, dir, dir_len, ".", "../fdinfo"));
}

bool proc_name_is_own_fd_dir(int fd, const char *dir)
{
    int error = errno;
    bool ret = is_own_fd_dir(fd, dir, strlen(dir));

    errno = error;
    return ret;
}

bool proc_name_is_own(int dirfd, const char *path, ProcName name)
{
    int error = errno;
    bool ret;

    if (name.entry == PROC_ENTRY_NONE || name.dir_len >= PATH_MAX) {
        return false;
    }
    if (name.entry == PROC_ENTRY_NUMBER) {
        ret = is_own_fd_dir(dirfd, path, name.dir_len);
    } else {
        ret = is_plain_spelling(path, name.dir_len) ||
              is_own_directory(dirfd, path, name.dir_len);
    }
    errno = error;
    return ret;
}

bool proc_name_is_own_file(const char *path, ProcName *name)
{
    static const char proc[] = "/proc/";

    *name = proc_name_guess(path);
    if (proc_name_is_own(AT_FDCWD, path, *name)) {
        return true;
    }
    if (!known.root || strncmp(path, proc, strlen(proc))) {
        return false;
    }
    path += strlen(proc);
    return proc_name_is_own(known.root(), path, proc_name_guess(path));
}

ProcName proc_name_find(int dirfd, const char *path)
{
    ProcName name = proc_name_guess(path);

    if (!proc_name_is_own(dirfd, path, name)) {
        name.entry = PROC_ENTRY_NONE;
    }
    return name;
}

static bool is_procfs_link(int dirfd, const char *path)
{
    struct stat st;

    return fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           is_procfs(dirfd, path, &st, false);
}

bool proc_name_next_link(int dirfd, const char *path, char *next)
{
    char target[PATH_MAX];
    int error = errno;
    ssize_t len = readlinkat(dirfd, path, target, sizeof(target) - 1);
    bool ret = false;

    if (len > 0 && len < (ssize_t)sizeof(target) - 1 &&
        !is_procfs_link(dirfd, path)) {
        int dir_len = target[0] == '/' ? 0 : proc_name_guess(path).dir_len;

        target[len] = '\0';
        ret = snprintf(next, PATH_MAX, "%.*s%s", dir_len, path, target) <
              PATH_MAX;
    }
    errno = error;
    return ret;
}
