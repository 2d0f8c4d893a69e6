/*
 * Names of the link to the executable, and how an answer is judged
 *
 * What a call says of any name is compared with what it says of a descriptor
 * of the program's file, so that no answer has to be known beforehand.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SET_MM_NAMES_H
#define SET_MM_NAMES_H

#include "set-mm-test.h"
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>

/* Newer than some C libraries; the distance is the same on all targets. */
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 (SYS_faccessat2 + 13)
#endif

struct name {
    int dirfd;
    char path[PATH_MAX + 300];
};

/* What is known of the program from the beginning, wherever we go. */
static struct {
    int fd;
    int proc;
    int dir;
    struct stat st;
} program;

static inline const char *path_of(const char *name)
{
    static char path[8][PATH_MAX + 300];
    static unsigned next;

    next = (next + 1) % 8;
    in_dir(path[next], sizeof(path[next]), name);
    return path[next];
}

/*
 * Called before begin() prints anything: the numbers are out of the way of
 * everything that a test opens.
 */
static inline void know_program(void)
{
    char dir[PATH_MAX];
    int fd = open(judge.self, O_RDONLY | O_CLOEXEC);

    program.fd = fcntl(fd, F_DUPFD_CLOEXEC, 100);
    close(fd);
    fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    program.proc = fcntl(fd, F_DUPFD_CLOEXEC, 101);
    close(fd);
    snprintf(dir, sizeof(dir), "%s", judge.self);
    *strrchr(dir, '/') = '\0';
    fd = open(*dir ? dir : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    program.dir = fcntl(fd, F_DUPFD_CLOEXEC, 102);
    close(fd);
    fstat(program.fd, &program.st);
}

static inline bool is_program(const struct stat *st)
{
    return st->st_dev == program.st.st_dev && st->st_ino == program.st.st_ino;
}

/* ---------------------------------------------------------- namespaces */

static inline bool write_proc(const char *path, const char *fmt, unsigned num)
{
    char text[64];
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int len = snprintf(text, sizeof(text), fmt, num, num);
    bool ok = fd >= 0 && write(fd, text, len) == len;

    close(fd);
    return ok;
}

/* With a user namespace, if these are not permitted without. */
static inline bool own_spaces(int flags)
{
    unsigned uid = geteuid();
    unsigned gid = getegid();

    if (unshare(flags)) {
        if (unshare(flags | CLONE_NEWUSER)) {
            return false;
        }
        write_proc("/proc/self/setgroups", "deny", 0);
        if (!write_proc("/proc/self/uid_map", "%u %u 1", uid) ||
            !write_proc("/proc/self/gid_map", "%u %u 1", gid)) {
            return false;
        }
    }
    return !(flags & CLONE_NEWNS) ||
           mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static inline bool own_mounts(void)
{
    return own_spaces(CLONE_NEWNS);
}

/* Goes on as the first process of a new PID namespace. */
static inline bool own_pids(int flags)
{
    pid_t pid;

    if (!own_spaces(CLONE_NEWPID | flags)) {
        return false;
    }
    pid = fork();
    if (pid > 0) {
        exit_as(pid);
    }
    alarm(CASE_SECONDS);
    return pid == 0;
}

#define NO_MOUNT "mounting is not permitted"
#define NO_CHROOT "chroot is not permitted"
#define NO_PIDS "a PID namespace is not permitted"

static inline bool mount_proc(const char *at)
{
    mkdir(at, 0755);
    return mount("proc", at, "proc", 0, NULL) == 0;
}

static inline const char *second_proc(void)
{
    return own_mounts() && mount_proc(path_of("proc")) ? NULL : NO_MOUNT;
}

static inline const char *bind_mount(const char *from, const char *to)
{
    mkdir(path_of(to), 0755);
    return own_mounts() &&
           !mount(from, path_of(to), NULL, MS_BIND | MS_REC, NULL) ? NULL :
                                                                  NO_MOUNT;
}

static inline const char *bound_proc(void)
{
    return bind_mount("/proc", "proc");
}

static inline const char *bound_self(void)
{
    return bind_mount("/proc/self", "self");
}

static inline const char *pids_and_old_proc(void)
{
    return own_pids(0) ? NULL : NO_PIDS;
}

static inline const char *pids_and_second_proc(void)
{
    return !own_pids(CLONE_NEWNS) ? NO_PIDS :
           mount_proc(path_of("proc")) ? NULL : NO_MOUNT;
}

static inline const char *pids_and_new_proc(void)
{
    return !own_pids(CLONE_NEWNS) ? NO_PIDS :
           mount_proc("/proc") ? NULL : NO_MOUNT;
}

/* The working directory stays outside. */
static inline const char *jail_around(void)
{
    mkdir(path_of("jail"), 0755);
    return chroot(path_of("jail")) &&
           (!own_mounts() || chroot(path_of("jail"))) ? NO_CHROOT : NULL;
}

static inline const char *jail_without_proc(void)
{
    return jail_around() ?: chdir("/") ? NO_CHROOT : NULL;
}

static inline const char *jail_with_proc(void)
{
    mkdir(path_of("jail"), 0755);
    return own_mounts() && mount_proc(path_of("jail/proc")) ?
           jail_without_proc() : NO_MOUNT;
}

static inline const char *jail_with_bound_proc(void)
{
    mkdir(path_of("jail"), 0755);
    return bind_mount("/proc", "jail/proc") ?: jail_without_proc();
}

/* ------------------------------------------------------------- threads */

struct other {
    pthread_mutex_t lock;
    FUTEX_ALIGNED pthread_cond_t started;
    pid_t tid;
};

static struct other other = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .started = PTHREAD_COND_INITIALIZER,
};

static inline void *be_other(void *arg)
{
    pthread_mutex_lock(&other.lock);
    other.tid = syscall(SYS_gettid);
    pthread_cond_signal(&other.started);
    pthread_mutex_unlock(&other.lock);
    for (;;) {
        pause();
    }
    return arg;
}

static inline const char *other_thread(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, be_other, NULL)) {
        return "no second thread";
    }
    pthread_mutex_lock(&other.lock);
    while (!other.tid) {
        pthread_cond_wait(&other.started, &other.lock);
    }
    pthread_mutex_unlock(&other.lock);
    return NULL;
}

/* ----------------------------------------------------------- spellings */

/*
 * In the strings PID, TID, OTHER (a thread), DIR (the case's) and FD (the
 * descriptor of @dir) stand for what they are at the time.
 */
struct spelling {
    const char *id;
    /* Links to make, as "name=target name=target". */
    const char *links;
    /* Where to go, and which directory to have a descriptor of. */
    const char *cwd;
    const char *dir;
    int dir_flags;
    const char *path;
    /* What to do before all this, and after; returns why it cannot be done. */
    const char *(*before)(void);
    const char *(*after)(void);
    const char *text;
    /* Whether the path ends with an ordinary link that leads to the link. */
    bool alias;
    /* Whether it stands for its kind where there are many calls to make. */
    bool typical;
};

#define UP "../../../../../../../../../../../../../../../.."

static const struct spelling spellings[] = {
    { "N01", .path = "/proc/self/exe", .typical = true },
    { "N02", .path = "/proc/PID/exe" },
    { "N03", .path = "/proc/thread-self/exe" },
    { "N04", .path = "/proc/self/task/TID/exe" },
    { "N05", .path = "/proc/PID/task/TID/exe" },
    { "N06", .path = "/proc/thread-self/../TID/exe" },
    { "N07", .path = "//proc/self/exe" },
    { "N08", .path = "/proc//self/.//exe" },
    { "N09", .path = "/proc/self/../self/exe", .typical = true },
    { "N10", .path = "/../proc/PID/../PID/./exe" },
    { "N11", .path = "/proc/self/root" "/proc/self/exe" },
    { "N12", .path = "/proc/self/task/../exe" },
    { "N13", .path = "/proc/self/fd/../exe" },

    { "N20", .cwd = "/proc", .path = "self/exe" },
    { "N21", .cwd = "/proc", .path = "./PID/exe" },
    { "N22", .cwd = "/proc/self", .path = "exe", .typical = true },
    { "N23", .cwd = "/proc/self", .path = "./exe" },
    { "N24", .cwd = "/proc/self", .path = "../self/exe" },
    { "N25", .cwd = "/proc/thread-self", .path = "exe" },
    { "N26", .cwd = "/proc/self/task/TID", .path = "exe" },
    { "N27", .cwd = "/proc/self/fd", .path = "../exe" },
    { "N28", .cwd = "/", .path = "proc/self/exe" },
    { "N29", .cwd = "/proc/self", .path = "/proc/self/cwd/exe" },
    { "N30", .cwd = "/proc", .path = "/proc/self/cwd/self/exe" },

    { "N40", .dir = "/proc", .path = "self/exe" },
    { "N41", .dir = "/proc", .dir_flags = O_PATH, .path = "self/exe" },
    { "N42", .dir = "/proc/self", .path = "exe", .typical = true },
    { "N43", .dir = "/proc/self", .dir_flags = O_PATH, .path = "exe" },
    { "N44", .dir = "/proc/self/task/TID", .path = "exe" },
    { "N45", .dir = "/proc/self/task/TID", .dir_flags = O_PATH,
      .path = "exe" },
    { "N46", .dir = "/", .path = "proc/self/exe" },
    { "N47", .dir = "/proc/self/fd", .path = "../exe" },
    { "N48", .dir = "/proc/self", .path = "/proc/self/fd/FD/exe" },
    { "N49", .dir = "/proc/self", .dir_flags = O_PATH,
      .path = "/proc/self/fd/FD/exe" },
    { "N50", .dir = "/proc", .path = "/proc/self/fd/FD/self/exe" },
    { "N51", .dir = "/proc/self", .cwd = "/proc/self/fd", .path = "FD/exe" },

    { "N60", .links = "way=/proc/self", .path = "DIR/way/exe" },
    { "N61", .links = "way=/proc", .path = "DIR/way/self/exe" },
    { "N62", .links = "way=" UP "/proc/self", .path = "DIR/way/exe" },
    { "N63", .links = "way=/proc/self", .cwd = "DIR", .path = "way/exe" },
    { "N64", .links = "way=/proc/self", .dir = "DIR", .path = "way/exe" },
    { "N65", .links = "a=b b=/proc/thread-self", .path = "DIR/a/exe" },
    { "N66", .links = "way=/proc/self", .dir = "DIR/way", .path = "exe" },

    { "N70", .links = "any=/proc/self/exe", .path = "DIR/any",
      .alias = true, .typical = true },
    { "N71", .links = "exe=/proc/self/exe", .path = "DIR/exe",
      .alias = true },
    { "N72", .links = "stat=/proc/self/exe", .path = "DIR/stat",
      .alias = true },
    { "N73", .links = "any=" UP "/proc/self/exe", .path = "DIR/any",
      .alias = true },
    { "N74", .links = "a=b b=c c=/proc/self/exe", .path = "DIR/a",
      .alias = true },
    { "N75", .links = "a=DIR/b b=DIR/c c=/proc/PID/task/TID/exe",
      .path = "DIR/a", .alias = true },
    { "N76", .links = "way=/proc a=way/self/exe", .path = "DIR/a",
      .alias = true },
    { "N77", .links = "any=/proc/self/exe", .cwd = "DIR", .path = "any",
      .alias = true },
    { "N78", .links = "any=/proc/thread-self/exe", .dir = "DIR",
      .path = "any", .alias = true, .typical = true },
    { "N79", .links = "any=/proc/self/exe", .dir = "DIR",
      .dir_flags = O_PATH, .path = "any", .alias = true },
    { "N80", .links = "any=/proc/self/cwd/exe", .cwd = "/proc/self",
      .path = "DIR/any", .alias = true },
    { "N81", .links = "any=/proc/self/fd/FD/exe", .dir = "/proc/self",
      .path = "DIR/any", .alias = true },

    { "N90", .before = other_thread, .path = "/proc/self/task/OTHER/exe" },
    { "N91", .before = other_thread, .path = "/proc/OTHER/exe" },
    { "N92", .before = other_thread, .path = "/proc/PID/task/OTHER/exe" },
    { "N93", .before = other_thread, .path = "/proc/OTHER/task/TID/exe" },
    { "N94", .before = other_thread, .dir = "/proc/self/task/OTHER",
      .path = "exe" },

    { "N100", .before = second_proc, .path = "DIR/proc/self/exe",
      .text = "a second procfs" },
    { "N101", .before = second_proc, .path = "DIR/proc/PID/task/TID/exe",
      .text = "a second procfs" },
    { "N102", .before = second_proc, .dir = "DIR/proc", .path = "self/exe",
      .text = "a second procfs" },
    { "N103", .before = second_proc, .links = "any=proc/self/exe",
      .path = "DIR/any", .alias = true, .text = "a second procfs" },
    { "N104", .before = bound_proc, .path = "DIR/proc/self/exe",
      .text = "/proc bound to another place" },
    { "N105", .before = bound_self, .path = "DIR/self/exe",
      .text = "/proc/self bound to another place" },
    { "N106", .before = pids_and_old_proc, .path = "/proc/self/exe",
      .text = "new PID namespace, old procfs" },
    { "N107", .before = pids_and_second_proc, .path = "DIR/proc/self/exe",
      .text = "new PID namespace, second procfs" },
    { "N108", .before = pids_and_second_proc, .path = "DIR/proc/1/exe",
      .text = "new PID namespace, second procfs" },
    { "N109", .before = pids_and_new_proc, .path = "/proc/PID/exe",
      .text = "new PID namespace, new procfs" },
    { "N110", .before = jail_with_proc, .path = "/proc/self/exe",
      .text = "chroot with procfs" },
    { "N111", .before = jail_with_bound_proc, .path = "/proc/self/exe",
      .text = "chroot with /proc bound" },
    { "N112", .dir = "/proc", .after = jail_without_proc,
      .path = "self/exe", .text = "chroot without procfs", .typical = true },
    { "N113", .dir = "/proc/self", .dir_flags = O_PATH,
      .after = jail_without_proc, .path = "exe",
      .text = "chroot without procfs" },
    { "N114", .cwd = "/proc", .after = jail_around, .path = "self/exe",
      .text = "chroot without procfs" },
    { "N115", .cwd = "/proc/self", .after = jail_around, .path = "exe",
      .text = "chroot without procfs" },
};

enum { NR_SPELLINGS = sizeof(spellings) / sizeof(spellings[0]) };

static inline const char *expand_word(const char **from, int fd, char *word,
                                      size_t size)
{
    const struct {
        const char *word;
        int num;
    } numbers[] = {
        { "PID", getpid() },
        { "TID", syscall(SYS_gettid) },
        { "OTHER", other.tid },
        { "FD", fd },
    };

    if (!strncmp(*from, "DIR", 3)) {
        *from += 3;
        return judge.dir;
    }
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (!strncmp(*from, numbers[i].word, strlen(numbers[i].word))) {
            *from += strlen(numbers[i].word);
            snprintf(word, size, "%d", numbers[i].num);
            return word;
        }
    }
    snprintf(word, size, "%c", *(*from)++);
    return word;
}

static inline char *expand(const char *from, int fd, char *to, size_t size)
{
    char word[16];
    size_t len = 0;

    *to = '\0';
    while (*from && len < size) {
        len += snprintf(to + len, size - len, "%s",
                        expand_word(&from, fd, word, sizeof(word)));
    }
    return to;
}

static inline void make_links(const char *links, int fd)
{
    char list[PATH_MAX], target[PATH_MAX];
    char *link, *equals, *save = NULL;

    snprintf(list, sizeof(list), "%s", links);
    for (link = strtok_r(list, " ", &save); link;
         link = strtok_r(NULL, " ", &save)) {
        equals = strchr(link, '=');
        *equals = '\0';
        expand(equals + 1, fd, target, sizeof(target));
        if (symlink(target, path_of(link))) {
            abort();
        }
    }
}

/* Returns: NULL, or why there can be no such name. */
static inline const char *make_name(const struct spelling *s,
                                    struct name *name)
{
    const char *why = s->before ? s->before() : NULL;
    int fd = -1;

    if (why) {
        return why;
    }
    /* A link may be on the way to the directory, or have its number in it. */
    if (s->links && !strstr(s->links, "FD")) {
        make_links(s->links, -1);
    }
    if (s->dir) {
        expand(s->dir, -1, name->path, sizeof(name->path));
        fd = open(name->path, O_RDONLY | O_DIRECTORY | s->dir_flags);
    }
    if (s->links && strstr(s->links, "FD")) {
        make_links(s->links, fd);
    }
    expand(s->path, fd, name->path, sizeof(name->path));
    name->dirfd = !s->dir || strstr(s->path, "FD") || s->path[0] == '/' ||
                  !strncmp(s->path, "DIR", 3) ? AT_FDCWD : fd;
    if (s->cwd) {
        char cwd[PATH_MAX];

        if (chdir(expand(s->cwd, -1, cwd, sizeof(cwd)))) {
            abort();
        }
    }
    return s->after ? s->after() : NULL;
}

/* Returns: what the spelling is, for people. */
static inline const char *spelling_text(const struct spelling *s)
{
    static char text[120];
    char links[60] = "";

    if (s->links) {
        snprintf(links, sizeof(links), " with %s", s->links);
    }
    snprintf(text, sizeof(text), "%s%s%s%s%s%s%s%s%s%s",
             s->cwd ? "in " : "", s->cwd ?: "", s->cwd ? ": " : "",
             s->dir ? "fd of " : "", s->dir ?: "", s->dir ? ": " : "",
             s->path, links, s->text ? ", " : "", s->text ?: "");
    return text;
}

/* -------------------------------------------------------------- answers */

struct answer {
    int error;
    /* What the call has found out, or whether its effect is there. */
    union {
        unsigned char bytes[1024];
        char text[1024];
        struct stat st;
        struct statfs fs;
        struct statx stx;
    };
};

/* Whether the call takes a directory's descriptor as well as a path. */
enum takes { PATH, DIR_AND_PATH };

struct call {
    const char *text;
    void (*fn)(const struct name *name, int flags, struct answer *answer);
    enum takes takes;
    int flags;
};

/* What more than one of the programs asks. */
static inline void do_fstatat(const struct name *name, int flags,
                              struct answer *a)
{
    a->error = err_of(fstatat(name->dirfd, name->path, &a->st, flags));
}

static inline void do_statx(const struct name *name, int flags,
                            struct answer *a)
{
    a->error = err_of(statx(name->dirfd, name->path, flags,
                            STATX_BASIC_STATS, &a->stx));
}

static inline void look_at(int fd, struct answer *a)
{
    a->error = err_of(fd);
    if (fd >= 0) {
        fstat(fd, &a->st);
        close(fd);
    }
}

static inline void do_openat(const struct name *name, int flags,
                             struct answer *a)
{
    look_at(openat(name->dirfd, name->path, flags, 0600), a);
}

static inline const struct answer *ask(const struct call *call,
                                       const struct name *name)
{
    static struct answer answer[2];
    static unsigned next;

    next = !next;
    memset(&answer[next], 0, sizeof(answer[next]));
    call->fn(name, call->flags, &answer[next]);
    if (answer[next].error) {
        memset(answer[next].bytes, 0, sizeof(answer[next].bytes));
    }
    return &answer[next];
}

/* A name of descriptor @fd that the same sort of call takes. */
static inline void name_fd(struct name *name, enum takes takes, int fd)
{
    /* In a chroot without procfs that is where we are, if a path will do. */
    static const char *const ways[] = { "/proc/self/", "self/", "" };

    name->dirfd = program.proc;
    snprintf(name->path, sizeof(name->path), "self/fd/%d", fd);
    for (int i = 0; takes == PATH && i < 3; i++) {
        name->dirfd = AT_FDCWD;
        snprintf(name->path, sizeof(name->path), "%sfd/%d", ways[i], fd);
        if (faccessat(AT_FDCWD, name->path, F_OK, 0) == 0) {
            return;
        }
    }
}

static inline bool takes_name(const struct call *call, const struct name *name)
{
    return call->takes == DIR_AND_PATH || name->dirfd == AT_FDCWD;
}

/* @want is the answer of the same call to another name. */
static inline void same_answer(const char *id, const char *call,
                               const char *text, const struct answer *want,
                               const struct answer *got)
{
    char full[200];
    char asked[200];
    size_t at = 0;

    snprintf(asked, sizeof(asked), "%s, %s", call, text);
    snprintf(full, sizeof(full), "%s, %s: %s", call, text,
             err_name(want->error));
    if (want->error == ENOSYS) {
        skip(id, full, "no such call");
        return;
    }
    while (at < sizeof(got->bytes) && want->bytes[at] == got->bytes[at]) {
        at++;
    }
    if (want->error == got->error && at < sizeof(got->bytes)) {
        check_answer(false, id, full, asked, "other bytes",
                     "byte %zu: expected 0x%02x got 0x%02x, "
                     "bytes as text: expected %.90s got %.90s", at,
                     want->bytes[at], got->bytes[at], want->text, got->text);
        return;
    }
    check_answer(want->error == got->error, id, full, asked,
                 err_name(got->error), "expected %s got error %d",
                 err_name(want->error), got->error);
}

/* The call answers as it does of the program's file. */
static inline void as_program(const char *id, const struct call *call,
                              const char *text, const struct name *name)
{
    struct name file;

    if (takes_name(call, name)) {
        name_fd(&file, call->takes, program.fd);
        same_answer(id, call->text, text, ask(call, &file), ask(call, name));
    }
}

#endif
