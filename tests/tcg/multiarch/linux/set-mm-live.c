/*
 * An open file of /proc/self is no snapshot, and no ordinary file either
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

enum {
    TEXT_SIZE = 1 << 18,
    PROC_MAGIC = 0x9fa0,
    START_CODE_STAT = 26,
};

/* Filled in by each case before it is looked at. */
static char text[TEXT_SIZE];

/* ------------------------------------------------------------ the files */

/*
 * Each file is brought to one of two states, which its text shows.  @state is
 * 0 or 1.
 */
struct live {
    const char *name;
    void (*set)(int state);
    bool (*shows)(const char *buf, size_t len, int state);
    mode_t mode;
    /* What is read after a short read is what was there at that read. */
    bool buffered;
    /* What lseek answers to SEEK_END: an errno or 0. */
    int seek_end;
};

static char *two_pages;

static char *string_memory(void)
{
    if (!two_pages) {
        two_pages = mmap(NULL, 4 * page_size(), PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        munmap(two_pages + 2 * page_size(), 2 * page_size());
    }
    return two_pages;
}

static const char *state_text(int state)
{
    return state ? "the second state" : "first";
}

static void set_string(int state, enum field start, enum field end)
{
    char *at = string_memory() + 100 * state;

    strcpy(at, state_text(state));
    set_range(start, (uintptr_t)at, end,
              (uintptr_t)at + strlen(at) + 1);
}

static void set_cmdline(int state)
{
    set_string(state, ARG_START, ARG_END);
}

static void set_environ(int state)
{
    set_string(state, ENV_START, ENV_END);
}

static bool shows_string(const char *buf, size_t len, int state)
{
    return len == strlen(state_text(state)) + 1 &&
           !memcmp(buf, state_text(state), len);
}

static void set_auxv(int state)
{
    unsigned long auxv[4] = { AT_PAGESZ, 1000 + state, 0, 0 };
    struct mm_map map;

    read_map(&map);
    map.auxv = (uintptr_t)auxv;
    map.auxv_size = sizeof(auxv);
    set_map(&map);
}

static bool shows_auxv(const char *buf, size_t len, int state)
{
    unsigned long word[2];

    memcpy(word, buf, sizeof(word));
    return len == 4 * auxv_word() && word[0] == AT_PAGESZ &&
           word[1] == 1000u + state;
}

static void set_stat(int state)
{
    struct mm_map map;

    read_map(&map);
    map.f[START_CODE] = judge.min_addr + 4096 + state;
    map.f[END_CODE] = judge.min_addr + 8192;
    set_map(&map);
}

static bool shows_stat(const char *buf, size_t len, int state)
{
    const char *at = memrchr(buf, ')', len);
    int field = 2;

    for (; at && field < START_CODE_STAT; field++) {
        at = strchr(at + 1, ' ');
    }
    return at && number_in(at) == judge.min_addr + 4096 + state &&
           buf[len - 1] == '\n';
}

static void set_statm(int state)
{
    struct mm_map map;

    read_map(&map);
    map.f[START_CODE] = judge.min_addr;
    map.f[END_CODE] = judge.min_addr + (state + 1) * 100 * page_size();
    set_map(&map);
}

static bool shows_statm(const char *buf, size_t len, int state)
{
    unsigned long pages = 0;

    return sscanf(buf, "%*u %*u %*u %lu", &pages) == 1 &&
           pages - 100 * (state + 1) < 2 && buf[len - 1] == '\n';
}

static void set_name(int state)
{
    prctl(PR_SET_NAME, state_text(state));
}

static bool shows_comm(const char *buf, size_t len, int state)
{
    char want[32];

    snprintf(want, sizeof(want), "%.15s\n", state_text(state));
    return len == strlen(want) && !memcmp(buf, want, len);
}

static bool shows_status(const char *buf, size_t len, int state)
{
    char want[64];

    snprintf(want, sizeof(want), "Name:\t%.15s\n", state_text(state));
    return len > strlen(want) && !memcmp(buf, want, strlen(want)) &&
           buf[len - 1] == '\n';
}

/* A page that can be read, alone among pages that cannot. */
static char *pages;

static void set_pages(int state)
{
    if (!pages) {
        pages = mmap(NULL, 8 * page_size(), PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }
    mprotect(pages + 2 * page_size(), page_size(),
             state ? PROT_NONE : PROT_READ);
    mprotect(pages + 5 * page_size(), page_size(),
             state ? PROT_READ : PROT_NONE);
}

static bool has_region(const char *buf, const char *at)
{
    unsigned long start, end;
    char prot[5];

    while (buf) {
        if (sscanf(buf, "%lx-%lx %4s", &start, &end, prot) == 3 &&
            start == (uintptr_t)at && prot[0] == 'r') {
            return true;
        }
        buf = strchr(buf, '\n');
        buf = buf ? buf + 1 : NULL;
    }
    return false;
}

static bool shows_pages(const char *buf, size_t len, int state)
{
    return len && buf[len - 1] == '\n' &&
           has_region(buf, pages + 2 * page_size()) == !state &&
           has_region(buf, pages + 5 * page_size()) == !!state;
}

static const struct live files[] = {
    { "cmdline", set_cmdline, shows_string, 0444, false, 0 },
    { "environ", set_environ, shows_string, 0400, false, 0 },
    { "auxv", set_auxv, shows_auxv, 0400, false, 0 },
    { "stat", set_stat, shows_stat, 0444, true, EINVAL },
    { "statm", set_statm, shows_statm, 0444, true, EINVAL },
    { "status", set_name, shows_status, 0444, true, EINVAL },
    { "comm", set_name, shows_comm, 0644, true, EINVAL },
    { "maps", set_pages, shows_pages, 0444, true, EINVAL },
    { "smaps", set_pages, shows_pages, 0444, true, EINVAL },
};

enum { NR_LIVE = sizeof(files) / sizeof(files[0]) };

static bool is_maps(const struct live *file)
{
    return file->set == set_pages;
}

static const char *path_of(const struct live *file)
{
    static char path[64];

    snprintf(path, sizeof(path), "/proc/self/%s", file->name);
    return path;
}

static int open_file(const struct live *file, int flags)
{
    return open(path_of(file), flags);
}

static const char *label(const char *fmt, const struct live *file)
{
    static char text[160];

    snprintf(text, sizeof(text), fmt, file->name);
    return text;
}

/* ------------------------------------------------------- ways to read it */

static ssize_t read_by(int fd, size_t chunk)
{
    ssize_t len = 0, n;

    while (len + chunk < sizeof(text) && (n = read(fd, text + len, chunk))) {
        if (n < 0) {
            return -errno;
        }
        len += n;
    }
    return len;
}

static ssize_t read_all(int fd)
{
    return read_by(fd, 65536);
}

static ssize_t way_rewound(int fd)
{
    lseek(fd, 0, SEEK_SET);
    return read_all(fd);
}

static ssize_t way_rewound_by_1(int fd)
{
    lseek(fd, 0, SEEK_SET);
    return read_by(fd, 1);
}

static ssize_t way_rewound_by_3(int fd)
{
    lseek(fd, 0, SEEK_SET);
    return read_by(fd, 3);
}

static ssize_t way_rewound_by_7(int fd)
{
    lseek(fd, 0, SEEK_SET);
    return read_by(fd, 7);
}

static ssize_t way_pread(int fd)
{
    ssize_t len = 0, n;

    while ((n = pread(fd, text + len, 65536, len)) > 0) {
        len += n;
    }
    return n < 0 ? -errno : len;
}

static ssize_t way_pread_by_7(int fd)
{
    ssize_t len = 0, n;

    while ((n = pread(fd, text + len, 7, len)) > 0) {
        len += n;
    }
    return n < 0 ? -errno : len;
}

/* Two pieces, the first of them small. */
static ssize_t way_readv(int fd)
{
    struct iovec iov[2];
    ssize_t len = 0, n;

    lseek(fd, 0, SEEK_SET);
    do {
        iov[0] = (struct iovec) { text + len, 5 };
        iov[1] = (struct iovec) { text + len + 5, 65536 };
        n = readv(fd, iov, 2);
        len += n > 0 ? n : 0;
    } while (n > 0);
    return n < 0 ? -errno : len;
}

static ssize_t way_preadv(int fd)
{
    struct iovec iov[2];
    ssize_t len = 0, n;

    do {
        iov[0] = (struct iovec) { text + len, 5 };
        iov[1] = (struct iovec) { text + len + 5, 65536 };
        n = preadv(fd, iov, 2, len);
        len += n > 0 ? n : 0;
    } while (n > 0);
    return n < 0 ? -errno : len;
}

static ssize_t way_dup(int fd)
{
    int other = dup(fd);
    ssize_t len;

    lseek(other, 0, SEEK_SET);
    len = read_all(fd);
    close(other);
    return len;
}

/* Opened anew through the descriptor. */
static ssize_t way_reopen(int fd)
{
    char path[64];
    int other;
    ssize_t len;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    other = open(path, O_RDONLY);
    len = other < 0 ? -errno : read_all(other);
    close(other);
    return len;
}

static void *read_in_thread(void *arg)
{
    int fd = *(int *)arg;

    return (void *)way_rewound(fd);
}

static ssize_t way_thread(int fd)
{
    pthread_t thread;
    void *len = NULL;

    if (pthread_create(&thread, NULL, read_in_thread, &fd) == 0) {
        pthread_join(thread, &len);
    }
    return (ssize_t)len;
}

static ssize_t way_stream(int fd)
{
    FILE *stream = fdopen(dup(fd), "r");
    ssize_t len;

    rewind(stream);
    len = fread(text, 1, sizeof(text), stream);
    fclose(stream);
    return len;
}

struct way {
    const char *name;
    ssize_t (*fn)(int fd);
};

static const struct way ways[] = {
    { "rewound", way_rewound },
    { "rewound, by 1 byte", way_rewound_by_1 },
    { "rewound, by 3 bytes", way_rewound_by_3 },
    { "rewound, by 7 bytes", way_rewound_by_7 },
    { "pread", way_pread },
    { "pread by 7 bytes", way_pread_by_7 },
    { "readv", way_readv },
    { "preadv", way_preadv },
    { "through a duplicate", way_dup },
    { "opened through the descriptor", way_reopen },
    { "in another thread", way_thread },
    { "by a stream", way_stream },
};

enum { NR_WAYS = sizeof(ways) / sizeof(ways[0]) };

/* @len is what a way has answered, with its text in @text. */
static void check_shows(const char *id, const char *what,
                        const struct live *file, ssize_t len, int state)
{
    char full[160];

    snprintf(full, sizeof(full), "%s: %s", file->name, what);
    if (len >= 0) {
        text[len] = '\0';
    }
    check(len > 0 && file->shows(text, len, state), id, full,
          "expected state %d got %zd bytes '%.60s'", state, len,
          len > 0 ? text : "");
}

/* ------------------------------------------------------------ the topic */

/* Opened in one state, read in the other, and back again. */
static void is_live(const char *id, const void *arg)
{
    const struct live *file = arg;
    int fd;

    file->set(0);
    fd = open_file(file, O_RDONLY);
    file->set(1);
    check_shows(id, "opened before the change", file, read_all(fd), 1);
    file->set(0);
    for (int i = 0; i < NR_WAYS; i++) {
        int state = (i + 1) % 2;

        file->set(state);
        check_shows(id, ways[i].name, file, ways[i].fn(fd), state);
        check_shows(id, "and once more", file, ways[i].fn(fd), state);
    }
    close(fd);
}

/* Whether the text can become longer by itself, as its numbers do. */
static bool has_counters(const struct live *file)
{
    return file->buffered && file->set != set_pages &&
           file->shows != shows_comm;
}

static void stays_at_end(const char *id, const void *arg)
{
    const struct live *file = arg;
    ssize_t len, more;
    int fd;

    file->set(0);
    fd = open_file(file, O_RDONLY);
    len = read_all(fd);
    check_num(id, label("%s: read at the end", file), 0, read(fd, text, 100));
    check_num(id, label("%s: the place after reading", file), len,
              lseek(fd, 0, SEEK_CUR));
    more = has_counters(file) ? 4096 : 0;
    check_num(id, label("%s: pread at the end", file), 0,
              pread(fd, text, 100, len + more));
    more = pread(fd, text, 100, len - 1);
    check(more == 1 || (more > 0 && has_counters(file)), id,
          label("%s: pread before the end", file), "got %zd", more);
    check_num(id, label("%s: pread far behind the end", file), 0,
              pread(fd, text, 100, 1 << 30));
    check_num(id, label("%s: pread leaves the place", file), len,
              lseek(fd, 0, SEEK_CUR));
    check_num(id, label("%s: read of no byte", file), 0, read(fd, text, 0));
    close(fd);
}

/*
 * A short read, a change, the rest: the kernel keeps the text of a buffered
 * file, and makes the others anew for each read.
 */
static void changed_between(const char *id, const void *arg)
{
    const struct live *file = arg;
    ssize_t len;
    int fd;

    if (is_maps(file)) {
        skip(id, label("%s: changed between reads", file),
             "the lines that are kept depend on the kernel's buffer");
        return;
    }
    file->set(0);
    fd = open_file(file, O_RDONLY);
    check_num(id, label("%s: first three bytes", file), 3,
              read(fd, text, 3));
    file->set(1);
    len = read(fd, text + 3, 60000);
    check(len > 0, id, label("%s: the rest", file), "got %zd", len);
    if (!file->buffered) {
        /* What begins as one state goes on as the other. */
        pread(fd, text, 3, 0);
    }
    check_shows(id, file->buffered ? "the rest is of the same text"
                                   : "the rest is new",
                file, len + 3, !file->buffered);
    close(fd);
}

/* pread at 0 begins anew, and the place is none of its business. */
static void pread_between(const char *id, const void *arg)
{
    const struct live *file = arg;
    ssize_t len;
    int fd;

    if (is_maps(file)) {
        skip(id, label("%s: pread between reads", file),
             "the lines that are kept depend on the kernel's buffer");
        return;
    }
    file->set(0);
    fd = open_file(file, O_RDONLY);
    read(fd, text, 3);
    file->set(1);
    check_num(id, label("%s: pread of three bytes", file), 3,
              pread(fd, text, 3, 0));
    len = read(fd, text + 3, 60000);
    check_shows(id, "the rest, after a pread at 0, is new", file, len + 3, 1);
    close(fd);
}

/* Children, threads and duplicates move the same place. */
static void shared_place(const char *id, const void *arg)
{
    const struct live *file = arg;
    int fd, other;

    file->set(0);
    fd = open_file(file, O_RDONLY);
    other = dup(fd);
    check_num(id, label("%s: three bytes", file), 3, read(fd, text, 3));
    check_num(id, label("%s: the duplicate's place", file), 3,
              lseek(other, 0, SEEK_CUR));
    check_num(id, label("%s: two bytes of the duplicate", file), 2,
              read(other, text, 2));
    if (fork() == 0) {
        _exit(read(fd, text, 1) != 1);
    }
    check_num(id, label("%s: one byte by a child", file), 0, wait_for(-1));
    check_num(id, label("%s: the place after that", file), 6,
              lseek(fd, 0, SEEK_CUR));
    other = open_file(file, O_RDONLY);
    check_num(id, label("%s: opened again, the place", file), 0,
              lseek(other, 0, SEEK_CUR));
    check_num(id, label("%s: which does not move the first", file), 6,
              lseek(fd, 0, SEEK_CUR));
    check_shows(id, "rewound after all that", file, way_rewound(fd), 0);
}

static int64_t seek(int fd, int64_t to, int whence)
{
    off_t at = lseek(fd, to, whence);

    return at == -1 ? -errno : at;
}

static void sought(const char *id, const void *arg)
{
    const struct live *file = arg;
    int fd;
    char byte[2] = "";

    file->set(1);
    fd = open_file(file, O_RDONLY);
    check_num(id, label("%s: SEEK_END", file), -file->seek_end,
              seek(fd, 0, SEEK_END));
    check_num(id, label("%s: SEEK_END+5", file),
              file->seek_end ? -file->seek_end : 5, seek(fd, 5, SEEK_END));
    check_num(id, label("%s: SEEK_SET -1", file), -EINVAL,
              seek(fd, -1, SEEK_SET));
    check_num(id, label("%s: SEEK_SET 4", file), 4, seek(fd, 4, SEEK_SET));
    check_num(id, label("%s: SEEK_CUR", file), 4, seek(fd, 0, SEEK_CUR));
    check_num(id, label("%s: SEEK_CUR+2", file), 6, seek(fd, 2, SEEK_CUR));
    check_num(id, label("%s: SEEK_CUR-4", file), 2, seek(fd, -4, SEEK_CUR));
    check_num(id, label("%s: one byte there", file), 1, read(fd, byte, 1));
    check_num(id, label("%s: pread of the same", file), 1,
              pread(fd, byte + 1, 1, 2));
    check_num(id, label("%s: the two are equal", file), byte[0], byte[1]);
    check_num(id, label("%s: an unknown whence", file), -EINVAL,
              seek(fd, 0, 77));
    check_num(id, label("%s: pread at -1", file), EINVAL,
              err_of(pread(fd, byte, 1, -1)));
    check_shows(id, "rewound after seeking", file, way_rewound(fd), 1);
}

static void bad_pointers(const char *id, const void *arg)
{
    const struct live *file = arg;
    struct iovec iov = { (void *)(uintptr_t)BAD_PTR, 1 };
    int fd;

    file->set(0);
    fd = open_file(file, O_RDONLY);
    check_err(id, label("%s: read to a bad pointer", file), EFAULT,
              err_of(syscall(SYS_read, fd, (long)BAD_PTR, 100L)));
    check_num(id, label("%s: read of nothing to a bad pointer", file), 0,
              syscall(SYS_read, fd, (long)BAD_PTR, 0L));
    check_num(id, label("%s: the place has not moved", file), 0,
              lseek(fd, 0, SEEK_CUR));
    check_err(id, label("%s: readv to a bad pointer", file), EFAULT,
              err_of(readv(fd, &iov, 1)));
    check_shows(id, "read after that", file, way_rewound(fd), 0);
}

/* -------------------------------------------------- what sort of file it is */

static void attributes(const char *id, const void *arg)
{
    const struct live *file = arg;
    struct stat st, dir, by_path;
    struct statx stx;
    struct statfs fs;
    int fd = open_file(file, O_RDONLY);
    int dirfd = open("/proc/self", O_RDONLY | O_DIRECTORY);

    memset(&st, 0xee, sizeof(st));
    check_err(id, label("%s: fstat", file), 0, err_of(fstat(fd, &st)));
    fstat(dirfd, &dir);
    check_num(id, label("%s: mode", file), S_IFREG | file->mode, st.st_mode);
    check_num(id, label("%s: size", file), 0, st.st_size);
    check_num(id, label("%s: links", file), 1, st.st_nlink);
    check_num(id, label("%s: blocks", file), 0, st.st_blocks);
    check_num(id, label("%s: block size", file), dir.st_blksize,
              st.st_blksize);
    check_num(id, label("%s: owner", file), dir.st_uid, st.st_uid);
    check_num(id, label("%s: group", file), dir.st_gid, st.st_gid);
    check_num(id, label("%s: device", file), dir.st_dev, st.st_dev);
    check_true(id, label("%s: stat is the same file", file),
               stat(path_of(file), &by_path) == 0 &&
               by_path.st_dev == st.st_dev && by_path.st_ino == st.st_ino &&
               by_path.st_mode == st.st_mode);
    check_true(id, label("%s: fstatat AT_EMPTY_PATH is the same", file),
               fstatat(fd, "", &by_path, AT_EMPTY_PATH) == 0 &&
               by_path.st_ino == st.st_ino && by_path.st_size == 0);
    memset(&stx, 0, sizeof(stx));
    check_true(id, label("%s: statx AT_EMPTY_PATH is the same", file),
               statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &stx) == 0 &&
               stx.stx_ino == st.st_ino && stx.stx_size == 0 &&
               stx.stx_mode == st.st_mode &&
               makedev(stx.stx_dev_major, stx.stx_dev_minor) == st.st_dev);
    check_err(id, label("%s: fstatfs", file), 0, err_of(fstatfs(fd, &fs)));
    check_num(id, label("%s: file system", file), PROC_MAGIC, fs.f_type);
}

static void link_of_number(const char *id, const void *arg)
{
    const struct live *file = arg;
    char path[64], want[64], now[PATH_MAX];
    int fd = open_file(file, O_RDONLY);

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    snprintf(want, sizeof(want), "/proc/%d/%s", getpid(), file->name);
    check_str(id, label("%s: link of the number", file), want,
              read_link(path, now, sizeof(now)));
    check_true(id, label("%s: the link leads to the file", file),
               same_file(path, fd));
    close(fd);
    snprintf(path, sizeof(path), "/proc/self/task/%ld/%s",
             syscall(SYS_gettid), file->name);
    fd = open(path, O_RDONLY);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    snprintf(want, sizeof(want), "/proc/%d/task/%ld/%s", getpid(),
             syscall(SYS_gettid), file->name);
    check_str(id, label("%s: link of a thread's", file), want,
              read_link(path, now, sizeof(now)));
}

static void flags_of_number(const char *id, const void *arg)
{
    const struct live *file = arg;
    int fd = open_file(file, O_RDONLY);
    const int mask = O_ACCMODE | O_NONBLOCK | O_APPEND | O_PATH;

    check_num(id, label("%s: flags", file), O_RDONLY,
              fcntl(fd, F_GETFL) & mask);
    check_num(id, label("%s: no close-on-exec", file), 0, fcntl(fd, F_GETFD));
    close(fd);
    fd = open_file(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    check_num(id, label("%s: flags O_NONBLOCK", file), O_NONBLOCK,
              fcntl(fd, F_GETFL) & mask);
    check_num(id, label("%s: O_CLOEXEC", file), FD_CLOEXEC,
              fcntl(fd, F_GETFD));
    check_err(id, label("%s: F_SETFL", file), 0,
              err_of(fcntl(fd, F_SETFL, O_APPEND)));
    check_num(id, label("%s: flags O_APPEND", file), O_APPEND,
              fcntl(fd, F_GETFL) & mask);
    file->set(1);
    check_shows(id, "read with O_APPEND", file, read_all(fd), 1);
}

static int open_error(const struct live *file, int flags)
{
    int fd = open(path_of(file), flags, 0600);

    if (fd < 0) {
        return errno;
    }
    close(fd);
    return 0;
}

static void opened_otherwise(const char *id, const void *arg)
{
    const struct live *file = arg;
    char path[80];
    /* Root may open anything; comm can be written to by its owner. */
    int want = geteuid() == 0 || file->mode == 0644 ? 0 : EACCES;

    check_err(id, label("%s: open O_WRONLY", file), want,
              open_error(file, O_WRONLY));
    check_err(id, label("%s: open O_RDWR", file), want,
              open_error(file, O_RDWR));
    check_err(id, label("%s: open O_DIRECTORY", file), ENOTDIR,
              open_error(file, O_RDONLY | O_DIRECTORY));
    check_err(id, label("%s: open O_CREAT", file), 0,
              open_error(file, O_RDONLY | O_CREAT));
    check_err(id, label("%s: open O_CREAT|O_EXCL", file), EEXIST,
              open_error(file, O_RDONLY | O_CREAT | O_EXCL));
    check_err(id, label("%s: open O_DIRECT", file), EINVAL,
              open_error(file, O_RDONLY | O_DIRECT));
    snprintf(path, sizeof(path), "/proc/self/%s/", file->name);
    check_err(id, label("%s: open with a slash behind", file), ENOTDIR,
              err_of(open(path, O_RDONLY)));
    snprintf(path, sizeof(path), "/proc/self/%s/x", file->name);
    check_err(id, label("%s: open below", file), ENOTDIR,
              err_of(open(path, O_RDONLY)));
}

static void opened_as_path(const char *id, const void *arg)
{
    const struct live *file = arg;
    int fd = open_file(file, O_PATH), other;
    char path[64];
    struct stat st;

    check_err(id, label("%s: O_PATH: read", file), EBADF,
              err_of(read(fd, text, 1)));
    check_err(id, label("%s: O_PATH: lseek", file), EBADF,
              err_of(lseek(fd, 0, SEEK_SET)));
    check_err(id, label("%s: O_PATH: fstat", file), 0,
              err_of(fstat(fd, &st)));
    check_num(id, label("%s: O_PATH: mode", file), S_IFREG | file->mode,
              st.st_mode);
    check_num(id, label("%s: O_PATH: flags", file), O_PATH,
              fcntl(fd, F_GETFL) & O_PATH);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    file->set(0);
    other = open(path, O_RDONLY);
    file->set(1);
    check_shows(id, "opened through an O_PATH descriptor", file,
                read_all(other), 1);
    file->set(0);
    check_shows(id, "that rewound", file, way_rewound(other), 0);
}

static void cannot_be_written(const char *id, const void *arg)
{
    const struct live *file = arg;
    int fd = open_file(file, O_RDONLY);

    check_err(id, label("%s: write, opened for reading", file), EBADF,
              err_of(write(fd, "x", 1)));
    check_err(id, label("%s: pwrite", file), file->buffered ? ESPIPE : EBADF,
              err_of(pwrite(fd, "x", 1, 0)));
    check_err(id, label("%s: ftruncate", file), EINVAL,
              err_of(ftruncate(fd, 0)));
    check_err(id, label("%s: fsync", file), EINVAL, err_of(fsync(fd)));
    check_err(id, label("%s: fchmod", file), EPERM,
              err_of(fchmod(fd, 0777)));
    close(fd);
    if (geteuid() == 0 && file->mode != 0644) {
        fd = open_file(file, O_RDWR);
        check_err(id, label("%s: write, opened for writing", file), EINVAL,
                  err_of(write(fd, "x", 1)));
        file->set(0);
        check_shows(id, "read, opened for writing", file, read_all(fd), 0);
    }
}

static void not_ordinary(const char *id, const void *arg)
{
    const struct live *file = arg;
    int fd = open_file(file, O_RDONLY), epoll = epoll_create1(0), pipes[2];
    struct epoll_event event = { .events = EPOLLIN };
    struct pollfd one = { .fd = fd, .events = POLLIN | POLLOUT };
    struct winsize size;

    check_err(id, label("%s: mmap", file), ENODEV,
              mmap(NULL, page_size(), PROT_READ, MAP_PRIVATE, fd, 0) ==
              MAP_FAILED ? errno : 0);
    check_err(id, label("%s: epoll_ctl", file), EPERM,
              err_of(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)));
    check_num(id, label("%s: poll", file), 1, poll(&one, 1, 0));
    check_num(id, label("%s: poll's answer", file), POLLIN | POLLOUT,
              one.revents);
    check_err(id, label("%s: ioctl TIOCGWINSZ", file), ENOTTY,
              err_of(ioctl(fd, TIOCGWINSZ, &size)));
    check_err(id, label("%s: fchdir", file), ENOTDIR, err_of(fchdir(fd)));
    if (pipe(pipes) == 0) {
        check_err(id, label("%s: sendfile", file), EINVAL,
                  err_of(sendfile(pipes[1], fd, NULL, 3)));
        check_err(id, label("%s: splice", file), EINVAL,
                  err_of(splice(fd, NULL, pipes[1], NULL, 3, 0)));
    }
}

/* Whatever open needs for itself, the number is the lowest that is free. */
static void lowest_number(const char *id, const void *arg)
{
    const struct live *file = arg;
    int first = dup(1);

    for (int i = 1; i < 6; i++) {
        dup2(first, first + i);
    }
    close(first + 3);
    check_num(id, label("%s: the number that is free", file), first + 3,
              open_file(file, O_RDONLY));
    close(first + 1);
    check_num(id, label("%s: another one", file), first + 1,
              open_file(file, O_RDONLY));
    check_num(id, label("%s: a third one", file), first + 6,
              open_file(file, O_RDONLY));
    dup2(1, first + 3);
    file->set(0);
    check_shows(id, "two open, one dupped over", file,
                way_rewound(first + 1), 0);
    close(first + 1);
    check_err(id, label("%s: closed", file), EBADF,
              err_of(read(first + 1, text, 1)));
    dup2(first + 6, first + 1);
    close(first + 6);
    check_shows(id, "dupped to another number", file,
                way_rewound(first + 1), 0);
}

/* A number that comes to be another file is that file. */
static void number_reused(const char *id, const void *arg)
{
    const struct live *file = arg;
    char path[PATH_MAX + 64];
    int fd = open_file(file, O_RDONLY), other;

    in_dir(path, sizeof(path), "ordinary");
    write_file(path, 0644, "ordinary", 8);
    other = open(path, O_RDONLY);
    dup2(other, fd);
    check_num(id, label("%s: dupped over, read", file), 8,
              read(fd, text, 100));
    check_true(id, label("%s: the bytes of the other file", file),
               !memcmp(text, "ordinary", 8));
    check_num(id, label("%s: its SEEK_END", file), 8,
              lseek(fd, 0, SEEK_END));
    close(fd);
    check_num(id, label("%s: closed, opened again", file), fd,
              open(path, O_RDONLY));
    check_num(id, label("%s: read of that", file), 8, read(fd, text, 100));
    close(fd);
    syscall(SYS_close_range, fd, fd, 0);
    check_num(id, label("%s: and the file again", file), fd,
              open_file(file, O_RDONLY));
    file->set(1);
    check_shows(id, "opened on a number used before", file, read_all(fd), 1);
}

/* ------------------------------------------------------------- processes */

/* /proc/self is resolved at open: a child reads its parent's. */
static void read_by_child(const char *id, const void *arg)
{
    const struct live *file = arg;
    int fd, fd2, status;

    file->set(0);
    fd = open_file(file, O_RDONLY);
    if (fork() == 0) {
        check_shows(id, "parent's, read by a child", file, way_rewound(fd), 0);
        file->set(1);
        check_shows(id, "parent's, when the child has changed its own", file,
                    way_rewound(fd), 0);
        check_shows(id, "parent's by pread", file, way_pread(fd), 0);
        fd2 = open_file(file, O_RDONLY);
        check_shows(id, "the child's own", file, read_all(fd2), 1);
        _exit(0);
    }
    status = wait_for(-1);
    check_num(id, label("%s: the child comes to its end", file), 0, status);
    check_shows(id, "in the parent afterwards", file, way_rewound(fd), 0);
}

static void changed_by_parent(const char *id, const void *arg)
{
    const struct live *file = arg;
    int fd, go[2], status;
    char byte;

    file->set(0);
    fd = open_file(file, O_RDONLY);
    if (pipe(go)) {
        return;
    }
    if (fork() == 0) {
        close(go[1]);
        if (read(go[0], &byte, 1) != 1) {
            _exit(1);
        }
        check_shows(id, "changed by the parent since fork", file,
                           way_rewound(fd), 1);
        _exit(0);
    }
    file->set(1);
    check_num(id, label("%s: let the child go", file), 1,
              write(go[1], "x", 1));
    status = wait_for(-1);
    check_num(id, label("%s: the child comes to its end", file), 0, status);
}

static int grandchild(const char *id, const struct live *file, int fd, int go)
{
    ssize_t len;
    char byte;

    if (read(go, &byte, 1) != 1) {
        return 1;
    }
    len = way_rewound(fd);
    if (!strcmp(file->name, "environ")) {
        check_num(id, label("%s: of a process that is no more", file), 0,
                  len);
    } else if (!strcmp(file->name, "auxv")) {
        /* It is kept beside the memory, and the descriptor holds it. */
        check(len > 0, id, label("%s: of a process that is no more", file),
              "got %zd", len);
    } else {
        check_err(id, label("%s: of a process that is no more", file), ESRCH,
                  -len);
    }
    return 0;
}

static void read_after_exit(const char *id, const void *arg)
{
    const struct live *file = arg;
    int go[2], done[2], fd;
    char byte;
    pid_t pid;

    if (pipe(go) || pipe(done)) {
        return;
    }
    pid = fork();
    if (pid == 0) {
        fd = open_file(file, O_RDONLY);
        read(fd, &byte, 1);
        if (fork() == 0) {
            close(go[1]);
            _exit(grandchild(id, file, fd, go[0]));
        }
        _exit(0);
    }
    wait_for(pid);
    check_num(id, label("%s: let the grandchild go", file), 1,
              write(go[1], "x", 1));
    close(done[1]);
    check_num(id, label("%s: the grandchild has come to its end", file), 0,
              read(done[0], &byte, 1));
}

/* ------------------------------------------- what the memory answers to it */

/* Memory that ends with @bytes before a page that is not mapped. */
static char *before_hole(const char *bytes)
{
    size_t len = strlen(bytes);
    char *at = string_memory() + 2 * page_size() - len;

    memcpy(at, bytes, len);
    return at;
}

static void environ_tail(const char *id, const void *arg)
{
    char *at = before_hole("A=1234");
    int fd = open("/proc/self/environ", O_RDONLY);

    (void)arg;
    check_err(id, "tail unmapped", 0,
              set_range(ENV_START, (uintptr_t)at, ENV_END,
                        (uintptr_t)at + 100));
    check_num(id, "read of 200 bytes", 0, read(fd, text, 200));
    check_num(id, "the place after it", 6, lseek(fd, 0, SEEK_CUR));
    check_true(id, "the bytes are there", !memcmp(text, "A=1234", 6));
    lseek(fd, 0, SEEK_SET);
    check_num(id, "read of 6 bytes", 6, read(fd, text, 6));
    check_num(id, "next read", 0, read(fd, text, 6));
    lseek(fd, 0, SEEK_SET);
    check_num(id, "read of 7 bytes", 0, read(fd, text, 7));
    check_num(id, "pread of 6 bytes", 6, pread(fd, text, 6, 0));
    check_num(id, "pread of 200 bytes", 0, pread(fd, text, 200, 0));
    check_num(id, "pread of 2 bytes at 4", 2, pread(fd, text, 2, 4));
    check_num(id, "pread of 3 bytes at 4", 0, pread(fd, text, 3, 4));
    check_num(id, "pread at 6", 0, pread(fd, text, 3, 6));
    set_range(ENV_START, (uintptr_t)at, ENV_END, (uintptr_t)at + 6);
    check_num(id, "read of 200 bytes, the range corrected", 6,
              pread(fd, text, 200, 0));
    memcpy(at, "B", 1);
    check_num(id, "read, memory written to", 1, pread(fd, text, 1, 0));
    check_num(id, "the byte that was written", 'B', text[0]);
}

/* cmdline gives what can be read. */
static void cmdline_tail(const char *id, const void *arg)
{
    char *at = before_hole("abcdef");
    int fd = open("/proc/self/cmdline", O_RDONLY);

    (void)arg;
    set_range(ARG_START, (uintptr_t)at, ARG_END, (uintptr_t)at + 100);
    check_num(id, "tail unmapped: read of 200 bytes", 6, read(fd, text, 200));
    check_num(id, "next read", 0, read(fd, text, 200));
    check_num(id, "pread of 7 bytes", 6, pread(fd, text, 7, 0));
    check_num(id, "pread of 6 bytes", 6, pread(fd, text, 6, 0));
    check_num(id, "pread at 4", 2, pread(fd, text, 200, 4));
    munmap(string_memory() + page_size(), page_size());
    check_num(id, "all unmapped", 0, pread(fd, text, 200, 0));
    string_memory();
    mmap(string_memory() + page_size(), page_size(), PROT_READ | PROT_WRITE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    check_num(id, "mapped again, zeros", 6, pread(fd, text, 200, 0));
    mprotect(string_memory() + page_size(), page_size(), PROT_NONE);
    check_num(id, "no access", 0, pread(fd, text, 200, 0));
    mprotect(string_memory() + page_size(), page_size(), PROT_READ);
    check_num(id, "access again", 6, pread(fd, text, 200, 0));
}

static void check_text(const char *id, const char *what, int fd,
                       const char *want, size_t want_len)
{
    ssize_t len = way_rewound(fd);

    check((size_t)len == want_len && !memcmp(text, want, want_len), id, what,
          "expected %zu bytes '%.30s' got %zd bytes '%.30s'", want_len, want,
          len, text);
}

/* The title may grow into the environment while the file is open. */
static void title(const char *id, const void *arg)
{
    char *at = string_memory();
    struct mm_map map;
    int fd = open("/proc/self/cmdline", O_RDONLY);

    (void)arg;
    read_map(&map);
    map.f[ARG_START] = (uintptr_t)at;
    map.f[ARG_END] = map.f[ENV_START] = (uintptr_t)at + 5;
    map.f[ENV_END] = (uintptr_t)at + 25;
    memset(at, 0, 200);
    strcpy(at, "four");
    check_err(id, "MAP of arguments and environment", 0, set_map(&map));
    check_text(id, "a string and its NUL", fd, "four", 5);
    strcpy(at, "a title");
    check_text(id, "a title into the environment", fd, "a title", 8);
    check_num(id, "its pread at 3", 5, pread(fd, text, 100, 3));
    check_true(id, "the bytes of that", !memcmp(text, "itle", 5));
    check_num(id, "its pread at 8", 0, pread(fd, text, 100, 8));
    strcpy(at, "a title of more than 25 bytes");
    check_text(id, "cut at the end of the environment", fd,
               "a title of more than 25 bytes", 25);
    map.f[ENV_START]++;
    set_map(&map);
    check_text(id, "environment apart: cut at the arguments' end", fd,
               "a tit", 5);
    at[4] = '\0';
    check_text(id, "NUL at the end: no title", fd, "a ti", 5);
    at[1] = '\0';
    check_text(id, "embedded NUL", fd, "a\0ti", 5);
    at[4] = 'x';
    check_text(id, "title ends with the first NUL", fd, "a", 2);
}

static void title_in_chunks(const char *id, const void *arg)
{
    char *at = string_memory();
    int fd = open("/proc/self/cmdline", O_RDONLY);

    (void)arg;
    memset(at, 't', 2 * page_size());
    set_range(ARG_START, (uintptr_t)at, ARG_END, (uintptr_t)at + 6000);
    check_num(id, "no NUL: one page", 4096, way_rewound(fd));
    check_num(id, "by 7 bytes", 4096, way_rewound_by_7(fd));
    check_num(id, "pread across its end", 6, pread(fd, text, 100, 4090));
    check_num(id, "pread behind it", 0, pread(fd, text, 100, 4096));
    at[5999] = '\0';
    check_num(id, "NUL at the end: all", 6000, way_rewound(fd));
    check_num(id, "all by 7 bytes", 6000, way_rewound_by_7(fd));
    at[10] = '\0';
    at[5999] = 't';
    check_num(id, "title of 10 bytes", 11, way_rewound(fd));
    set_range(ARG_START, (uintptr_t)at, ARG_END, (uintptr_t)at);
    check_num(id, "empty", 0, way_rewound(fd));
}

static void auxv_in_chunks(const char *id, const void *arg)
{
    int fd = open("/proc/self/auxv", O_RDONLY);
    size_t len = read_all(fd);
    static char whole[4096];

    (void)arg;
    memcpy(whole, text, len < sizeof(whole) ? len : 0);
    check_num(id, "auxv by 3 bytes", len, way_rewound_by_3(fd));
    check_true(id, "the same bytes", !memcmp(whole, text, len));
    check_num(id, "across the end", 4, pread(fd, text, 100, len - 4));
    set_auxv(0);
    check_num(id, "shorter: pread at the old end", 0,
              pread(fd, text, 100, len - 4));
    check_num(id, "shorter: length", 4 * auxv_word(), way_rewound(fd));
}

/* ----------------------------------------------------------------- comm */

static const char *name_now(void)
{
    static char name[17];

    memset(name, 0, sizeof(name));
    prctl(PR_GET_NAME, name);
    return name;
}

static void write_comm(const char *id, const void *arg)
{
    int fd = open("/proc/self/comm", O_RDWR);

    (void)arg;
    check_num(id, "write", 5, write(fd, "hello", 5));
    check_str(id, "PR_GET_NAME after it", "hello", name_now());
    check_text(id, "read by the same descriptor", fd, "hello\n", 6);
    check_num(id, "write of 20 bytes", 20,
              write(fd, "12345678901234567890", 20));
    check_str(id, "cut to 15", "123456789012345", name_now());
    check_text(id, "read after it", fd, "123456789012345\n", 16);
    check_num(id, "write with a newline", 3, write(fd, "ab\n", 3));
    check_text(id, "which is kept", fd, "ab\n\n", 4);
    check_num(id, "write with a NUL", 3, write(fd, "c\0d", 3));
    check_text(id, "which ends it", fd, "c\n", 2);
    check_num(id, "write of nothing", 0, write(fd, "", 0));
    check_err(id, "pwrite", ESPIPE, err_of(pwrite(fd, "xy", 2, 5)));
    check_err(id, "write from a bad pointer", EFAULT,
              err_of(syscall(SYS_write, fd, (long)BAD_PTR, 5L)));
    check_text(id, "that changes nothing", fd, "\n", 1);
    close(fd);
    fd = open("/proc/self/comm", O_WRONLY | O_TRUNC);
    check_num(id, "write, opened O_TRUNC", 2, write(fd, "tr", 2));
    check_err(id, "read, opened for writing", EBADF,
              err_of(read(fd, text, 1)));
    check_str(id, "PR_GET_NAME after that", "tr", name_now());
}

/* ---------------------------------------------------------------- main */

static void run_files(const char *prefix, case_fn *fn)
{
    char id[32];

    for (int i = 0; i < NR_LIVE; i++) {
        snprintf(id, sizeof(id), "%s-%s", prefix, files[i].name);
        run_case(id, fn, &files[i]);
    }
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    run_files("V01", is_live);
    run_files("V02", stays_at_end);
    run_files("V03", changed_between);
    run_files("V04", pread_between);
    run_files("V05", shared_place);
    run_files("V06", sought);
    run_files("V07", bad_pointers);
    run_files("V10", attributes);
    run_files("V11", link_of_number);
    run_files("V12", flags_of_number);
    run_files("V13", opened_otherwise);
    run_files("V14", opened_as_path);
    run_files("V15", cannot_be_written);
    run_files("V16", not_ordinary);
    run_files("V17", lowest_number);
    run_files("V18", number_reused);
    run_files("V20", read_by_child);
    run_files("V21", changed_by_parent);
    run_files("V22", read_after_exit);
    run_case("O35", environ_tail, NULL);
    run_case("O18", cmdline_tail, NULL);
    run_case("V30", title, NULL);
    run_case("V31", title_in_chunks, NULL);
    run_case("V32", auxv_in_chunks, NULL);
    run_case("V33", write_comm, NULL);
    return finish();
}
