/*
 * Memory calls on ranges with holes, and with arguments that Linux refuses
 *
 * A program can ask by these calls what is mapped: unwinders, garbage
 * collectors and crash handlers do.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <sched.h>
#include <sys/shm.h>
#include <sys/uio.h>

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef MADV_COLD
#define MADV_COLD 20
#define MADV_PAGEOUT 21
#endif

enum { PAGES = 12 };

static char *area;

/* One letter a page: mapped, with the number of its last writer, or a hole. */
static void map_pages(const char *pages)
{
    size_t page = page_size();

    area = mmap(NULL, PAGES * page, PROT_NONE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    munmap(area, PAGES * page);
    for (size_t i = 0; pages[i]; i++) {
        if (pages[i] != '.') {
            mmap(area + i * page, page, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
            area[i * page] = pages[i];
        }
    }
}

/* Returns: a letter for each page, '.' for a hole, '-' for no access. */
static void look_at_pages(char *pages)
{
    int ends[2];

    if (pipe(ends)) {
        return;
    }
    for (size_t i = 0; i < PAGES; i++) {
        unsigned char there;
        char *at = area + i * page_size();

        if (mincore(at, page_size(), &there) && errno == ENOMEM) {
            pages[i] = '.';
        } else if (write(ends[1], at, 1) == 1) {
            if (read(ends[0], &pages[i], 1) != 1 || !pages[i]) {
                pages[i] = '0';
            }
        } else {
            pages[i] = '-';
        }
    }
    pages[PAGES] = '\0';
    close(ends[0]);
    close(ends[1]);
}

enum call {
    MUNMAP, MPROTECT, MSYNC, MINCORE, MADVISE, MLOCK, MUNLOCK, MLOCK2,
    MREMAP_SAME, MREMAP_MORE, MREMAP_LESS, MREMAP_STAY, FIXED, NOREPLACE,
    PKEY_MPROTECT, REMAP_FILE,
};

static const char *const call_name[] = {
    "munmap", "mprotect(PROT_NONE)", "msync", "mincore", "madvise(DONTNEED)",
    "mlock", "munlock", "mlock2", "mremap to the same size",
    "mremap to a larger size", "mremap to a smaller size",
    "mremap without MAYMOVE", "mmap(FIXED)", "mmap(FIXED_NOREPLACE)",
    "pkey_mprotect", "remap_file_pages",
};

/* Returns: 0 or errno. */
static int do_call(enum call call, char *at, size_t len)
{
    const int map_flags = MAP_PRIVATE | MAP_ANONYMOUS;
    unsigned char residence[PAGES + 1];
    size_t page = page_size();
    void *ret;

    switch (call) {
    case MUNMAP:
        return err_of(munmap(at, len));
    case MPROTECT:
        return err_of(mprotect(at, len, PROT_NONE));
    case MSYNC:
        return err_of(msync(at, len, MS_ASYNC));
    case MINCORE:
        return err_of(mincore(at, len, residence));
    case MADVISE:
        return err_of(madvise(at, len, MADV_DONTNEED));
    case MLOCK:
        return err_of(mlock(at, len));
    case MUNLOCK:
        return err_of(munlock(at, len));
    case MLOCK2:
        return err_of(syscall(SYS_mlock2, at, len, 0));
    case MREMAP_SAME:
        ret = mremap(at, len, len, MREMAP_MAYMOVE);
        break;
    case MREMAP_MORE:
        ret = mremap(at, len, len + page, MREMAP_MAYMOVE);
        break;
    case MREMAP_LESS:
        ret = mremap(at, len, len - page, MREMAP_MAYMOVE);
        break;
    case MREMAP_STAY:
        ret = mremap(at, len, len + page, 0);
        break;
    case FIXED:
        ret = mmap(at, len, PROT_READ, map_flags | MAP_FIXED, -1, 0);
        break;
    case NOREPLACE:
        ret = mmap(at, len, PROT_READ, map_flags | MAP_FIXED_NOREPLACE, -1,
                   0);
        break;
    case PKEY_MPROTECT:
        return err_of(syscall(SYS_pkey_mprotect, at, len, PROT_NONE, -1));
    case REMAP_FILE:
        return err_of(syscall(SYS_remap_file_pages, at, len, 0, 0, 0));
    default:
        abort();
    }
    return ret == MAP_FAILED ? errno : 0;
}

static const struct hole_row {
    const char *id;
    enum call call;
    const char *pages;          /* before */
    int first, count;           /* of the call */
    int want;
    const char *after;          /* NULL: not looked at */
} hole_rows[] = {
    { "M1", MUNMAP, "abcd", 1, 2, 0, "a..d........" },
    { "M1a", MUNMAP, "ab.d", 0, 6, 0, "............" },
    { "M1b", MUNMAP, "a..d", 1, 2, 0, "a..d........" },
    { "M1c", MUNMAP, "a.c.e.g", 1, 5, 0, "a.....g....." },
    { "M2", MPROTECT, "ab.d", 0, 2, 0, "--.d........" },
    { "M2a", MPROTECT, "ab.d", 0, 4, ENOMEM, "--.d........" },
    { "M2b", MPROTECT, "ab.d", 2, 2, ENOMEM, "ab.d........" },
    { "M2c", MPROTECT, "ab..", 2, 1, ENOMEM, "ab.........." },
    { "M3", MSYNC, "ab.d", 0, 2, 0, NULL },
    { "M3a", MSYNC, "ab.d", 0, 4, ENOMEM, NULL },
    { "M3b", MSYNC, "ab.d", 2, 1, ENOMEM, NULL },
    { "M4", MINCORE, "ab.d", 0, 2, 0, NULL },
    { "M4a", MINCORE, "ab.d", 0, 4, ENOMEM, NULL },
    { "M4b", MINCORE, "ab.d", 2, 2, ENOMEM, NULL },
    { "M5", MADVISE, "ab.d", 0, 2, 0, "00.d........" },
    { "M5a", MADVISE, "ab.d", 0, 4, ENOMEM, "00.0........" },
    { "M5b", MADVISE, "ab.d", 2, 1, ENOMEM, "ab.d........" },
    { "M5c", MADVISE, "ab.d.f", 2, 4, ENOMEM, "ab.0.0......" },
    { "M6", MLOCK, "ab.d", 0, 2, 0, "ab.d........" },
    { "M6a", MLOCK, "ab.d", 0, 4, ENOMEM, NULL },
    { "M6b", MLOCK, "ab.d", 2, 1, ENOMEM, NULL },
    { "M6c", MUNLOCK, "ab.d", 0, 2, 0, NULL },
    { "M6d", MUNLOCK, "ab.d", 0, 4, ENOMEM, NULL },
    { "M6e", MUNLOCK, "ab.d", 2, 1, ENOMEM, NULL },
    { "M6f", MLOCK2, "ab.d", 0, 2, 0, NULL },
    { "M6g", MLOCK2, "ab.d", 0, 4, ENOMEM, NULL },
    { "M7", MREMAP_SAME, "ab.d", 0, 2, 0, "ab.d........" },
    { "M7a", MREMAP_SAME, "ab.d", 2, 1, EFAULT, "ab.d........" },
    { "M7b", MREMAP_MORE, "ab.d", 2, 1, EFAULT, "ab.d........" },
    { "M7c", MREMAP_MORE, "ab.d", 0, 4, EFAULT, "ab.d........" },
    { "M7d", MREMAP_MORE, "ab..", 0, 2, 0, "ab0........." },
    { "M7e", MREMAP_LESS, "abcd", 0, 4, 0, "abc........." },
    { "M7f", MREMAP_LESS, "a.cd", 1, 2, EFAULT, "a.cd........" },
    { "M7g", MREMAP_STAY, "ab..", 0, 2, 0, "ab0........." },
    { "M7h", MREMAP_STAY, "ab.d", 0, 2, 0, "ab0d........" },
    { "M7i", MREMAP_STAY, "abcd", 0, 2, ENOMEM, "abcd........" },
    { "M8", FIXED, "a.cd", 0, 3, 0, "000d........" },
    { "M8a", NOREPLACE, "a.cd", 1, 1, 0, "a0cd........" },
    { "M8b", NOREPLACE, "a.cd", 1, 2, EEXIST, "a.cd........" },
    { "M8c", NOREPLACE, "a.cd", 0, 1, EEXIST, "a.cd........" },
    { "M9", PKEY_MPROTECT, "ab.d", 0, 2, 0, "--.d........" },
    { "M9a", PKEY_MPROTECT, "ab.d", 0, 4, ENOMEM, "--.d........" },
    { "M9b", REMAP_FILE, "ab.d", 2, 1, EINVAL, NULL },
    { "M9c", REMAP_FILE, "ab.d", 0, 1, EINVAL, NULL },
};

static void run_hole(const char *id, const void *arg)
{
    const struct hole_row *row = arg;
    size_t page = page_size();
    char now[PAGES + 1] = "";
    char text[120];
    int got;

    map_pages(row->pages);
    got = do_call(row->call, area + row->first * page, row->count * page);
    snprintf(text, sizeof(text), "%s of %d pages from %d of \"%s\"",
             call_name[row->call], row->count, row->first, row->pages);
    check_err(id, text, row->want, got);
    if (row->after) {
        look_at_pages(now);
        check_str(id, "what is there afterwards", row->after, now);
    }
}

/* A 64-bit kernel's sums do not wrap where a 32-bit program's do. */
static bool sums_wrap(void)
{
    return !judge.native || sizeof(long) == 8;
}

/* Arguments that are refused before anything is looked at. */
static void refused(const char *id, const void *arg)
{
    const size_t page = page_size();
    unsigned char residence[4];

    (void)arg;
    map_pages("abcd");
    check_err(id, "munmap of 0 bytes", EINVAL, err_of(munmap(area, 0)));
    check_err(id, "munmap between pages", EINVAL,
              err_of(munmap(area + 1, page)));
    check_err(id, "munmap from behind the address space", EINVAL,
              err_of(munmap((void *)(uintptr_t)judge.task_size, page)));
    check_err(id, "munmap of more than the address space", EINVAL,
              err_of(munmap(area, -page)));
    check_err(id, "mprotect of 0 bytes", 0,
              err_of(mprotect(area, 0, PROT_NONE)));
    check_err(id, "mprotect between pages", EINVAL,
              err_of(mprotect(area + 1, page, PROT_NONE)));
    if (sums_wrap()) {
        check_err(id, "mprotect around the end of all addresses", ENOMEM,
                  err_of(mprotect(area, -page, PROT_NONE)));
        check_err(id, "madvise of all bytes", EINVAL,
                  err_of(madvise(area, -1, MADV_NORMAL)));
    }
    check_err(id, "mprotect up and down", EINVAL,
              err_of(mprotect(area, page, PROT_READ | PROT_GROWSDOWN |
                              PROT_GROWSUP)));
    check_err(id, "mprotect of what does not grow", EINVAL,
              err_of(mprotect(area, page, PROT_READ | PROT_GROWSDOWN)));
    check_err(id, "msync both ways", EINVAL,
              err_of(msync(area, page, MS_SYNC | MS_ASYNC)));
    check_err(id, "msync with an unknown flag", EINVAL,
              err_of(msync(area, page, 64)));
    check_err(id, "msync between pages", EINVAL,
              err_of(msync(area + 1, page, MS_SYNC)));
    check_err(id, "msync of 0 bytes", 0, err_of(msync(area, 0, MS_SYNC)));
    check_err(id, "mincore between pages", EINVAL,
              err_of(mincore(area + 1, page, residence)));
    check_err(id, "mincore of 0 bytes", 0,
              err_of(mincore(area, 0, residence)));
    check_err(id, "mincore into a hole", EFAULT,
              err_of(mincore(area, page, (unsigned char *)area + 5 * page)));
    check_err(id, "mincore of more than the address space", ENOMEM,
              err_of(mincore(area, -page, residence)));
    check_err(id, "madvise between pages", EINVAL,
              err_of(madvise(area + 1, page, MADV_NORMAL)));
    check_err(id, "madvise of 0 bytes", 0,
              err_of(madvise(area, 0, MADV_NORMAL)));
    check_err(id, "madvise of nothing known", EINVAL,
              err_of(madvise(area, page, 77)));
    check_err(id, "madvise of nothing known for 0 bytes", EINVAL,
              err_of(madvise(area, 0, 77)));
    check_err(id, "mlock of 0 bytes", 0, err_of(mlock(area, 0)));
    check_err(id, "mlock within a page", 0, err_of(mlock(area + 5, 1)));
    check_err(id, "mlock2 with an unknown flag", EINVAL,
              err_of(syscall(SYS_mlock2, area, page, 8)));
    check_err(id, "mlockall of nothing", EINVAL, err_of(mlockall(0)));
    check_err(id, "mlockall with an unknown flag", EINVAL,
              err_of(mlockall(1 << 20)));
}

static int mremap_err(void *old, size_t old_len, size_t new_len, int flags,
                      void *new)
{
    return mremap(old, old_len, new_len, flags, new) == MAP_FAILED ? errno
                                                                   : 0;
}

static void refused_moves(const char *id, const void *arg)
{
    const int fixed = MREMAP_MAYMOVE | MREMAP_FIXED;
    const size_t page = page_size();
    char *to;

    (void)arg;
    map_pages("abcd");
    to = area + 6 * page;
    check_err(id, "mremap with an unknown flag", EINVAL,
              mremap_err(area, page, page, 64, NULL));
    check_err(id, "mremap FIXED without MAYMOVE", EINVAL,
              mremap_err(area, page, page, MREMAP_FIXED, to));
    check_err(id, "mremap from between pages", EINVAL,
              mremap_err(area + 1, page, page, MREMAP_MAYMOVE, NULL));
    check_err(id, "mremap to 0 bytes", EINVAL,
              mremap_err(area, page, 0, MREMAP_MAYMOVE, NULL));
    check_err(id, "mremap to between pages", EINVAL,
              mremap_err(area, page, page, fixed, to + 1));
    check_err(id, "mremap onto itself", EINVAL,
              mremap_err(area, 2 * page, 2 * page, fixed, area + page));
    check_err(id, "mremap behind the address space", EINVAL,
              mremap_err(area, page, page, fixed,
                         (void *)(uintptr_t)judge.task_size));
    check_err(id, "mremap DONTUNMAP to another size", EINVAL,
              mremap_err(area, page, 2 * page, MREMAP_MAYMOVE |
                         MREMAP_DONTUNMAP, NULL));
    check_err(id, "mremap of 0 bytes without MAYMOVE", EINVAL,
              mremap_err(area, 0, page, 0, NULL));
    check_err(id, "mremap of 0 bytes of private memory", EINVAL,
              mremap_err(area, 0, page, MREMAP_MAYMOVE, NULL));
}

static int mmap_err(void *at, size_t len, int prot, int flags, int fd,
                    off_t offset)
{
    return mmap(at, len, prot, flags, fd, offset) == MAP_FAILED ? errno : 0;
}

static void refused_maps(const char *id, const void *arg)
{
    const int anon = MAP_PRIVATE | MAP_ANONYMOUS;
    const size_t page = page_size();
    char *end = (char *)(uintptr_t)(judge.task_size - page);

    (void)arg;
    map_pages("abcd");
    check_err(id, "mmap of 0 bytes", EINVAL,
              mmap_err(NULL, 0, PROT_READ, anon, -1, 0));
    check_err(id, "mmap of a number that is not open", EBADF,
              mmap_err(NULL, page, PROT_READ, MAP_PRIVATE, NOT_OPEN, 0));
    check_err(id, "mmap of 0 bytes of it", EBADF,
              mmap_err(NULL, 0, PROT_READ, MAP_PRIVATE, NOT_OPEN, 0));
    check_err(id, "mmap neither shared nor private", EINVAL,
              mmap_err(NULL, page, PROT_READ, MAP_ANONYMOUS, -1, 0));
    check_err(id, "mmap of all bytes", ENOMEM,
              mmap_err(NULL, -1, PROT_READ, anon, -1, 0));
    check_err(id, "mmap FIXED between pages", EINVAL,
              mmap_err(area + 1, page, PROT_READ, anon | MAP_FIXED, -1, 0));
    check_err(id, "mmap FIXED over the end", ENOMEM,
              mmap_err(end, 2 * page, PROT_READ, anon | MAP_FIXED, -1, 0));
    check_err(id, "mmap FIXED behind the end", ENOMEM,
              mmap_err(end + page, page, PROT_READ, anon | MAP_FIXED, -1, 0));
    check_err(id, "mmap with bits that mean nothing", 0,
              mmap_err(NULL, page, PROT_READ | 0x8000, anon, -1, 0));
}

static void partial_copies(const char *id, const void *arg)
{
    const size_t page = page_size();
    char buf[3 * 65536];
    struct iovec local = { buf, 3 * page };
    struct iovec remote[2] = { { NULL, 3 * page }, { NULL, page } };
    ssize_t got;

    (void)arg;
    map_pages("ab.d");
    if (3 * page > sizeof(buf)) {
        skip(id, "process_vm_readv", "pages are too large");
        return;
    }
    remote[0].iov_base = area;
    got = process_vm_readv(getpid(), &local, 1, remote, 1, 0);
    check_num(id, "process_vm_readv up to a hole", 2 * page, got);
    check_true(id, "it has read that", buf[0] == 'a' && buf[page] == 'b');
    remote[0].iov_base = area + 2 * page;
    got = process_vm_readv(getpid(), &local, 1, remote, 1, 0);
    check_err(id, "process_vm_readv from a hole", EFAULT,
              err_of(got));
    remote[0] = (struct iovec) { area + page + page / 2, page };
    got = process_vm_readv(getpid(), &local, 1, remote, 1, 0);
    check_num(id, "process_vm_readv of half a page", page / 2, got);
    remote[0] = (struct iovec) { area, page };
    remote[1] = (struct iovec) { area + 2 * page, page };
    got = process_vm_readv(getpid(), &local, 1, remote, 2, 0);
    check_num(id, "process_vm_readv of a page and a hole", page, got);
    buf[0] = 'x';
    got = process_vm_writev(getpid(), &local, 1, remote, 2, 0);
    check_num(id, "process_vm_writev of a page and a hole", page, got);
    check_true(id, "it has written that", area[0] == 'x');
    local.iov_base = area + 2 * page;
    got = process_vm_readv(getpid(), &local, 1, remote, 1, 0);
    check_err(id, "process_vm_readv into a hole", EFAULT, err_of(got));
    check_err(id, "process_vm_readv with a flag", EINVAL,
              err_of(process_vm_readv(getpid(), &local, 1, remote, 1, 1)));
    local.iov_base = buf;
    check_err(id, "process_vm_readv of nobody", ESRCH,
              err_of(process_vm_readv(INT_MAX - 1, &local, 1, remote, 1, 0)));
    check_num(id, "process_vm_readv of nothing", 0,
              process_vm_readv(getpid(), &local, 0, remote, 1, 0));
    /* A page that was never written to is shared until it is. */
    map_pages("abcd.");
    check_err(id, "pages nobody has written to", 0,
              mmap_err(area + page, 3 * page, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    area[page] = 'A';
    remote[0] = (struct iovec) { area + page, 3 * page };
    local = (struct iovec) { area + 2 * page, 3 * page };
    got = process_vm_readv(getpid(), &local, 1, remote, 1, 0);
    check_num(id, "process_vm_readv of the page before each", 2 * page, got);
    /* Kernels differ in whether the second one is read or written first. */
    check_true(id, "the first is read", area[2 * page] == 'A');
    check_true(id, "the second is read, before or after it is written",
               area[3 * page] == 0 || area[3 * page] == 'A');
    area[page] = 'B';
    got = process_vm_readv(getpid(), &local, 1, remote, 1, 0);
    check_num(id, "process_vm_readv of the page before each, again",
              2 * page, got);
    check_true(id, "of pages that are there each is written before it is read",
               area[2 * page] == 'B' && area[3 * page] == 'B');
}

static void copies_of_child(const char *id, const void *arg)
{
    const size_t page = page_size();
    char buf[16] = "";
    struct iovec local = { buf, 4 }, remote;
    int ends[2], status;
    pid_t child;

    (void)arg;
    map_pages("ab.d");
    if (pipe(ends)) {
        return;
    }
    child = fork();
    if (!child) {
        volatile char *written = &area[page]; /* it is a fault */

        area[0] = 'C';
        if (write(ends[1], "", 1) != 1) {
            _exit(1);
        }
        while (*written != 'W') {
            usleep(1000);
        }
        _exit(0);
    }
    if (read(ends[0], buf + 8, 1) != 1) {
        return;
    }
    remote = (struct iovec) { area, 4 };
    check_num(id, "process_vm_readv of a child", 4,
              process_vm_readv(child, &local, 1, &remote, 1, 0));
    check_true(id, "it is the child's", buf[0] == 'C');
    remote.iov_base = area + 2 * page;
    check_err(id, "process_vm_readv of a child's hole", EFAULT,
              err_of(process_vm_readv(child, &local, 1, &remote, 1, 0)));
    remote.iov_base = area + page;
    buf[0] = 'W';
    check_num(id, "process_vm_writev of a child", 4,
              process_vm_writev(child, &local, 1, &remote, 1, 0));
    status = wait_for(child);
    check_num(id, "the child has seen it", 0, status);
}

/* Where maps begins, and what lies below and above everything. */
static void ends_of_space(const char *id, const void *arg)
{
    const size_t page = page_size();
    char *low = (char *)(uintptr_t)((judge.min_addr + page - 1) & -page);
    char *high = (char *)(uintptr_t)(last_mapping_end());
    unsigned char there;

    (void)arg;
    check_err(id, "munmap of the first pages", 0, err_of(munmap(0, page)));
    check_err(id, "mprotect of the first page", ENOMEM,
              err_of(mprotect(0, page, PROT_READ)));
    check_err(id, "msync of the first page", ENOMEM,
              err_of(msync(0, page, MS_ASYNC)));
    check_err(id, "mincore of the first page", ENOMEM,
              err_of(mincore(0, page, &there)));
    check_err(id, "munmap at the lowest address", 0,
              err_of(munmap(low, page)));
    if ((uintptr_t)high < judge.task_size) {
        check_err(id, "munmap above all mappings", 0,
                  err_of(munmap(high, page)));
        check_err(id, "mprotect above all mappings", ENOMEM,
                  err_of(mprotect(high, page, PROT_READ)));
        check_err(id, "madvise above all mappings", ENOMEM,
                  err_of(madvise(high, page, MADV_DONTNEED)));
        check_err(id, "mlock above all mappings", ENOMEM,
                  err_of(mlock(high, page)));
    }
    check_err(id, "mremap above all mappings", EFAULT,
              mremap_err(high, page, 2 * page, MREMAP_MAYMOVE, NULL));
}

static void locked_for_ever(const char *id, const void *arg)
{
    const size_t page = page_size();
    char *before = mmap(NULL, page, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *after;

    (void)arg;
    if (!check_err(id, "mlockall(FUTURE)", 0, err_of(mlockall(MCL_FUTURE)))) {
        return;
    }
    after = mmap(NULL, page, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check_err(id, "what was there is not locked", 0,
              err_of(madvise(before, page, MADV_DONTNEED)));
    check_err(id, "a new mapping is", EINVAL,
              err_of(madvise(after, page, MADV_DONTNEED)));
    check_err(id, "mlockall(CURRENT)", 0, err_of(mlockall(MCL_CURRENT)));
    check_err(id, "what was there is now", EINVAL,
              err_of(madvise(before, page, MADV_DONTNEED)));
    check_err(id, "munlockall", 0, err_of(munlockall()));
    check_err(id, "nothing is", 0,
              err_of(madvise(after, page, MADV_DONTNEED)));
    after = mmap(NULL, page, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check_err(id, "nor what comes", 0,
              err_of(madvise(after, page, MADV_DONTNEED)));
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    for (size_t i = 0; i < sizeof(hole_rows) / sizeof(hole_rows[0]); i++) {
        run_case(hole_rows[i].id, run_hole, &hole_rows[i]);
    }
    run_case("M20", refused, NULL);
    run_case("M21", refused_moves, NULL);
    run_case("M22", refused_maps, NULL);
    run_case("M23", partial_copies, NULL);
    run_case("M24", copies_of_child, NULL);
    run_case("M25", ends_of_space, NULL);
    run_case("M26", locked_for_ever, NULL);
    return finish();
}
