/*
 * What a guest sees of another one in /proc/PID
 *
 * The other one is a child, so that it can be told what to do; nothing that is
 * asked here is asked of a child in particular.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/xattr.h>

enum { AUXV_WORD = 77, AWAY = 65534 };

/* Newer than some C libraries; the number is the same on all targets. */
#ifndef RESOLVE_NO_MAGICLINKS
#define RESOLVE_NO_MAGICLINKS 0x02
#endif

/* ----------------------------------------------------- the other process */

static struct {
    pid_t pid;
    int order;          /* a letter to it */
    int done;           /* a letter back */
    char exe[PATH_MAX + 64];
} other;

static char *path_in(const char *name)
{
    static char path[4][PATH_MAX + 64];
    static unsigned next;

    next = (next + 1) % 4;
    in_dir(path[next], sizeof(path[next]), name);
    return path[next];
}

static char *page(const char *bytes, size_t len)
{
    char *at = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return memcpy(at, bytes, len);
}

static const char title[] = "the\0other one";
static const char environment[] = "WHO=other\0WHERE=here";
static char *title_page;

static void change_all(void)
{
    unsigned long auxv[] = { AUXV_WORD, AUXV_WORD, 0, 0 };
    struct mm_map map;

    title_page = page(title, sizeof(title));
    detach_exe();
    read_map(&map);
    map.f[ARG_START] = (uintptr_t)title_page;
    map.f[ARG_END] = map.f[ARG_START] + sizeof(title);
    map.f[ENV_START] = (uintptr_t)page(environment, sizeof(environment));
    map.f[ENV_END] = map.f[ENV_START] + sizeof(environment);
    map.f[START_CODE] = judge.min_addr + 0x1234;
    map.f[END_CODE] = judge.min_addr + 0x5678;
    map.f[START_STACK] = (uintptr_t)title_page;
    map.auxv = (uintptr_t)auxv;
    map.auxv_size = sizeof(auxv);
    map.exe_fd = may_set_exe_by_map() ? (uint32_t)open(other.exe, O_RDONLY)
                                      : MM_MAP_KEEP_EXE;
    judge.shared->value[0] = set_map(&map);
}

static void map_file(void)
{
    int fd = open(other.exe, O_RDONLY);
    char *at = mmap(NULL, 3 * page_size(), PROT_READ, MAP_PRIVATE, fd, 0);

    mprotect(at + page_size(), page_size(), PROT_READ | PROT_WRITE);
    munmap(at + 2 * page_size(), page_size());
    judge.shared->value[0] = (uintptr_t)at;
    close(fd);
}

/* A segment of System V's shared memory, which goes with its last user. */
static void attach(void)
{
    long id = syscall(SYS_shmget, 0 /* IPC_PRIVATE */, page_size(), 0600);

    /* An address in the upper half of 32 bits is no negative number. */
    judge.shared->value[0] = (unsigned long)syscall(SYS_shmat, id, 0, 0);
    syscall(SYS_shmctl, id, 0 /* IPC_RMID */, NULL);
}

static void write_to(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY);

    if (fd >= 0 && write(fd, text, strlen(text)) < 0) {
        close(fd);
        return;
    }
    close(fd);
}

static void *idle(void *arg)
{
    prctl(PR_SET_NAME, "a thread");
    judge.shared->value[0] = syscall(SYS_gettid);
    if (write(*(int *)arg, "t", 1) == 1) {
        pause();
    }
    return NULL;
}

static void obey(char letter, int done)
{
    static pthread_t thread;
    static int answer;

    switch (letter) {
    case 'c':
        change_all();
        break;
    case 'w':
        strcpy(title_page, "written");
        break;
    case 'm':
        map_file();
        break;
    case 's':
        attach();
        break;
    case 'S':
        syscall(SYS_shmdt, (unsigned long)judge.shared->value[0]);
        break;
    case 'd':
        judge.shared->value[0] = prctl(PR_SET_DUMPABLE, 0);
        break;
    case 'n':
        judge.shared->value[0] = prctl(PR_SET_NAME, "renamed");
        break;
    case 'f':
        dup2(0, 17);
        break;
    case 'l':
        judge.shared->value[0] = setrlimit(RLIMIT_NOFILE, &(struct rlimit) {
            .rlim_cur = 50, .rlim_max = 60 });
        break;
    case 't':
        answer = done;
        pthread_create(&thread, NULL, idle, &answer);
        return;
    case 'e':
        execl(judge.self, "executed", "--idle", NULL);
        break;
    case 'x':
        _exit(0);
    default:
        break;
    }
    if (write(done, &letter, 1) != 1) {
        _exit(1);
    }
}

static void tell(char letter)
{
    char answer;

    if (write(other.order, &letter, 1) != 1 ||
        (letter != 'x' && letter != 'e' && read(other.done, &answer, 1) != 1)) {
        abort();
    }
}

static void start_other(void)
{
    int order[2], done[2];
    char letter;

    snprintf(other.exe, sizeof(other.exe), "%s", path_in("other"));
    if (!copy_file(judge.self, other.exe, 0755) || pipe(order) || pipe(done)) {
        abort();
    }
    other.pid = fork();
    if (other.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        alarm(CASE_SECONDS);
        close(order[1]);
        close(done[0]);
        while (read(order[0], &letter, 1) == 1) {
            obey(letter, done[1]);
        }
        _exit(0);
    }
    close(order[0]);
    close(done[1]);
    other.order = order[1];
    other.done = done[0];
}

static void end_other(void)
{
    kill(other.pid, SIGKILL);
    wait_for(other.pid);
}

/* The executable that it shows, when it has changed all. */
static const char *changed_exe(void)
{
    return may_set_exe_by_map() ? other.exe : judge.self;
}

static const char *entry(const char *name)
{
    static char path[4][80];
    static unsigned next;

    next = (next + 1) % 4;
    snprintf(path[next], sizeof(path[next]), "/proc/%d/%s", other.pid, name);
    return path[next];
}

static const char *label(const char *fmt, const char *name)
{
    static char text[160];

    snprintf(text, sizeof(text), fmt, name);
    return text;
}

static void check_bytes(const char *id, const char *text, const void *want,
                        size_t len, const char *path)
{
    static char got[65536];
    ssize_t n = read_whole(path, got, sizeof(got));

    check(n == (ssize_t)len && !memcmp(want, got, len), id, text,
          "expected %zu bytes of %.40s got %zd of %.40s", len,
          (const char *)want, n, n > 0 ? got : "");
}

/* --------------------------------------------------------------- contents */

static void check_layout(const char *id, const char *path)
{
    uint64_t stat[STAT_FIELDS + 1];
    char comm[64];

    read_stat_of(path, stat, comm);
    check_num(id, "stat: the process", other.pid, stat[1]);
    check_num(id, "stat: one thread", 1, stat[20]);
    check_num(id, "stat: start_code", judge.min_addr + 0x1234, stat[26]);
    check_num(id, "stat: end_code", judge.min_addr + 0x5678, stat[27]);
    check_true(id, "stat: start_stack, arg_start",
               stat[28] && stat[28] == stat[48]);
    check_num(id, "stat: length of the arguments", sizeof(title),
              stat[49] - stat[48]);
    check_num(id, "stat: length of the environment", sizeof(environment),
              stat[51] - stat[50]);
}

static void contents(const char *id, const void *arg)
{
    /* Two pairs of the widest words; what was not handed over is zero. */
    unsigned long auxv[8] = { AUXV_WORD, AUXV_WORD };
    char text[8192], own[8192], now[PATH_MAX];
    uint64_t stat[STAT_FIELDS + 1];
    char comm[64], *name;

    (void)arg;
    start_other();
    read_text("/proc/self/cmdline", own, sizeof(own));
    read_text(entry("cmdline"), text, sizeof(text));
    check_str(id, "cmdline as forked", own, text);
    check_str(id, "exe as forked", judge.self,
              read_link(entry("exe"), now, sizeof(now)));
    tell('c');
    check_num(id, "the other changes all", 0, judge.shared->value[0]);
    check_str(id, "exe", changed_exe(),
              read_link(entry("exe"), now, sizeof(now)));
    check_bytes(id, "cmdline", title, sizeof(title), entry("cmdline"));
    check_bytes(id, "environ", environment, sizeof(environment),
                entry("environ"));
    check_bytes(id, "auxv", auxv, auxv_word() * 4, entry("auxv"));
    check_layout(id, entry("stat"));
    read_text(entry("statm"), text, sizeof(text));
    sscanf(text, "%*u %*u %*u %" SCNu64, &stat[0]);
    check_num(id, "statm: text in pages",
              (judge.min_addr + 0x5678 + page_size() - 1) / page_size() -
              (judge.min_addr + 0x1234) / page_size(), stat[0]);
    tell('w');
    check_str(id, "cmdline, written to memory", "written",
              read_text(entry("cmdline"), text, sizeof(text)) ? text : "");
    name = strrchr(judge.self, '/') + 1;
    snprintf(own, sizeof(own), "%.15s\n", name);
    read_text(entry("comm"), text, sizeof(text));
    check_str(id, "comm is the program", own, text);
    tell('n');
    read_text(entry("comm"), text, sizeof(text));
    check_str(id, "comm, renamed", "renamed\n", text);
    read_stat_of(entry("stat"), stat, comm);
    check_str(id, "stat, renamed", "renamed", comm);
    read_text(entry("status"), text, sizeof(text));
    check_true(id, "status, renamed", !strncmp(text, "Name:\trenamed\n", 14));
    end_other();
}

static void parent_changes(const char *id, const void *arg)
{
    char text[256];

    (void)arg;
    start_other();
    snprintf(other.exe, sizeof(other.exe), "%s", path_in("mine"));
    copy_file(judge.self, other.exe, 0755);
    read_text(entry("cmdline"), text, sizeof(text));
    change_all();
    check_bytes(id, "the parent's own", title, sizeof(title),
                "/proc/self/cmdline");
    check_str(id, "the child's stays as it was", text,
              read_text(entry("cmdline"), text, sizeof(text)) ? text : "");
    check_true(id, "and is not the parent's", strcmp(text, title));
    end_other();
}

static bool find_line(const char *maps, uint64_t start, char *line)
{
    char prefix[32];
    const char *at;
    int len = snprintf(prefix, sizeof(prefix), "%08" PRIx64 "-", start);

    for (at = maps; at && *at; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (!strncmp(at, prefix, len)) {
            sscanf(at, "%299[^\n]", line);
            return true;
        }
    }
    return false;
}

static void check_region(const char *id, const char *maps, uint64_t start,
                         const char *prot, const char *path)
{
    char line[300] = "", got[8] = "";

    find_line(maps, start, line);
    sscanf(line, "%*s %4s", got);
    check_str(id, label("maps: protection of %s", prot), prot, got);
    check_true(id, label("maps: path of %s", prot), strstr(line, path));
}

/* A directory above the program may have such a name. */
static bool names_emulator(const char *text)
{
    const char *at = text;

    while ((at = strstr(at, "/qemu-"))) {
        if (strcspn(at + 1, "/") >= strcspn(at + 1, "\n")) {
            return true;
        }
        at++;
    }
    return false;
}

static void maps(const char *id, const void *arg)
{
    static char text[65536];
    char line[300];
    uint64_t at;

    (void)arg;
    start_other();
    tell('m');
    at = judge.shared->value[0];
    read_text(entry("maps"), text, sizeof(text));
    check_region(id, text, at, "r--p", other.exe);
    check_region(id, text, at + page_size(), "rw-p", other.exe);
    check_true(id, "maps: what was unmapped",
               !find_line(text, at + 2 * page_size(), line));
    check_true(id, "maps: no emulator", !names_emulator(text));
    check_true(id, "maps: a stack", strstr(text, "[stack]"));
    check_true(id, "maps: executable text", strstr(text, "r-xp"));
    end_other();
}

static void shared_memory(const char *id, const void *arg)
{
    static char text[65536];
    char line[300];
    uint64_t at;

    (void)arg;
    start_other();
    tell('s');
    at = judge.shared->value[0];
    check_true(id, "a segment is attached", at % page_size() == 0);
    read_text(entry("maps"), text, sizeof(text));
    check_region(id, text, at, "rw-s", "/SYSV00000000");
    tell('S');
    read_text(entry("maps"), text, sizeof(text));
    check_true(id, "maps: what was detached", !find_line(text, at, line));
    end_other();
}

/* Both are the same program, so both see the same. */
static void maps_equal(const char *id, const void *arg)
{
    static char mine[65536], its[65536];

    (void)arg;
    start_other();
    read_text(entry("maps"), its, sizeof(its));
    read_text("/proc/self/maps", mine, sizeof(mine));
    check(!strcmp(mine, its), id, "maps of a forked process are its parent's",
          "expected %s got %s", mine, its);
    end_other();
}

static void threads(const char *id, const void *arg)
{
    uint64_t stat[STAT_FIELDS + 1];
    char path[80], text[256], comm[64], now[PATH_MAX];

    (void)arg;
    start_other();
    tell('t');
    read_stat_of(entry("stat"), stat, comm);
    check_num(id, "stat: two threads", 2, stat[20]);
    snprintf(path, sizeof(path), "/proc/%d/task/%d/comm", other.pid,
             (int)judge.shared->value[0]);
    read_text(path, text, sizeof(text));
    check_str(id, "comm of a thread", "a thread\n", text);
    snprintf(path, sizeof(path), "/proc/%d/task/%d/exe", other.pid,
             (int)judge.shared->value[0]);
    check_str(id, "exe of a thread", judge.self,
              read_link(path, now, sizeof(now)));
    end_other();
}

/* ------------------------------------------------------------------ names */

struct spelling {
    const char *name;
    const char *dirfd;      /* opened first; NULL: none */
    const char *dir;        /* %d: the process */
    bool chdir;             /* to dirfd */
    const char *link;       /* made first, to dir/ENTRY or to dir */
};

static const struct spelling spellings[] = {
    { "/proc/PID", NULL, "/proc/%d/", false, NULL },
    { "//proc//PID/.", NULL, "//proc//%d/./", false, NULL },
    { "/proc/self/../PID", NULL, "/proc/self/../%d/", false, NULL },
    { "/proc/PID/task/PID", NULL, "/proc/%d/task/%d/", false, NULL },
    { "PID by way of self/root", NULL, "/proc/self/root" "/proc/%d/", false,
      NULL },
    { "PID from a descriptor of /proc", "/proc", "%d/", false, NULL },
    { "from a descriptor of /proc/PID", "/proc/%d", "", false, NULL },
    { "PID in /proc", "/proc", "%d/", true, NULL },
    { "in /proc/PID", "/proc/%d", "", true, NULL },
    { "a link to the directory", NULL, "/proc/%d", false, "directory" },
    { "a link of another name", NULL, "/proc/%d/", false, "entry" },
};

struct name {
    int dirfd;
    char path[PATH_MAX + 128];
};

static void spell(const struct spelling *s, const char *file,
                  struct name *name)
{
    char dir[80], target[160];

    name->dirfd = AT_FDCWD;
    if (s->dirfd) {
        snprintf(dir, sizeof(dir), s->dirfd, other.pid);
        name->dirfd = open(dir, O_RDONLY | O_DIRECTORY);
    }
    if (s->chdir && fchdir(name->dirfd) == 0) {
        name->dirfd = AT_FDCWD;
    }
    snprintf(dir, sizeof(dir), s->dir, other.pid, other.pid);
    snprintf(name->path, sizeof(name->path), "%s%s", dir, file);
    if (!s->link) {
        return;
    }
    snprintf(target, sizeof(target), "%s%s", dir,
             strcmp(s->link, "entry") ? "" : file);
    unlink(path_in(s->link));
    if (symlink(target, path_in(s->link)) == 0) {
        snprintf(name->path, sizeof(name->path), "%s%s%s", path_in(s->link),
                 strcmp(s->link, "entry") ? "/" : "",
                 strcmp(s->link, "entry") ? file : "");
    }
}

static bool is_file(const struct stat *st, const char *path)
{
    struct stat want;

    return stat(path, &want) == 0 && st->st_dev == want.st_dev &&
           st->st_ino == want.st_ino;
}

static void check_opened(const char *id, const char *text, int fd)
{
    struct stat st;

    check(fd >= 0 && fstat(fd, &st) == 0 && is_file(&st, changed_exe()), id,
          text, "expected the executable got %s", fd < 0 ? err_name(errno)
                                                         : "another file");
    close(fd);
}

static int open_how(const struct name *name, uint64_t resolve)
{
    struct open_how how = { .flags = O_RDONLY, .resolve = resolve };

    return syscall(SYS_openat2, name->dirfd, name->path, &how, sizeof(how));
}

static void exe_by_name(const char *id, const void *arg)
{
    const struct spelling *s = arg;
    bool is_link = s->link && !strcmp(s->link, "entry");
    char now[PATH_MAX] = "";
    struct name name;
    struct stat st = { 0 };
    struct statx stx = { 0 };

    start_other();
    tell('c');
    spell(s, "exe", &name);
    if (!is_link) {
        ssize_t len = readlinkat(name.dirfd, name.path, now, sizeof(now) - 1);

        now[len > 0 ? len : 0] = '\0';
        check_str(id, label("readlink: %s", s->name), changed_exe(), now);
        fstatat(name.dirfd, name.path, &st, AT_SYMLINK_NOFOLLOW);
        check_true(id, label("lstat: %s", s->name), S_ISLNK(st.st_mode));
    }
    check_opened(id, label("open: %s", s->name),
                 openat(name.dirfd, name.path, O_RDONLY));
    check_opened(id, label("open, O_PATH: %s", s->name),
                 openat(name.dirfd, name.path, O_PATH));
    fstatat(name.dirfd, name.path, &st, 0);
    check_true(id, label("stat: %s", s->name), is_file(&st, changed_exe()));
    if (syscall(SYS_statx, name.dirfd, name.path, 0, STATX_BASIC_STATS,
                &stx) == 0) {
        check_num(id, label("statx: %s", s->name), st.st_ino, stx.stx_ino);
    }
    if (!sw_lacks(SYS_openat2)) {
        check_opened(id, label("openat2: %s", s->name), open_how(&name, 0));
        check_err(id, label("openat2, no magic links: %s", s->name), ELOOP,
                  err_of(open_how(&name, RESOLVE_NO_MAGICLINKS)));
    }
    if (may_set_exe_by_map() && geteuid() == 0) {
        chmod(other.exe, 0644);
        check_err(id, label("access, not executable: %s", s->name), EACCES,
                  err_of(faccessat(name.dirfd, name.path, X_OK, 0)));
        chmod(other.exe, 0755);
    }
    check_err(id, label("access: %s", s->name), 0,
              err_of(faccessat(name.dirfd, name.path, R_OK | X_OK, 0)));
    end_other();
}

static void cmdline_by_name(const char *id, const void *arg)
{
    const struct spelling *s = arg;
    char text[64] = "";
    struct name name;
    int fd;

    start_other();
    tell('c');
    spell(s, "cmdline", &name);
    fd = openat(name.dirfd, name.path, O_RDONLY);
    check_num(id, label("read: %s", s->name), sizeof(title),
              read(fd, text, sizeof(text)));
    check_true(id, label("what is read: %s", s->name),
               !memcmp(title, text, sizeof(title)));
    tell('w');
    check_num(id, label("pread, changed meanwhile: %s", s->name), 4,
              pread(fd, text, 4, 0));
    check_true(id, label("what is read then: %s", s->name),
               !memcmp("writ", text, 4));
    end_other();
}

static void fd_by_link(const char *id, const void *arg)
{
    char now[PATH_MAX];
    int fd;
    ssize_t len;

    (void)arg;
    start_other();
    tell('c');
    fd = open(entry("exe"), O_PATH | O_NOFOLLOW);
    len = readlinkat(fd, "", now, sizeof(now) - 1);
    now[len > 0 ? len : 0] = '\0';
    check_str(id, "readlink of an open link", changed_exe(), now);
    end_other();
}

static void moved(const char *id, const void *arg)
{
    char now[PATH_MAX], want[PATH_MAX + 80];

    (void)arg;
    start_other();
    tell('c');
    if (!may_set_exe_by_map()) {
        skip(id, "renamed executable", "no privilege for it");
        return;
    }
    rename(other.exe, path_in("renamed"));
    check_str(id, "readlink after rename", path_in("renamed"),
              read_link(entry("exe"), now, sizeof(now)));
    check_opened(id, "open after rename",
                 (snprintf(other.exe, sizeof(other.exe), "%s",
                           path_in("renamed")), open(entry("exe"), O_RDONLY)));
    unlink(other.exe);
    snprintf(want, sizeof(want), "%s (deleted)", other.exe);
    check_str(id, "readlink after unlink", want,
              read_link(entry("exe"), now, sizeof(now)));
    check_true(id, "open after unlink", open(entry("exe"), O_RDONLY) >= 0);
    end_other();
}

static void execute(const char *id, const void *arg)
{
    struct exec_report report;

    (void)arg;
    start_other();
    tell('c');
    exec_for_report(&report, by_execve, entry("exe"));
    if (!report.came_back && report.error == ENOEXEC) {
        skip(id, "exec of its exe", "the kernel has no binfmt_misc for it");
    } else {
        check_str(id, "exec of its exe", changed_exe(), report.exe);
    }
    end_other();
}

/* ------------------------------------------------------ descriptors, limit */

static void descriptors(const char *id, const void *arg)
{
    char text[4096], *line;
    struct dirent *d;
    struct stat st;
    int count = 0;
    bool found = false, odd = false;
    DIR *dir;

    (void)arg;
    start_other();
    tell('f');
    for (dir = opendir(entry("fd")); dir && (d = readdir(dir));) {
        if (*d->d_name != '.') {
            count++;
            found |= atoi(d->d_name) == 17;
            odd |= atoi(d->d_name) > 255;
        }
    }
    closedir(dir);
    check_true(id, "a number that it has opened", found);
    check_true(id, "none that it has not opened", !odd);
    stat(entry("fd"), &st);
    check_true(id, "size of the directory",
               !st.st_size || st.st_size == count);
    check_err(id, "lstat of a number that is not there", ENOENT,
              err_of(lstat(entry("fd/1024"), &st)));
    check_err(id, "lstat of one that is", 0, err_of(lstat(entry("fd/17"),
                                                          &st)));
    tell('l');
    check_num(id, "the other lowers its limit", 0, judge.shared->value[0]);
    read_text(entry("limits"), text, sizeof(text));
    line = strstr(text, "Max open files");
    check_true(id, "limits", line && strstr(line, " 50 ") &&
               strstr(line, " 60 "));
    check_str(id, "exe with a low limit", judge.self,
              read_link(entry("exe"), text, sizeof(text)));
    end_other();
}

/* ------------------------------------------------------------ permissions */

/* Nobody that is not root has CAP_SYS_PTRACE here. */
static void not_dumpable(const char *id, const void *arg)
{
    uint64_t stat[STAT_FIELDS + 1];
    char comm[64], text[256], now[PATH_MAX];
    char want[32];

    (void)arg;
    start_other();
    tell('c');
    if (geteuid() == 0) {
        skip(id, "not dumpable", "root may look at everything");
        return;
    }
    tell('d');
    check_str(id, "readlink", "EACCES",
              read_link(entry("exe"), now, sizeof(now)));
    check_err(id, "open of exe", EACCES, err_of(open(entry("exe"), O_RDONLY)));
    check_err(id, "open of environ", EACCES,
              err_of(open(entry("environ"), O_RDONLY)));
    check_err(id, "open of maps", EACCES,
              err_of(open(entry("maps"), O_RDONLY)));
    read_stat_of(entry("stat"), stat, comm);
    check_num(id, "stat: start_code", 1, stat[26]);
    check_num(id, "stat: end_code", 1, stat[27]);
    check_num(id, "stat: arg_start", 0, stat[48]);
    check_true(id, "cmdline is there for everybody",
               read_text(entry("cmdline"), text, sizeof(text)));
    check_true(id, "cmdline is not the emulator's", !names_emulator(text));
    snprintf(want, sizeof(want), "%.15s\n", strrchr(judge.self, '/') + 1);
    read_text(entry("comm"), text, sizeof(text));
    check_str(id, "comm is the program", want, text);
    end_other();
}

/* ---------------------------------------------------------- ends, anew */

static void ends(const char *id, const void *arg)
{
    char text[64], now[PATH_MAX];
    int cmdline, stat, status;
    struct stat st;

    (void)arg;
    start_other();
    tell('c');
    cmdline = open(entry("cmdline"), O_RDONLY);
    stat = open(entry("stat"), O_RDONLY);
    check_num(id, "read before", 4, read(cmdline, text, 4));
    tell('x');
    /* A zombie: it is still there, but has no memory. */
    while (waitid(P_PID, other.pid, NULL, WEXITED | WNOWAIT)) {
        continue;
    }
    check_str(id, "readlink, a zombie", "ENOENT",
              read_link(entry("exe"), now, sizeof(now)));
    check_num(id, "cmdline, a zombie", 0, read(cmdline, text, 4));
    check_true(id, "stat, a zombie", pread(stat, text, 20, 0) > 0);
    waitpid(other.pid, &status, 0);
    check_str(id, "readlink, gone", "ENOENT",
              read_link(entry("exe"), now, sizeof(now)));
    check_err(id, "stat of exe, gone", ENOENT, err_of(lstat(entry("exe"),
                                                            &st)));
    check_err(id, "read of cmdline, gone", ESRCH, err_of(pread(cmdline, text,
                                                               4, 0)));
    check_err(id, "read of stat, gone", ESRCH, err_of(pread(stat, text, 20,
                                                            0)));
}

/* A PID namespace has few processes, so a number is soon there again. */
static const char *few_pids(void)
{
    const int spaces = CLONE_NEWPID | CLONE_NEWNS;
    unsigned uid = geteuid(), gid = getegid();
    char map[40];
    pid_t pid;

    if (unshare(spaces) && unshare(spaces | CLONE_NEWUSER)) {
        return "a PID namespace is not permitted";
    }
    snprintf(map, sizeof(map), "0 %u 1", uid);
    write_to("/proc/self/uid_map", map);
    write_to("/proc/self/setgroups", "deny");
    snprintf(map, sizeof(map), "0 %u 1", gid);
    write_to("/proc/self/gid_map", map);
    pid = fork();
    if (pid > 0) {
        exit_as(pid);
    }
    alarm(CASE_SECONDS);
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount("proc", "/proc", "proc", 0, NULL)) {
        return "mounting is not permitted";
    }
    return NULL;
}

static void number_reused(const char *id, const void *arg)
{
    const char *reason = few_pids();
    char text[64];
    pid_t first;
    int fd;

    (void)arg;
    if (reason) {
        skip(id, "a number that is used again", reason);
        return;
    }
    start_other();
    first = other.pid;
    tell('c');
    fd = open(entry("cmdline"), O_RDONLY);
    check_num(id, "read of the first", sizeof(title),
              read(fd, text, sizeof(text)));
    end_other();
    snprintf(text, sizeof(text), "%d", first - 1);
    write_to("/proc/sys/kernel/ns_last_pid", text);
    start_other();
    check_true(id, "the number is used again", first == other.pid);
    if (first != other.pid) {
        return;
    }
    tell('c');
    tell('w');
    check_err(id, "read by way of the first", ESRCH,
              err_of(pread(fd, text, sizeof(text), 0)));
    check_str(id, "read of the second", "written",
              read_text(entry("cmdline"), text, sizeof(text)) ? text : "");
    end_other();
}

static void executed_anew(const char *id, const void *arg)
{
    static const char want[] = "executed\0--idle";
    char text[256] = "", now[PATH_MAX];

    (void)arg;
    start_other();
    tell('c');
    tell('e');
    fcntl(other.done, F_SETFL, O_NONBLOCK);
    for (int i = 0; i < 1000; i++) {
        read_text(entry("cmdline"), text, sizeof(text));
        if (!strcmp(text, "executed")) {
            break;
        }
        if (read(other.done, now, 1) == 1) {
            skip(id, "executes", "the kernel has no binfmt_misc for it");
            end_other();
            return;
        }
        usleep(10000);
    }
    check_bytes(id, "cmdline, executed anew", want, sizeof(want),
                entry("cmdline"));
    check_str(id, "exe, executed anew", judge.self,
              read_link(entry("exe"), now, sizeof(now)));
    end_other();
}

/* A process that is none of ours looks as it is. */
static void native(const char *id, const void *arg)
{
    char text[256], now[PATH_MAX], want[PATH_MAX];
    pid_t pid = fork();
    struct stat st;

    (void)arg;
    if (pid == 0) {
        execl("/bin/sleep", "sleep", "100", NULL);
        _exit(0);
    }
    other.pid = pid;
    for (int i = 0; i < 500; i++) {
        read_text(entry("cmdline"), text, sizeof(text));
        if (!strcmp(text, "sleep")) {
            break;
        }
        usleep(10000);
    }
    check_bytes(id, "cmdline", "sleep\000100", 10, entry("cmdline"));
    check_true(id, "exe", realpath("/bin/sleep", want) &&
               !strcmp(want, read_link(entry("exe"), now, sizeof(now))));
    read_text(entry("comm"), text, sizeof(text));
    check_str(id, "comm", "sleep\n", text);
    check_true(id, "stat", stat(entry("exe"), &st) == 0 &&
               is_file(&st, "/bin/sleep"));
    end_other();
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "--idle")) {
        alarm(CASE_SECONDS);
        pause();
        return 0;
    }
    report_if_asked(argc, argv);
    begin(argc, argv);
    run_case("G01", contents, NULL);
    run_case("G02", parent_changes, NULL);
    run_case("G03", maps, NULL);
    run_case("G04", maps_equal, NULL);
    run_case("G05", threads, NULL);
    run_case("G06", shared_memory, NULL);
    for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
        char id[8];

        snprintf(id, sizeof(id), "G%zu", 10 + i);
        run_case(id, exe_by_name, &spellings[i]);
        snprintf(id, sizeof(id), "G%zu", 30 + i);
        run_case(id, cmdline_by_name, &spellings[i]);
    }
    run_case("G50", fd_by_link, NULL);
    run_case("G51", moved, NULL);
    run_case("G52", execute, NULL);
    run_case("G53", descriptors, NULL);
    run_case("G54", not_dumpable, NULL);
    run_case("G55", ends, NULL);
    run_case("G56", executed_anew, NULL);
    run_case("G57", native, NULL);
    run_case("G58", number_reused, NULL);
    return finish();
}
