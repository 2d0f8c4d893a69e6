/*
 * Random memory calls on an arena; what each answers and what is there then
 *
 * usage: fuzz-memory SEED COUNT [FIRST]
 *
 * Two kernels that are alike print the same.  Of addresses only those within
 * the arena are told, relative to it.  From operation FIRST on each one has a
 * line, before it only one of a hundred.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/prctl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

enum { PAGES = 24, MARGIN = 512, FILE_PAGES = 12 };

static char *arena;
static size_t page;
static uint64_t random_state;
static int file;
static int mem;
static int pagemap;
static int segment;
static int ends[2];

/* xorshift64* */
static uint32_t draw(uint32_t below)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (random_state * 0x2545f4914f6cdd1dull >> 33) % below;
}

static char *any_page(void)
{
    return arena + draw(PAGES) * page;
}

/* Compilers differ in which of two operands they draw first. */
static char *any_place(void)
{
    char *at = any_page();

    return draw(2) ? at + draw(page) : at;
}

/* Mostly within the arena. */
static size_t any_len(const char *at)
{
    size_t left = (arena + PAGES * page - at + page - 1) / page;

    switch (draw(12)) {
    case 0:
        return 0;
    case 1:
        return draw(page * 2);
    default:
        return (1 + draw(left < 6 ? left : 6)) * page;
    }
}

static int any_prot(void)
{
    static const int prot[] = {
        PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE,
        PROT_READ | PROT_EXEC, PROT_READ | PROT_WRITE | PROT_EXEC,
    };

    return prot[draw(sizeof(prot) / sizeof(prot[0]))];
}

/* Every page's access and first byte, as the kernel sees them. */
static uint64_t state(char *text)
{
    uint64_t sum = 0xcbf29ce484222325;

    for (int i = 0; i < PAGES; i++) {
        char *at = arena + i * page;
        unsigned char residence, c = 0;

        if (mincore(at, page, &residence) && errno == ENOMEM) {
            text[i] = '.';
        } else if (write(ends[1], at, 1) != 1) {
            text[i] = '-';
        } else if (read(ends[0], &c, 1) == 1) {
            text[i] = c >= 'a' && c <= 'z' ? c : c ? '?' : '0';
        }
        sum = (sum ^ (unsigned char)text[i] ^ c << 8) * 0x100000001b3;
    }
    text[PAGES] = '\0';
    return sum;
}

/* What maps says of the arena: bounds, access, offset and sharing. */
static uint64_t maps_sum(char *text, size_t size)
{
    static char maps[1 << 17];
    uint64_t sum = 0xcbf29ce484222325;
    unsigned long last_end = 0, last_inode = 0, last_end_offset = 0;
    char last_perms[8] = "";
    int fd = open("/proc/self/maps", O_RDONLY);
    size_t len = 0;
    ssize_t n;

    while ((n = read(fd, maps + len, sizeof(maps) - 1 - len)) > 0) {
        len += n;
    }
    close(fd);
    maps[len] = '\0';
    *text = '\0';
    for (char *line = maps; line && *line; ) {
        unsigned long start, end, offset, inode;
        char perms[8];

        if (sscanf(line, "%lx-%lx %7s %lx %*s %lu", &start, &end, perms,
                   &offset, &inode) == 5 && end > (unsigned long)arena &&
            start < (unsigned long)arena + PAGES * page) {
            bool joins = start == last_end && !strcmp(perms, last_perms) &&
                         inode == last_inode &&
                         (!inode || offset == last_end_offset);
            char piece[64] = "";

            /* Whether two are one depends on what they have been through. */
            if (!joins) {
                snprintf(piece, sizeof(piece), " -%lx %lx%s%lx",
                         last_end ? (last_end - (unsigned long)arena) / page
                                  : 0,
                         (start - (unsigned long)arena) / page, perms,
                         offset);
            }
            last_end = end;
            last_inode = inode;
            last_end_offset = offset + (end - start);
            strcpy(last_perms, perms);
            for (char *c = piece; *c; c++) {
                sum = (sum ^ (unsigned char)*c) * 0x100000001b3;
            }
            strncat(text, piece, size - strlen(text) - 1);
        }
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    return sum;
}

static long where(void *at)
{
    if (at == MAP_FAILED) {
        return -errno;
    }
    if ((char *)at >= arena && (char *)at < arena + PAGES * page) {
        return ((char *)at - arena) / page;
    }
    return 999;
}

static long error(long ret)
{
    return ret < 0 ? -errno : ret;
}

/*
 * A mapping that went elsewhere is of no interest any more.  So is one that
 * somebody else has chosen a place for: Linux does not always choose the same.
 */
static long settle(void *at, size_t len, bool is_chosen)
{
    long place = where(at);

    if (place == 999 || (place >= 0 && is_chosen)) {
        munmap(at, len);
        return 999;
    }
    return place;
}

static long op_mmap(char *what)
{
    char *at = any_page();
    size_t len = any_len(at);
    int prot = any_prot();
    int fixed = draw(4) ? MAP_FIXED : MAP_FIXED_NOREPLACE;
    int kind = draw(2) ? MAP_SHARED : MAP_PRIVATE;
    off_t offset = draw(FILE_PAGES) * page;

    switch (draw(4)) {
    case 0:
        sprintf(what, "mmap shared anonymous %x", fixed);
        return where(mmap(at, len, prot, fixed | MAP_SHARED | MAP_ANONYMOUS,
                          -1, 0));
    case 1:
        sprintf(what, "mmap of a file %x", fixed);
        return where(mmap(at, len, prot, fixed | kind, file, offset));
    default:
        sprintf(what, "mmap %ld+%zx %x %x", (long)((at - arena) / page), len,
                prot, fixed);
        return where(mmap(at, len, prot, fixed | MAP_PRIVATE | MAP_ANONYMOUS,
                          -1, 0));
    }
}

static long op_munmap(char *what)
{
    char *at = any_page();
    size_t len = any_len(at);

    sprintf(what, "munmap %ld+%zx", (long)((at - arena) / page), len);
    return error(munmap(at, len));
}

static long op_mprotect(char *what)
{
    char *at = any_page();
    size_t len = any_len(at);
    int prot = any_prot();

    sprintf(what, "mprotect %ld+%zx %x", (long)((at - arena) / page), len,
            prot);
    return error(mprotect(at, len, prot));
}

static long op_mremap(char *what)
{
    static const int flags[] = {
        0, MREMAP_MAYMOVE, MREMAP_MAYMOVE | MREMAP_FIXED,
        MREMAP_MAYMOVE | MREMAP_FIXED,
        MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP,
        MREMAP_MAYMOVE | MREMAP_DONTUNMAP, MREMAP_FIXED, 8,
    };
    char *at = any_page(), *to = any_page(), *now;
    size_t old_len = any_len(at), new_len = any_len(to);
    int how = flags[draw(sizeof(flags) / sizeof(flags[0]))];

    if (draw(2)) {
        new_len = old_len;
    }
    sprintf(what, "mremap %ld+%zx to %ld+%zx %d", (long)((at - arena) / page),
            old_len, (long)((to - arena) / page), new_len, how);
    /* The C library passes the last one on with MREMAP_FIXED only. */
    now = (void *)syscall(SYS_mremap, at, old_len, new_len, how, to);
    return settle(now, new_len, now != at && !(how & MREMAP_FIXED));
}

static long op_madvise(char *what)
{
    static const int advice[] = {
        MADV_NORMAL, MADV_RANDOM, MADV_WILLNEED, MADV_DONTNEED, MADV_DONTNEED,
        MADV_DONTNEED, MADV_REMOVE, 20, 21, 22, 23, 77, MADV_MERGEABLE,
        MADV_WIPEONFORK, MADV_KEEPONFORK,
    };
    char *at = any_page();
    size_t len = any_len(at);
    int one = advice[draw(sizeof(advice) / sizeof(advice[0]))];

    sprintf(what, "madvise %ld+%zx %d", (long)((at - arena) / page), len, one);
    return error(madvise(at, len, one));
}

static long op_other(char *what)
{
    unsigned char residence[PAGES + 8];
    char *at = any_page();
    size_t len = any_len(at);

    switch (draw(7)) {
    case 0:
        sprintf(what, "msync");
        return error(msync(at, len, draw(2) ? MS_SYNC : MS_ASYNC));
    case 1:
        sprintf(what, "mincore");
        return error(mincore(at, len, residence));
    case 2:
        sprintf(what, "mlock");
        return error(mlock(at, len));
    case 3:
        sprintf(what, "munlock");
        return error(munlock(at, len));
    case 4:
        sprintf(what, "mlock2");
        return error(syscall(SYS_mlock2, at, len, draw(3)));
    case 5:
        sprintf(what, "pkey_mprotect");
        return error(syscall(SYS_pkey_mprotect, at, len, any_prot(), -1));
    default:
        sprintf(what, "mprotect at an odd address");
        return error(mprotect(at + 1, len, PROT_READ));
    }
}

static long op_copy(char *what)
{
    char buf[8 * 65536];
    char *at = any_place(), *to = any_page();
    struct iovec own = { to, 0 }, there[2] = { { at, 0 } };

    own.iov_base = draw(2) ? buf : to;
    own.iov_len = draw(4 * page);
    there[0].iov_len = draw(3 * page);
    there[1].iov_base = any_page();
    there[1].iov_len = draw(page);

    memset(buf, 'w', sizeof(buf));
    if (own.iov_len > sizeof(buf)) {
        own.iov_len = sizeof(buf);
    }
    if (draw(2)) {
        sprintf(what, "process_vm_readv");
        return error(process_vm_readv(getpid(), &own, 1, there, 2, 0));
    }
    /* The kernel copies private pages on write before it looks at ours. */
    own.iov_base = buf;
    own.iov_len = sizeof(buf);
    sprintf(what, "process_vm_writev");
    return error(process_vm_writev(getpid(), &own, 1, there, 2, 0));
}

/* What is there, whatever its protection, and what is not. */
static long op_mem(char *what)
{
    static char buf[8 * 65536];
    char *at = any_place();
    size_t len = any_len(at);
    long ret;

    sprintf(what, "read mem %ld+%zx", (long)((at - arena) / page), len);
    if (draw(3)) {
        return error(pread(mem, buf, len, (unsigned long)at));
    }
    sprintf(what, "write mem %ld", (long)((at - arena) / page));
    memset(buf, 'm', 8);
    ret = error(pwrite(mem, buf, draw(8) + 1, (unsigned long)at));
    return ret;
}

/* What the kernel has read beside what was asked for varies, but not holes. */
static long op_pagemap(char *what)
{
    uint64_t entry[PAGES];
    unsigned char residence;
    char *at = any_page();
    long wrong = 0, len;

    sprintf(what, "pagemap %ld", (long)((at - arena) / page));
    len = pread(pagemap, entry, (1 + draw(6)) * 8,
                (unsigned long)at / page * 8);
    for (long i = 0; i < len / 8; i++) {
        wrong += mincore(at + i * page, page, &residence) && entry[i];
    }
    return len < 0 ? -errno : len * 10 + wrong;
}

static long op_shm(char *what)
{
    /* Arm wants four pages (SHMLBA). */
    char *at = arena + draw(PAGES / 4) * 4 * page;
    int how;

    if (draw(3) == 0) {
        sprintf(what, "shmdt %ld", (long)((at - arena) / page));
        return error(shmdt(at));
    }
    sprintf(what, "shmat %ld", (long)((at - arena) / page));
    how = draw(2) ? SHM_REMAP : 0;
    how |= draw(3) ? 0 : SHM_RDONLY;
    return where(shmat(segment, at, how));
}

/* The fields of the layout as they were, for PR_SET_MM_MAP. */
static bool read_layout(struct prctl_mm_map *map)
{
    static const struct {
        int number;             /* in stat */
        size_t offset;
    } fields[] = {
        { 26, offsetof(struct prctl_mm_map, start_code) },
        { 27, offsetof(struct prctl_mm_map, end_code) },
        { 28, offsetof(struct prctl_mm_map, start_stack) },
        { 45, offsetof(struct prctl_mm_map, start_data) },
        { 46, offsetof(struct prctl_mm_map, end_data) },
        { 48, offsetof(struct prctl_mm_map, arg_start) },
        { 49, offsetof(struct prctl_mm_map, arg_end) },
        { 50, offsetof(struct prctl_mm_map, env_start) },
        { 51, offsetof(struct prctl_mm_map, env_end) },
    };
    static char text[4096];
    int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC), number = 2;
    ssize_t len = read(fd, text, sizeof(text) - 1);
    char *at = len > 0 ? strrchr(text, ')') : NULL;
    size_t next = 0;

    close(fd);
    memset(map, 0, sizeof(*map));
    map->exe_fd = -1;
    while (at && next < sizeof(fields) / sizeof(fields[0])) {
        at = strchr(at + 1, ' ');
        if (++number == fields[next].number && at) {
            *(uint64_t *)((char *)map + fields[next++].offset) =
                strtoull(at, NULL, 10);
        }
    }
    return at;
}

/*
 * Moves the break into the arena, and around in it.  By PR_SET_MM_MAP, for
 * which the host asks for no privilege.
 */
static long op_brk(char *what)
{
    static struct prctl_mm_map map;
    char *at = any_place();
    long ret;

    if (!map.start_code && !read_layout(&map)) {
        return -1;
    }
    if (draw(3) == 0) {
        map.start_brk = (unsigned long)any_page();
        map.brk = (unsigned long)at;
        sprintf(what, "set brk %ld", (long)((at - arena) / page));
        return error(prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0));
    }
    sprintf(what, "brk %ld", (long)((at - arena) / page));
    ret = syscall(SYS_brk, at);
    return ret >= (long)arena && ret < (long)(arena + PAGES * page)
           ? ret - (long)arena : -1;
}

static long op_write(char *what)
{
    char *at = any_page();
    char letter = 'a' + draw(26);
    struct iovec own = { &letter, 1 }, there = { at, 1 };

    sprintf(what, "write %ld", (long)((at - arena) / page));
    return error(process_vm_writev(getpid(), &own, 1, &there, 1, 0));
}

static long op_fork(char *what)
{
    char text[PAGES + 1];
    int status;
    pid_t child;

    sprintf(what, "fork");
    child = fork();
    if (!child) {
        _exit(state(text) & 127);
    }
    waitpid(child, &status, 0);
    return status;
}

static long operate(char *what)
{
    switch (draw(28)) {
    case 24:
        return op_mem(what);
    case 25:
        return op_pagemap(what);
    case 26:
        return op_shm(what);
    case 27:
        return op_brk(what);
    case 0 ... 4:
        return op_mmap(what);
    case 5 ... 7:
        return op_munmap(what);
    case 8 ... 10:
        return op_mprotect(what);
    case 11 ... 13:
        return op_mremap(what);
    case 14 ... 15:
        return op_madvise(what);
    case 16 ... 17:
        return op_other(what);
    case 18:
        return op_copy(what);
    case 19:
        return draw(20) ? op_write(what) : op_fork(what);
    default:
        return op_write(what);
    }
}

/* Either of two threads does it, one at a time. */
static struct {
    sem_t go;
    sem_t done;
    char *what;
    long result;
} other;

static void *be_other(void *arg)
{
    for (;;) {
        sem_wait(&other.go);
        other.result = operate(other.what);
        sem_post(&other.done);
    }
    return arg;
}

static long operate_by_any(char *what)
{
    if (draw(2)) {
        return operate(what);
    }
    other.what = what;
    sem_post(&other.go);
    sem_wait(&other.done);
    return other.result;
}

int main(int argc, char **argv)
{
    static char stdout_buf[1 << 16];
    pthread_t thread;
    unsigned count, first;
    uint64_t sum = 0;
    char data[FILE_PAGES];

    if (argc < 3) {
        fprintf(stderr, "usage: fuzz-memory SEED COUNT [FIRST]\n");
        return 1;
    }
    random_state = strtoull(argv[1], NULL, 0) * 0x9e3779b97f4a7c15ull + 1;
    count = strtoul(argv[2], NULL, 0);
    first = argc > 3 ? strtoul(argv[3], NULL, 0) : count;
    page = sysconf(_SC_PAGESIZE);
    /* The heap is about to move. */
    setvbuf(stdout, stdout_buf, _IOFBF, sizeof(stdout_buf));
    file = memfd_create("fuzz", MFD_CLOEXEC);
    mem = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
    pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    segment = shmget(IPC_PRIVATE, 3 * page, 0600);
    sem_init(&other.go, 0, 0);
    sem_init(&other.done, 0, 0);
    memset(data, 'f', sizeof(data));
    if (file < 0 || ftruncate(file, 2 * PAGES * page) || pipe(ends) ||
        pthread_create(&thread, NULL, be_other, NULL)) {
        perror("fuzz-memory");
        return 1;
    }
    for (int i = 0; i < FILE_PAGES; i++) {
        data[0] = 'a' + i;
        if (pwrite(file, data, 1, i * page) != 1) {
            return 1;
        }
    }
    /* Nobody else is near. */
    arena = mmap((void *)0x30000000, (PAGES + 2 * MARGIN) * page, PROT_NONE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    arena += MARGIN * page;
    munmap(arena, PAGES * page);
    for (unsigned i = 0; i < count; i++) {
        char what[120], pages[PAGES + 1], maps[2000];
        long result = operate_by_any(what);
        uint64_t seen = state(pages), told = maps_sum(maps, sizeof(maps));

        sum = (sum ^ result ^ seen) * 0x100000001b3;
        if (i >= first) {
            printf("%u %s = %ld %s%s\n", i, what, result, pages, maps);
        } else if (i % 100 == 99) {
            printf("%u %016" PRIx64 " %016" PRIx64 "\n", i, sum, told);
        }
    }
    shmctl(segment, IPC_RMID, NULL);
    printf("%u %016" PRIx64 "\n", count, sum);
    return 0;
}
