/*
 * What /proc says of the process: stat, cmdline, environ, auxv and exe
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <elf.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sys/auxv.h>

enum { DATA_SIZE = 3 << 16, SIGCHLD_FIELD = 38 };

/* Large enough that the middle shares no page with anything else. */
static char in_data[DATA_SIZE] = { 'd', 'a', 't', 'a' };
static char in_bss[DATA_SIZE];

static char **main_argv;
static char *main_stack;

/* Names of the same directory of /proc. */
static const char *proc_dir(int way, char *buf, size_t size)
{
    int pid = getpid();
    int tid = syscall(SYS_gettid);

    switch (way) {
    case 0:
        return "/proc/self";
    case 1:
        snprintf(buf, size, "/proc/%d", pid);
        return buf;
    case 2:
        return "/proc/thread-self";
    case 3:
        snprintf(buf, size, "/proc/self/task/%d", tid);
        return buf;
    case 4:
        snprintf(buf, size, "/proc/%d/task/%d", pid, tid);
        return buf;
    case 5:
        return "//proc/./self/../self/";
    default:
        return NULL;
    }
}

static const char *way_name(int way)
{
    static const char *const name[] = {
        "/proc/self", "/proc/PID", "/proc/thread-self", "/proc/self/task/TID",
        "/proc/PID/task/TID", "//proc/./self/../self/",
    };

    return name[way];
}

static const char *proc_file(int way, const char *name, char *buf, size_t size)
{
    char dir[80];
    const char *text = proc_dir(way, dir, sizeof(dir));

    if (text) {
        snprintf(buf, size, "%s/%s", text, name);
    }
    return text ? buf : NULL;
}

/* ---------------------------------------------------------------- stat */

static void *read_thread_count(void *arg)
{
    char comm[64];

    read_stat_of("/proc/self/stat", arg, comm);
    return NULL;
}

static void stat_identity(const char *id, const void *arg)
{
    static const unsigned char not_zero[] = { 22, 23, 24, 25, SIGCHLD_FIELD };
    uint64_t stat[STAT_FIELDS + 1];
    char comm[64], want[16], text[40];
    const char *base = strrchr(judge.self, '/') + 1;
    pthread_t thread;

    (void)arg;
    check_num(id, "stat has 52 fields", STAT_FIELDS,
              read_stat_of("/proc/self/stat", stat, comm));
    snprintf(want, sizeof(want), "%.15s", base);
    check_str(id, "stat comm", want, comm);
    check_num(id, "stat pid", getpid(), stat[1]);
    check_num(id, "stat ppid", getppid(), stat[4]);
    check_num(id, "stat pgrp", getpgrp(), stat[5]);
    check_num(id, "stat session", getsid(0), stat[6]);
    check_num(id, "stat num_threads", 1, stat[20]);
    for (size_t i = 0; i < sizeof(not_zero); i++) {
        snprintf(text, sizeof(text), "stat field %d is not 0", not_zero[i]);
        check_true(id, text, stat[not_zero[i]] != 0);
    }
    if (pthread_create(&thread, NULL, read_thread_count, stat) == 0) {
        pthread_join(thread, NULL);
    }
    check_num(id, "stat num_threads with a second thread", 2, stat[20]);
}

static uint64_t end_of_last(char **strings)
{
    while (strings[1]) {
        strings++;
    }
    return (uintptr_t)*strings + strlen(*strings) + 1;
}

/* It grows upward, away from what the loader has put there. */
static void check_start_of_upward_stack(const char *id, uint64_t start)
{
    unsigned long *word = (unsigned long *)main_argv;
    uint64_t end;

    /* Over argv and envp to the end of the aux vector. */
    for (int i = 0; i < 2; i++) {
        while (*word++) {
            continue;
        }
    }
    while (word[0]) {
        word += 2;
    }
    end = (uintptr_t)(word + 2);
    check(end <= start && start < end + 64, id,
          "start_stack is behind the aux vector",
          "expected 0x%" PRIx64 " or a little more got 0x%" PRIx64, end,
          start);
}

static void check_start_of_stack(const char *id, uint64_t start)
{
    if (stack_grows_up()) {
        check_start_of_upward_stack(id, start);
    } else {
        check_num(id, "start_stack is the address of argc",
                  (uintptr_t)main_argv - sizeof(long), start);
    }
}

/* What the loader has left, before anything is set. */
static void stat_at_start(const char *id, const void *arg)
{
    /* A pointer to a function can lead to a descriptor, which is data. */
    uint64_t code = (uintptr_t)&&here;
    uint64_t data = (uintptr_t)in_data;
    struct mm_map map;
    char text[40];

    (void)arg;
here:
    read_map(&map);
    for (int i = 0; i < NR_FIELDS; i++) {
        snprintf(text, sizeof(text), "%s is not 0", field_name(i));
        check_true(id, text, map.f[i] != 0);
    }
    check_true(id, "a function is between start_code and end_code",
               map.f[START_CODE] <= code && code < map.f[END_CODE]);
    check_true(id, "a variable is between start_data and end_data",
               map.f[START_DATA] <= data && data < map.f[END_DATA]);
    check_true(id, "the break is above bss",
               map.f[START_BRK] >= (uintptr_t)in_bss + sizeof(in_bss) &&
               map.f[BRK] >= map.f[START_BRK]);
    check_num(id, "arg_start is argv[0]", (uintptr_t)main_argv[0],
              map.f[ARG_START]);
    check_num(id, "arg_end is the end of the last argument",
              end_of_last(main_argv), map.f[ARG_END]);
    check_num(id, "env_start is arg_end", map.f[ARG_END], map.f[ENV_START]);
    if (environ[0]) {
        check_num(id, "env_end is the end of the last variable",
                  end_of_last(environ), map.f[ENV_END]);
    }
    check_start_of_stack(id, map.f[START_STACK]);
}

static void stat_is_live(const char *id, const void *arg)
{
    struct mm_map map;
    uint64_t stat[STAT_FIELDS + 1];
    char path[120], comm[64], text[80];

    (void)arg;
    read_map(&map);
    for (int i = 0; i < NR_FIELDS; i++) {
        map.f[i] = judge.min_addr + 0x2000 * i + i;
    }
    check_err(id, "MAP of eleven different values", 0, set_map(&map));
    for (int way = 0; proc_file(way, "stat", path, sizeof(path)); way++) {
        bool same = true;

        read_stat_of(path, stat, comm);
        for (int i = 0; i < NR_FIELDS; i++) {
            same = same && (i == BRK || stat[stat_number(i)] == map.f[i]);
        }
        snprintf(text, sizeof(text), "ten fields of stat in %s", way_name(way));
        check_true(id, text, same);
    }
}

static void identity_map(const char *id, const void *arg)
{
    struct mm_map before, now;

    (void)arg;
    read_map(&before);
    check_err(id, "MAP of stat and brk(0)", 0, set_map(&before));
    read_map(&now);
    check_true(id, "nothing has changed",
               !memcmp(before.f, now.f, sizeof(now.f)));
    check_true(id, "memory can still be had", malloc(1 << 20) != NULL);
    read_map(&before);
    check_err(id, "MAP of stat and brk(0), after malloc", 0,
              set_map(&before));
}

/* ------------------------------------------------- cmdline and environ */

enum memory {
    PRIVATE_ANON,
    TAIL_UNMAPPED,
    DATA,
    BSS,
    HEAP,
    STACK,
    FILE_PRIVATE,
    FILE_SHARED,
    SHARED_ANON,
    NO_ACCESS,
    WRITE_ONLY,
    UNMAPPED,
    REPLACED_BY_ANON,
    OF_ZERO,
};

static char *anon(int prot, int flags)
{
    return mmap(NULL, 8 * page_size(), prot, flags | MAP_ANONYMOUS, -1, 0);
}

static char *file_memory(int flags)
{
    char path[PATH_MAX + 64];
    int fd;

    in_dir(path, sizeof(path), "text");
    write_file(path, 0644, "file\0memory", 12);
    fd = open(path, O_RDWR);
    return ftruncate(fd, 65536) ? NULL :
           mmap(NULL, 65536, PROT_READ | PROT_WRITE, flags, fd, 0);
}

static char *fill(char *at, const char *bytes, size_t len)
{
    memcpy(at, bytes, len);
    return at;
}

/* Memory of a kind, with @len bytes to be read in it. */
static char *memory_with(enum memory kind, const char *bytes, size_t len)
{
    static char *page;

    switch (kind) {
    case DATA:
        return fill(in_data + DATA_SIZE / 2, bytes, len);
    case BSS:
        return fill(in_bss + DATA_SIZE / 2, bytes, len);
    case HEAP:
        page = (char *)(uintptr_t)sys_brk(0);
        sys_brk((uintptr_t)page + 65536);
        return fill(page, bytes, len);
    case STACK:
        return fill(main_stack, bytes, len);
    case FILE_PRIVATE:
        return fill(file_memory(MAP_PRIVATE), bytes, len);
    case FILE_SHARED:
        return fill(file_memory(MAP_SHARED), bytes, len);
    case SHARED_ANON:
        return fill(anon(PROT_READ | PROT_WRITE, MAP_SHARED), bytes, len);
    case OF_ZERO:
        page = mmap(NULL, 8 * page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE,
                    open("/dev/zero", O_RDWR), 0);
        return fill(page, bytes, len);
    case UNMAPPED:
        page = anon(PROT_READ, MAP_PRIVATE);
        munmap(page, 8 * page_size());
        return page;
    default:
        page = anon(PROT_READ | PROT_WRITE, MAP_PRIVATE);
        break;
    }
    if (kind == TAIL_UNMAPPED) {
        fill(page + page_size() - len, bytes, len);
        munmap(page + page_size(), page_size());
        return page + page_size() - len;
    }
    fill(page, bytes, len);
    if (kind == NO_ACCESS || kind == WRITE_ONLY) {
        mprotect(page, 8 * page_size(),
                 kind == NO_ACCESS ? PROT_NONE : PROT_WRITE);
    }
    if (kind == REPLACED_BY_ANON) {
        page = mremap(page, page_size(), page_size(),
                      MREMAP_MAYMOVE | MREMAP_FIXED,
                      anon(PROT_READ, MAP_PRIVATE));
    }
    return page;
}

/* Where the environment lies as seen from the arguments. */
enum env_place { ENV_APART, ENV_BEHIND, ENV_REVERSED };

struct cmdline_row {
    const char *id, *text;
    enum memory memory;
    const char *bytes;
    size_t len;
    size_t arg_len;
    enum env_place place;
    size_t env_len;
    size_t want_len;
};

#define LONG 10000

/* Filled in main: a row cannot be a string literal of ten thousand bytes. */
static char long_title[LONG + 1];

#define BYTES(s) .bytes = s, .len = sizeof(s) - 1

static const struct cmdline_row cmdline_rows[] = {
    { "O01", "strings", PRIVATE_ANON, BYTES("one\0two\0three\0"),
      14, ENV_APART, 0, 14 },
    { "O02", "cut within a word, environment apart",
      PRIVATE_ANON, BYTES("one\0two\0three\0"), 11, ENV_APART, 0, 4 },
    { "O03", "no NUL at all, environment apart",
      PRIVATE_ANON, BYTES("title"), 5, ENV_APART, 0, 5 },
    { "O04", "title into the environment",
      PRIVATE_ANON, BYTES("a title of 27 bytes in all\0rest\0"),
      5, ENV_BEHIND, 27, 27 },
    { "O05", "title cut at env_end",
      PRIVATE_ANON, BYTES("a title of 27 bytes in all\0rest\0"),
      5, ENV_BEHIND, 10, 15 },
    { "O06", "environment before its start",
      PRIVATE_ANON, BYTES("a title of 27 bytes in all\0rest\0"),
      5, ENV_REVERSED, 0, 5 },
    { "O07", "title longer than a page, into the environment",
      PRIVATE_ANON, long_title, LONG, 5, ENV_BEHIND, LONG - 5, 4096 },
    { "O08", "10000 bytes, the last no NUL",
      PRIVATE_ANON, long_title, LONG, LONG, ENV_APART, 0, 4096 },
    { "O09", "10000 bytes, the last a NUL",
      PRIVATE_ANON, long_title, LONG, LONG + 1, ENV_APART, 0, LONG + 1 },
    { "O10", "arg_start==arg_end",
      PRIVATE_ANON, BYTES("one"), 0, ENV_APART, 0, 0 },
    { "O11", "in .data", DATA, BYTES("one\0"), 4, ENV_APART, 0, 0 },
    { "O12", "in .bss", BSS, BYTES("one\0"), 4, ENV_APART, 0, 4 },
    { "O13", "in a private file mapping",
      FILE_PRIVATE, BYTES("one\0"), 4, ENV_APART, 0, 0 },
    { "O13b", "in a shared file mapping",
      FILE_SHARED, BYTES("one\0"), 4, ENV_APART, 0, 0 },
    { "O14", "in shared anonymous memory",
      SHARED_ANON, BYTES("one\0"), 4, ENV_APART, 0, 0 },
    { "O15", "in PROT_NONE memory",
      NO_ACCESS, BYTES("one\0"), 4, ENV_APART, 0, 0 },
    { "O16", "in write-only memory",
      WRITE_ONLY, BYTES("one\0"), 4, ENV_APART, 0, 0 },
    { "O17", "in unmapped memory",
      UNMAPPED, BYTES("one\0"), 4, ENV_APART, 0, 0 },
    { "O18", "tail unmapped", TAIL_UNMAPPED, BYTES("one\0tw"),
      100, ENV_APART, 0, 6 },
    { "O19", "untouched memory",
      PRIVATE_ANON, BYTES(""), 5000, ENV_APART, 0, 5000 },
    { "O20", "on the heap", HEAP, BYTES("one\0"), 4, ENV_APART, 0, 4 },
    { "O21", "on the stack", STACK, BYTES("one\0"), 4, ENV_APART, 0, 4 },
    { "O22", "in memory that mremap has moved",
      REPLACED_BY_ANON, BYTES("one\0"), 4, ENV_APART, 0, 4 },
    { "O23", "in a private mapping of /dev/zero",
      OF_ZERO, BYTES("one\0"), 4, ENV_APART, 0, 4 },
};

static int set_cmdline(char *at, const struct cmdline_row *row)
{
    struct mm_map map;

    read_map(&map);
    map.f[ARG_START] = (uintptr_t)at;
    map.f[ARG_END] = (uintptr_t)at + row->arg_len;
    switch (row->place) {
    case ENV_APART:
        map.f[ENV_START] = map.f[ARG_END] + 1;
        map.f[ENV_END] = map.f[ENV_START] + 16;
        break;
    case ENV_BEHIND:
        map.f[ENV_START] = map.f[ARG_END];
        map.f[ENV_END] = map.f[ENV_START] + row->env_len;
        break;
    default:
        map.f[ENV_START] = map.f[ARG_START] - 32;
        map.f[ENV_END] = map.f[ARG_START] - 16;
        break;
    }
    return set_map(&map);
}

static size_t read_in_chunks(const char *path, char *buf, size_t size,
                             size_t chunk)
{
    int fd = open(path, O_RDONLY);
    size_t len = 0;
    ssize_t n;

    while (len + chunk <= size && (n = read(fd, buf + len, chunk)) > 0) {
        len += n;
    }
    close(fd);
    return len;
}

static void run_cmdline(const char *id, const void *arg)
{
    const struct cmdline_row *row = arg;
    static char now[65536], want[65536];
    char *at = memory_with(row->memory, row->bytes, row->len);
    ssize_t len;
    int fd;

    memcpy(want, row->bytes, row->len < row->want_len ? row->len
                                                      : row->want_len);
    check_err(id, row->text, 0, set_cmdline(at, row));
    len = read_whole("/proc/self/cmdline", now, sizeof(now));
    check((size_t)len == row->want_len && !memcmp(now, want, row->want_len),
          id, "bytes of cmdline",
          "expected %zu bytes '%.40s' got %zd bytes '%.40s'",
          row->want_len, want, len, now);
    check_num(id, "cmdline read by seven bytes", row->want_len,
              read_in_chunks("/proc/self/cmdline", now, sizeof(now), 7));
    fd = open("/proc/self/cmdline", O_RDONLY);
    check_num(id, "cmdline read at its end", 0,
              pread(fd, now, 1, row->want_len));
    if (row->want_len) {
        check_num(id, "cmdline read before its end", 1,
                  pread(fd, now, 100, row->want_len - 1));
    }
}

struct environ_row {
    const char *id, *text;
    enum memory memory;
    const char *bytes;
    size_t len;
    size_t want_len;
};

static const struct environ_row environ_rows[] = {
    { "O30", "strings", PRIVATE_ANON, BYTES("A=1\0B=2\0"), 8 },
    { "O31", "the last byte no NUL", PRIVATE_ANON, BYTES("A=1\0B=2"), 7 },
    { "O32", "in unmapped memory", UNMAPPED, BYTES("A=1\0"), 0 },
    { "O33", "in PROT_NONE memory", NO_ACCESS, BYTES("A=1\0"), 0 },
    { "O34", "in a private file mapping", FILE_PRIVATE, BYTES("A=1\0"), 0 },
    { "O34b", "in .data", DATA, BYTES("A=1\0"), 0 },
    { "O36", "empty", PRIVATE_ANON, BYTES(""), 0 },
    { "O37", "on the heap", HEAP, BYTES("A=1\0"), 4 },
};

static void run_environ(const char *id, const void *arg)
{
    const struct environ_row *row = arg;
    char now[200];
    char *at = memory_with(row->memory, row->bytes, row->len);
    ssize_t len;

    check_err(id, row->text, 0,
              set_range(ENV_START, (uintptr_t)at, ENV_END,
                        (uintptr_t)at + row->len));
    len = read_whole("/proc/self/environ", now, sizeof(now));
    check((size_t)len == row->want_len &&
          !memcmp(now, row->bytes, row->want_len), id, "bytes of environ",
          "expected %zu bytes got %zd", row->want_len, len);
    check_num(id, "environ read by three bytes", row->want_len,
              read_in_chunks("/proc/self/environ", now, sizeof(now), 3));
}

/*
 * A read that meets unreadable memory answers 0, although bytes before it
 * were there; one that asks for no more than those gets them.
 */
static void environ_tail(const char *id, const void *arg)
{
    char *at = memory_with(TAIL_UNMAPPED, "A=1\0B=", sizeof("A=1\0B=") - 1);
    char now[200];
    int fd;

    (void)arg;
    check_err(id, "tail unmapped", 0,
              set_range(ENV_START, (uintptr_t)at, ENV_END,
                        (uintptr_t)at + 100));
    fd = open("/proc/self/environ", O_RDONLY);
    check_num(id, "read of 200 bytes", 0, read(fd, now, 200));
    close(fd);
    fd = open("/proc/self/environ", O_RDONLY);
    check_num(id, "read of 7 bytes", 0, read(fd, now, 7));
    close(fd);
    fd = open("/proc/self/environ", O_RDONLY);
    check_num(id, "read of 6 bytes", 6, read(fd, now, 6));
    check_num(id, "next read", 0, read(fd, now, 6));
    close(fd);
}

/* What is read is what is there at the time of the read. */
static void open_before_change(const char *id, const void *arg)
{
    char *at = memory_with(PRIVATE_ANON, "new\0", sizeof("new\0") - 1);
    char now[65536];
    int args = open("/proc/self/cmdline", O_RDONLY);
    int env = open("/proc/self/environ", O_RDONLY);

    (void)arg;
    set_range(ARG_START, (uintptr_t)at, ARG_END, (uintptr_t)at + 4);
    set_range(ENV_START, (uintptr_t)at, ENV_END, (uintptr_t)at + 4);
    memset(now, 0, sizeof(now));
    check_true(id, "read of cmdline", read(args, now, sizeof(now) - 1) > 0);
    check_str(id, "cmdline opened before the change", "new", now);
    memset(now, 0, sizeof(now));
    check_true(id, "read of environ", read(env, now, sizeof(now) - 1) > 0);
    check_str(id, "environ opened before the change", "new", now);
}

/* Before any change. */
static void strings_at_start(const char *id, const void *arg)
{
    static char now[262144];
    struct mm_map map;
    ssize_t len;

    (void)arg;
    read_map(&map);
    len = read_whole("/proc/self/cmdline", now, sizeof(now));
    check_num(id, "length of cmdline", end_of_last(main_argv) -
              (uintptr_t)main_argv[0], len);
    check_true(id, "cmdline is what argv points to",
               len > 0 && !memcmp(now, main_argv[0], len));
    len = read_whole("/proc/self/environ", now, sizeof(now));
    check_num(id, "length of environ", map.f[ENV_END] - map.f[ENV_START],
              len);
    check_true(id, "environ is what environ points to",
               !environ[0] || (len > 0 && !memcmp(now, environ[0], len)));
}

static void strings_by_any_name(const char *id, const void *arg)
{
    static const char *const name[] = { "cmdline", "environ" };
    char *at = memory_with(PRIVATE_ANON, "one\0two\0",
                           sizeof("one\0two\0") - 1);
    char path[120], now[200], text[80];

    (void)arg;
    set_range(ARG_START, (uintptr_t)at, ARG_END, (uintptr_t)at + 4);
    set_range(ENV_START, (uintptr_t)at + 4, ENV_END, (uintptr_t)at + 8);
    for (int i = 0; i < 2; i++) {
        for (int way = 0; proc_file(way, name[i], path, sizeof(path)); way++) {
            memset(now, 0, sizeof(now));
            read_whole(path, now, sizeof(now) - 1);
            snprintf(text, sizeof(text), "%s in %s", name[i], way_name(way));
            check_str(id, text, i ? "two" : "one", now);
        }
    }
}

/* lxc's, FEX's and others' setproctitle: memory of one's own, then a write. */
static void title_is_live(const char *id, const void *arg)
{
    char *at = anon(PROT_READ | PROT_WRITE, MAP_PRIVATE);
    char now[200] = "";

    (void)arg;
    strcpy(at, "first");
    check_err(id, "set the range", 0,
              set_range(ARG_START, (uintptr_t)at, ARG_END,
                        (uintptr_t)at + 100));
    read_whole("/proc/self/cmdline", now, sizeof(now));
    check_str(id, "title", "first", now);
    strcpy(at, "second");
    read_whole("/proc/self/cmdline", now, sizeof(now));
    check_str(id, "title written over", "second", now);
}

/* ---------------------------------------------------------------- auxv */

/* Pairs that the architecture adds to the kernel's vector. */
#ifdef i386
enum { ARCH_PAIRS = 3 };
#elif defined(__x86_64__)
enum { ARCH_PAIRS = 3 };
#elif defined(__aarch64__)
enum { ARCH_PAIRS = 2 };
#elif defined(__powerpc__)
enum { ARCH_PAIRS = 15 };
#elif defined(__riscv)
enum { ARCH_PAIRS = 10 };
#elif defined(__alpha__) || defined(__sparc__)
enum { ARCH_PAIRS = 4 };
#elif defined(__sh__)
enum { ARCH_PAIRS = 5 };
#elif defined(__mips__) || defined(__s390x__) || defined(__loongarch__)
enum { ARCH_PAIRS = 1 };
#else
enum { ARCH_PAIRS = 0 };
#endif

static bool is_auxv_size(long size)
{
    static const int base[] = { 24, 22, 20 };

    for (int i = 0; i < (judge.native ? 3 : 1); i++) {
        if (size == (long)auxv_word() * 2 * (ARCH_PAIRS + base[i] + 1)) {
            return true;
        }
    }
    return false;
}

static const unsigned long *auxv_on_stack(void)
{
    char **env = environ;

    while (*env++) {
        continue;
    }
    return (const unsigned long *)env;
}

static void auxv_at_start(const char *id, const void *arg)
{
    const unsigned long *stack = auxv_on_stack();
    unsigned long now[512];
    char path[120], text[80];
    ssize_t pairs = 0, len;
    int fd;

    (void)arg;
    while (stack[2 * pairs]) {
        pairs++;
    }
    for (int way = 0; proc_file(way, "auxv", path, sizeof(path)); way++) {
        len = read_whole(path, now, sizeof(now));
        snprintf(text, sizeof(text), "auxv of the stack in %s",
                 way_name(way));
        check(len >= (pairs + 1) * 2 * (ssize_t)sizeof(long) &&
              !memcmp(now, stack, (pairs * 2 + 1) * sizeof(long)), id, text,
              "expected %zd pairs got %zd bytes", pairs, len);
    }
    len = read_whole("/proc/self/auxv", now, sizeof(now));
    if (!sw_wide_map()) {
        check_num(id, "auxv ends with the first AT_NULL",
                  (pairs + 1) * 2 * sizeof(long), len);
    }
    fd = open("/proc/self/auxv", O_RDONLY);
    check_num(id, "auxv can be read from the middle", sizeof(long),
              pread(fd, now, sizeof(long), 2 * sizeof(long)));
    check_num(id, "the word in the middle", stack[2], now[0]);
    check_num(id, "auxv read at its end", 0, pread(fd, now, 8, len));
}

static void auxv_changed(const char *id, const void *arg)
{
    /* What follows the terminator is kept, but only PR_GET_AUXV shows it. */
    unsigned long given[8] = { AT_PAGESZ, 4711, 0, 0, 0, 0, 77, 88 };
    unsigned long now[512];
    struct mm_map map;
    size_t pair = 2 * auxv_word();
    long size = judge.auxv_size;

    (void)arg;
    check(is_auxv_size(size), id, "size of the kernel's vector",
          "expected %zu got %ld",
          auxv_word() * 2 * (ARCH_PAIRS + 25), size);
    read_map(&map);
    map.auxv = (uintptr_t)given;
    map.auxv_size = sizeof(given);
    check_err(id, "MAP with an auxv", 0, set_map(&map));
    check_num(id, "/proc/self/auxv ends with the first AT_NULL", 2 * pair,
              read_whole("/proc/self/auxv", now, sizeof(now)));
    check_true(id, "/proc/self/auxv's pair",
               now[0] == AT_PAGESZ && now[1] == 4711);
    if (has_get_auxv()) {
        check_num(id, "PR_GET_AUXV answers the same size", size,
                  get_auxv(now, sizeof(now), 0, 0));
        check_true(id, "PR_GET_AUXV shows what follows",
                   !memcmp(now, given, sizeof(given)));
    }
    check_true(id, "getauxval() is not touched", getauxval(AT_PAGESZ) != 4711);
}

static void get_auxv_rules(const char *id, const void *arg)
{
    unsigned char now[64];
    long size = get_auxv(NULL, 0, 0, 0);

    (void)arg;
    if (!has_get_auxv()) {
        check_err(id, "PR_GET_AUXV before Linux 6.4", EINVAL, -size);
        return;
    }
    memset(now, 0xee, sizeof(now));
    check_true(id, "PR_GET_AUXV length 0, NULL: a size", size > 0);
    check_num(id, "PR_GET_AUXV length 5 answers the same", size,
              get_auxv(now, 5, 0, 0));
    check_num(id, "byte behind is untouched", 0xee, now[5]);
    check_true(id, "bytes are given",
               !memcmp(now, auxv_on_stack(), 5));
    check_err(id, "PR_GET_AUXV arg4=1", EINVAL, -get_auxv(now, 8, 1, 0));
    check_err(id, "PR_GET_AUXV arg5=1", EINVAL, -get_auxv(now, 8, 0, 1));
    check_err(id, "PR_GET_AUXV bad pointer", EFAULT,
              -get_auxv((void *)(uintptr_t)BAD_PTR, 8, 0, 0));
    check_err(id, "PR_GET_AUXV bad pointer, arg4=1", EINVAL,
              -get_auxv((void *)(uintptr_t)BAD_PTR, 8, 1, 0));
}

/* ----------------------------------------------------------------- exe */

static int error_of_open(int dirfd, const char *path, int flags)
{
    int fd = openat(dirfd, path, flags, 0600);

    if (fd < 0) {
        return errno;
    }
    close(fd);
    return 0;
}

static int open_how(const char *path, uint64_t flags, uint64_t resolve)
{
    struct open_how how = { .flags = flags, .resolve = resolve };

    return syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

static int error_of_how(const char *path, uint64_t flags, uint64_t resolve)
{
    return err_of(open_how(path, flags, resolve));
}

static void exe_by_any_name(const char *id, const void *arg)
{
    char path[120], now[PATH_MAX], text[80];
    int self = open(judge.self, O_RDONLY);
    int fd;

    (void)arg;
    for (int way = 0; proc_file(way, "exe", path, sizeof(path)); way++) {
        snprintf(text, sizeof(text), "readlink in %s", way_name(way));
        check_str(id, text, judge.self, read_link(path, now, sizeof(now)));
        snprintf(text, sizeof(text), "stat in %s", way_name(way));
        check_true(id, text, same_file(path, self));
        snprintf(text, sizeof(text), "open in %s", way_name(way));
        fd = open(path, O_RDONLY);
        check_true(id, text, same_file(judge.self, fd));
        close(fd);
    }
}

static void exe_by_directory(const char *id, const void *arg)
{
    char now[PATH_MAX] = "";
    int self = open(judge.self, O_RDONLY);
    int dir = open("/proc/self", O_PATH | O_DIRECTORY);
    int fd;

    (void)arg;
    check_num(id, "readlinkat", strlen(judge.self),
              readlinkat(dir, "exe", now, sizeof(now)));
    check_str(id, "readlinkat's text", judge.self, now);
    fd = openat(dir, "exe", O_RDONLY);
    check_true(id, "openat", same_file(judge.self, fd));
    close(fd);
    if (chdir("/proc/self")) {
        check(false, id, "chdir", "errno %d", errno);
    }
    check_str(id, "readlink in the directory", judge.self,
              read_link("exe", now, sizeof(now)));
    check_true(id, "stat in the directory", same_file("exe", self));
    check_err(id, "open in the directory for writing",
              access(judge.self, W_OK) ? EACCES : ETXTBSY,
              error_of_open(AT_FDCWD, "exe", O_WRONLY));
}

static void exe_truncated(const char *id, const void *arg)
{
    char now[PATH_MAX];

    (void)arg;
    memset(now, '!', sizeof(now));
    check_num(id, "readlink to one byte", 1,
              readlink("/proc/self/exe", now, 1));
    check_true(id, "one byte is written", now[0] == '/' && now[1] == '!');
    check_num(id, "readlink to five bytes", 5,
              readlink("/proc/self/exe", now, 5));
    check_true(id, "five bytes are written",
               !memcmp(now, judge.self, 5) && now[5] == '!');
    check_num(id, "readlink to the exact length", strlen(judge.self),
              readlink("/proc/self/exe", now, strlen(judge.self)));
    check_true(id, "no NUL is written", now[strlen(judge.self)] == '!');
    check_err(id, "readlink to no byte", EINVAL,
              err_of(syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", now,
                             0L)));
    check_err(id, "readlink to a bad pointer", EFAULT,
              err_of(syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe",
                             (long)BAD_PTR, 100L)));
}

static void exe_as_link(const char *id, const void *arg)
{
    struct stat st;
    char now[PATH_MAX];
    ssize_t len;
    int fd;

    (void)arg;
    check_err(id, "lstat", 0, err_of(lstat("/proc/self/exe", &st)));
    check_true(id, "lstat sees a link", S_ISLNK(st.st_mode));
    check_num(id, "size of the link", 0, st.st_size);
    check_err(id, "fstatat AT_SYMLINK_NOFOLLOW", 0,
              err_of(fstatat(AT_FDCWD, "/proc/self/exe", &st,
                             AT_SYMLINK_NOFOLLOW)));
    check_true(id, "fstatat sees a link", S_ISLNK(st.st_mode));
    fd = open("/proc/self/exe", O_PATH | O_NOFOLLOW);
    check_true(id, "open O_PATH|O_NOFOLLOW", fd >= 0);
    check_true(id, "that is the link itself",
               fstat(fd, &st) == 0 && S_ISLNK(st.st_mode));
    memset(now, 0, sizeof(now));
    len = readlinkat(fd, "", now, sizeof(now) - 1);
    check_num(id, "readlinkat of it has a length", strlen(judge.self), len);
    check_str(id, "readlinkat of it is the program, and no byte more",
              judge.self, now);
    check_err(id, "open O_NOFOLLOW", ELOOP,
              error_of_open(AT_FDCWD, "/proc/self/exe",
                            O_RDONLY | O_NOFOLLOW));
    check_err(id, "readlink of the file it leads to", ENOENT,
              err_of(readlinkat(open("/proc/self/exe", O_PATH), "", now,
                                sizeof(now))));
}

static void exe_followed(const char *id, const void *arg)
{
    struct stat want, st;
    struct statx stx;
    int fd;

    (void)arg;
    memset(&stx, 0, sizeof(stx));
    stat(judge.self, &want);
    check_err(id, "stat", 0, err_of(stat("/proc/self/exe", &st)));
    check_true(id, "stat sees the program",
               st.st_ino == want.st_ino && st.st_size == want.st_size &&
               st.st_mode == want.st_mode);
    check_err(id, "fstatat", 0,
              err_of(fstatat(AT_FDCWD, "/proc/self/exe", &st, 0)));
    check_num(id, "fstatat sees the program", want.st_ino, st.st_ino);
    check_err(id, "statx", 0,
              err_of(statx(AT_FDCWD, "/proc/self/exe", 0, STATX_BASIC_STATS,
                           &stx)));
    check_num(id, "statx sees the program", want.st_ino, stx.stx_ino);
    check_err(id, "statx AT_SYMLINK_NOFOLLOW", 0,
              err_of(statx(AT_FDCWD, "/proc/self/exe", AT_SYMLINK_NOFOLLOW,
                           STATX_BASIC_STATS, &stx)));
    check_true(id, "statx sees the link", S_ISLNK(stx.stx_mode));
    fd = open("/proc/self/exe", O_PATH);
    check_true(id, "open O_PATH", same_file(judge.self, fd));
    check_err(id, "access F_OK", 0, err_of(access("/proc/self/exe", F_OK)));
    check_err(id, "access X_OK", 0, err_of(access("/proc/self/exe", X_OK)));
    check_err(id, "faccessat R_OK", 0,
              err_of(faccessat(AT_FDCWD, "/proc/self/exe", R_OK, 0)));
    check_err(id, "faccessat R_OK AT_EACCESS", 0,
              err_of(faccessat(AT_FDCWD, "/proc/self/exe", R_OK,
                               AT_EACCESS)));
}

static void exe_refused(const char *id, const void *arg)
{
    (void)arg;
    check_err(id, "open O_CREAT|O_EXCL", EEXIST,
              error_of_open(AT_FDCWD, "/proc/self/exe",
                            O_WRONLY | O_CREAT | O_EXCL));
    check_err(id, "open O_DIRECTORY", ENOTDIR,
              error_of_open(AT_FDCWD, "/proc/self/exe",
                            O_RDONLY | O_DIRECTORY));
    check_err(id, "open with a slash behind", ENOTDIR,
              error_of_open(AT_FDCWD, "/proc/self/exe/", O_RDONLY));
    check_err(id, "access of a name below", ENOTDIR,
              err_of(access("/proc/self/exe/x", F_OK)));
    check_err(id, "open of a longer name", ENOENT,
              error_of_open(AT_FDCWD, "/proc/self/exec", O_RDONLY));
    check_err(id, "access of another process's exe", ENOENT,
              err_of(access("/proc/2147483647/exe", F_OK)));
    if (access(judge.self, W_OK)) {
        check_err(id, "open for writing, not permitted", EACCES,
                  error_of_open(AT_FDCWD, "/proc/self/exe", O_WRONLY));
        return;
    }
    check_err(id, "open O_WRONLY", ETXTBSY,
              error_of_open(AT_FDCWD, "/proc/self/exe", O_WRONLY));
    check_err(id, "open O_RDWR", ETXTBSY,
              error_of_open(AT_FDCWD, "/proc/self/exe", O_RDWR));
    if (sw_lacks(SYS_openat2)) {
        skip(id, "openat2 O_RDWR", "this QEMU has no openat2");
        return;
    }
    check_err(id, "openat2 O_RDWR", ETXTBSY,
              error_of_how("/proc/self/exe", O_RDWR, 0));
}

static void exe_by_openat2(const char *id, const void *arg)
{
    int fd = open_how("/proc/self/exe", O_RDONLY, 0);

    (void)arg;
    if (sw_lacks(SYS_openat2)) {
        skip(id, "openat2", "this QEMU has no openat2");
        return;
    }
    check_true(id, "openat2", same_file(judge.self, fd));
    close(fd);
    check_err(id, "RESOLVE_NO_MAGICLINKS", ELOOP,
              error_of_how("/proc/self/exe", O_RDONLY, RESOLVE_NO_MAGICLINKS));
    check_err(id, "RESOLVE_NO_SYMLINKS", ELOOP,
              error_of_how("/proc/self/exe", O_RDONLY, RESOLVE_NO_SYMLINKS));
    check_err(id, "O_NOFOLLOW", ELOOP,
              error_of_how("/proc/self/exe", O_RDONLY | O_NOFOLLOW, 0));
    check_err(id, "RESOLVE_BENEATH", EXDEV,
              error_of_how("/proc/self/exe", O_RDONLY, RESOLVE_BENEATH));
    check_err(id, "unknown flag of resolve", EINVAL,
              error_of_how("/proc/self/exe", O_RDONLY, 1 << 30));
}

/* A name of any sort that leads there. */
static void exe_by_symlink(const char *id, const void *arg)
{
    char path[PATH_MAX + 64], now[PATH_MAX];
    int self = open(judge.self, O_RDONLY);
    int fd;

    (void)arg;
    in_dir(path, sizeof(path), "any-name");
    check_err(id, "make a link", 0, err_of(symlink("/proc/self/exe", path)));
    check_str(id, "readlink of it", "/proc/self/exe",
              read_link(path, now, sizeof(now)));
    check_true(id, "stat through it sees the program", same_file(path, self));
    fd = open(path, O_RDONLY);
    check_true(id, "open through it opens the program",
               same_file(judge.self, fd));
    check_str(id, "realpath through it", judge.self,
              realpath(path, now) ? now : "error");
}

static void exe_of_sibling(const char *id, const void *arg)
{
    char path[80], now[PATH_MAX];
    int self = open(judge.self, O_RDONLY);
    pid_t parent = getpid();
    pid_t pid = fork();

    (void)arg;
    if (pid) {
        wait_for(pid);
        return;
    }
    snprintf(path, sizeof(path), "/proc/%d/exe", parent);
    check_str(id, "readlink of the parent's exe is the program", judge.self,
              read_link(path, now, sizeof(now)));
    check_true(id, "stat of the parent's exe is the program's",
               same_file(path, self));
    _exit(0);
}

/* ------------------------------------- the program's file, moved, removed */

struct follow_report {
    bool came_back;
    int rename_error, unlink_error, stat_error, open_error;
    char renamed[1024], removed[1024];
    unsigned links;
};

static void follow(const char *path, const char *moved,
                   struct follow_report *report)
{
    struct stat st = { .st_nlink = 99 };

    report->came_back = true;
    report->rename_error = err_of(rename(path, moved));
    read_link("/proc/self/exe", report->renamed, sizeof(report->renamed));
    report->unlink_error = err_of(unlink(moved));
    read_link("/proc/self/exe", report->removed, sizeof(report->removed));
    report->stat_error = err_of(stat("/proc/self/exe", &st));
    report->links = st.st_nlink;
    report->open_error = error_of_open(AT_FDCWD, "/proc/self/exe", O_RDONLY);
}

/* "PROGRAM --follow FD MOVED" is how the copy is executed. */
static void follow_if_asked(int argc, char **argv)
{
    static struct follow_report report;

    if (argc == 4 && !strcmp(argv[1], "--follow")) {
        follow(argv[0], argv[3], &report);
        _exit(write(atoi(argv[2]), &report, sizeof(report)) < 0);
    }
}

static void follow_copy(const char *path, const char *moved,
                        struct follow_report *report)
{
    int pipes[2];
    char text[16];
    pid_t pid;

    if (pipe(pipes) || !copy_file(judge.self, path, 0755)) {
        return;
    }
    pid = fork();
    if (pid == 0) {
        snprintf(text, sizeof(text), "%d", pipes[1]);
        execl(path, path, "--follow", text, moved, NULL);
        _exit(1);
    }
    close(pipes[1]);
    if (read(pipes[0], report, sizeof(*report)) != sizeof(*report)) {
        report->came_back = false;
    }
    wait_for(pid);
}

/*
 * Natively a copy is executed and removes itself.  An emulator may not be
 * able to execute one: then the program's own file is taken, if SET_MM_PRIVATE
 * in the environment says that nobody else needs it.
 */
static void exe_is_followed(const char *id, const void *arg)
{
    struct follow_report report = { .came_back = false };
    char path[PATH_MAX + 64], moved[PATH_MAX + 64], deleted[PATH_MAX + 80];

    (void)arg;
    in_dir(path, sizeof(path), "copy");
    in_dir(moved, sizeof(moved), "moved");
    if (judge.native) {
        follow_copy(path, moved, &report);
    } else if (getenv("SET_MM_PRIVATE")) {
        snprintf(moved, sizeof(moved), "%s.moved", judge.self);
        follow(judge.self, moved, &report);
    } else {
        skip(id, "rename and unlink of the program",
             "SET_MM_PRIVATE is not set: the file may be in use by others");
        return;
    }
    snprintf(deleted, sizeof(deleted), "%s (deleted)", moved);
    check_true(id, "the copy was executed", report.came_back);
    check_err(id, "rename", 0, report.rename_error);
    check(!strcmp(moved, report.renamed), id, "exe after rename",
          "expected %s got %s", moved, report.renamed);
    check_err(id, "unlink", 0, report.unlink_error);
    check(!strcmp(deleted, report.removed), id, "exe after unlink",
          "expected %s got %s", deleted, report.removed);
    check_err(id, "stat after unlink", 0, report.stat_error);
    check_num(id, "links after unlink", 0, report.links);
    check_err(id, "open after unlink", 0, report.open_error);
}

int main(int argc, char **argv)
{
    char on_stack[64];

    main_argv = argv;
    main_stack = on_stack;
    follow_if_asked(argc, argv);
    begin(argc, argv);
    memset(long_title, 't', LONG);
    run_case("P01", stat_identity, NULL);
    run_case("P02", stat_at_start, NULL);
    run_case("P03", stat_is_live, NULL);
    run_case("P04", identity_map, NULL);
    run_case("P05", strings_at_start, NULL);
    run_case("P06", title_is_live, NULL);
    run_case("P07", strings_by_any_name, NULL);
    for (size_t i = 0; i < sizeof(cmdline_rows) / sizeof(cmdline_rows[0]);
         i++) {
        run_case(cmdline_rows[i].id, run_cmdline, &cmdline_rows[i]);
    }
    for (size_t i = 0; i < sizeof(environ_rows) / sizeof(environ_rows[0]);
         i++) {
        run_case(environ_rows[i].id, run_environ, &environ_rows[i]);
    }
    run_case("O35", environ_tail, NULL);
    run_case("O38", open_before_change, NULL);
    run_case("O90", auxv_at_start, NULL);
    run_case("O91", auxv_changed, NULL);
    run_case("O93", get_auxv_rules, NULL);
    run_case("P10", exe_by_any_name, NULL);
    run_case("P11", exe_by_directory, NULL);
    run_case("P12", exe_truncated, NULL);
    run_case("O112", exe_as_link, NULL);
    run_case("P14", exe_followed, NULL);
    run_case("P15", exe_refused, NULL);
    run_case("P16", exe_by_openat2, NULL);
    run_case("P17", exe_by_symlink, NULL);
    run_case("P18", exe_of_sibling, NULL);
    /* The last, as it can take the program's file away. */
    run_case("P19", exe_is_followed, NULL);
    return finish();
}
