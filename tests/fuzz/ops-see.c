/*
 * Operations of the fuzzing guest: looking at the process
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "guest.h"

/* The process's own directory, in the ways that lead there. */
static const char *proc_dir(struct rng *r, char buf[64], const char **name)
{
    switch (pick(r, 6)) {
    case 0:
        *name = "PID";
        snprintf(buf, 64, "/proc/%d", (int)getpid());
        break;
    case 1:
        *name = "thread-self";
        snprintf(buf, 64, "/proc/thread-self");
        break;
    case 2:
        *name = "task";
        snprintf(buf, 64, "/proc/self/task/%d", (int)syscall(SYS_gettid));
        break;
    case 3:
        *name = "crooked";
        snprintf(buf, 64, "/proc//self/.//task/../");
        break;
    default:
        *name = "self";
        snprintf(buf, 64, "/proc/self");
        break;
    }
    return buf;
}

/* A file by its whole path, or from its directory's descriptor. */
static int open_entry(struct rng *r, const char *entry, const char **name)
{
    char dir[64], path[128];
    int dirfd, fd;

    proc_dir(r, dir, name);
    if (one_in(r, 4)) {
        dirfd = open(dir, O_PATH | O_CLOEXEC);
        fd = openat(dirfd, entry, O_RDONLY | O_CLOEXEC);
        close(dirfd);
        return fd;
    }
    snprintf(path, sizeof(path), "%s/%s", dir, entry);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* ---------------------------------------------------------- executable */

void see_exe(struct rng *r)
{
    char dir[64], path[128], link[PATH_MAX + 1];
    const char *name;
    bool is_short = one_in(r, 8);
    ssize_t len;

    snprintf(path, sizeof(path), "%s/exe", proc_dir(r, dir, &name));
    len = readlink(path, link, is_short ? 3 : sizeof(link) - 1);
    say("see exe %s%s:", name, is_short ? " short" : "");
    if (len < 0) {
        say_errno(len);
    } else if (is_short) {
        say(" %zd", len);
    } else {
        link[len] = '\0';
        say(" %s", without_cwd(link));
    }
    say("\n");
}

static void say_names(const struct stat *file)
{
    struct stat other;
    char path[64];

    for (unsigned i = 0; i < NR_NAMES; i++) {
        if (lstat(slot_path(path, i), &other) == 0 &&
            other.st_ino == file->st_ino && other.st_dev == file->st_dev) {
            say(" is %u", i);
        }
    }
}

void see_exe_file(struct rng *r)
{
    char dir[64], path[128], text[256];
    const char *name;
    struct stat file;
    ssize_t len;
    int fd;

    snprintf(path, sizeof(path), "%s/exe", proc_dir(r, dir, &name));
    say("see file of exe %s:", name);
    if (stat(path, &file)) {
        say_errno(-1);
        say("\n");
        return;
    }
    say(" mode %o links %u size %u", (unsigned)file.st_mode,
        (unsigned)file.st_nlink, (unsigned)file.st_size);
    say_names(&file);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        say_errno(fd);
    } else {
        len = read(fd, text, sizeof(text));
        say(" content %" PRIx64, hash_of(text, len > 0 ? len : 0));
        close(fd);
    }
    /* Kernels disagree about what is executed in memory. */
    len = readlink(path, text, sizeof(text) - 1);
    text[len > 0 ? len : 0] = '\0';
    if (strncmp(text, "/memfd:", 7)) {
        fd = open(path, O_WRONLY | O_CLOEXEC);
        say(" to write");
        say_errno(fd);
        if (fd >= 0) {
            close(fd);
        }
        say(" access %d%d", access(path, X_OK), access(path, R_OK));
    }
    say("\n");
}

void see_slot(struct rng *r)
{
    unsigned slot = pick(r, NR_SLOTS);
    char path[64], link[PATH_MAX + 1];
    ssize_t len;

    snprintf(path, sizeof(path), "/proc/self/fd/%u", FIRST_SLOT + slot);
    len = readlink(path, link, sizeof(link) - 1);
    say("see slot %u:", slot);
    if (len < 0) {
        say_errno(len);
    } else {
        link[len] = '\0';
        say(" %s", without_cwd(link));
    }
    say("\n");
}

/* ------------------------------------------------------------- strings */

/* In pieces, as their sizes matter where something cannot be read. */
static void see_strings(struct rng *r, const char *entry)
{
    static char buf[1 << 16];
    static const unsigned sizes[] = { 1 << 16, 8000, 4096, 100, 7, 1 };
    unsigned size = sizes[pick(r, 6)];
    unsigned skip = one_in(r, 3) ? pick(r, one_in(r, 2) ? 100 : 10000) : 0;
    const char *name;
    int fd = open_entry(r, entry, &name);
    ssize_t len = 0;

    say("see %s %s %u from %u:", entry, name, size, skip);
    if (fd < 0) {
        say_errno(fd);
        say("\n");
        return;
    }
    if (skip) {
        lseek(fd, skip, SEEK_SET);
    }
    for (int i = 0; i < 3; i++) {
        len = read(fd, buf, size);
        if (len < 0) {
            say_errno(len);
        } else {
            say(" %zd", len);
            if (len) {
                say(":%" PRIx64, hash_of(buf, len) & 0xffffffff);
            }
        }
    }
    say(" at %ld\n", (long)lseek(fd, 0, SEEK_CUR));
    close(fd);
}

void see_cmdline(struct rng *r)
{
    see_strings(r, "cmdline");
}

void see_environ(struct rng *r)
{
    see_strings(r, "environ");
}

void see_comm(struct rng *r)
{
    char text[64];
    const char *name;
    int fd = open_entry(r, "comm", &name);
    ssize_t len = read(fd, text, sizeof(text) - 1);

    close(fd);
    text[len > 0 ? len : 0] = '\0';
    say("see comm %s: %zd %" PRIx64 "\n", name, len,
        hash_of(text, strlen(text)));
}

/* ---------------------------------------------------------------- stat */

static unsigned long text_pages(uint64_t start, uint64_t end)
{
    return ((end + PAGE - 1) / PAGE) - start / PAGE;
}

void see_stat(struct rng *r)
{
    static const struct {
        unsigned number;
        const char *name;
    } shown[] = {
        { 26, "code" }, { 27, "-" }, { 45, "data" }, { 46, "-" },
        { 47, "brk" }, { 28, "stack" }, { 48, "arg" }, { 49, "-" },
        { 50, "env" }, { 51, "-" },
    };
    static char text[4096];
    uint64_t value[53] = { 0 };
    const char *name;
    int fd = open_entry(r, "stat", &name), n = 2;
    ssize_t len = read(fd, text, sizeof(text) - 1);
    char *open, *end, *at;

    close(fd);
    text[len > 0 ? len : 0] = '\0';
    open = strchr(text, '(');
    end = strrchr(text, ')');
    say("see stat %s:", name);
    if (!open || !end) {
        say(" %zd\n", len);
        return;
    }
    *end = '\0';
    say(" pid %d comm %" PRIx64, atoi(text) == getpid() || name[0] == 't',
        hash_of(open, end - open));
    for (at = end + 1; n < 52 && (at = strchr(at, ' ')); at++) {
        value[++n] = strtoull(at, NULL, 10);
    }
    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
        say(" %s %s", shown[i].name, name_of(value[shown[i].number]));
    }
    say(" threads %u\n", (unsigned)value[20]);
}

/* By the rule; what the numbers are is not the same everywhere. */
void see_statm(struct rng *r)
{
    char text[256];
    const char *name;
    int fd = open_entry(r, "statm", &name);
    ssize_t len = read(fd, text, sizeof(text) - 1);
    unsigned long pages = 0, want;

    close(fd);
    text[len > 0 ? len : 0] = '\0';
    sscanf(text, "%*u %*u %*u %lu", &pages);
    want = text_pages(st.field[START_CODE], st.field[END_CODE]);
    say("see statm %s: text %s\n", name, pages == want ? "right" : "wrong");
}

/* ---------------------------------------------------------------- maps */

struct line {
    char what[40];
    uint64_t start;
    uint64_t end;
};

/* What the kernel asks of a mapping without a file, in its order. */
static const char *right_label(const struct line *line)
{
    if (line->start < st.field[BRK] && line->end > st.field[START_BRK]) {
        return "[heap]";
    }
    if (line->start <= st.field[START_STACK] &&
        st.field[START_STACK] <= line->end) {
        return "[stack]";
    }
    return "";
}

/* Of a mapping without a file the name is judged here. */
static void parse_line(const char *text, struct line *line)
{
    char prot[8] = "", path[PATH_MAX] = "";
    const char *name = path;

    sscanf(text, "%" SCNx64 "-%" SCNx64 " %4s %*x %*s %*s %4095[^\n]",
           &line->start, &line->end, prot, path);
    name = without_cwd(path);
    if (!*name || *name == '[') {
        name = strcmp(name, right_label(line)) ? "wrong label" : "";
    }
    snprintf(line->what, sizeof(line->what), "%s %.30s", prot, name);
}

/*
 * Page by page: which neighbours that are alike are joined is not the same
 * everywhere, so a label is judged by the mapping that has it.
 */
void see_maps(struct rng *r)
{
    static char text[1 << 16];
    const char *name;
    int fd = open_entry(r, "maps", &name);
    size_t len = 0;
    ssize_t got = 0;
    char *at, *end;
    struct line line, last = { "", 0, 0 };

    while (len < sizeof(text) - 1 &&
           (got = read(fd, text + len, sizeof(text) - 1 - len)) > 0) {
        len += got;
    }
    close(fd);
    text[len] = '\0';
    say("see maps %s:", name);
    for (at = text; (end = strchr(at, '\n')); at = end + 1) {
        *end = '\0';
        parse_line(at, &line);
        if (line.end <= AREA || line.start >= AREA_END) {
            continue;
        }
        if (line.start == last.end && !strcmp(line.what, last.what)) {
            last.end = line.end;
            continue;
        }
        if (last.end) {
            say(" %s", last.what);
        }
        if (last.end && last.end != line.start) {
            say(" %" PRIx64, last.end - AREA);
        }
        say(" %" PRIx64, line.start - AREA);
        last = line;
    }
    if (last.end) {
        say(" %s %" PRIx64, last.what, last.end - AREA);
    }
    say("\n");
}
