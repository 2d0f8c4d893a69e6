/*
 * Files that tell of memory: smaps_rollup, numa_maps, mem, pagemap, map_files
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

static const int rw = PROT_READ | PROT_WRITE;
static const int anon = MAP_PRIVATE | MAP_ANONYMOUS;

static char *map_anon(size_t pages, int prot, int kind)
{
    return mmap(NULL, pages * page_size(), prot, kind | MAP_ANONYMOUS, -1, 0);
}

/* An entry of this process, or of another. */
static const char *entry_of(pid_t pid, const char *name)
{
    static char path[64];

    if (pid) {
        snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    } else {
        snprintf(path, sizeof(path), "/proc/self/%s", name);
    }
    return path;
}

static int open_entry(pid_t pid, const char *name, int flags)
{
    return open(entry_of(pid, name), flags | O_CLOEXEC);
}

/* A child that waits to be killed. */
static pid_t make_child(void)
{
    int ends[2];
    char byte;
    pid_t pid;

    if (pipe(ends) < 0) {
        return -1;
    }
    pid = fork();
    if (!pid) {
        close(ends[1]);
        if (read(ends[0], &byte, 1) <= 0) {
            _exit(0);
        }
        _exit(1);
    }
    close(ends[0]);
    return pid;
}

static void end_child(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* --- Sums ----------------------------------------------------------------- */

/* The sum of a line's numbers in a file; -1 if there is no such line. */
static long sum_of(pid_t pid, const char *file, const char *name)
{
    FILE *f = fopen(entry_of(pid, file), "r");
    size_t len = strlen(name);
    char line[512];
    long sum = -1;

    while (f && fgets(line, sizeof(line), f)) {
        if (!strncmp(line, name, len) && line[len] == ':') {
            sum = (sum < 0 ? 0 : sum) + atol(line + len + 1);
        }
    }
    if (f) {
        fclose(f);
    }
    return sum;
}

static bool is_near(long a, long b, long distance)
{
    return a >= 0 && b >= 0 && labs(a - b) <= distance;
}

/* The vsyscall page is none of the process's own. */
static bool is_mapping(const char *line)
{
    return !strstr(line, "[vsyscall]");
}

static unsigned read_own_maps(pid_t pid, struct range *range, unsigned max)
{
    FILE *maps = fopen(entry_of(pid, "maps"), "r");
    unsigned count = 0;
    char line[1024];

    while (maps && count < max && fgets(line, sizeof(line), maps)) {
        count += is_mapping(line) &&
                 sscanf(line, "%" SCNx64 "-%" SCNx64, &range[count].start,
                        &range[count].end) == 2;
    }
    if (maps) {
        fclose(maps);
    }
    return count;
}

/* A kernel of 64 bits has another one than one of 32. */
static int path_column(pid_t pid)
{
    FILE *maps = fopen(entry_of(pid, "maps"), "r");
    char line[1024];
    int column = 0;

    while (maps && !column && fgets(line, sizeof(line), maps)) {
        char *label = strstr(line, "[stack]");

        column = label ? label - line : 0;
    }
    if (maps) {
        fclose(maps);
    }
    return column;
}

static void check_rollup(const char *id, pid_t pid)
{
    enum { MOST_KB = 512 };
    static struct range range[512];
    unsigned count = read_own_maps(pid, range, 512);
    uint64_t start = 0, end = 0;
    char line[256] = "", want[256] = "";
    FILE *f = fopen(entry_of(pid, "smaps_rollup"), "r");
    int len;

    if (!f && errno == ENOENT) {
        skip(id, "smaps_rollup", "the kernel has none");
        return;
    }
    check_true(id, "smaps_rollup has a first line",
               f && fgets(line, sizeof(line), f) &&
               sscanf(line, "%" SCNx64 "-%" SCNx64, &start, &end) == 2);
    check_true(id, "it is about all mappings", count &&
               start == range[0].start && end == range[count - 1].end);
    len = snprintf(want, sizeof(want), "%08" PRIx64 "-%08" PRIx64
                   " ---p 00000000 00:00 0 ", start, end);
    snprintf(want + len, sizeof(want) - len, "%*s[rollup]\n",
             path_column(pid) - len, "");
    check_str(id, "its form", want, line);
    if (f) {
        fclose(f);
    }
    check_true(id, "Rss is the sum of smaps",
               is_near(sum_of(pid, "smaps", "Rss"),
                       sum_of(pid, "smaps_rollup", "Rss"), MOST_KB));
    check_true(id, "Pss as well",
               is_near(sum_of(pid, "smaps", "Pss"),
                       sum_of(pid, "smaps_rollup", "Pss"), MOST_KB));
    check_true(id, "and Anonymous",
               is_near(sum_of(pid, "smaps", "Anonymous"),
                       sum_of(pid, "smaps_rollup", "Anonymous"), MOST_KB));
    if (sum_of(pid, "smaps_rollup", "Pss_Anon") >= 0) {
        check_true(id, "Pss is that of three kinds",
                   is_near(sum_of(pid, "smaps_rollup", "Pss"),
                           sum_of(pid, "smaps_rollup", "Pss_Anon") +
                           sum_of(pid, "smaps_rollup", "Pss_File") +
                           sum_of(pid, "smaps_rollup", "Pss_Shmem"),
                           MOST_KB));
    }
}

static void sums_up(const char *id, const void *arg)
{
    const size_t bytes = 8 << 20;
    long before = sum_of(0, "smaps_rollup", "Rss");
    long shmem = sum_of(0, "smaps_rollup", "Pss_Shmem");
    /* Apart from others, so that it is a mapping of the host's by itself. */
    char *at = mmap(NULL, bytes + 2 * page_size(), PROT_NONE, anon, -1, 0);
    char *shared;

    (void)arg;
    if (before < 0) {
        skip(id, "smaps_rollup", "the kernel has none");
        return;
    }
    at += page_size();
    mprotect(at, bytes, rw);
    memset(at, 1, bytes);
    check_true(id, "what was touched counts",
               is_near(before + (bytes >> 10),
                       sum_of(0, "smaps_rollup", "Rss"), 1024));
    check_true(id, "but for that nothing is large",
               sum_of(0, "smaps_rollup", "Rss") < (long)(bytes >> 10) + 8192);
    shared = mmap(NULL, bytes, rw, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memset(shared, 1, bytes);
    if (shmem >= 0) {
        check_true(id, "shared memory is counted by itself",
                   is_near(shmem + (bytes >> 10),
                           sum_of(0, "smaps_rollup", "Pss_Shmem"), 1024));
    }
    check_rollup(id, 0);
}

static void sums_up_another(const char *id, const void *arg)
{
    pid_t pid = make_child();

    (void)arg;
    check_rollup(id, pid);
    end_child(pid);
}

/* --- numa_maps ------------------------------------------------------------ */

/* The line of numa_maps that begins with an address; empty if there is none. */
static void numa_line(pid_t pid, uint64_t at, char *line, size_t size)
{
    FILE *f = fopen(entry_of(pid, "numa_maps"), "r");
    bool found = false;

    while (f && !found && fgets(line, size, f)) {
        char start[32];

        snprintf(start, sizeof(start), "%08" PRIx64 " ", at);
        found = !strncmp(line, start, strlen(start));
    }
    if (!found) {
        *line = '\0';
    }
    if (f) {
        fclose(f);
    }
}

static bool has_word(const char *line, const char *word)
{
    const char *at = strstr(line, word);

    return at && at > line && at[-1] == ' ' &&
           (at[strlen(word)] == ' ' || at[strlen(word)] == '\n');
}

static unsigned count_lines(pid_t pid, const char *file)
{
    FILE *f = fopen(entry_of(pid, file), "r");
    unsigned count = 0;
    char line[1024];

    while (f && fgets(line, sizeof(line), f)) {
        count += is_mapping(line);
    }
    if (f) {
        fclose(f);
    }
    return count;
}

static void check_numa(const char *id, pid_t pid, char *touched)
{
    static struct range range[512];
    unsigned count = read_own_maps(pid, range, 512), missing = 0;
    char line[1024], word[64];

    for (unsigned i = 0; i < count; i++) {
        numa_line(pid, range[i].start, line, sizeof(line));
        missing += !*line;
    }
    check_num(id, "numa_maps has each mapping", 0, missing);
    check_num(id, "and no others", count, count_lines(pid, "numa_maps"));
    numa_line(pid, (unsigned long)touched, line, sizeof(line));
    snprintf(word, sizeof(word), "kernelpagesize_kB=%lu", page_size() >> 10);
    check_true(id, "it tells the size of pages", has_word(line, word));
    check_true(id, "the policy", has_word(line, "default"));
    check_true(id, "how many pages there are", has_word(line, "anon=5") &&
               has_word(line, "dirty=5") && has_word(line, "N0=5"));
    check_true(id, "no file", !strstr(line, "file="));
}

static void has_nodes(const char *id, const void *arg)
{
    const size_t page = page_size();
    char *apart = map_anon(16, PROT_NONE, MAP_PRIVATE);
    char *at = apart + 4 * page;
    char line[1024], path[PATH_MAX], want[PATH_MAX + 16];
    pid_t pid;

    (void)arg;
    if (access("/proc/self/numa_maps", F_OK) < 0) {
        skip(id, "numa_maps", "the kernel has none");
        return;
    }
    mprotect(at, 8 * page, rw);
    memset(at, 1, 5 * page);
    check_numa(id, 0, at);
    in_dir(path, sizeof(path), "a name=with spaces");
    write_file(path, 0600, line, page);
    at = mmap(at, page, PROT_READ, MAP_PRIVATE | MAP_FIXED,
              open(path, O_RDONLY | O_CLOEXEC), 0);
    numa_line(0, (unsigned long)at, line, sizeof(line));
    in_dir(path, sizeof(path), "a\\040name\\075with\\040spaces");
    snprintf(want, sizeof(want), "file=%s", path);
    check_true(id, "a file's name", has_word(line, want));
    at = map_anon(16, PROT_NONE, MAP_PRIVATE) + 4 * page;
    mprotect(at, 8 * page, rw);
    pid = make_child();
    memset(at, 1, 5 * page);
    end_child(pid);
    numa_line(0, (unsigned long)at, line, sizeof(line));
    check_true(id, "what has been written after a fork",
               has_word(line, "anon=5"));
}

/* --- mem ------------------------------------------------------------------ */

static long mem_at(int mem, void *buf, size_t size, const void *at)
{
    ssize_t len = pread(mem, buf, size, (unsigned long)at);

    return len < 0 ? -errno : len;
}

static long to_mem_at(int mem, const void *buf, size_t size,
                      const void *at)
{
    ssize_t len = pwrite(mem, buf, size, (unsigned long)at);

    return len < 0 ? -errno : len;
}

static void check_long(const char *id, const char *text, long want, long got)
{
    check_num(id, text, (uint64_t)want, (uint64_t)got);
}

static void mem_is_read(const char *id, const void *arg)
{
    const size_t page = page_size();
    char *at = map_anon(6, rw, MAP_PRIVATE), *buf = malloc(8 * page);
    int mem = open_entry(0, "mem", O_RDONLY);
    struct iovec vec[2] = { { buf, 3 }, { buf + 3, 2 * page } };

    (void)arg;
    memset(at, 'a', 6 * page);
    check_true(id, "mem opens", mem >= 0);
    check_long(id, "it is read", 6 * page, mem_at(mem, buf, 6 * page, at));
    check_true(id, "as it is", !memcmp(buf, at, 6 * page));
    munmap(at + 2 * page, page);
    check_long(id, "up to a hole", 2 * page - 5,
               mem_at(mem, buf, 4 * page, at + 5));
    check_long(id, "a hole has nothing", -EIO,
               mem_at(mem, buf, 8, at + 2 * page));
    check_long(id, "0 bytes of it are none", 0,
               mem_at(mem, buf, 0, at + 2 * page));
    mprotect(at + 4 * page, page, PROT_NONE);
    at[page] = 'b';
    buf[0] = '\0';
    check_long(id, "without access it is read", 3 * page,
               mem_at(mem, buf, 3 * page, at + 3 * page));
    check_true(id, "as well", buf[page] == 'a');
    check_long(id, "to where nothing is", -EFAULT,
               mem_at(mem, at + 2 * page, 8, at));
    check_err(id, "there is no end to seek", EINVAL,
              lseek(mem, 0, SEEK_END) < 0 ? errno : 0);
    check_true(id, "a place to seek",
               lseek(mem, (unsigned long)at + page, SEEK_SET) ==
               (off_t)((unsigned long)at + page));
    check_true(id, "is read, and passed over", read(mem, buf, 1) == 1 &&
               *buf == 'b' && lseek(mem, 0, SEEK_CUR) ==
               (off_t)((unsigned long)at + page + 1));
    check_true(id, "so are pieces", readv(mem, vec, 2) == (ssize_t)page - 1 &&
               lseek(mem, 0, SEEK_CUR) ==
               (off_t)((unsigned long)at + 2 * page));
    check_err(id, "it is not open for writing", EBADF,
              to_mem_at(mem, "x", 1, at) == -EBADF ? EBADF : 0);
}

/* Up to the stack, below which the kernel lets it grow for whoever asks. */
static void mem_has_no_others(const char *id, const void *arg)
{
    static struct range range[512];
    unsigned count = read_own_maps(0, range, 512), filled = 0;
    uint64_t last = 0, stack = read_field(START_STACK);
    int mem = open_entry(0, "mem", O_RDWR);
    char byte = 0;

    (void)arg;
    for (unsigned i = 0; i < count && range[i].end <= stack; i++) {
        uint64_t step = (range[i].start - last) / 4096 / page_size() + 1;

        for (uint64_t at = last; at < range[i].start;
             at += step * page_size()) {
            void *free = (void *)(unsigned long)at;

            filled += mem_at(mem, &byte, 1, free) != -EIO;
            filled += to_mem_at(mem, &byte, 1, free) != -EIO;
        }
        last = range[i].end;
    }
    check_num(id, "what maps does not show is not in mem", 0, filled);
}

static void mem_is_written(const char *id, const void *arg)
{
    const size_t page = page_size();
    char *at = map_anon(6, rw, MAP_PRIVATE), *shared;
    char path[PATH_MAX], text[16] = "";
    int mem = open_entry(0, "mem", O_RDWR), fd;
    struct iovec vec[2] = { { "pie", 3 }, { "ces", 3 } };

    (void)arg;
    memset(at, 'a', 6 * page);
    check_long(id, "mem is written", 3, to_mem_at(mem, "xyz", 3, at + 7));
    check_true(id, "where it was asked for", !memcmp(at + 5, "aaxyza", 6));
    mprotect(at, page, PROT_READ);
    check_long(id, "where nobody else may write", 3,
               to_mem_at(mem, "uvw", 3, at + 7));
    check_true(id, "it is there", !memcmp(at + 5, "aauvwa", 6));
    mprotect(at + page, page, PROT_NONE);
    check_long(id, "where nobody may read", 1,
               to_mem_at(mem, "!", 1, at + page));
    mprotect(at + page, page, PROT_READ);
    check_true(id, "it is there, too", at[page] == '!');
    munmap(at + 3 * page, page);
    check_long(id, "up to a hole", page,
               to_mem_at(mem, at + 4 * page, 2 * page, at + 2 * page));
    check_long(id, "not into it", -EIO, to_mem_at(mem, "x", 1, at + 3 * page));
    check_long(id, "from where nothing is", -EFAULT,
               to_mem_at(mem, at + 3 * page, 1, at));
    lseek(mem, (unsigned long)at + 2 * page, SEEK_SET);
    check_true(id, "in pieces", writev(mem, vec, 2) == 6 &&
               !memcmp(at + 2 * page, "pieces", 6));
    check_true(id, "passed over", lseek(mem, 0, SEEK_CUR) ==
               (off_t)((unsigned long)at + 2 * page + 6));
    in_dir(path, sizeof(path), "written");
    write_file(path, 0600, "file\n", 5);
    fd = open(path, O_RDWR | O_CLOEXEC);
    shared = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, 0);
    check_long(id, "a shared mapping without access is not", -EIO,
               to_mem_at(mem, "FILE", 4, shared));
    mprotect(shared, page, rw);
    check_long(id, "with access it is", 4, to_mem_at(mem, "FILE", 4, shared));
    check_true(id, "for the file as well", pread(fd, text, 5, 0) == 5 &&
               !strcmp(text, "FILE\n"));
    shared = mmap(NULL, page, PROT_READ, MAP_PRIVATE, fd, 0);
    check_long(id, "a private one is", 4, to_mem_at(mem, "MINE", 4, shared));
    check_true(id, "not for the file", !memcmp(shared, "MINE", 4) &&
               pread(fd, text, 5, 0) == 5 && !strcmp(text, "FILE\n"));
}

#if defined(i386) || \
    defined(__x86_64__)
static const unsigned char code[2][6] = { { 0xb8, 41, 0, 0, 0, 0xc3 },
                                          { 0xb8, 42, 0, 0, 0, 0xc3 } };
#elif defined(__aarch64__)
static const uint32_t code[2][2] = { { 0x52800520, 0xd65f03c0 },
                                     { 0x52800540, 0xd65f03c0 } };
#elif defined(__arm__)
static const uint32_t code[2][2] = { { 0xe3a00029, 0xe12fff1e },
                                     { 0xe3a0002a, 0xe12fff1e } };
#elif defined(__s390x__)
static const uint16_t code[2][3] = { { 0xa729, 41, 0x07fe },
                                     { 0xa729, 42, 0x07fe } };
#elif defined(__riscv)
static const uint32_t code[2][2] = { { 0x02900513, 0x00008067 },
                                     { 0x02a00513, 0x00008067 } };
#else
static const char code[2][1];
#endif

static void code_is_written(const char *id, const void *arg)
{
    static const struct {
        const char *text;
        int prot;
        int kind;
    } kinds[] = {
        { "private code", PROT_READ | PROT_EXEC, MAP_PRIVATE },
        { "private code that can be written", rw | PROT_EXEC, MAP_PRIVATE },
        { "shared code that can be written", rw | PROT_EXEC, MAP_SHARED },
    };
    int mem = open_entry(0, "mem", O_RDWR);

    (void)arg;
    if (sizeof(code) <= 2) {
        skip(id, "code is written", "none is at hand for this architecture");
        return;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        char *at = map_anon(1, rw, kinds[i].kind);
        int (*fn)(void) = (int (*)(void))(void *)at;

        memcpy(at, code[0], sizeof(code[0]));
        mprotect(at, page_size(), kinds[i].prot);
        __builtin___clear_cache(at, at + sizeof(code[0]));
        check_num(id, kinds[i].text, 41, fn());
        to_mem_at(mem, code[1], sizeof(code[1]), at);
        __builtin___clear_cache(at, at + sizeof(code[0]));
        check_num(id, "what was written by mem is what runs", 42, fn());
    }
}

static void mem_of_another(const char *id, const void *arg)
{
    const size_t page = page_size();
    char *at = map_anon(4, rw, MAP_PRIVATE), buf[8] = "";
    pid_t pid;
    int mem;

    (void)arg;
    strcpy(at + page, "before");
    munmap(at + 3 * page, page);
    pid = make_child();
    strcpy(at + page, "after");
    mem = open_entry(pid, "mem", O_RDWR);
    if (mem < 0 && (errno == EACCES || errno == EPERM)) {
        skip(id, "mem of a child", "this kernel does not let us");
    } else {
        check_long(id, "mem of a child is read", 7,
                   mem_at(mem, buf, 7, at + page));
        check_str(id, "it is the child's", "before", buf);
        check_long(id, "a hole of the child's", -EIO,
                   mem_at(mem, buf, 1, at + 3 * page));
        mmap(at + 3 * page, page, rw, anon | MAP_FIXED, -1, 0);
        check_long(id, "which is none of ours", -EIO,
                   mem_at(mem, buf, 1, at + 3 * page));
        check_long(id, "it is written", 4, to_mem_at(mem, "new", 4,
                                                     at + page));
        check_true(id, "for the child", mem_at(mem, buf, 4, at + page) == 4 &&
                   !strcmp(buf, "new") && !strcmp(at + page, "after"));
    }
    end_child(pid);
}

/* --- pagemap -------------------------------------------------------------- */

static const uint64_t present = 1ull << 63, of_file = 1ull << 61;

static void check_pagemap(const char *id, const char *at)
{
    const off_t place = (unsigned long)at / page_size() * sizeof(uint64_t);
    int fd = open_entry(0, "pagemap", O_RDONLY);
    uint64_t entry[6] = { 1, 1, 1, 1, 1, 1 };

    if (fd < 0 && (errno == EACCES || errno == EPERM || errno == ENOENT)) {
        skip(id, "pagemap", "this kernel does not let us");
        return;
    }
    check_long(id, "pagemap is read", sizeof(entry),
               pread(fd, entry, sizeof(entry), place));
    check_true(id, "a page that was written", (entry[0] & present) &&
               (entry[3] & present) && !(entry[0] & of_file));
    check_true(id, "one that was not", !(entry[1] & present));
    check_num(id, "none", 0, entry[2]);
    check_true(id, "one of a file", entry[4] & of_file);
    check_err(id, "a part of an entry", EINVAL,
              pread(fd, entry, 12, place) < 0 ? errno : 0);
    check_err(id, "from the middle of one", EINVAL,
              pread(fd, entry, 8, place + 4) < 0 ? errno : 0);
    check_long(id, "behind the address space", 0,
               pread(fd, entry, 8, judge.task_size / page_size() * 8));
    check_true(id, "the offset", lseek(fd, place, SEEK_SET) == place &&
               read(fd, entry, 8) == 8 &&
               lseek(fd, 0, SEEK_CUR) == place + 8);
    close(fd);
}

static void pages_are_told(const char *id, const void *arg)
{
    const size_t page = page_size();
    char *at = map_anon(6, rw, MAP_PRIVATE);
    char path[PATH_MAX];

    (void)arg;
    at[0] = at[3 * page] = 1;
    munmap(at + 2 * page, page);
    in_dir(path, sizeof(path), "paged");
    copy_file("/proc/self/exe", path, 0600);
    mmap(at + 4 * page, page, PROT_READ, MAP_SHARED | MAP_FIXED,
         open(path, O_RDONLY | O_CLOEXEC), 0);
    path[0] = at[4 * page];
    check_pagemap(id, at);
}

static void pages_of_another(const char *id, const void *arg)
{
    const size_t page = page_size();
    char *at = map_anon(6, rw, MAP_PRIVATE);
    uint64_t entry[2] = { 1, 1 };
    pid_t pid;
    int fd;

    (void)arg;
    at[0] = 1;
    munmap(at + page, page);
    pid = make_child();
    mmap(at + page, page, rw, anon | MAP_FIXED, -1, 0);
    at[page] = 1;
    fd = open_entry(pid, "pagemap", O_RDONLY);
    if (fd < 0) {
        skip(id, "pagemap of a child", "this kernel does not let us");
    } else {
        check_long(id, "pagemap of a child", sizeof(entry),
                   pread(fd, entry, sizeof(entry),
                         (unsigned long)at / page * sizeof(uint64_t)));
        check_true(id, "has its page", entry[0] & present);
        check_num(id, "none that it has not", 0, entry[1]);
    }
    end_child(pid);
}

/* --- map_files ------------------------------------------------------------ */

/* Names and what they lead to, in the order of the directory. */
struct link_list {
    unsigned count;
    struct {
        char name[64];
        char target[256];
    } link[128];
};

/* By as many bytes at a time as given. */
static bool list_links(int fd, struct link_list *list, unsigned size)
{
    char buf[4096] __attribute__((aligned(8)));
    long len;

    list->count = 0;
    while ((len = syscall(SYS_getdents64, fd, buf, size)) > 0) {
        for (long at = 0; at < len;) {
            const struct dirent64 *entry = (struct dirent64 *)(buf + at);

            if (*entry->d_name != '.' && list->count < 128) {
                ssize_t n = readlinkat(fd, entry->d_name,
                                       list->link[list->count].target, 255);

                list->link[list->count].target[n < 0 ? 0 : n] = '\0';
                snprintf(list->link[list->count].name, 64, "%.63s",
                         entry->d_name);
                list->count += entry->d_type == DT_LNK;
            }
            at += entry->d_reclen;
        }
    }
    return len == 0;
}

/* The same from maps: what has an inode. */
static void list_maps(pid_t pid, struct link_list *list)
{
    FILE *maps = fopen(entry_of(pid, "maps"), "r");
    unsigned long start, end, inode;
    char line[1024];
    int path;

    list->count = 0;
    while (maps && fgets(line, sizeof(line), maps)) {
        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "%lx-%lx %*s %*s %*s %lu %n", &start, &end, &inode,
                   &path) == 3 && inode && list->count < 128) {
            snprintf(list->link[list->count].name, 64, "%lx-%lx", start, end);
            snprintf(list->link[list->count].target, 256, "%.255s",
                     line + path);
            list->count++;
        }
    }
    if (maps) {
        fclose(maps);
    }
}

static bool same_lists(const struct link_list *a, const struct link_list *b)
{
    for (unsigned i = 0; i < a->count && a->count == b->count; i++) {
        if (strcmp(a->link[i].name, b->link[i].name) ||
            strcmp(a->link[i].target, b->link[i].target)) {
            return false;
        }
    }
    return a->count == b->count;
}

static void check_links(const char *id, pid_t pid, const char *at)
{
    static struct link_list links, maps;
    const unsigned long page = page_size();
    int dir = open_entry(pid, "map_files", O_RDONLY | O_DIRECTORY);
    char name[128], target[256] = "", path[256];
    struct stat st;

    list_maps(pid, &maps);
    check_true(id, "map_files is a directory", dir >= 0);
    check_true(id, "it is listed to its end", list_links(dir, &links, 4096));
    check_true(id, "and says what maps says", links.count &&
               same_lists(&links, &maps));
    lseek(dir, 0, SEEK_SET);
    check_true(id, "piece by piece as well", list_links(dir, &links, 96) &&
               same_lists(&links, &maps));
    snprintf(name, sizeof(name), "%lx-%lx", (unsigned long)at,
             (unsigned long)at + page);
    check_true(id, "an entry is a link",
               fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
               S_ISLNK(st.st_mode) && st.st_size == 64);
    snprintf(path, sizeof(path), "%s/%s", entry_of(pid, "map_files"), name);
    check_true(id, "by its path", lstat(path, &st) == 0 &&
               readlink(path, target, 255) > 0 && strstr(target, "linked"));
    snprintf(name, sizeof(name), "0%lx-%lx", (unsigned long)at,
             (unsigned long)at + page);
    check_err(id, "by another spelling", ENOENT,
              fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ? errno : 0);
    snprintf(name, sizeof(name), "%lx-%lx", (unsigned long)at,
             (unsigned long)at + 2 * page);
    check_err(id, "by another end", ENOENT,
              fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ? errno : 0);
    snprintf(name, sizeof(name), "%lx-%lx", (unsigned long)at + 3 * page,
             (unsigned long)at + 4 * page);
    check_err(id, "without a file", ENOENT,
              fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ? errno : 0);
    close(dir);
}

/* Pages 0 to 2 are a file's, page 1 with another protection. */
static char *map_three(const char *name)
{
    const size_t page = page_size();
    char path[PATH_MAX];
    char *at = map_anon(4, rw, MAP_PRIVATE);

    in_dir(path, sizeof(path), name);
    copy_file("/proc/self/exe", path, 0600);
    mmap(at, 3 * page, PROT_READ, MAP_PRIVATE | MAP_FIXED,
         open(path, O_RDWR | O_CLOEXEC), 0);
    mprotect(at + page, page, rw);
    return at;
}

static void has_links(const char *id, const void *arg)
{
    const unsigned long page = page_size();
    char *at = map_three("linked");
    char path[PATH_MAX];
    struct stat st, own;
    int fd;

    (void)arg;
    if (access("/proc/self/map_files", F_OK) < 0) {
        skip(id, "map_files", "the kernel has none");
        return;
    }
    check_links(id, 0, at);
    snprintf(path, sizeof(path), "/proc/self/map_files/%lx-%lx",
             (unsigned long)at + page, (unsigned long)at + 2 * page);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        check_err(id, "only the privileged follow a link", EPERM, errno);
        check_err(id, "also to look", EPERM, stat(path, &st) < 0 ? errno : 0);
    } else {
        in_dir(path, sizeof(path), "linked");
        check_true(id, "a link is followed", stat(path, &own) == 0 &&
                   fstat(fd, &st) == 0 && own.st_ino == st.st_ino &&
                   own.st_dev == st.st_dev);
    }
}

static void has_links_of_another(const char *id, const void *arg)
{
    char *at = map_three("linked");
    pid_t pid = make_child();
    int fd = open_entry(pid, "map_files", O_RDONLY | O_DIRECTORY);

    (void)arg;
    munmap(at, 3 * page_size());
    if (fd < 0) {
        skip(id, "map_files of a child", "this kernel does not let us");
    } else {
        check_links(id, pid, at);
    }
    end_child(pid);
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    run_case("M90", sums_up, NULL);
    run_case("M91", sums_up_another, NULL);
    run_case("M92", has_nodes, NULL);
    run_case("M93", mem_is_read, NULL);
    run_case("M94", mem_has_no_others, NULL);
    run_case("M95", mem_is_written, NULL);
    run_case("M96", code_is_written, NULL);
    run_case("M97", mem_of_another, NULL);
    run_case("M98", pages_are_told, NULL);
    run_case("M99", pages_of_another, NULL);
    run_case("M100", has_links, NULL);
    run_case("M101", has_links_of_another, NULL);
    return finish();
}
