/*
 * Names: which entry of /proc is meant
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "proc-name.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
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
    };

    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        if (!strcmp(entries[i].name, name)) {
            return entries[i].entry;
        }
    }
    return PROC_ENTRY_NONE;
}

/* The two spellings that nearly everybody uses need no system call. */
static bool is_plain_spelling(const char *dir, size_t len)
{
    char own[sizeof("/proc//") + 3 * sizeof(pid_t)];
    size_t own_len;

    if (len == strlen("/proc/self/") && !memcmp(dir, "/proc/self/", len)) {
        return true;
    }
    own_len = snprintf(own, sizeof(own), "/proc/%d/", (int)getpid());
    return len == own_len && !memcmp(dir, own, len);
}

static bool is_procfs(int fd)
{
    struct statfs fs;

    return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

static bool is_same(int fd, const char *a, const char *b)
{
    struct stat st_a, st_b;

    return fstatat(fd, a, &st_a, 0) == 0 && fstatat(fd, b, &st_b, 0) == 0 &&
           st_a.st_dev == st_b.st_dev && st_a.st_ino == st_b.st_ino;
}

/*
 * A directory of procfs is ours if that very procfs, wherever it is mounted
 * and whatever it calls us, says so: PID beside self, or PID/task/TID.
 */
static bool is_own_directory(int dirfd, const char *dir)
{
    int fd = openat(dirfd, *dir ? dir : ".",
                    O_PATH | O_DIRECTORY | O_CLOEXEC);
    bool ret;

    if (fd < 0) {
        return false;
    }
    ret = is_procfs(fd) && (is_same(fd, ".", "../self") ||
                            is_same(fd, "../..", "../../../self"));
    close(fd);
    return ret;
}

ProcName proc_name_find(int dirfd, const char *path)
{
    ProcName name = { PROC_ENTRY_NONE, 0 };
    const char *slash;
    char dir[PATH_MAX];
    int error = errno;

    if (!path) {
        return name;
    }
    slash = strrchr(path, '/');
    name.dir_len = slash ? slash + 1 - path : 0;
    name.entry = entry_of_component(path + name.dir_len);
    if (name.entry == PROC_ENTRY_NONE ||
        is_plain_spelling(path, name.dir_len)) {
        return name;
    }
    if (name.dir_len >= PATH_MAX) {
        name.entry = PROC_ENTRY_NONE;
        return name;
    }
    memcpy(dir, path, name.dir_len);
    dir[name.dir_len] = '\0';
    if (!is_own_directory(dirfd, dir)) {
        name.entry = PROC_ENTRY_NONE;
    }
    errno = error;
    return name;
}
