/*
 * The whole address space: what maps shows is all there is
 *
 * A program that unmaps, protects or maps wherever maps shows nothing lives
 * on.  The ranges that are not free, although nothing is shown there, are
 * printed as a diagnostic.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

enum {
    MAX_RANGES = 256,
    MANY = 48,
    SMALL_STACK = 64 * 1024,
    HOLE = 16 << 20,
    /* What the last threads had may still be there. */
    MOST_LOST = 8,
};

/* emulator-pages: a 64-bit guest shares its address space with the emulator. */
static bool sw_emulator_has_pages(void)
{
    return !judge.native && sizeof(long) == 8;
}

static const int anon = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

typedef void range_fn(uint64_t start, uint64_t end);

static void for_each_hole(range_fn *fn)
{
    struct range range[MAX_RANGES];
    unsigned count = read_maps(range, MAX_RANGES);
    uint64_t at = (judge.min_addr + page_size() - 1) & -(uint64_t)page_size();

    for (unsigned i = 0; i < count; i++) {
        if (range[i].start > at) {
            fn(at, range[i].start);
        }
        at = range[i].end > at ? range[i].end : at;
    }
    if (at < judge.task_size) {
        fn(at, judge.task_size);
    }
}

static void *thread(void *arg)
{
    char stack[20000];

    memset(stack, 1, sizeof(stack));
    *(int *)arg = stack[100];
    return arg;
}

static volatile sig_atomic_t caught;

static void catch(int sig)
{
    caught = sig;
}

static const struct sigaction action = { .sa_handler = catch };

/* Nothing that the emulator needs for any of it is gone. */
static void check_life(const char *id, const char *after)
{
    char text[100];
    int value = 0, status;
    pthread_t t;
    pid_t child;

    snprintf(text, sizeof(text), "a signal after %s", after);
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    check_num(id, text, SIGUSR1, caught);
    snprintf(text, sizeof(text), "a thread after %s", after);
    if (pthread_create(&t, NULL, thread, &value) == 0) {
        pthread_join(t, NULL);
    }
    check_num(id, text, 1, value);
    snprintf(text, sizeof(text), "a fork after %s", after);
    child = fork();
    if (!child) {
        void *more = malloc(1 << 20);

        _exit(more ? 5 : 6);
    }
    status = wait_for(child);
    check_num(id, text, 5, WIFEXITED(status) ? WEXITSTATUS(status) : 0);
#ifdef i386
    snprintf(text, sizeof(text), "a segment register after %s", after);
    unsigned short gs;
    __asm__ volatile("mov %%gs, %0; mov %0, %%gs" : "=r"(gs));
    check_true(id, text, true);
    int nr = SYS_getpid, pid;
    __asm__ volatile("int $0x80" : "=a"(pid) : "a"(nr));
    snprintf(text, sizeof(text), "int 0x80 after %s", after);
    check_num(id, text, getpid(), pid);
#endif
}

static unsigned failed, done;

static void unmap(uint64_t start, uint64_t end)
{
    done++;
    failed += munmap((void *)(uintptr_t)start, end - start) != 0;
}

static void unmap_by_page(uint64_t start, uint64_t end)
{
    const uint64_t most = 4096 * page_size();

    /* Where the emulator may be: beside what it has mapped. */
    for (uint64_t at = start; at < end && at < start + most;
         at += page_size()) {
        unmap(at, at + page_size());
    }
    for (uint64_t at = end; at > start && at > end - most;
         at -= page_size()) {
        unmap(at - page_size(), at);
    }
}

static void unmaps_holes(const char *id, const void *arg)
{
    (void)arg;
    for_each_hole(unmap);
    check_true(id, "holes of maps can be unmapped", done && !failed);
    check_life(id, "that");
    for_each_hole(unmap_by_page);
    check_true(id, "holes of maps can be unmapped page by page", !failed);
    check_life(id, "that as well");
}

static unsigned wrong;

static void protect(uint64_t start, uint64_t end)
{
    done++;
    wrong += err_of(mprotect((void *)(uintptr_t)start, end - start,
                             PROT_NONE)) != ENOMEM;
}

static void advise(uint64_t start, uint64_t end)
{
    wrong += err_of(madvise((void *)(uintptr_t)start, end - start,
                            MADV_DONTNEED)) != ENOMEM;
    wrong += err_of(msync((void *)(uintptr_t)start, end - start,
                          MS_ASYNC)) != ENOMEM;
    wrong += err_of(munlock((void *)(uintptr_t)start, end - start)) != ENOMEM;
}

static void move_hole(uint64_t start, uint64_t end)
{
    (void)end;
    wrong += mremap((void *)(uintptr_t)start, page_size(), 2 * page_size(),
                    MREMAP_MAYMOVE) != MAP_FAILED || errno != EFAULT;
}

static void protects_holes(const char *id, const void *arg)
{
    (void)arg;
    for_each_hole(protect);
    check_true(id, "holes of maps cannot be protected", done && !wrong);
    for_each_hole(advise);
    check_true(id, "nor be advised about", !wrong);
    for_each_hole(move_hole);
    check_true(id, "nor moved", !wrong);
    check_life(id, "that");
}

/* All but the program, its stack and the last page, in one call each. */
static void loses_all_else(const char *id, const void *arg)
{
    struct range range[MAX_RANGES];
    unsigned count = read_maps(range, MAX_RANGES);
    uintptr_t stack = (uintptr_t)&count;
    uintptr_t code = (uintptr_t)loses_all_else;
    /* i386's system calls go there. */
    uint64_t vdso = getauxval(AT_SYSINFO_EHDR);
    uint64_t heap = (uintptr_t)sbrk(0);

    (void)arg;
    for (unsigned i = 0; i < count; i++) {
        bool needed = (range[i].start <= stack && stack < range[i].end) ||
                      range[i].end <= heap || range[i].start == vdso ||
                      (range[i].start <= code && code < range[i].end + (1 << 24)
                       && range[i].start < code + (1 << 24)) ||
                      (range[i].start <= (uintptr_t)judge.shared &&
                       (uintptr_t)judge.shared < range[i].end);

        if (!needed) {
            munmap((void *)(uintptr_t)range[i].start,
                   range[i].end - range[i].start);
        }
    }
    signal(SIGUSR1, SIG_IGN);
    raise(SIGUSR1);
    check_true(id, "everything but the program can be unmapped", true);
    check_true(id, "memory is to be had afterwards",
               mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, anon, -1, 0) !=
               MAP_FAILED);
}

static struct {
    uint64_t start, end;
} taken[64];
static unsigned ntaken;

static void note_taken(uint64_t start, uint64_t end)
{
    if (ntaken && taken[ntaken - 1].end == start) {
        taken[ntaken - 1].end = end;
    } else if (ntaken < 64) {
        taken[ntaken].start = start;
        taken[ntaken++].end = end;
    }
}

static bool is_free(uint64_t start, uint64_t end)
{
    void *want = (void *)(uintptr_t)start;
    void *got = mmap(want, end - start, PROT_NONE, anon | MAP_FIXED_NOREPLACE,
                     -1, 0);

    if (got == MAP_FAILED) {
        return false;
    }
    munmap(got, end - start);
    return got == want;
}

/* Some 64 pages of it; the host's address space may end below the guest's. */
static bool seems_all_taken(uint64_t start, uint64_t end)
{
    const uint64_t page = page_size();
    const uint64_t step = (end - start) / 64 / page * page + page;

    for (uint64_t at = start; page <= end - at; at += step) {
        if (is_free(at, at + page)) {
            return false;
        }
        if (step > end - at) {
            break;
        }
    }
    return !is_free(end - page, end);
}

/* Halves what is not free until it is known to a page. */
static void look_for_taken(uint64_t start, uint64_t end)
{
    const uint64_t page = page_size();
    uint64_t middle = start + (end - start) / 2 / page * page;

    if (is_free(start, end)) {
        return;
    }
    if (end - start <= page || seems_all_taken(start, end)) {
        note_taken(start, end);
        return;
    }
    look_for_taken(start, middle);
    look_for_taken(middle, end);
}

/* The kernel's gap below a stack is no mapping, and free to MAP_FIXED. */
static void free_is_free(const char *id, const void *arg)
{
    unsigned wrong_errors = 0;

    (void)arg;
    if (sw_lacks(SYS_openat2)) {
        skip(id, "free is free", "QEMU 7.2 counts every page of a mapping");
        return;
    }
    for_each_hole(look_for_taken);
    for (unsigned i = 0; i < ntaken; i++) {
        void *at = (void *)(uintptr_t)taken[i].start;
        size_t len = taken[i].end - taken[i].start;

        printf("# not free: %" PRIx64 "-%" PRIx64 "\n", taken[i].start,
               taken[i].end);
        if (mmap(at, len, PROT_NONE, anon | MAP_FIXED, -1, 0) != MAP_FAILED ||
            errno != ENOMEM) {
            wrong_errors++;
        }
        if (mmap(at, len, PROT_NONE, anon | MAP_FIXED_NOREPLACE, -1, 0) !=
            MAP_FAILED || (errno != EEXIST && errno != ENOMEM)) {
            wrong_errors++;
        }
    }
    fflush(stdout);
    check(ntaken == 0 || sw_emulator_has_pages(), id,
          "what maps shows as free can be mapped", "expected 0 got %u ranges",
          ntaken);
    check_num(id, "and where it cannot, the answers are ENOMEM and EEXIST", 0,
              wrong_errors);
    check_life(id, "that");
}

static unsigned mapped;

static void map_over(uint64_t start, uint64_t end)
{
    /* Not so much that page tables or maps get too long. */
    const uint64_t step = (end - start) / 64 / page_size() * page_size();

    /* sparc64 has addresses up to the last ones. */
    for (uint64_t at = start; step && step <= end - at; at += step) {
        void *want = (void *)(uintptr_t)at;

        if (mmap(want, page_size(), PROT_READ | PROT_WRITE, anon | MAP_FIXED,
                 -1, 0) == want) {
            *(char *)want = 1;
            munmap(want, page_size());
            mapped++;
        }
    }
}

static void maps_in_holes(const char *id, const void *arg)
{
    (void)arg;
    for_each_hole(map_over);
    check_true(id, "pages can be mapped in holes", mapped > 64);
    check_life(id, "that");
}

/* Where runtimes and native images want to be, whatever the host has there. */
static void fixed_addresses(const char *id, const void *arg)
{
    static const uint64_t wanted[] = {
        0x10000000, 0x40000000, 0x7e000000, 0x100000000, 0x4000000000,
        0x10000000000, 0x2aaaaaaab000, 0x555555554000, 0x600000000000,
        0x7e0000000000, 0x7ffff0000000,
    };

    (void)arg;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        void *want = (void *)(uintptr_t)(wanted[i] & -page_size());
        struct range programs;
        char text[60];

        if (wanted[i] + (1 << 20) > judge.task_size) {
            break;
        }
        /* The program can be there, which would be overwritten. */
        if (find_mapping(wanted[i], wanted[i] + (1 << 20), &programs)) {
            continue;
        }
        snprintf(text, sizeof(text), "a megabyte at 0x%" PRIx64, wanted[i]);
        check_true(id, text, mmap(want, 1 << 20, PROT_READ | PROT_WRITE,
                                  anon | MAP_FIXED, -1, 0) == want);
    }
    check_life(id, "that");
}

/* --- What threads leave behind -------------------------------------------- */

static bool may_end;

static void *wait_for_end(void *unused)
{
    while (!__atomic_load_n(&may_end, __ATOMIC_RELAXED)) {
        usleep(1000);
    }
    return unused;
}

static void make_on(pthread_t *thread, char *stack)
{
    pthread_attr_t attr;

    pthread_attr_init(&attr);
    pthread_attr_setstack(&attr, stack, SMALL_STACK);
    if (pthread_create(thread, &attr, wait_for_end, NULL)) {
        _exit(1);
    }
}

/* Returns: how many pages of a free range cannot be mapped. */
static unsigned count_lost(char *start, size_t len)
{
    unsigned lost = 0;

    for (size_t at = 0; at < len; at += page_size()) {
        char *page = start + at;

        if (mmap(page, page_size(), PROT_READ, anon | MAP_FIXED_NOREPLACE, -1,
                 0) != page) {
            lost++;
        } else {
            munmap(page, page_size());
        }
    }
    return lost;
}

/* The next free place is a hole, where QEMU has a page for each of x86's. */
static void threads_leave(const char *id, const void *unused)
{
    char *stacks = mmap(NULL, SMALL_STACK * (MANY + 1), PROT_READ | PROT_WRITE,
                        anon, -1, 0);
    char *hole = mmap(NULL, HOLE, PROT_NONE, anon, -1, 0);
    pthread_t thread[MANY];
    unsigned lost = HOLE;

    (void)unused;
    munmap(hole, HOLE);
    for (int i = 0; i < MANY; i++) {
        make_on(&thread[i], stacks + i * SMALL_STACK);
    }
    __atomic_store_n(&may_end, true, __ATOMIC_RELAXED);
    for (int i = 0; i < MANY; i++) {
        pthread_join(thread[i], NULL);
    }
    /* They are freed when a thread begins or ends later. */
    for (int i = 0; i < 50 && lost > MOST_LOST; i++) {
        usleep(10000);
        make_on(thread, stacks + MANY * SMALL_STACK);
        pthread_join(*thread, NULL);
        lost = count_lost(hole, HOLE);
    }
    check(lost <= MOST_LOST || sw_emulator_has_pages(), id,
          "threads leave no pages behind", "lost %u of %u", lost,
          (unsigned)(HOLE / page_size()));
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    run_case("M30", unmaps_holes, NULL);
    run_case("M31", protects_holes, NULL);
    run_case("M32", loses_all_else, NULL);
    run_case("M33", free_is_free, NULL);
    run_case("M34", maps_in_holes, NULL);
    run_case("M35", fixed_addresses, NULL);
    run_case("M36", threads_leave, NULL);
    return finish();
}
