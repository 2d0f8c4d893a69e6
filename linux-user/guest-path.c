/*
 * What QEMU's path-taking system calls ask before they go to the host
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <linux/magic.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include "exe-file.h"
#include "guest-path.h"
#include "proc-content.h"
#include "proc-name.h"

/* The kernel gives the root of every procfs this number. */
#define PROC_ROOT_INO 1

static __thread char path_buf[PATH_MAX];

/* Is the directory, or AT_FDCWD's, the root of a procfs? */
static bool is_proc_root(int dirfd)
{
    struct statfs fs;
    struct stat st;
    bool by_cwd = dirfd == AT_FDCWD;

    return (by_cwd ? statfs(".", &fs) : fstatfs(dirfd, &fs)) == 0 &&
           fs.f_type == PROC_SUPER_MAGIC &&
           (by_cwd ? stat(".", &st) : fstat(dirfd, &st)) == 0 &&
           st.st_ino == PROC_ROOT_INO;
}

/* What is meant, and the procfs by which the guest got there. */
typedef struct Meant {
    ProcEntry entry;
    ProcRoot root;
} Meant;

static Meant meant(int dirfd, const char *path)
{
    Meant m = { .root = { AT_FDCWD, "/proc/" } };
    bool relative;

    m.entry = proc_name_entry(path, getpid(), &relative);
    if (m.entry != PROC_ENTRY_NONE && relative) {
        m.root = (ProcRoot) { dirfd, "" };
        if (!is_proc_root(dirfd)) {
            m.entry = PROC_ENTRY_NONE;
        }
    }
    return m;
}

const char *guest_path(int dirfd, const char *path, int flags)
{
    Meant m = meant(dirfd, path);

    if ((flags & AT_SYMLINK_NOFOLLOW) || m.entry != PROC_ENTRY_EXE) {
        return path;
    }
    return exe_file_path(&m.root, path_buf);
}

const char *guest_exec_path(int dirfd, const char *path, int flags)
{
    Meant m = meant(dirfd, path);

    if ((flags & AT_SYMLINK_NOFOLLOW) || m.entry != PROC_ENTRY_EXE) {
        return path;
    }
    return exe_file_exec_path(&m.root, path_buf);
}

/* An open that asks for the entry itself, not for what it leads to. */
static bool opens_entry_itself(ProcEntry entry, int flags)
{
    if (entry == PROC_ENTRY_EXE) {
        return (flags & O_PATH) && (flags & O_NOFOLLOW);
    }
    return (flags & (O_PATH | O_DIRECTORY)) ||
           (flags & O_ACCMODE) != O_RDONLY;
}

bool guest_path_opens_ours(int dirfd, const char *path, int flags)
{
    ProcEntry entry = meant(dirfd, path).entry;

    return entry != PROC_ENTRY_NONE && !opens_entry_itself(entry, flags);
}

/*
 * The restrictions of openat2(2) are about the way, which is the host's, and
 * not about what lies at its end: let the host judge them.
 */
static bool resolves(int dirfd, const char *path, int flags, uint64_t resolve)
{
    struct open_how_resolve {
        uint64_t flags;
        uint64_t mode;
        uint64_t resolve;
    } how = {
        .flags = O_PATH | O_CLOEXEC | (flags & O_NOFOLLOW),
        .resolve = resolve,
    };
    int fd = syscall(__NR_openat2, dirfd, path, &how, sizeof(how));

    if (fd < 0) {
        return false;
    }
    close(fd);
    return true;
}

int guest_open(int dirfd, const char *path, int flags, mode_t mode,
               uint64_t resolve)
{
    Meant m = meant(dirfd, path);

    if (resolve && !resolves(dirfd, path, flags, resolve)) {
        return -1;
    }
    if (m.entry != PROC_ENTRY_EXE) {
        return proc_content_open(m.entry, flags);
    }
    if (flags & O_NOFOLLOW) {
        errno = ELOOP;
        return -1;
    }
    return exe_file_open(&m.root, flags, mode);
}

ssize_t guest_readlinkat(int dirfd, const char *path, char *buf, size_t size)
{
    Meant m = meant(dirfd, path);

    return m.entry == PROC_ENTRY_EXE ? exe_file_readlink(&m.root, buf, size)
                                     : readlinkat(dirfd, path, buf, size);
}
