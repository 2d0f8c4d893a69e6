/*
 * open(2), openat(2), openat2(2) and creat(2)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <linux/openat2.h>
#include <sys/syscall.h>
#include "qemu/atomic.h"
#include "qemu.h"
#include "user-internals.h"
#include "user/safe-syscall.h"
#include "set-mm/host/own-table.h"
#include "set-mm/state/exe-file.h"
#include "set-mm/calls/guest-open.h"
#include "set-mm/calls/guest-path.h"
#include "set-mm/calls/guest-task.h"
#include "set-mm/views/proc-file.h"

#ifndef RESOLVE_NO_MAGICLINKS
#define RESOLVE_NO_MAGICLINKS 0x02
#define RESOLVE_NO_SYMLINKS 0x04
#define RESOLVE_BENEATH 0x08
#define RESOLVE_IN_ROOT 0x10
#endif

/* struct open_how of openat2(2), which QEMU 7.2 lacks. */
typedef struct HostOpenHow {
    uint64_t flags;
    uint64_t mode;
    uint64_t resolve;
} HostOpenHow;

/* What was asked for. */
typedef struct OpenCall {
    HostOpenat *openat;
    HostOpenat2 *openat2;
    FakeOpen *fake;
    CPUArchState *env;
    int dirfd;
    const char *path;
    HostOpenHow how;
    size_t size;
} OpenCall;

/* What the kernel's build_open_how() lets through for openat(2). */
enum {
    OPEN_FLAGS = O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND |
                 O_NONBLOCK | O_SYNC | O_DSYNC | O_ASYNC | O_DIRECT |
                 O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH |
                 O_TMPFILE,
    OPEN_PATH_FLAGS = O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC,
};

/* Linux before 5.6, and filters that do not know the call, have none. */
static bool no_openat2;

/*
 * openat(2) that stops at links.
 * @resolve: RESOLVE_NO_SYMLINKS or RESOLVE_NO_MAGICLINKS
 *
 * Returns: a descriptor, or -1 with errno.
 */
static int open_past_links(const OpenCall *call, const char *path,
                           uint64_t resolve)
{
    HostOpenHow how = {
        .flags = call->how.flags & OPEN_FLAGS,
        .resolve = resolve,
    };

    if (how.flags & O_PATH) {
        how.flags &= OPEN_PATH_FLAGS;
    }
    if (how.flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))) {
        how.mode = call->how.mode & 07777;
    }
    return safe_syscall(__NR_openat2, call->dirfd, path, &how, sizeof(how));
}

static const char *last_component(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* Files of procfs that QEMU fakes on some targets. */
static bool may_be_fake(const char *path)
{
    const char *name = last_component(path);

    return !strcmp(name, "cpuinfo") || !strcmp(name, "hardware") ||
           !strcmp(name, "route");
}

/* The link that is met most often. */
static bool leads_over_self(const char *path)
{
    return g_str_has_prefix(path, "/proc/self/") ||
           g_str_has_prefix(path, "/proc/thread-self/");
}

/* The caller's entry with a content that a path spells. */
static ProcEntry content_of(const OpenCall *call)
{
    return proc_file_serves(proc_name_guess(call->path).entry,
                            call->how.flags)
           ? proc_name_find(call->dirfd, call->path).entry : PROC_ENTRY_NONE;
}

/* A file in fdinfo, which need not be part of the path. */
static bool ends_in_number(const char *path)
{
    const char *name = last_component(path);

    return !name[strspn(name, "0123456789")];
}

/*
 * Without a magic link on the way it cannot be the emulator's own link.  An
 * entry of another process, one reached by a link, and what a path does not say
 * is left to the first read.
 */
static void note_opened(const OpenCall *call, const char *path, int fd,
                        bool by_link)
{
    ProcName name;

    if (call->how.flags & O_PATH) {
        return;
    }
    name = proc_name_guess(path);
    if (name.entry == PROC_ENTRY_NONE || name.entry == PROC_ENTRY_EXE) {
        if (!by_link && !ends_in_number(path)) {
            proc_file_opened(fd, PROC_ENTRY_NONE);
        }
    } else if (proc_file_serves(name.entry, call->how.flags) &&
               proc_name_is_own(call->dirfd, path, name)) {
        proc_file_opened(fd, name.entry);
    }
}

/*
 * The way of nearly every open, with no system call more than QEMU's own: a
 * path without a link is what its last components say, and one without a magic
 * link does not lead to the emulator.
 *
 * Returns: a descriptor, or -1 with errno, or -2 if the way is another.
 */
static int open_plain(const OpenCall *call, const char *path)
{
    bool by_link;
    int fd;

    if (qatomic_read(&no_openat2) || may_be_fake(path)) {
        return -2;
    }
    by_link = leads_over_self(path);
    fd = open_past_links(call, path,
                         by_link ? RESOLVE_NO_MAGICLINKS : RESOLVE_NO_SYMLINKS);
    if (fd < 0 && errno == ELOOP && !by_link) {
        by_link = true;
        fd = open_past_links(call, path, RESOLVE_NO_MAGICLINKS);
    }
    if (fd >= 0) {
        note_opened(call, path, fd, by_link);
        return fd;
    }
    switch (errno) {
    case ENOSYS:
        qatomic_set(&no_openat2, true);
        return -2;
    case ELOOP:
    case EINVAL:
    case EPERM:
        return -2;
    default:
        return -1;
    }
}

/* The C library's openat(3), whose arguments vary. */
static int openat_uninterrupted(int dirfd, const char *path, int flags,
                                mode_t mode)
{
    return openat(dirfd, path, flags, mode);
}

static int host_open(const OpenCall *call, const char *path)
{
    const HostOpenHow *how = &call->how;

    if (call->openat2) {
        return call->openat2(call->dirfd, path,
                             (const struct open_how_ver0 *)how, call->size);
    }
    return (call->openat ?: openat_uninterrupted)(call->dirfd, path,
                                                  how->flags, how->mode);
}

typedef struct WayCall {
    const OpenCall *call;
    pid_t thread;
} WayCall;

static long open_way(void *opaque)
{
    const WayCall *way = opaque;
    const OpenCall *call = way->call;
    HostOpenHow how = {
        .flags = O_PATH | O_CLOEXEC,
        .resolve = call->how.resolve | RESOLVE_NO_MAGICLINKS,
    };
    int dir = own_table_openat(way->thread, call->dirfd, "", O_PATH);
    int fd = syscall(__NR_openat2, dir, call->path, &how, sizeof(how));
    int error = errno;

    close(fd);
    close(dir);
    return fd < 0 ? -error : 0;
}

/*
 * RESOLVE_ flags are about the way, which is the host's: did it lead over a
 * magic link?
 */
static bool leads_over_magic_link(const OpenCall *call)
{
    WayCall way = { call, own_table_caller() };

    return own_table_call(open_way, &way) == -ELOOP;
}

/* Linux takes a number before it looks at the path; a directory is refused. */
static int refuse(int error)
{
    open("/", O_WRONLY);
    if (errno != EMFILE) {
        errno = error;
    }
    return -1;
}

/* The way has been found good, so the restrictions have done their work. */
static int open_exe(const OpenCall *call, const char *link)
{
    int flags = call->how.flags;

    if (exe_file_refuses_open(call->dirfd, link, flags)) {
        return refuse(errno);
    }
    return openat(call->dirfd, link, flags & ~O_CREAT, 0);
}

static bool is_exe(const OpenCall *call, const char **path)
{
    if (!guest_path_is_exe(call->dirfd, path)) {
        return false;
    }
    return !call->how.resolve || leads_over_magic_link(call);
}

/*
 * A file that is not ours to answer for may be one that QEMU fakes.
 * Returns: -2 if not.
 */
static int open_fake(const OpenCall *call, const char *path)
{
    return call->fake && *path
           ? call->fake(call->env, AT_FDCWD, path, call->how.flags, 0, 0, true)
           : -2;
}

/*
 * What the host has opened is none of the guest's, who does not know its number
 * yet.
 */
static int open_as_fake(const OpenCall *call, int fd, const char *path)
{
    int fake = open_fake(call, path);

    if (fake < 0) {
        return fd;
    }
    close(fd);
    return fake;
}

/* The host has opened its own link to the emulator. */
static int reopen_exe(const OpenCall *call, int fd, const char *path)
{
    close(fd);
    return open_exe(call, path);
}

/* A file of procfs: as it is spelled, or else as the kernel names it. */
static int judge_entry(const OpenCall *call, int fd, const struct stat *st)
{
    ProcEntry entry = PROC_ENTRY_NONE;
    char name[PATH_MAX];

    if (!call->how.resolve) {
        entry = content_of(call);
    }
    if (entry == PROC_ENTRY_NONE) {
        entry = proc_file_entry(fd, st, name);
    }
    if (!proc_file_serves(entry, call->how.flags)) {
        return open_as_fake(call, fd, name);
    }
    proc_file_opened(fd, entry);
    return fd;
}

static int judge(const OpenCall *call, int fd)
{
    const char *path = call->path;
    struct stat st;

    if (fstat(fd, &st) < 0) {
        return fd;
    }
    if (S_ISREG(st.st_mode) &&
        exe_file_may_be_emulator(st.st_mode, st.st_size, st.st_ino) &&
        is_exe(call, &path)) {
        return reopen_exe(call, fd, path);
    }
    if (call->how.flags & O_PATH) {
        return fd;
    }
    if (proc_file_may_be_entry(&st)) {
        return judge_entry(call, fd, &st);
    }
    /* A directory may be a map_files. */
    if (!S_ISDIR(st.st_mode)) {
        proc_file_opened(fd, PROC_ENTRY_NONE);
    }
    return fd;
}

/* A link to the emulator, of whatever name, is opened for writing. */
static int judge_failure(const OpenCall *call)
{
    const char *path = call->path;
    int error = errno;

    if ((error == ETXTBSY || error == EACCES || error == EROFS ||
         error == EPERM) &&
        !(call->how.flags & O_NOFOLLOW) && is_exe(call, &path)) {
        return open_exe(call, path);
    }
    errno = error;
    return -1;
}

static int do_open(const OpenCall *call)
{
    const char *path = call->path;
    bool exe = false;
    int fd;

    /* Where a path begins depends on these flags; look at the end only. */
    if (!call->how.resolve) {
        path = guest_path_opened(call->dirfd, path, &exe);
    }
    if (exe && !(call->how.flags & O_NOFOLLOW)) {
        fd = open_exe(call, path);
        if (fd >= 0 && !(call->how.flags & O_PATH)) {
            proc_file_opened(fd, PROC_ENTRY_NONE);
        }
        return fd;
    }
    if (call->openat && !exe) {
        fd = open_plain(call, path);
        if (fd != -2) {
            return fd;
        }
    }
    fd = host_open(call, exe ? call->path : path);
    return fd >= 0 ? judge(call, fd) : judge_failure(call);
}

int guest_openat(HostOpenat *host, FakeOpen *fake, CPUArchState *env,
                 int dirfd, const char *path, int flags, mode_t mode)
{
    OpenCall call = {
        .openat = host,
        .fake = fake,
        .env = env,
        .dirfd = dirfd,
        .path = path,
        .how = { .flags = flags, .mode = mode },
    };

    return do_open(&call);
}

int guest_openat2(HostOpenat2 *host, FakeOpen *fake, CPUArchState *env,
                  int dirfd, const char *name,
                  const struct open_how_ver0 *how, size_t size)
{
    OpenCall call = {
        .openat2 = host,
        .fake = fake,
        .env = env,
        .dirfd = dirfd,
        .path = name,
        .how = *(const HostOpenHow *)how,
        .size = size,
    };

    /* Otherwise a path begins at @dirfd, even an absolute one. */
    if (!(call.how.resolve & (RESOLVE_IN_ROOT | RESOLVE_BENEATH))) {
        call.path = guest_prefixed(guest_task_path(name));
    }
    return do_open(&call);
}

/* A FIFO waits, and a signal interrupts that. */
static int openat_interrupted(int dirfd, const char *path, int flags,
                              mode_t mode)
{
    return safe_syscall(__NR_openat, dirfd, path, flags | O_LARGEFILE, mode);
}

int guest_creat(const char *path, mode_t mode)
{
    return guest_openat(openat_interrupted, NULL, NULL, AT_FDCWD, path,
                        O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int guest_open_not_faked(const char *path, const char *entry)
{
    return 0;
}
