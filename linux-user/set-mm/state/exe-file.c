/*
 * The executable's identity, held as an open file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include "qemu/cutils.h"
#include "qemu/thread.h"
#include "qemu.h"
#include "set-mm/host/binfmt.h"
#include "set-mm/host/exec-check.h"
#include "set-mm/state/exe-file.h"
#include "set-mm/rules/exec-name.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/host/own-table.h"
#include "set-mm/rules/same-file.h"

static struct {
    QemuMutex replace_lock; /* from taking a candidate to installing it */
    QemuMutex lock;         /* of what follows */
    struct stat st;         /* of the executable */
    uint64_t mount;         /* that it was reached by; 0: not known */
    char name[PATH_MAX];    /* of it when it was installed, or later */
    bool is_open;           /* by the keeper */
    int held;               /* by a forking thread, or -1 */
    pid_t forking_keeper;
    struct stat emulator;
    int is_beside_emulator; /* 1: yes, -1: no, 0: not known */
    int emulator_is_busy;
} exe = { .held = -1 };

static bool leads_to(const char *path, const struct stat *file)
{
    struct stat st;

    return *path && stat(path, &st) == 0 && same_file(&st, file);
}

/* Returns: what statx(2) has for a mount, or 0 before Linux 5.8. */
static uint64_t mount_of(int dirfd, const char *path)
{
    struct statx stx;

    return statx(dirfd, path, AT_EMPTY_PATH, STATX_MNT_ID, &stx) == 0 &&
           (stx.stx_mask & STATX_MNT_ID) ? stx.stx_mnt_id : 0;
}

/* readlinkat(2) into PATH_MAX bytes, with a NUL. */
static bool read_link(int dirfd, const char *link, char *buf)
{
    ssize_t len = readlinkat(dirfd, link, buf, PATH_MAX - 1);

    buf[MAX(len, 0)] = '\0';
    return len >= 0;
}

pid_t exe_file_keeper(void)
{
    pid_t keeper = own_table_thread();

    return qatomic_read(&exe.is_open) ? keeper : 0;
}

bool exe_file_name(char *name)
{
    return exe_file_keeper() &&
           read_link(AT_FDCWD, own_table_path(OWN_EXE).path, name);
}

void exe_file_stat(struct stat *st)
{
    qemu_mutex_lock(&exe.lock);
    *st = exe.st;
    qemu_mutex_unlock(&exe.lock);
}

/* --- What the keeper does ------------------------------------------------- */

/* What a thread has open; with less of it there is room in a small table. */
typedef struct Candidate {
    pid_t thread;
    int fd;
    struct stat st;
    uint64_t mount;
    char name[PATH_MAX];
} Candidate;

static long take_candidate(void *opaque)
{
    Candidate *c = opaque;
    int fd, error;

    /* Its number is one more that is free. */
    close(OWN_CANDIDATE);
    fd = own_table_open_of(c->thread, c->fd);
    error = fd < 0 ? errno == ENOENT ? -EBADF : -errno
                   : own_table_put(OWN_CANDIDATE, fd);
    if (error) {
        own_table_clear(OWN_CANDIDATE);
    }
    return error;
}

/* Readers find the old file or the new one. */
static long install_candidate(void *opaque)
{
    Candidate *c = opaque;
    OwnPath link = own_table_path(OWN_EXE);

    if (dup3(OWN_CANDIDATE, OWN_EXE, O_CLOEXEC) < 0) {
        return -errno;
    }
    own_table_clear(OWN_CANDIDATE);
    qatomic_set(&exe.is_open, true);
    fstatat(OWN_EXE, "", &c->st, AT_EMPTY_PATH);
    c->mount = mount_of(OWN_EXE, "");
    read_link(AT_FDCWD, link.path, c->name);
    return 0;
}

/* That of the program that is loaded. */
static long take_first(void *opaque)
{
    long error = take_candidate(opaque);

    return error ?: install_candidate(opaque);
}

static long forget_candidate(void *opaque)
{
    own_table_clear(OWN_CANDIDATE);
    return 0;
}

/* The forking process cannot hold it where its table is full. */
static int open_of_parent(void)
{
    char link[sizeof("/proc//task//fd/") + 9 * sizeof(int)];

    snprintf(link, sizeof(link), "/proc/%d/task/%d/fd/%d", (int)getppid(),
             (int)exe.forking_keeper, OWN_EXE);
    return leads_to(link, &exe.st) ? open(link, O_PATH | O_CLOEXEC) : -1;
}

/*
 * A new keeper, as a forked child's, opens what the forking thread holds, or
 * else the file by its name.
 */
static long open_again(void *opaque)
{
    int fd = -1;

    if (exe.held >= 0) {
        fd = own_table_open_of(getpid(), exe.held);
    }
    if (fd < 0 && leads_to(exe.name, &exe.st)) {
        fd = open(exe.name, O_PATH | O_CLOEXEC);
    }
    if (fd < 0) {
        fd = open_of_parent();
    }
    qatomic_set(&exe.is_open, own_table_put(OWN_EXE, fd) == 0);
    return 0;
}

/* --- At a fork ------------------------------------------------------------ */

/*
 * A deleted file has a name that leads nowhere, or to another link; and in
 * another mount namespace the same name leads over another mount.
 */
static bool has_name(void)
{
    char name[PATH_MAX];
    bool ret = exe_file_name(name) && leads_to(name, &exe.st) &&
               mount_of(AT_FDCWD, name) == exe.mount;

    if (ret) {
        pstrcpy(exe.name, sizeof(exe.name), name);
    }
    return ret;
}

static void hold(void)
{
    exe.held = -1;
    exe.forking_keeper = own_table_listed();
    if (fork_safety_hold == FORK_HOLD_NEVER ||
        (fork_safety_hold == FORK_HOLD_NAMELESS && has_name())) {
        return;
    }
    exe.held = open(own_table_path(OWN_EXE).path, O_PATH | O_CLOEXEC);
}

static void let_go(void)
{
    if (exe.held >= 0) {
        own_table_begin();
        close(exe.held);
        exe.held = -1;
    }
}

static const ForkActions at_fork = {
    .before = hold,
    .in_parent = let_go,
    .in_child = let_go,
};

static void install(const Candidate *c)
{
    qemu_mutex_lock(&exe.lock);
    exe.st = c->st;
    exe.mount = c->mount;
    pstrcpy(exe.name, sizeof(exe.name), c->name);
    qemu_mutex_unlock(&exe.lock);
    qatomic_set(&exe.is_beside_emulator, 0);
}

void exe_file_init(int fd, const char *path)
{
    Candidate c = { .thread = getpid(), .fd = fd };

    fork_safety_lock_init(&exe.lock, &at_fork);
    exec_check_init();
    fork_safety_lock_init(&exe.replace_lock, NULL);
    if (own_table_call(take_first, &c) < 0) {
        fstat(fd, &c.st);
        c.mount = mount_of(fd, "");
    }
    if (!*c.name && !realpath(path, c.name)) {
        *c.name = '\0';
    }
    install(&c);
    own_table_at_start(open_again, NULL);
    stat("/proc/self/exe", &exe.emulator);
}

bool exe_file_may_be_emulator(mode_t mode, off_t size, uint64_t inode)
{
    return inode == exe.emulator.st_ino ||
           ((mode & 0111) && size >= exe.emulator.st_size / 2);
}

/* Asked when it is needed, and again after each change. */
bool exe_file_is_beside_emulator(void)
{
    int known = qatomic_read(&exe.is_beside_emulator);
    struct stat st;

    if (!known) {
        exe_file_stat(&st);
        known = st.st_dev == exe.emulator.st_dev ? 1 : -1;
        qatomic_set(&exe.is_beside_emulator, known);
    }
    return known > 0;
}

static long open_emulator_for_writing(void *opaque)
{
    char path[PATH_MAX];
    int dirfd, fd;

    host_proc_at(&dirfd, "self/exe", path);
    fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        close(fd);
    }
    return fd < 0 ? -errno : 0;
}

/* A caller without write permission gets EACCES before ETXTBSY. */
bool exe_file_emulator_is_busy(void)
{
    int known = qatomic_read(&exe.emulator_is_busy);

    if (!known) {
        known = own_table_call(open_emulator_for_writing, NULL) == -ETXTBSY
                ? 1 : -1;
        qatomic_set(&exe.emulator_is_busy, known);
    }
    return known > 0;
}

/*
 * Where there is no /proc; it may have been there at the start.  Returns: NULL
 * if the executable has no name here, as one that was reached from outside of
 * a chroot.
 */
static const char *path_without_proc(void)
{
    static __thread char path[PATH_MAX];

    qemu_mutex_lock(&exe.lock);
    pstrcpy(path, sizeof(path), exe.name);
    qemu_mutex_unlock(&exe.lock);
    return *path ? path : NULL;
}

const char *exe_file_path(int dirfd, const char *link)
{
    const char *path = link;
    char probe;

    if (readlinkat(dirfd, link, &probe, 1) < 0 && errno == ENOENT) {
        path = path_without_proc();
    }
    return path ?: link;
}

const char *exe_file_exec_path(int dirfd, const char *link, bool is_own,
                               char *buf)
{
    struct stat by_link;
    const char *path;

    if (!binfmt_opened() && read_link(dirfd, link, buf) &&
        fstatat(dirfd, link, &by_link, 0) == 0 && leads_to(buf, &by_link)) {
        return buf;
    }
    path = is_own ? exe_file_path(dirfd, link) : link;
    if (path != link || !exec_name_mark(link, buf, PATH_MAX)) {
        pstrcpy(buf, PATH_MAX, path);
    }
    return buf;
}

ssize_t exe_file_readlink(int dirfd, const char *link, bool is_own, char *buf,
                          size_t size)
{
    ssize_t len = readlinkat(dirfd, link, buf, size);

    if (len < 0 && errno == ENOENT && is_own) {
        char name[PATH_MAX];
        const char *path = exe_file_keeper() &&
                           host_proc_own_path(OWN_EXE, name)
                           ? name : path_without_proc();

        if (!path) {
            errno = ENOENT;
            return -1;
        }
        len = MIN(strlen(path), size);
        memcpy(buf, path, len);
    }
    return len;
}

/* Returns: -1 with ETXTBSY or what forbids writing anyway. */
static int refuse_write(int dirfd, const char *link)
{
    if (faccessat(dirfd, exe_file_path(dirfd, link), W_OK, AT_EACCESS) == 0) {
        errno = ETXTBSY;
    }
    return -1;
}

bool exe_file_refuses_open(int dirfd, const char *link, int flags)
{
    bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC);

    if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) {
        errno = EEXIST;
        return true;
    }
    return writes && !(flags & (O_PATH | O_DIRECTORY)) &&
           refuse_write(dirfd, link) < 0;
}

int exe_file_truncate(int dirfd, const char *link)
{
    return refuse_write(dirfd, link);
}

/* The path column of /proc/PID/maps writes a newline as \012. */
static char *escape_newlines(const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "\n", -1);

    return g_strjoinv("\\012", parts);
}

/* Is it a guest mapping of the inode by that path? */
static bool refers(const HostMapping *host, uint64_t inode, const char *path)
{
    return host->inode == inode && h2g_valid(host->start) &&
           page_get_flags(h2g_nocheck((void *)(uintptr_t)host->start)) &&
           strlen(path) == host->path_len &&
           !memcmp(host->path, path, host->path_len);
}

/*
 * "Refer" as in kernel/fork.c:replace_mm_exe_file(): by the same path, so that
 * a hard link or a bind mount of it does not count.
 */
static bool is_mapped(void)
{
    g_autofree char *maps = NULL;
    g_autofree char *path = NULL;
    const char *line;
    HostMapping host;
    char buf[PATH_MAX];
    struct stat st;
    size_t len;

    maps = host_proc_read("thread-self/maps", &len);
    if (!maps || !exe_file_name(buf)) {
        return false;
    }
    exe_file_stat(&st);
    path = escape_newlines(buf);
    for (line = maps; host_mapping_parse(&line, &host);) {
        if (refers(&host, st.st_ino, path)) {
            return true;
        }
    }
    return false;
}

/*
 * The judge is the calling thread, whose credentials count.
 * @is_busy: the present one is mapped, and must not be
 */
static int judge_candidate(int fd, bool is_busy)
{
    OwnPath path = own_table_path(OWN_CANDIDATE);
    bool has_writers;
    int error = exec_check_file(path.path, fd, &has_writers);

    if (error) {
        return error;
    }
    return is_busy ? -EBUSY : has_writers ? -EACCES : 0;
}

/* What was opened with O_PATH is no file to the kernel's fdget(). */
static bool is_file(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    return flags >= 0 && !(flags & O_PATH);
}

static int replace_locked(int fd, bool is_busy)
{
    Candidate c = { .thread = own_table_caller(), .fd = fd };
    int error = own_table_call(take_candidate, &c);

    if (error) {
        return error;
    }
    error = judge_candidate(fd, is_busy);
    if (error) {
        own_table_call(forget_candidate, NULL);
        return error;
    }
    error = own_table_call(install_candidate, &c);
    if (!error) {
        install(&c);
    }
    return error;
}

int exe_file_replace(int fd, bool unless_mapped)
{
    bool is_busy;
    int error;

    if (!is_file(fd)) {
        return -EBADF;
    }
    /* Before our lock, as page flags are asked under QEMU's. */
    is_busy = unless_mapped && is_mapped();
    qemu_mutex_lock(&exe.replace_lock);
    error = replace_locked(fd, is_busy);
    qemu_mutex_unlock(&exe.replace_lock);
    return error;
}
