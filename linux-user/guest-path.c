/*
 * What QEMU's path-taking system calls ask before they go to the host
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/syscall.h>
#include "exe-file.h"
#include "guest-path.h"
#include "proc-content.h"
#include "proc-name.h"

/* The path by which the guest means exe, with "fd/N" in the place of "exe". */
typedef struct ExeLink {
    char path[PATH_MAX + sizeof("fd/") + 3 * sizeof(int)];
} ExeLink;

static __thread ExeLink exe_link;
static __thread char exec_buf[PATH_MAX];

static void make_exe_link(ExeLink *link, const char *path, ProcName name)
{
    snprintf(link->path, sizeof(link->path), "%.*sfd/%d", name.dir_len, path,
             exe_file_fd());
}

const char *guest_path(int dirfd, const char *path, int flags)
{
    ProcName name = proc_name_find(dirfd, path);

    if ((flags & AT_SYMLINK_NOFOLLOW) || name.entry != PROC_ENTRY_EXE) {
        return path;
    }
    make_exe_link(&exe_link, path, name);
    return exe_file_path(dirfd, exe_link.path);
}

const char *guest_exec_path(int dirfd, const char *path, int flags)
{
    ProcName name = proc_name_find(dirfd, path);

    if ((flags & AT_SYMLINK_NOFOLLOW) || name.entry != PROC_ENTRY_EXE) {
        return path;
    }
    make_exe_link(&exe_link, path, name);
    return exe_file_exec_path(dirfd, exe_link.path, exec_buf);
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
    ProcEntry entry = proc_name_find(dirfd, path).entry;

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
    ProcName name = proc_name_find(dirfd, path);
    ExeLink link;

    if (resolve && !resolves(dirfd, path, flags, resolve)) {
        return -1;
    }
    if (name.entry != PROC_ENTRY_EXE) {
        return proc_content_open(name.entry, flags);
    }
    if (flags & O_NOFOLLOW) {
        errno = ELOOP;
        return -1;
    }
    make_exe_link(&link, path, name);
    return exe_file_open(dirfd, link.path, flags, mode);
}

ssize_t guest_readlinkat(int dirfd, const char *path, char *buf, size_t size)
{
    ProcName name = proc_name_find(dirfd, path);
    ExeLink link;

    if (name.entry != PROC_ENTRY_EXE) {
        return readlinkat(dirfd, path, buf, size);
    }
    make_exe_link(&link, path, name);
    return exe_file_readlink(dirfd, link.path, buf, size);
}
