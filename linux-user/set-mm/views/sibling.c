/*
 * Other guests: the processes whose emulator is one of ours
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/host/private-fd.h"
#include "set-mm/rules/proc-name.h"
#include "set-mm/rules/same-file.h"
#include "set-mm/views/sibling.h"
#include "set-mm/rules/sibling-guess.h"

/* Of a longer line the rest is not needed to tell an emulator. */
enum { WORDS_MAX = 4096 };

/* Returns: bytes of @buf, which gets a NUL behind them; 0 on failure. */
static size_t read_entry(int dir, const char *name, char *buf, size_t size)
{
    int fd = private_fd_open(dir, name, O_RDONLY);
    ssize_t len = fd < 0 ? 0 : read(fd, buf, size - 1);

    if (fd >= 0) {
        close(fd);
    }
    len = MAX(len, 0);
    buf[len] = '\0';
    return len;
}

/*
 * The file is opened only when it is known to be harmless, by way of the
 * descriptor that was looked at.
 *
 * Returns: a descriptor, or -1 with errno; ENOENT if it is another file.
 */
static int open_state(int dir, int first)
{
    char link[sizeof("self/fd/") + 3 * sizeof(int)];
    struct stat st;
    int path, fd = -1, error = ENOENT;

    snprintf(link, sizeof(link), "fd/%d", first + PRIVATE_FD_STATE);
    path = private_fd_open(dir, link, O_PATH);
    if (path < 0) {
        return -1;
    }
    if (fstat(path, &st) == 0 && public_state_may_be(&st)) {
        snprintf(link, sizeof(link), "self/fd/%d", path);
        fd = private_fd_openat(PRIVATE_FD_PROC, link, O_RDONLY);
        error = errno;
    }
    close(path);
    errno = error;
    return fd;
}

/* Returns: 0 or a host errno; ENOENT if it is another file. */
static int try_number(Sibling *s, int first)
{
    int fd = open_state(s->dir, first);
    bool is_state;

    if (fd < 0) {
        return errno;
    }
    is_state = public_state_read(fd, &s->state);
    close(fd);
    s->first_fd = first;
    return is_state ? 0 : ENOENT;
}

/* Returns: where the guest's arguments begin; 0 if that is no emulator. */
static size_t read_words(int dir, char words[WORDS_MAX])
{
    size_t len = read_entry(dir, "cmdline", words, WORDS_MAX);

    return sibling_guess_program(words, len);
}

size_t sibling_program(const Sibling *s)
{
    char words[WORDS_MAX];

    return read_words(s->dir, words);
}

/* What anybody may see: its limit, which is an odd one, and its name. */
static bool is_stranger(Sibling *s, int limit)
{
    int first = sibling_guess_first(limit, NR_PRIVATE_FDS, 0);
    g_autofree char *emulator = NULL;
    g_autofree char *program = NULL;
    char words[WORDS_MAX];
    size_t at;

    if (first <= 0 || first & (first - 1)) {
        return false;
    }
    at = read_words(s->dir, words);
    if (!at) {
        return false;
    }
    s->is_stranger = true;
    s->first_fd = -1;
    memset(&s->state, 0, sizeof(s->state));
    s->state.helper_threads = PUBLIC_HELPER_THREADS;
    emulator = g_path_get_basename(words);
    program = g_path_get_basename(words + at);
    pstrcpy(s->state.emulator_comm, TASK_COMM_LEN, emulator);
    pstrcpy(s->state.program_comm, TASK_COMM_LEN, program);
    return true;
}

static bool look(Sibling *s)
{
    char limits[2048];
    int limit, first, error;

    if (!proc_name_is_procfs(s->dir) ||
        !read_entry(s->dir, "limits", limits, sizeof(limits))) {
        return false;
    }
    limit = sibling_guess_limit(limits);
    for (int n = 0; (first = sibling_guess_first(limit, NR_PRIVATE_FDS,
                                                 n)) >= 0; n++) {
        error = try_number(s, first);
        if (error == EACCES || error == EPERM) {
            return is_stranger(s, limit);
        }
        if (error != ENOENT) {
            return !error;
        }
    }
    return false;
}

bool sibling_find(Sibling *s, int dirfd, const char *dir, int len)
{
    g_autofree char *name = len ? g_strndup(dir, len) : g_strdup(".");
    int error = errno;
    bool ret = false;

    s->is_stranger = false;
    s->dir = private_fd_open(dirfd, name, O_PATH | O_DIRECTORY);
    if (s->dir >= 0) {
        ret = look(s);
        if (!ret) {
            close(s->dir);
        }
    }
    errno = error;
    return ret;
}

bool sibling_find_process(Sibling *s, pid_t pid)
{
    char dir[3 * sizeof(pid)];
    int len = snprintf(dir, sizeof(dir), "%d", pid);

    return sibling_find(s, private_fd(PRIVATE_FD_PROC), dir, len);
}

static bool is_same(int dirfd, const char *path, const struct stat *st)
{
    struct stat now;

    return fstatat(dirfd, path, &now, 0) == 0 && same_file(&now, st);
}

/*
 * An entry of a process has an inode number that the entry of another, later
 * one does not have.
 */
bool sibling_find_file(Sibling *s, int fd)
{
    static const char proc[] = "/proc/";
    int error = errno, dirfd = AT_FDCWD;
    char path[PATH_MAX];
    const char *at = path;
    struct stat st;
    bool ret = false;

    if (fstat(fd, &st) == 0 && host_proc_fd_path(fd, path)) {
        if (!is_same(dirfd, at, &st) && !strncmp(at, proc, strlen(proc))) {
            dirfd = private_fd(PRIVATE_FD_PROC);
            at += strlen(proc);
        }
        ret = is_same(dirfd, at, &st) &&
              sibling_find(s, dirfd, at, proc_name_guess(at).dir_len);
    }
    errno = error;
    return ret;
}

void sibling_put(Sibling *s)
{
    int error = errno;

    close(s->dir);
    errno = error;
}

int sibling_exe_fd(const Sibling *s)
{
    return s->is_stranger ? -1 : s->first_fd + PRIVATE_FD_EXE;
}

bool sibling_has_private(const Sibling *s, int fd)
{
    return !s->is_stranger && fd >= s->first_fd &&
           fd < s->first_fd + NR_PRIVATE_FDS;
}

/* What another process has set is not known to the guest's emulator. */
void sibling_nofile(const Sibling *s, struct rlimit *rlim)
{
    if (s->is_stranger) {
        return;
    }
    if (rlim->rlim_cur == s->first_fd + NR_PRIVATE_FDS) {
        rlim->rlim_cur = s->state.nofile_cur;
    }
    rlim->rlim_max = MIN(rlim->rlim_max, s->state.nofile_max);
}

bool sibling_find_fd_dir(Sibling *s, int dirfd, const char *dir, int len)
{
    g_autofree char *above = g_strdup_printf("%.*s../", len, dir);
    g_autofree char *here = g_strdup_printf("%.*s.", len, dir);
    struct stat st;

    if (!sibling_find(s, dirfd, above, strlen(above))) {
        return false;
    }
    if (fstatat(dirfd, here, &st, 0) == 0 &&
        (is_same(s->dir, "fd", &st) || is_same(s->dir, "fdinfo", &st))) {
        return true;
    }
    sibling_put(s);
    return false;
}

static size_t anonymous_prefix(const Sibling *s, uint64_t addr, size_t len)
{
    int maps = private_fd_open(s->dir, "maps", O_RDONLY);

    if (maps < 0) {
        return 0;
    }
    len = host_proc_anonymous(maps, addr, len, true);
    close(maps);
    return len;
}

ssize_t sibling_read_memory(const Sibling *s, void *buf, uint64_t addr,
                            size_t len)
{
    ssize_t ret;
    int mem;

    if (s->is_stranger) {
        return -1;
    }
    mem = private_fd_open(s->dir, "mem", O_RDONLY);
    if (mem < 0) {
        return -1;
    }
    addr += s->state.program.guest_base;
    len = anonymous_prefix(s, addr, len);
    ret = len ? pread(mem, buf, len, addr) : 0;
    close(mem);
    return MAX(ret, 0);
}

GArray *sibling_regions(const Sibling *s)
{
    int fd = s->is_stranger ? -1 : open_state(s->dir, s->first_fd);
    g_autofree Region *log = NULL;
    size_t n;

    if (fd < 0) {
        return NULL;
    }
    log = public_state_read_log(fd, &n);
    close(fd);
    return log ? region_log_replay(log, n) : NULL;
}
