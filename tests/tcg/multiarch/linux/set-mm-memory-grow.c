/*
 * Mappings that grow: the stack, and those of MAP_GROWSDOWN
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>

enum {
    KIB = 1024,
    MIB = 1024 * 1024,
    GUARD_PAGES = 256,
};

static sigjmp_buf back;
/* volatile: set by a signal handler */
static volatile uintptr_t fault_at;
static volatile sig_atomic_t fault_code;

static void on_fault(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)context;
    fault_at = (uintptr_t)info->si_addr;
    fault_code = info->si_code;
    siglongjmp(back, 1);
}

static void catch_faults(void)
{
    static char own[65536];
    stack_t stack = { .ss_sp = own, .ss_size = sizeof(own) };
    struct sigaction action = {
        .sa_sigaction = on_fault,
        .sa_flags = SA_SIGINFO | SA_ONSTACK,
    };

    sigaltstack(&stack, NULL);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}

/* Returns: whether the byte can be written. */
static bool touch(volatile char *at)
{
    if (sigsetjmp(back, 1)) {
        return false;
    }
    *at = 1;
    return true;
}

static struct range find_stack(void)
{
    const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    struct range stack = { 0, 0 };

    find_mapping(here, here + 1, &stack);
    return stack;
}

static uint64_t stack_size(void)
{
    struct range stack = find_stack();

    return stack.end - stack.start;
}

static void limit_stack(rlim_t size)
{
    struct rlimit limit;

    getrlimit(RLIMIT_STACK, &limit);
    limit.rlim_cur = size;
    setrlimit(RLIMIT_STACK, &limit);
}

static void stack_grows(const char *id, const void *arg)
{
    struct range before = find_stack(), after;

    (void)arg;
    catch_faults();
    limit_stack(8 * MIB);
    check_true(id, "the stack is small", before.end - before.start < MIB);
    check_true(id, "memory 4 MiB below its top can be used",
               touch((char *)(uintptr_t)before.end - 4 * MIB));
    after = find_stack();
    check_num(id, "it has the same top", before.end, after.end);
    check_true(id, "and is longer in one piece",
               after.end - after.start >= 4 * MIB &&
               after.end - after.start < 5 * MIB);
    check_true(id, "8 MiB below it is nothing",
               !touch((char *)(uintptr_t)before.end - 8 * MIB -
                      page_size()));
    check_num(id, "the fault says that", SEGV_MAPERR, fault_code);
    check_num(id, "and where", before.end - 8 * MIB - page_size(), fault_at);
    check_true(id, "a little above can be used",
               touch((char *)(uintptr_t)before.end - 8 * MIB + 64 * KIB));
}

static void limit_counts_now(const char *id, const void *arg)
{
    char *top = (char *)(uintptr_t)find_stack().end;

    (void)arg;
    catch_faults();
    limit_stack(8 * MIB);
    check_true(id, "12 MiB below the top is nothing",
               !touch(top - 12 * MIB));
    limit_stack(64 * MIB);
    check_true(id, "after the limit was raised it can be used",
               touch(top - 12 * MIB));
    check_true(id, "as can what is 48 MiB below", touch(top - 48 * MIB));
    limit_stack(60 * MIB);
    check_true(id, "after it was lowered nothing more",
               !touch(top - 62 * MIB));
    check_true(id, "but what was used stays", touch(top - 47 * MIB));
}

static void limit_from_outside(const char *id, const void *arg)
{
    struct rlimit limit;
    char *top = (char *)(uintptr_t)find_stack().end;
    pid_t child;

    (void)arg;
    limit_stack(4 * MIB);
    catch_faults();
    child = fork();
    if (!child) {
        limit.rlim_cur = 32 * MIB;
        limit.rlim_max = RLIM_INFINITY;
        prlimit(getppid(), RLIMIT_STACK, NULL, &limit);
        limit.rlim_cur = 32 * MIB;
        _exit(prlimit(getppid(), RLIMIT_STACK, &limit, NULL) != 0);
    }
    check_num(id, "a child sets the limit", 0, wait_for(child));
    getrlimit(RLIMIT_STACK, &limit);
    check_num(id, "it is seen", 32 * MIB, limit.rlim_cur);
    check_true(id, "and counts", touch(top - 20 * MIB));
}

/* The kernel reads and writes there as well, and the stack grows by that. */
static void calls_make_it_grow(const char *id, const void *arg)
{
    char *top = (char *)(uintptr_t)find_stack().end;
    struct stat st;
    int ends[2];

    (void)arg;
    limit_stack(8 * MIB);
    if (pipe(ends) || write(ends[1], "abc", 3) != 3) {
        return;
    }
    check_num(id, "read(2) to far below the stack", 3,
              read(ends[0], top - MIB, 3));
    check_true(id, "it has read", top[-MIB] == 'a');
    check_err(id, "fstat(2) to still further below", 0,
              err_of(fstat(0, (struct stat *)(top - 2 * MIB))));
    check_num(id, "write(2) from the first time used", 3,
              write(ends[1], top - 3 * MIB, 3));
    check_err(id, "uname(2) to behind the limit", EFAULT,
              err_of(syscall(SYS_uname, top - 9 * MIB)));
    check_err(id, "fstat(2) to the stack", 0, err_of(fstat(0, &st)));
}

static void child_grows(const char *id, const void *arg)
{
    pid_t child;

    (void)arg;
    limit_stack(8 * MIB);
    child = fork();
    if (!child) {
        struct range before = find_stack();
        bool grown = touch((char *)(uintptr_t)before.end - 3 * MIB);

        _exit(!(grown && stack_size() >= 3 * MIB));
    }
    check_num(id, "a child's stack grows, in one piece", 0, wait_for(child));
    check_true(id, "the parent's does not", stack_size() < MIB);
}

static void stack_can_be_protected(const char *id, const void *arg)
{
    struct range stack = find_stack();
    char line[300];
    FILE *maps;
    bool seen = false;

    (void)arg;
    check_err(id, "mprotect(PROT_GROWSDOWN) of a page of it", 0,
              err_of(mprotect((char *)(uintptr_t)stack.end - page_size(),
                              page_size(), PROT_READ | PROT_WRITE |
                              PROT_EXEC | PROT_GROWSDOWN)));
    maps = fopen("/proc/self/maps", "r");
    while (maps && fgets(line, sizeof(line), maps)) {
        if (strstr(line, "[stack]")) {
            seen = strstr(line, "rwxp") != NULL;
        }
    }
    check_true(id, "all of it is so", seen);
}

/* Room with nothing near, in which a mapping is put at @at. */
static char *make_room(size_t pages)
{
    char *room = mmap(NULL, pages * page_size(), PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    munmap(room, pages * page_size());
    return room;
}

static char *map_at(char *at, int prot, int flags)
{
    return mmap(at, page_size(), prot,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | flags, -1, 0);
}

static void mapping_grows(const char *id, const void *arg)
{
    const int rw = PROT_READ | PROT_WRITE;
    const size_t page = page_size();
    char *room = make_room(4096), *at = room + 4000 * page;
    struct range found;

    (void)arg;
    catch_faults();
    limit_stack(8 * MIB);
    check_true(id, "MAP_GROWSDOWN", map_at(at, rw, MAP_GROWSDOWN) == at);
    check_true(id, "the page below can be used", touch(at - page));
    check_true(id, "it belongs to it",
               find_mapping((uintptr_t)at, (uintptr_t)at + 1, &found) &&
               found.start == (uintptr_t)at - page);
    check_true(id, "so can what is ten pages below", touch(at - 10 * page));
    check_true(id, "and it is as long as that",
               find_mapping((uintptr_t)at, (uintptr_t)at + 1, &found) &&
               found.start == (uintptr_t)at - 10 * page);
    munmap(at - 10 * page, 5 * page);
    check_true(id, "its lowest pages can be unmapped, and it grows again",
               touch(at - 8 * page));
    map_at(at - 600 * page, rw, 0);
    check_true(id, "it does not grow to near another mapping",
               !touch(at - 599 * page));
    check_num(id, "which is a fault for want of a mapping", SEGV_MAPERR,
              fault_code);
    check_true(id, "but up to the gap",
               touch(at - (600 - GUARD_PAGES - 1) * page));
    mprotect(at - 600 * page, page, PROT_NONE);
    check_true(id, "a mapping without access needs no gap",
               touch(at - 599 * page));
    check_true(id, "what is mapped is not grown over",
               !touch(at - 600 * page));
}

/* one-fault-code: QEMU has one for all faults of a PowerPC's data accesses. */
static bool sw_one_fault_code(void)
{
    static const bool is_powerpc =
#if defined(unix) && \
    defined(__powerpc__)
        true;
#else
        false;
#endif

    return is_powerpc && !judge.native;
}

static void mapping_is_limited(const char *id, const void *arg)
{
    const int rw = PROT_READ | PROT_WRITE;
    const size_t page = page_size();
    char *room = make_room(4096), *at = room + 4000 * page;

    (void)arg;
    catch_faults();
    limit_stack(64 * page);
    map_at(at, rw, MAP_GROWSDOWN);
    check_true(id, "RLIMIT_STACK is for any that grows",
               touch(at - 60 * page) && !touch(at - 70 * page));
    check_err(id, "mprotect(PROT_GROWSDOWN)", 0,
              err_of(mprotect(at, page, PROT_READ | PROT_GROWSDOWN)));
    check_true(id, "it is for all of it", !touch(at - 50 * page));
    check_num(id, "it is there, but not to write",
              sw_one_fault_code() ? SEGV_MAPERR : SEGV_ACCERR, fault_code);
}

static void *grow_thread(void *arg)
{
    volatile char *at = arg; /* each byte is read */

    for (int i = 0; i < 200; i++) {
        at -= page_size();
        *at = 1;
    }
    return NULL;
}

static void threads_grow(const char *id, const void *arg)
{
    const int rw = PROT_READ | PROT_WRITE;
    const size_t page = page_size();
    /*
     * The threads' stacks do not fit in between, and it is away from where an
     * emulator's own memory may lie (emulator-pages).
     */
    char *room = mmap((void *)0x30000000, 4096 * page, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    char *at = room + 4000 * page;
    pthread_t thread[4];
    struct range found;

    (void)arg;
    munmap(at - 220 * page, 220 * page);
    limit_stack(64 * MIB);
    map_at(at, rw, MAP_GROWSDOWN);
    for (int i = 0; i < 4; i++) {
        pthread_create(&thread[i], NULL, grow_thread, at);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(thread[i], NULL);
    }
    check_true(id, "four threads make one mapping grow",
               find_mapping((uintptr_t)at, (uintptr_t)at + 1, &found) &&
               found.start == (uintptr_t)at - 200 * page);
}

static void below_can_be_mapped(const char *id, const void *arg)
{
    /* What the kernel keeps free below a stack. */
    const size_t gap = 256 * page_size();
    struct range stack = find_stack();
    char *want = (char *)(uintptr_t)stack.start - 2 * gap;

    (void)arg;
    catch_faults();
    limit_stack(8 * MIB);
    check_true(id, "where the stack would grow something can be mapped",
               map_at(want, PROT_READ, 0) == want);
    check_true(id, "the stack still grows", touch(want + 3 * gap / 2));
    check_true(id, "but not up to it", !touch(want + 64 * KIB));
}

/* An emulator can keep the place for the stack, until it is wanted. */
static void what_was_mapped_below(const char *id, const void *arg)
{
    struct range stack = find_stack();
    char *start = (char *)(uintptr_t)stack.start;

    (void)arg;
    catch_faults();
    limit_stack(8 * MIB);
    check_true(id, "all of it can be mapped, up to the stack",
               mmap(start - 2 * MIB, 2 * MIB, PROT_NONE, MAP_PRIVATE |
                    MAP_ANONYMOUS | MAP_FIXED, -1, 0) == start - 2 * MIB);
    check_err(id, "and unmapped", 0, err_of(munmap(start - 2 * MIB, 2 * MIB)));
    check_true(id, "then the stack grows", touch(start - 8));
    check_true(id, "and by a megabyte more", touch(start - MIB));
}

/* QEMU asks for the page before it carries these out. */
static void write_some(char *at)
{
#if defined(i386) || \
    defined(__x86_64__)
    asm volatile("fxsave (%0)" : : "r"(at) : "memory");
#elif defined(powerpc) || \
    defined(__powerpc__)
    asm volatile("dcbz 0,%0" : : "r"(at) : "memory");
#elif defined(s390) || \
    defined(__s390x__)
    asm volatile("mvc 0(8,%0),0(%1)" : : "a"(at), "a"(&judge) : "memory");
#else
    *at = 1;
#endif
}

static void asked_for(const char *id, const void *arg)
{
    char *top = (char *)(uintptr_t)find_stack().end;

    (void)arg;
    limit_stack(8 * MIB);
    write_some(top - 2 * MIB);
    check_true(id, "an instruction that asks for its page",
               stack_size() >= 2 * MIB);
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    if (stack_grows_up()) {
        skip("M40", "the stack grows down", "it grows up here");
        return finish();
    }
    if (sw_cannot_jump_out()) {
        skip("M40", "the stack grows", "no handler can be left by a jump");
        return finish();
    }
    run_case("M40", stack_grows, NULL);
    run_case("M41", limit_counts_now, NULL);
    run_case("M42", limit_from_outside, NULL);
    run_case("M43", calls_make_it_grow, NULL);
    run_case("M44", child_grows, NULL);
    run_case("M45", stack_can_be_protected, NULL);
    run_case("M46", mapping_grows, NULL);
    run_case("M47", mapping_is_limited, NULL);
    run_case("M48", threads_grow, NULL);
    run_case("M49", below_can_be_mapped, NULL);
    run_case("M50", asked_for, NULL);
    run_case("M51", what_was_mapped_below, NULL);
    return finish();
}
