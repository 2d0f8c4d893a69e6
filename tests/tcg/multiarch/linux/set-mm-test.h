/*
 * What the set-mm tests share: TAP, the judge, the layout of the process
 *
 * Every program runs as "PROGRAM JUDGE OPTIONS".  JUDGE is "native" (the
 * host's kernel, whose answers are the truth), "emulator", or "started", where
 * the kernel starts the emulator by binfmt_misc; OPTIONS is a list such as
 * "rule=linux,caps=host", the one that the emulator was started with.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SET_MM_TEST_H
#define SET_MM_TEST_H

#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <link.h>
#include <linux/prctl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>
#include "set-mm-process.h"

enum {
    CAP_NR_SYS_ADMIN = 21,
    CAP_NR_SYS_RESOURCE = 24,
    CAP_NR_CHECKPOINT_RESTORE = 40,
};

/* struct prctl_mm_map without its ABI: 32-bit ones differ in the tail. */
struct mm_map {
    uint64_t f[NR_FIELDS];
    uint64_t auxv;
    uint32_t auxv_size;
    uint32_t exe_fd;
};

/* The struct of 64-bit kernels, whatever the program is. */
struct mm_map64 {
    uint64_t f[NR_FIELDS];
    uint64_t auxv;
    uint32_t auxv_size;
    uint32_t exe_fd;
} __attribute__((aligned(8)));

_Static_assert(sizeof(struct mm_map64) == 104, "the kernel's 64-bit struct");

union mm_map_buf {
    struct mm_map64 wide;
    struct prctl_mm_map own;
};

#define MM_MAP_KEEP_EXE UINT32_MAX

enum {
    STAT_FIELDS = 52,
    /* Address 0 to 4095 is never mapped. */
    BAD_PTR = 8,
    NOT_OPEN = 999,
    MAX_LINES = 512,
    CASE_SECONDS = 100,
};

struct tap_line {
    bool ok;
    char text[200];
    char diag[600];
    /* What was asked, without what is wanted, and what came back. */
    char asked[200];
    char answer[300];
};

/* What has a futex in it: on m68k an int may be at any even place. */
#define FUTEX_ALIGNED __attribute__((aligned(4)))

/* Shared by the forked children, which must not print: the parent does. */
struct shared {
    unsigned lines;
    struct tap_line line[MAX_LINES];
    /* Of a process run aside. */
    uint64_t value[3];
};

static struct judge {
    bool native;
    bool is_started;
    bool rule_off;
    bool rule_linux;
    bool caps_all;
    pid_t pid;
    unsigned count;
    unsigned failed;
    uint64_t min_addr;
    uint64_t task_size;
    /* Of the kernel's saved vector, in bytes. */
    long auxv_size;
    char self[PATH_MAX];
    /* As the kernel has it: 15 bytes of the file's name. */
    char comm[16];
    char work[PATH_MAX];
    char dir[PATH_MAX + 32];
    /* Where the answers go, for tests/oracle; may be empty. */
    char answers[PATH_MAX];
    struct shared *shared;
} judge;

/* ---------------------------------------------------------------- TAP */

static inline const char *err_name(long err)
{
    static const struct {
        int err;
        const char *name;
    } names[] = {
        { 0, "OK" }, { EPERM, "EPERM" }, { ENOENT, "ENOENT" },
        { EBADF, "EBADF" }, { EACCES, "EACCES" }, { EFAULT, "EFAULT" },
        { EBUSY, "EBUSY" }, { EEXIST, "EEXIST" }, { ENOTDIR, "ENOTDIR" },
        { EINVAL, "EINVAL" }, { ETXTBSY, "ETXTBSY" }, { ENOSYS, "ENOSYS" },
        { ELOOP, "ELOOP" }, { ENOEXEC, "ENOEXEC" }, { ENOMEM, "ENOMEM" },
        { EMFILE, "EMFILE" }, { EXDEV, "EXDEV" },
        { ESRCH, "ESRCH" }, { ENODEV, "ENODEV" }, { EISDIR, "EISDIR" },
        { ENOTTY, "ENOTTY" }, { ESPIPE, "ESPIPE" },
        { EOPNOTSUPP, "EOPNOTSUPP" },
    };
    static char other[32];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].err == err) {
            return names[i].name;
        }
    }
    snprintf(other, sizeof(other), "%ld", err);
    return other;
}

/*
 * Appends to the list of answers.  It is open no longer than that, as the
 * cases look at descriptors.
 */
static inline void write_answer(const struct tap_line *line)
{
    int fd;

    if (!judge.answers[0]) {
        return;
    }
    fd = open(judge.answers, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd < 0 || dprintf(fd, "%s | %s\n", line->asked, line->answer) < 0) {
        perror(judge.answers);
        exit(2);
    }
    close(fd);
}

static inline void tap_print(const struct tap_line *line)
{
    judge.count++;
    judge.failed += !line->ok;
    printf("%sok %u - %s\n", line->ok ? "" : "not ", judge.count, line->text);
    if (!line->ok) {
        printf("# %s\n", line->diag);
    }
    write_answer(line);
}

static inline void tap_flush(void)
{
    for (unsigned i = 0; i < judge.shared->lines; i++) {
        tap_print(&judge.shared->line[i]);
    }
    judge.shared->lines = 0;
    fflush(stdout);
}

/* A value can be any bytes; a TAP line cannot. */
static inline void make_printable(char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < ' ' || (unsigned char)*text > '~' ||
            *text == '#') {
            *text = '?';
        }
    }
}

/*
 * Writes @from to @to without what is another one in each run: directories
 * and processes get names.
 */
static inline void without_names(char *to, size_t size, const char *from)
{
    const struct {
        const char *text, *name;
        bool number;
    } known[] = {
        { judge.dir, "DIR", false }, { judge.work, "WORK", false },
        { judge.self, "SELF", false }, { judge.comm, "NAME", false },
        { "/proc/", "/proc/PID", true },
        { "/task/", "/task/TID", true },
    };
    const size_t count = sizeof(known) / sizeof(known[0]);
    size_t used = 0;

    to[0] = '\0';
    while (*from && used + 10 < size) {
        size_t i, len = 0, digits = 0;

        for (i = 0; i < count; i++) {
            len = strlen(known[i].text);
            digits = strspn(from + (strncmp(from, known[i].text, len) ?
                                    strlen(from) : len), "0123456789");
            if (len && !strncmp(from, known[i].text, len) &&
                (digits || !known[i].number)) {
                break;
            }
        }
        if (i < count) {
            used += snprintf(to + used, size - used, "%s", known[i].name);
            from += len + (known[i].number ? digits : 0);
        } else {
            to[used++] = *from++;
            to[used] = '\0';
        }
    }
}

/* What is wanted stands at the end: "text: EBUSY". */
static inline void without_want(char *text)
{
    char *end = strrchr(text, ':');

    if (end && end[1] == ' ' &&
        !end[2 + strspn(end + 2, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")]) {
        *end = '\0';
    }
}

/* The parent prints at once; a child's lines wait for the parent. */
static inline void tap_add(bool ok, const char *text, const char *diag,
                           const char *asked, const char *answer)
{
    struct shared *s = judge.shared;
    /* A child and its parent may both have something to say. */
    unsigned at = __atomic_fetch_add(&s->lines, 1, __ATOMIC_SEQ_CST);
    struct tap_line *line = &s->line[at];

    if (at >= MAX_LINES) {
        abort();
    }
    line->ok = ok;
    snprintf(line->text, sizeof(line->text), "%s", text);
    snprintf(line->diag, sizeof(line->diag), "%s", diag);
    without_names(line->asked, sizeof(line->asked), asked);
    without_names(line->answer, sizeof(line->answer), answer);
    make_printable(line->asked);
    make_printable(line->answer);
    if (getpid() == judge.pid) {
        tap_flush();
    }
}

/* @asked and @answer tell the same in every run, whatever was wanted. */
static inline void __attribute__((format(printf, 6, 7)))
check_answer(bool ok, const char *id, const char *text, const char *asked,
             const char *answer, const char *fmt, ...)
{
    char full[200];
    char key[200];
    char diag[600];
    va_list ap;

    snprintf(full, sizeof(full), "%s %s", id, text);
    make_printable(full);
    snprintf(key, sizeof(key), "%s %s", id, asked);
    without_want(key);
    va_start(ap, fmt);
    vsnprintf(diag, sizeof(diag), fmt, ap);
    va_end(ap);
    make_printable(diag);
    tap_add(ok, full, diag, key, answer);
}

#define check(ok, id, text, ...) do {                                      \
        const bool ok_ = (ok);                                              \
        const char *text_ = (text);                                         \
        check_answer(ok_, id, text_, text_, ok_ ? "as wanted" : "otherwise", \
                     __VA_ARGS__);                                          \
    } while (0)

static inline void skip(const char *id, const char *text, const char *reason)
{
    char full[200];
    char key[200];

    snprintf(full, sizeof(full), "%s %s # SKIP %s", id, text, reason);
    snprintf(key, sizeof(key), "%s %s", id, text);
    without_want(key);
    tap_add(true, full, "", key, "skipped");
}

static inline bool check_err(const char *id, const char *text, int want,
                             int got)
{
    char wanted[40];
    char given[40];
    char full[160];

    snprintf(wanted, sizeof(wanted), "%s", err_name(want));
    snprintf(given, sizeof(given), "%s", err_name(got));
    snprintf(full, sizeof(full), "%s: %s", text, wanted);
    check_answer(want == got, id, full, text, given, "expected %s got %s",
                 wanted, given);
    return want == got;
}

/* Addresses, sizes and numbers of processes are others each time. */
static inline bool check_num(const char *id, const char *text, uint64_t want,
                             uint64_t got)
{
    char answer[40];

    if (got < 4) {
        snprintf(answer, sizeof(answer), "%" PRIu64, got);
    } else {
        snprintf(answer, sizeof(answer), "%s",
                 want == got ? "as wanted" : "otherwise");
    }
    check_answer(want == got, id, text, text, answer,
                 "expected 0x%" PRIx64 " got 0x%" PRIx64, want, got);
    return want == got;
}

static inline void check_str(const char *id, const char *text,
                             const char *want, const char *got)
{
    check_answer(!strcmp(want, got), id, text, text, got,
                 "expected %s got %s", want, got);
}

static inline void check_true(const char *id, const char *text, bool got)
{
    check_answer(got, id, text, text, got ? "yes" : "no",
                 "expected true got false");
}

/* ------------------------------------------------------------- system */

static inline int err_of(long ret)
{
    return ret == -1 ? errno : 0;
}

/* Returns: 0 or errno. */
static inline int set_mm(unsigned long opt, unsigned long arg3,
                         unsigned long arg4, unsigned long arg5)
{
    return err_of(syscall(SYS_prctl, (unsigned long)PR_SET_MM, opt, arg3,
                          arg4, arg5));
}

/* Returns: what the kernel says, or the negative errno. */
static inline long get_auxv(void *buf, unsigned long len, unsigned long arg4,
                            unsigned long arg5)
{
    long ret = syscall(SYS_prctl, (unsigned long)PR_GET_AUXV, buf, len, arg4,
                       arg5);

    return ret == -1 ? -errno : ret;
}

static inline uint64_t sys_brk(uint64_t addr)
{
    return (unsigned long)syscall(SYS_brk, (unsigned long)addr);
}

/* Only a long of 64 bits has bits above 31 to set. */
static inline unsigned long with_bit(unsigned long value, unsigned bit)
{
    return value | (unsigned long)((uint64_t)1 << bit);
}

/* Of what else begins with a number; 0 if there is none. */
static inline uint64_t number_in(const char *text)
{
    uint64_t number = 0;

    sscanf(text, "%" SCNu64, &number);
    return number;
}

/* Returns: the number of bytes, or the negative errno. */
static inline ssize_t read_whole(const char *path, void *buf, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t len = 0;
    ssize_t n;

    if (fd < 0) {
        return -errno;
    }
    while (len < size) {
        n = read(fd, (char *)buf + len, size - len);
        if (n <= 0) {
            break;
        }
        len += n;
    }
    close(fd);
    return len;
}

static inline bool read_text(const char *path, char *buf, size_t size)
{
    ssize_t len = read_whole(path, buf, size - 1);

    buf[len > 0 ? len : 0] = '\0';
    return len > 0;
}

/* Returns: @buf, which is an error's name where there is no link. */
static inline char *read_link(const char *path, char *buf, size_t size)
{
    ssize_t len = readlink(path, buf, size - 1);

    if (len < 0) {
        snprintf(buf, size, "%s", err_name(errno));
    } else {
        buf[len] = '\0';
    }
    return buf;
}

static inline bool same_file(const char *path, int fd)
{
    struct stat a, b;

    return stat(path, &a) == 0 && fstat(fd, &b) == 0 &&
           a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static inline bool write_file(const char *path, mode_t mode, const void *data,
                              size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, data, len) == (ssize_t)len &&
              fchmod(fd, mode) == 0;

    close(fd);
    return ok;
}

static inline bool copy_file(const char *from, const char *to, mode_t mode)
{
    static char buf[65536];
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = in >= 0 && out >= 0;
    ssize_t n = 0;

    while (ok && (n = read(in, buf, sizeof(buf))) > 0) {
        ok = write(out, buf, n) == n;
    }
    ok = ok && n == 0 && fchmod(out, mode) == 0;
    close(in);
    close(out);
    return ok;
}

static inline void remove_tree(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    char child[PATH_MAX + 300];

    while (dir && (entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) {
            snprintf(child, sizeof(child), "%s/%s", path, entry->d_name);
            if (unlink(child)) {
                remove_tree(child);
            }
        }
    }
    if (dir) {
        closedir(dir);
    }
    rmdir(path);
}

/* Without "." and "..", and whatever else is hidden. */
static inline unsigned count_entries(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    unsigned count = 0;

    while (dir && (entry = readdir(dir))) {
        count += entry->d_name[0] != '.';
    }
    if (dir) {
        closedir(dir);
    }
    return count;
}

/* ---------------------------------------------------------- privilege */

/* A line of a status file that has a set of bits, as "CapEff:". */
static inline bool read_bits(const char *path, const char *name, uint64_t *bits)
{
    char status[8192], text[32];
    char *line;

    read_text(path, status, sizeof(status));
    snprintf(text, sizeof(text), "\n%s", name);
    line = strstr(status, text);
    return line && sscanf(line + strlen(text), "%" SCNx64, bits) == 1;
}

static inline bool has_cap(unsigned cap)
{
    uint64_t caps;

    return read_bits("/proc/self/status", "CapEff:", &caps) &&
           (caps >> cap & 1);
}

static inline bool in_first_user_ns(void)
{
    unsigned long long inside = 1, outside = 1, count = 0;
    char map[4096];

    read_text("/proc/self/uid_map", map, sizeof(map));
    return sscanf(map, "%llu %llu %llu", &inside, &outside, &count) == 3 &&
           inside == 0 && outside == 0 && count == UINT32_MAX;
}

/* Sub-options 1 to 13. */
static inline bool may_set_one(void)
{
    return judge.caps_all ||
           (has_cap(CAP_NR_SYS_RESOURCE) && in_first_user_ns());
}

/* PR_SET_MM_MAP with a descriptor. */
static inline bool may_set_exe_by_map(void)
{
    return judge.caps_all || has_cap(CAP_NR_SYS_ADMIN) ||
           has_cap(CAP_NR_CHECKPOINT_RESTORE);
}

static inline int want_one(int want)
{
    return may_set_one() ? want : EPERM;
}

static inline int want_exe_by_map(int want)
{
    return may_set_exe_by_map() ? want : EPERM;
}

static inline bool on_overlay(const char *path)
{
    struct statfs fs;
    const unsigned overlay = 0x794c7630;

    return statfs(path, &fs) == 0 && (unsigned)fs.f_type == overlay;
}

static inline bool kernel_since(int major, int minor)
{
    struct utsname name;
    int have[2] = { 0, 0 };

    uname(&name);
    sscanf(name.release, "%d.%d", &have[0], &have[1]);
    return have[0] > major || (have[0] == major && have[1] >= minor);
}

/* A native judge may be older than PR_GET_AUXV. */
static inline bool has_get_auxv(void)
{
    return !judge.native || kernel_since(6, 4);
}

/*
 * Before Linux 6.7 a reader that comes while the executable is replaced may
 * be told that there is none.
 */
static inline bool exe_can_be_missing(void)
{
    return judge.native && !kernel_since(6, 7);
}

/*
 * The relaxed rule lets the executable be changed while the old one is
 * mapped.  On overlayfs, kernels since 6.7 do so too, by accident: the
 * mapping holds the file below and the process the file above.
 */
static inline bool busy_rule(void)
{
    return judge.rule_linux &&
           !(judge.native && kernel_since(6, 7) &&
             on_overlay("/proc/self/exe"));
}

static inline int want_busy(int want, int relaxed)
{
    return want == EBUSY && !busy_rule() ? relaxed : want;
}

/* ----------------------------------- intended differences, one a switch */

/*
 * deny-write: the kernel keeps everybody from opening the running file for
 * writing; nothing that a process without privileges can do has that effect.
 */
static inline bool sw_deny_write(void)
{
    return judge.native;
}

/*
 * older-qemu: QEMU 7.2 has neither openat2 nor execveat.  A path of NULL
 * cannot succeed, so only a missing call answers ENOSYS.
 */
static inline bool sw_lacks(long call)
{
    return !judge.native && syscall(call, -1, NULL, NULL, NULL, 0) == -1 &&
           errno == ENOSYS;
}

/*
 * few-numbers: PR_SET_MM_EXE_FILE needs two numbers below the limit of
 * descriptors, for the file and for the one that it replaces.
 */
static inline unsigned sw_fewest_numbers(void)
{
    return judge.native ? 0 : 2;
}

/*
 * timer-numbers: the first POSIX timer of a forked child is the emulator's on
 * kernels before 6.16, where a number cannot be chosen.
 */
static inline unsigned sw_first_timer(void)
{
    return !judge.native && syscall(SYS_prctl, 77, 2, 0, 0, 0) < 0;
}

/*
 * interpreter-gone: an emulator that the kernel has started ends if the
 * interpreter is not there, as it may look for it elsewhere than its caller.
 */
static inline bool sw_misses_interpreter(void)
{
    return !judge.is_started;
}

/* open-flags: QEMU forgets the flags of openat2 that no target knows. */
static inline bool sw_knows_open_flags(void)
{
    return judge.native;
}

/* jump-out: QEMU's sparc32plus dies where siglongjmp(3) leaves a handler. */
static inline bool sw_cannot_jump_out(void)
{
#if defined(sparc) && \
    defined(__sparc_v9__) && !defined(__arch64__)
    return !judge.native;
#else
    return false;
#endif
}

/* By the name of uname(2). */
static inline bool runs_on(const char *machine)
{
    struct utsname name;

    return uname(&name) == 0 && !strcmp(name.machine, machine);
}

/* hppa's grows upward. */
static inline bool stack_grows_up(void)
{
    return runs_on("parisc");
}

/*
 * wide-map: prctl has no compat entry, so a 64-bit kernel wants its own
 * struct and its own auxv words from a 32-bit program; a 32-bit guest gets
 * those of its own architecture's native kernel.
 */
static inline bool sw_wide_map(void)
{
    struct utsname name;
    unsigned size = 0;

    if (!judge.native || sizeof(long) == 8) {
        return false;
    }
    set_mm(PR_SET_MM_MAP_SIZE, (unsigned long)&size, 0, 0);
    uname(&name);
    return size != sizeof(struct prctl_mm_map) || strstr(name.machine, "64");
}

/* The words that the judge's kernel counts auxv in. */
static inline size_t auxv_word(void)
{
    return sw_wide_map() ? 8 : sizeof(long);
}

/* Whether the upper halves of a map's addresses are looked at. */
static inline bool wide_addresses(void)
{
    return sizeof(long) == 8 || sw_wide_map();
}

/* ------------------------------------------------------------- layout */

/* Field numbers of proc(5)'s stat; the break is in none. */
static inline unsigned stat_number(enum field field)
{
    static const unsigned char number[NR_FIELDS] = {
        [START_CODE] = 26, [END_CODE] = 27, [START_STACK] = 28,
        [START_DATA] = 45, [END_DATA] = 46, [START_BRK] = 47,
        [ARG_START] = 48, [ARG_END] = 49, [ENV_START] = 50, [ENV_END] = 51,
    };

    return number[field];
}

static inline const char *field_name(enum field field)
{
    static const char *const name[NR_FIELDS] = {
        "start_code", "end_code", "start_data", "end_data", "start_brk",
        "brk", "start_stack", "arg_start", "arg_end", "env_start", "env_end",
    };

    return name[field];
}

/* Returns: how many fields there are; field N is in @value[N]. */
static inline int read_stat_of(const char *path,
                               uint64_t value[STAT_FIELDS + 1],
                               char comm[64])
{
    static char text[8192];
    char *end, *token, *save = NULL;
    int n = 2;

    memset(value, 0, sizeof(*value) * (STAT_FIELDS + 1));
    comm[0] = '\0';
    read_text(path, text, sizeof(text));
    end = strrchr(text, ')');
    if (!end || !strchr(text, '(')) {
        return 0;
    }
    *end = '\0';
    value[1] = number_in(text);
    snprintf(comm, 64, "%s", strchr(text, '(') + 1);
    for (token = strtok_r(end + 1, "\n ", &save); token;
         token = strtok_r(NULL, "\n ", &save)) {
        if (++n <= STAT_FIELDS) {
            value[n] = number_in(token);
        }
    }
    return n;
}

static inline void read_map(struct mm_map *map)
{
    uint64_t stat[STAT_FIELDS + 1];
    char comm[64];

    read_stat_of("/proc/self/stat", stat, comm);
    for (int i = 0; i < NR_FIELDS; i++) {
        map->f[i] = i == BRK ? sys_brk(0) : stat[stat_number(i)];
    }
    map->auxv = 0;
    map->auxv_size = 0;
    map->exe_fd = MM_MAP_KEEP_EXE;
}

static inline uint64_t read_field(enum field field)
{
    struct mm_map map;

    read_map(&map);
    return map.f[field];
}

/* Returns: the size of the struct as the judge's kernel wants it. */
static inline size_t encode_map(union mm_map_buf *buf,
                                const struct mm_map *map)
{
    memset(buf, 0, sizeof(*buf));
    if (sw_wide_map()) {
        memcpy(buf->wide.f, map->f, sizeof(map->f));
        buf->wide.auxv = map->auxv;
        buf->wide.auxv_size = map->auxv_size;
        buf->wide.exe_fd = map->exe_fd;
        return sizeof(buf->wide);
    }
    buf->own = (struct prctl_mm_map) {
        .start_code = map->f[START_CODE],
        .end_code = map->f[END_CODE],
        .start_data = map->f[START_DATA],
        .end_data = map->f[END_DATA],
        .start_brk = map->f[START_BRK],
        .brk = map->f[BRK],
        .start_stack = map->f[START_STACK],
        .arg_start = map->f[ARG_START],
        .arg_end = map->f[ARG_END],
        .env_start = map->f[ENV_START],
        .env_end = map->f[ENV_END],
        .auxv = (void *)(uintptr_t)map->auxv,
        .auxv_size = map->auxv_size,
        .exe_fd = map->exe_fd,
    };
    return sizeof(buf->own);
}

static inline int set_map(const struct mm_map *map)
{
    union mm_map_buf buf;
    size_t size = encode_map(&buf, map);

    return set_mm(PR_SET_MM_MAP, (unsigned long)&buf, size, 0);
}

/* Changes one field, or two, through a map; no privilege is needed. */
static inline int set_range(enum field start, uint64_t from, enum field end,
                            uint64_t to)
{
    struct mm_map map;

    read_map(&map);
    map.f[start] = from;
    map.f[end] = to;
    return set_map(&map);
}

static inline int set_exe_by_map(int fd)
{
    struct mm_map map;

    read_map(&map);
    map.exe_fd = fd;
    return set_map(&map);
}

static inline int set_exe_by_option(int fd)
{
    return set_mm(PR_SET_MM_EXE_FILE, (unsigned int)fd, 0, 0);
}

/* The mappings of the process, in the order of their addresses. */
struct range {
    uint64_t start, end;
};

static inline unsigned read_maps(struct range *range, unsigned max)
{
    static char maps[65536];
    char *line, *save = NULL;
    unsigned count = 0;

    read_text("/proc/self/maps", maps, sizeof(maps));
    for (line = strtok_r(maps, "\n", &save); line && count < max;
         line = strtok_r(NULL, "\n", &save)) {
        /* The gate page is nobody's mapping. */
        if (!strstr(line, "[vsyscall]") &&
            sscanf(line, "%" SCNx64 "-%" SCNx64, &range[count].start,
                   &range[count].end) == 2) {
            count++;
        }
    }
    return count;
}

/* Returns: whether anything is mapped in [start, end), and the lowest of it. */
static inline bool find_mapping(uint64_t start, uint64_t end,
                                struct range *found)
{
    struct range range[256];
    unsigned count = read_maps(range, 256);

    for (unsigned i = 0; i < count; i++) {
        if (range[i].start < end && start < range[i].end) {
            *found = range[i];
            return true;
        }
    }
    return false;
}

static inline uint64_t last_mapping_end(void)
{
    struct range range[256];
    unsigned count = read_maps(range, 256);

    return count ? range[count - 1].end : 0;
}

static inline uint64_t first_hole(void)
{
    struct range range[256];
    unsigned count = read_maps(range, 256);
    uint64_t hole = judge.min_addr;

    for (unsigned i = 0; i < count && range[i].start <= hole; i++) {
        hole = range[i].end;
    }
    return hole;
}

/* -------------------------------------------------------------- cases */

typedef void case_fn(const char *id, const void *arg);

/* How a case's process exits at its end; no case exits so earlier. */
enum { CASE_ENDED = 86 };

static inline int wait_for(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        continue;
    }
    return status;
}

/* For a case that goes on in a child: ends as the child does. */
static inline void exit_as(pid_t pid)
{
    int status = wait_for(pid);

    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
}

/*
 * As vfork(2), and the child has a stack of its own, so that it can call what
 * it likes.  Returns: its status.
 */
static inline int run_sharing(int (*fn)(void *), void *arg)
{
    static char stack[64 * 1024] __attribute__((aligned(64)));

    return wait_for(clone(fn, stack_grows_up() ? stack : stack + sizeof(stack),
                          CLONE_VM | CLONE_VFORK | SIGCHLD, arg));
}

/*
 * Beyond the hard ones.  A program may see CAP_SYS_RESOURCE that caps=all has
 * granted, which is for PR_SET_MM only, so it is tried with another limit.
 */
static inline bool may_raise_limits(void)
{
    struct rlimit limit = { 1000, 1000 };
    pid_t pid = fork();

    if (pid == 0) {
        setrlimit(RLIMIT_CORE, &limit);
        limit.rlim_max = 2000;
        _exit(setrlimit(RLIMIT_CORE, &limit) != 0);
    }
    return pid > 0 && wait_for(pid) == 0;
}

/*
 * Each case has a process and a directory of its own, so that no case sees
 * what another one did to itself.
 */
static inline void run_case(const char *id, case_fn *fn, const void *arg)
{
    int status;
    pid_t pid;

    fflush(stdout);
    snprintf(judge.dir, sizeof(judge.dir), "%s/%s", judge.work, id);
    if (mkdir(judge.dir, 0755) || chmod(judge.dir, 0755)) {
        check(false, id, "own directory", "expected mkdir OK got %s",
              err_name(errno));
        return;
    }
    pid = fork();
    if (pid == 0) {
        alarm(CASE_SECONDS);
        fn(id, arg);
        _exit(CASE_ENDED);
    }
    status = wait_for(pid);
    if (!judge.shared->lines) {
        check(false, id, "asserts something", "expected a line got none");
    }
    tap_flush();
    if (!WIFEXITED(status) || WEXITSTATUS(status) != CASE_ENDED) {
        check(false, id, "comes to its end",
              "expected its last statement got wait status 0x%x", status);
    }
    remove_tree(judge.dir);
}

static inline void in_dir(char *path, size_t size, const char *name)
{
    snprintf(path, size, "%s/%s", judge.dir, name);
}

/* ------------------------------------------------------------ execution */

/* What a program executed anew has to say about itself. */
struct exec_report {
    int error;
    bool came_back;
    bool identity_map;
    char exe[1024];
    char cmdline[1024];
    int cmdline_len;
    struct mm_map map;
};

/* Called first in main: "PROGRAM --report FD" is how it is executed anew. */
static inline void report_if_asked(int argc, char **argv)
{
    static struct exec_report report;
    int fd;

    if (argc != 3 || strcmp(argv[1], "--report")) {
        return;
    }
    fd = atoi(argv[2]);
    report.came_back = true;
    read_link("/proc/self/exe", report.exe, sizeof(report.exe));
    report.cmdline_len = read_whole("/proc/self/cmdline", report.cmdline,
                                    sizeof(report.cmdline));
    read_map(&report.map);
    /* Nobody tells whether a kernel has started it or an emulator. */
    for (int native = 0; native < 2 && !report.identity_map; native++) {
        judge.native = native;
        report.identity_map = set_map(&report.map) == 0;
    }
    _exit(write(fd, &report, sizeof(report)) != sizeof(report));
}

/* How to execute: by execve and its relatives. Returns only on failure. */
typedef void exec_fn(const char *path, char **argv);

static inline void by_execve(const char *path, char **argv)
{
    execve(path, argv, environ);
}

static inline void exec_for_report(struct exec_report *report, exec_fn *fn,
                                   const char *path)
{
    char text[16];
    char *args[] = { (char *)"again", (char *)"--report", text, NULL };
    int pipes[2];
    pid_t pid;

    memset(report, 0, sizeof(*report));
    if (pipe(pipes)) {
        report->error = errno;
        return;
    }
    pid = fork();
    if (pid == 0) {
        snprintf(text, sizeof(text), "%d", pipes[1]);
        alarm(CASE_SECONDS);
        fn(path, args);
        report->error = errno;
        if (write(pipes[1], report, sizeof(*report)) < 0) {
            _exit(2);
        }
        _exit(1);
    }
    close(pipes[1]);
    if (read(pipes[0], report, sizeof(*report)) != sizeof(*report)) {
        report->came_back = false;
    }
    close(pipes[0]);
    wait_for(pid);
}

/* Runs @fn in a process of its own, for its effect on judge.shared only. */
static inline void run_aside(void (*fn)(void))
{
    pid_t pid = fork();

    if (pid == 0) {
        alarm(CASE_SECONDS);
        fn();
        _exit(0);
    }
    wait_for(pid);
}

static inline uint64_t bisect(enum field field, uint64_t good, uint64_t bad)
{
    struct mm_map map;
    uint64_t mid;

    read_map(&map);
    while (good + 1 != bad && bad + 1 != good) {
        mid = good < bad ? good + (bad - good) / 2 : bad + (good - bad) / 2;
        map.f[field] = mid;
        if (set_map(&map)) {
            bad = mid;
        } else {
            good = mid;
        }
    }
    return good;
}

/* More than a kernel's saved vector has. */
enum { AUXV_ROOM = 4096 };

/* Returns: the size of the kernel's saved vector; it takes nothing longer. */
static inline long probe_auxv_size(void)
{
    static const char vector[AUXV_ROOM];
    long good = 0, bad = AUXV_ROOM + 1;
    struct mm_map map;

    read_map(&map);
    map.auxv = (uintptr_t)vector;
    while (good + 1 < bad) {
        map.auxv_size = good + (bad - good) / 2;
        if (set_map(&map)) {
            bad = map.auxv_size;
        } else {
            good = map.auxv_size;
        }
    }
    return good;
}

static inline void probe_limits(void)
{
    struct mm_map map;
    uint64_t top = wide_addresses() ? UINT64_MAX : UINT32_MAX;

    read_map(&map);
    if (set_map(&map)) {
        return;
    }
    judge.shared->value[0] = bisect(ARG_START, map.f[ARG_START], 0);
    set_map(&map);
    judge.shared->value[1] = bisect(ARG_END, map.f[ARG_END], top) + 1;
    set_map(&map);
    judge.shared->value[2] = probe_auxv_size();
}

/* ----------------------------------------------------------- beginning */

static inline void usage(const char *program)
{
    fprintf(stderr, "usage: %s native|emulator|started "
            "rule=relaxed|linux|off[,caps=all|host]\n", program);
    exit(2);
}

static inline void parse_options(const char *program, const char *options)
{
    char list[200];
    char *word, *save = NULL;

    snprintf(list, sizeof(list), "%s", options);
    for (word = strtok_r(list, ",", &save); word;
         word = strtok_r(NULL, ",", &save)) {
        if (!strcmp(word, "rule=off")) {
            judge.rule_off = true;
        } else if (!strcmp(word, "rule=linux")) {
            judge.rule_linux = true;
        } else if (!strcmp(word, "caps=all")) {
            judge.caps_all = true;
        } else if (strcmp(word, "rule=relaxed") && strcmp(word, "caps=host") &&
                   strncmp(word, "title=", 6)) {
            usage(program);
        }
    }
}

static inline void make_work_dir(void)
{
    const char *tmp = getenv("TMPDIR");
    char template[PATH_MAX];

    snprintf(template, sizeof(template), "%s/set-mm-XXXXXX",
             tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(template) || !realpath(template, judge.work)) {
        perror(template);
        exit(2);
    }
    chmod(judge.work, 0755);
}

/* For the one program that has something to say about rule=off. */
static inline void begin_any(int argc, char **argv)
{
    if (argc != 3 ||
        (strcmp(argv[1], "native") && strcmp(argv[1], "emulator") &&
         strcmp(argv[1], "started"))) {
        usage(argv[0]);
    }
    judge.native = !strcmp(argv[1], "native");
    judge.is_started = !strcmp(argv[1], "started");
    parse_options(argv[0], argv[2]);
    if (getenv("SET_MM_ANSWERS")) {
        snprintf(judge.answers, sizeof(judge.answers), "%s",
                 getenv("SET_MM_ANSWERS"));
    }
    umask(022);
    /* What was inherited would take the numbers that the rows expect. */
    for (int fd = 3; fd < 1024; fd++) {
        close(fd);
    }
    judge.pid = getpid();
    judge.shared = mmap(NULL, sizeof(*judge.shared), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (judge.shared == MAP_FAILED || !realpath(argv[0], judge.self)) {
        perror(argv[0]);
        exit(2);
    }
    snprintf(judge.comm, sizeof(judge.comm), "%.15s",
             strrchr(judge.self, '/') + 1);
    make_work_dir();
    run_aside(probe_limits);
    judge.min_addr = judge.shared->value[0];
    judge.task_size = judge.shared->value[1];
    judge.auxv_size = judge.shared->value[2];
    if (!judge.task_size) {
        /* No map is accepted at all: any plausible values let the rows run. */
        judge.min_addr = 65536;
        judge.task_size = sizeof(long) == 8 ? 1ull << 47 : 0xc0000000u;
    }
}

static inline void begin(int argc, char **argv)
{
    begin_any(argc, argv);
    if (judge.rule_off) {
        printf("1..0 # SKIP rule=off is the topic of set-mm-option\n");
        remove_tree(judge.work);
        exit(EXIT_SUCCESS);
    }
}

static inline int finish(void)
{
    remove_tree(judge.work);
    printf("1..%u\n", judge.count);
    return judge.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
