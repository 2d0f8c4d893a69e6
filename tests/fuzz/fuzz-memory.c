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
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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

/* Mostly within the arena. */
static size_t any_len(const char *at)
{
    size_t left = (arena + PAGES * page - at) / page;

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
    unsigned long last_end = 0, last_offset = 0;
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
        unsigned long start, end, offset;
        char perms[8];

        if (sscanf(line, "%lx-%lx %7s %lx", &start, &end, perms, &offset) ==
            4 && end > (unsigned long)arena &&
            start < (unsigned long)arena + PAGES * page) {
            bool joins = start == last_end && !strcmp(perms, last_perms) &&
                         !offset && !last_offset;
            char piece[64] = "";

            /* Whether two are one depends on what they have been through. */
            if (!joins) {
                snprintf(piece, sizeof(piece), " -%lx %lx%s%lx",
                         (last_end - (unsigned long)arena) / page,
                         (start - (unsigned long)arena) / page, perms,
                         offset);
            }
            last_end = end;
            last_offset = offset;
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

/* A mapping that went elsewhere is of no interest any more. */
static long settle(void *at, size_t len)
{
    long place = where(at);

    if (place == 999) {
        munmap(at, len);
    }
    return place;
}

static long op_mmap(char *what)
{
    char *at = any_page();
    size_t len = any_len(at);
    int prot = any_prot();
    int fixed = draw(4) ? MAP_FIXED : MAP_FIXED_NOREPLACE;

    switch (draw(4)) {
    case 0:
        sprintf(what, "mmap shared anonymous %x", fixed);
        return where(mmap(at, len, prot, fixed | MAP_SHARED | MAP_ANONYMOUS,
                          -1, 0));
    case 1:
        sprintf(what, "mmap of a file %x", fixed);
        return where(mmap(at, len, prot, fixed |
                          (draw(2) ? MAP_SHARED : MAP_PRIVATE), file,
                          draw(FILE_PAGES) * page));
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
    char *at = any_page(), *to = any_page();
    size_t old_len = any_len(at), new_len = any_len(to);
    int how = flags[draw(sizeof(flags) / sizeof(flags[0]))];

    if (draw(2)) {
        new_len = old_len;
    }
    sprintf(what, "mremap %ld+%zx to %ld+%zx %d", (long)((at - arena) / page),
            old_len, (long)((to - arena) / page), new_len, how);
    return settle(mremap(at, old_len, new_len, how, to), new_len);
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
    char *at = any_page() + draw(2) * draw(page), *to = any_page();
    struct iovec own = { draw(2) ? buf : to, draw(4 * page) };
    struct iovec there[2] = {
        { at, draw(3 * page) }, { any_page(), draw(page) },
    };

    memset(buf, 'w', sizeof(buf));
    if (own.iov_len > sizeof(buf)) {
        own.iov_len = sizeof(buf);
    }
    if (draw(2)) {
        sprintf(what, "process_vm_readv");
        return error(process_vm_readv(getpid(), &own, 1, there, 2, 0));
    }
    sprintf(what, "process_vm_writev");
    return error(process_vm_writev(getpid(), &own, 1, there, 2, 0));
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
    switch (draw(24)) {
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

int main(int argc, char **argv)
{
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
    file = memfd_create("fuzz", MFD_CLOEXEC);
    memset(data, 'f', sizeof(data));
    if (file < 0 || ftruncate(file, 2 * PAGES * page) || pipe(ends)) {
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
        long result = operate(what);
        uint64_t seen = state(pages), told = maps_sum(maps, sizeof(maps));

        sum = (sum ^ result ^ seen) * 0x100000001b3;
        if (i >= first) {
            printf("%u %s = %ld %s%s\n", i, what, result, pages, maps);
        } else if (i % 100 == 99) {
            printf("%u %016" PRIx64 " %016" PRIx64 "\n", i, sum, told);
        }
    }
    printf("%u %016" PRIx64 "\n", count, sum);
    return 0;
}
