/*
 * Other guests: the processes whose emulator is one of ours
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <dirent.h>
#include <sys/syscall.h>
#include "set-mm/host/fork-safety.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/host/own-table.h"
#include "set-mm/rules/elf-note.h"
#include "set-mm/rules/proc-name.h"
#include "set-mm/rules/same-file.h"
#include "set-mm/rules/sibling-guess.h"
#include "set-mm/rules/task-comm.h"
#include "set-mm/views/sibling.h"

enum {
    /* Of a longer line the rest is not needed to tell an emulator. */
    WORDS_MAX = 4096,
    /* The keeper is the second thread, or the third (own-table.c). */
    LOOK_AT_THREADS = 3,
    /* For each of the host's mappings, and for all: see region-log.h. */
    CHANGES_A_MAPPING = 16,
    CHANGES = 8192,
    /*
     * How long a look waits for a process that is about to begin.  A child of
     * our own does begin; others' must not keep anybody waiting.
     */
    START_US = 1000,
    START_TRIES = 20,
    CHILD_TRIES = 2000,
};

/* Returns: bytes of @buf, which gets a NUL behind them; 0 on failure. */
static size_t read_entry(int dir, const char *name, char *buf, size_t size)
{
    int fd = openat(dir, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ssize_t len = fd < 0 ? 0 : read(fd, buf, size - 1);

    if (fd >= 0) {
        close(fd);
    }
    len = MAX(len, 0);
    buf[len] = '\0';
    return len;
}

/* Returns: where the guest's arguments begin; 0 if that is no emulator. */
static size_t read_words(int dir)
{
    char words[WORDS_MAX];
    size_t len = read_entry(dir, "cmdline", words, WORDS_MAX);

    return sibling_guess_program(words, len);
}

/* --- What the keeper does ------------------------------------------------- */

typedef struct Look {
    Sibling *s;
    pid_t thread;           /* who asks */
    int dirfd;
    const char *path;
    int tries;              /* how often to look */
} Look;

/* Has the thread the name that keepers have? */
static bool has_name(int tasks, const char *thread)
{
    char path[64], comm[TASK_COMM_LEN + 1];

    snprintf(path, sizeof(path), "%s/comm", thread);
    return read_entry(tasks, path, comm, sizeof(comm)) &&
           !strcmp(comm, OWN_TABLE_COMM "\n");
}

/* A directory is listed in the order in which the threads were made. */
static pid_t find_keeper(int tasks)
{
    char buf[1024];
    ssize_t len = syscall(__NR_getdents64, tasks, buf, sizeof(buf));
    int threads = 0;

    for (ssize_t at = 0; at < len && threads < LOOK_AT_THREADS;) {
        struct dirent64 *entry = (struct dirent64 *)(buf + at);

        if (*entry->d_name != '.' && ++threads > 1 &&
            has_name(tasks, entry->d_name)) {
            return atoi(entry->d_name);
        }
        at += entry->d_reclen;
    }
    return 0;
}

/* Opens the directory of a process, or of a thread's process. */
static bool open_process(Sibling *s, int *tasks)
{
    int process;

    *tasks = openat(s->dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*tasks >= 0) {
        return true;
    }
    process = openat(s->dir, "../..", O_PATH | O_DIRECTORY | O_CLOEXEC);
    *tasks = openat(s->dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (process < 0 || *tasks < 0 || !host_proc_is_procfs(*tasks)) {
        close(process);
        close(*tasks);
        return false;
    }
    close(s->dir);
    s->dir = process;
    s->is_task_dir = true;
    return true;
}

/* The keeper's process is another one only of a child of vfork(2). */
static int open_state(PublicReader *reader, const Sibling *s)
{
    char path[sizeof("../") + 3 * sizeof(int)];
    int dir, ret;

    if (!s->owner) {
        return public_state_open(reader, s->dir, s->keeper);
    }
    snprintf(path, sizeof(path), "../%d", (int)s->owner);
    dir = openat(s->dir, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    ret = dir < 0 ? -errno : public_state_open(reader, dir, s->keeper);
    close(dir);
    return ret;
}

static bool read_state(Sibling *s)
{
    PublicReader reader;
    int error = open_state(&reader, s);
    bool ret;

    if (!error) {
        ret = public_state_read(&reader, &s->state);
        public_state_close(&reader);
        return ret;
    }
    if (error != -EACCES && error != -EPERM) {
        return false;
    }
    /* Its name and what it was started with anybody may see. */
    s->is_stranger = read_words(s->dir) > 0;
    memset(&s->state, 0, sizeof(s->state));
    s->state.helper_threads = PUBLIC_FEWEST_HELPERS;
    s->state.helper[0] = s->keeper;
    return s->is_stranger;
}

enum { STAT_PID = 1, STAT_PPID = 4 };

/* @path: to a stat in a procfs, from @s's directory.  Returns: 0 on failure. */
static pid_t number_in_stat(const Sibling *s, const char *path, int field)
{
    char text[1024];
    HostStat stat;

    return read_entry(s->dir, path, text, sizeof(text)) &&
           host_stat_parse(&stat, text) ? host_stat_number(&stat, field) : 0;
}

/*
 * A child of vfork(2) has no keeper, and its parent may be such a child, too.
 *
 * Returns: whether it is one, with its state in @s.
 */
static bool look_at_owner(Sibling *s)
{
    pid_t pid = number_in_stat(s, "stat", STAT_PID);
    pid_t owner = number_in_stat(s, "stat", STAT_PPID);
    char path[sizeof("..//stat") + 3 * sizeof(int)];

    for (int depth = 0; depth < PUBLIC_MOST_CHILDREN && owner; depth++) {
        int tasks;

        snprintf(path, sizeof(path), "../%d/task", (int)owner);
        tasks = openat(s->dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        s->keeper = tasks < 0 ? 0 : find_keeper(tasks);
        close(tasks);
        if (s->keeper) {
            s->owner = owner;
            if (!read_state(s) || !public_state_has_child(&s->state, pid)) {
                return false;
            }
            /* These are its parent's threads. */
            s->state.helper_threads = 0;
            return true;
        }
        snprintf(path, sizeof(path), "../%d/stat", (int)owner);
        owner = number_in_stat(s, path, STAT_PPID);
    }
    return false;
}

static bool look_at_process(Sibling *s)
{
    int tasks;

    if (!host_proc_is_procfs(s->dir) || !open_process(s, &tasks)) {
        return false;
    }
    s->owner = 0;
    s->keeper = find_keeper(tasks);
    close(tasks);
    return s->keeper ? read_state(s) : look_at_owner(s);
}

static bool is_own_child(const Sibling *s)
{
    return number_in_stat(s, "stat", STAT_PPID) == getpid();
}

static long look(void *opaque)
{
    Look *l = opaque;
    Sibling *s = l->s;

    s->dir = own_table_openat(l->thread, l->dirfd, l->path,
                              O_PATH | O_DIRECTORY);
    if (s->dir < 0) {
        return false;
    }
    if (!look_at_process(s)) {
        l->tries = is_own_child(s) ? CHILD_TRIES : START_TRIES;
        close(s->dir);
        return false;
    }
    return true;
}

static long put(void *opaque)
{
    const Sibling *s = opaque;

    return close(s->dir);
}

static long find_program(void *opaque)
{
    const Sibling *s = opaque;

    return read_words(s->dir);
}

typedef struct ReadMemory {
    const Sibling *s;
    void *buf;
    uint64_t addr;
    size_t len;
} ReadMemory;

static ssize_t read_anonymous(const ReadMemory *r, int maps, int mem)
{
    size_t len;

    if (maps < 0 || mem < 0) {
        return -1;
    }
    len = host_proc_anonymous(maps, r->addr, r->len, true);
    return len ? MAX(pread(mem, r->buf, len, r->addr), 0) : 0;
}

static long read_memory(void *opaque)
{
    const ReadMemory *r = opaque;
    int maps = openat(r->s->dir, "maps", O_RDONLY | O_CLOEXEC);
    int mem = openat(r->s->dir, "mem", O_RDONLY | O_CLOEXEC);
    ssize_t ret = read_anonymous(r, maps, mem);

    close(maps);
    close(mem);
    return ret;
}

typedef struct ReadWhole {
    const Sibling *s;
    const char *name;
    char *text;
    size_t len;
} ReadWhole;

static long read_whole(void *opaque)
{
    ReadWhole *r = opaque;

    r->text = host_proc_read_at(r->s->dir, r->name, &r->len);
    return r->text ? 0 : -errno;
}

typedef struct ReadLog {
    const Sibling *s;
    size_t most;
    Region *log;
    size_t n;
} ReadLog;

static long read_log(void *opaque)
{
    ReadLog *r = opaque;
    PublicReader reader;
    int error = open_state(&reader, r->s);

    if (!error) {
        r->log = public_state_read_log(&reader, r->most, &r->n);
        public_state_close(&reader);
    }
    return error;
}

/* --- What everybody calls ------------------------------------------------- */

/*
 * Executables that were looked into, and processes whose executable nobody lets
 * us look into; a new one takes the oldest one's place.
 */
static struct {
    QemuMutex lock;
    struct {
        dev_t dev;
        ino_t inode;
        struct timespec changed;    /* of a process: when it was looked at */
        bool is_emulator;
    } at[256];
    unsigned next;
} known;

void sibling_init(void)
{
    fork_safety_lock_init(&known.lock, NULL);
}

/* Returns: 1 or 0, or -1 if it is not known. */
static int recall(const struct stat *st)
{
    int ret = -1;

    qemu_mutex_lock(&known.lock);
    for (int i = 0; i < ARRAY_SIZE(known.at); i++) {
        if (known.at[i].inode == st->st_ino && known.at[i].dev == st->st_dev &&
            !memcmp(&known.at[i].changed, &st->st_ctim, sizeof(st->st_ctim))) {
            ret = known.at[i].is_emulator;
        }
    }
    qemu_mutex_unlock(&known.lock);
    return ret;
}

bool sibling_may_execute(const struct stat *st)
{
    return S_ISREG(st->st_mode) && recall(st) != 0;
}

static void remember(const struct stat *st, bool is_emulator)
{
    qemu_mutex_lock(&known.lock);
    known.at[known.next].dev = st->st_dev;
    known.at[known.next].inode = st->st_ino;
    known.at[known.next].changed = st->st_ctim;
    known.at[known.next].is_emulator = is_emulator;
    known.next = (known.next + 1) % ARRAY_SIZE(known.at);
    qemu_mutex_unlock(&known.lock);
}

/*
 * For a second, a process that executes an emulator meanwhile looks as one that
 * has not begun to load its program.
 */
static bool was_stranger(const struct stat *tasks, struct stat *key)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    *key = *tasks;
    key->st_ctim = (struct timespec) { .tv_sec = now.tv_sec };
    return recall(key) == 0;
}

/*
 * Only what is in a procfs is looked into, as a file that is read has another
 * time of access.  One that cannot be read may be an emulator.
 *
 * Returns: 1 or 0, or -1 for another directory.
 */
static long look_into(void *opaque)
{
    const Look *l = opaque;
    int dir = own_table_openat(l->thread, l->dirfd, l->path,
                               O_PATH | O_DIRECTORY);
    long ret = -1;

    if (dir >= 0 && host_proc_is_procfs(dir)) {
        int fd = openat(dir, "exe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

        ret = fd < 0 || elf_note_find(fd, PUBLIC_STATE_NOTE);
        close(fd);
    }
    close(dir);
    return ret;
}

/* Returns: 1 or 0, or -1 where we may not look. */
static int executes_emulator(int dirfd, const char *dir)
{
    g_autofree char *exe = g_strconcat(dir, "exe", NULL);
    Look l = { NULL, 0, dirfd, dir };
    struct stat st;
    int ret;

    if (fstatat(dirfd, exe, &st, 0) < 0) {
        return errno == EACCES ? -1 : 0;
    }
    ret = recall(&st);
    if (ret < 0) {
        l.thread = own_table_caller();
        ret = own_table_call(look_into, &l);
        if (ret < 0) {
            return 0;
        }
        remember(&st, ret);
    }
    return ret;
}

/*
 * An emulator has at least two threads: its guest's and its own.
 *
 * Returns: 1 or 0, or -1 for a process that lets nobody look at more than
 * @tasks, which gets its directory of threads.
 */
static int is_emulator(int dirfd, const char *dir, struct stat *tasks)
{
    g_autofree char *path = g_strconcat(dir, "task", NULL);
    int ret = executes_emulator(dirfd, dir);

    if (ret < 0 && fstatat(dirfd, path, tasks, 0) == 0 &&
        tasks->st_nlink < 2 + 1 + PUBLIC_FEWEST_HELPERS) {
        return 0;
    }
    return ret;
}

/*
 * A process that has just been forked, or has just executed an emulator, has
 * its keeper in a moment.
 */
static bool look_for_keeper(Look *l)
{
    bool ret;

    l->thread = own_table_caller();
    ret = own_table_call(look, l) > 0;

    for (int tries = 0; !ret && tries < l->tries &&
                        executes_emulator(l->dirfd, l->path) > 0; tries++) {
        g_usleep(START_US);
        ret = own_table_call(look, l) > 0;
    }
    return ret;
}

bool sibling_find(Sibling *s, int dirfd, const char *dir, int len)
{
    g_autofree char *path = g_strndup(dir, len);
    Look l = { s, 0, dirfd, path };
    struct stat tasks = { 0 }, key;
    int error = errno;
    int is = is_emulator(dirfd, path, &tasks);
    bool ret = false;

    s->is_stranger = false;
    s->is_task_dir = false;
    if (is > 0) {
        ret = look_for_keeper(&l);
    } else if (is < 0 && !was_stranger(&tasks, &key)) {
        l.thread = own_table_caller();
        ret = own_table_call(look, &l) > 0;
        if (!ret) {
            remember(&key, false);
        }
    }
    errno = error;
    return ret;
}

bool sibling_find_process(Sibling *s, pid_t pid)
{
    char dir[sizeof("/proc//") + 3 * sizeof(pid)];
    int len = snprintf(dir, sizeof(dir), "/proc/%d/", pid);

    return sibling_find(s, AT_FDCWD, dir, len);
}

/*
 * An entry of a process has an inode number that the entry of another, later
 * one does not have.
 */
bool sibling_find_opened(Sibling *s, const char *path, const struct stat *st)
{
    int error = errno;
    struct stat now;
    bool ret;

    ret = stat(path, &now) == 0 && same_file(&now, st) &&
          sibling_find(s, AT_FDCWD, path, proc_name_guess(path).dir_len);
    errno = error;
    return ret;
}

bool sibling_find_file(Sibling *s, int fd)
{
    int error = errno;
    char path[PATH_MAX];
    struct stat st;
    bool ret;

    ret = fstat(fd, &st) == 0 && host_proc_fd_path(fd, path) &&
          sibling_find_opened(s, path, &st);
    errno = error;
    return ret;
}

void sibling_put(Sibling *s)
{
    own_table_call(put, s);
}

bool sibling_exe_link(const Sibling *s, char *link, size_t size)
{
    if (s->is_stranger) {
        return false;
    }
    if (s->owner) {
        return snprintf(link, size, "%s../%d/task/%d/fd/%d",
                        s->is_task_dir ? "../../" : "", (int)s->owner,
                        (int)s->keeper, OWN_EXE) < size;
    }
    return snprintf(link, size, "%s%d/fd/%d", s->is_task_dir ? "../" : "task/",
                    (int)s->keeper, OWN_EXE) < size;
}

bool sibling_hides(const Sibling *s, pid_t thread)
{
    bool hides = thread == s->keeper;

    for (int i = 0; i < s->state.helper_threads; i++) {
        hides |= thread == s->state.helper[i];
    }
    return hides;
}

unsigned sibling_hidden(const Sibling *s)
{
    return s->state.helper_threads;
}

size_t sibling_program(const Sibling *s)
{
    return own_table_call(find_program, (void *)s);
}

void sibling_rlimit(const Sibling *s, PublicLimit which, struct rlimit *rlim)
{
    const PublicRlimit *limit = &s->state.limit[which];

    if (!s->is_stranger && limit->is_set) {
        *rlim = (struct rlimit) { limit->cur, limit->max };
    }
}

ssize_t sibling_read_memory(const Sibling *s, void *buf, uint64_t addr,
                            size_t len)
{
    ReadMemory r = {
        s, buf, addr + s->state.program.guest_base, len
    };

    return s->is_stranger ? -1 : own_table_call(read_memory, &r);
}

char *sibling_read(const Sibling *s, const char *name, size_t *len)
{
    ReadWhole r = { .s = s, .name = name };
    long ret = own_table_call(read_whole, &r);

    *len = r.len;
    if (ret < 0) {
        errno = -ret;
    }
    return r.text;
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;

    for (; (text = strchr(text, '\n')); text++) {
        lines++;
    }
    return lines;
}

GArray *sibling_regions(const Sibling *s, const char *host_maps)
{
    ReadLog r = {
        .s = s,
        .most = CHANGES + CHANGES_A_MAPPING * count_lines(host_maps),
    };
    g_autofree Region *log = NULL;

    if (s->is_stranger || own_table_call(read_log, &r) < 0) {
        return NULL;
    }
    log = r.log;
    return log ? region_log_replay(log, r.n) : NULL;
}
