/*
 * Processes that have to come to their end
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SET_MM_ENDS_H
#define SET_MM_ENDS_H

#include "set-mm-test.h"
#include <signal.h>
#include <time.h>

/* A wait status that no process has. */
enum { DOES_NOT_END = -1 };

/* Long for an emulator on a machine with much else to do. */
enum { PATIENCE = 60 };

static inline double seconds(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec + ts.tv_nsec / 1e9;
}

/*
 * Returns: the status of a child that leads a process group, or that it hangs;
 * then it and its children are killed.
 */
static inline int status_of(pid_t pid)
{
    const double end = seconds() + PATIENCE;
    int status;

    while (seconds() < end) {
        if (waitpid(pid, &status, WNOHANG) == pid) {
            return status;
        }
        usleep(2000);
    }
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
    wait_for(pid);
    return DOES_NOT_END;
}

/* Returns: the wait status of a process that calls @fn. */
static inline int run_to_end(void (*fn)(void))
{
    pid_t pid = fork();

    if (pid == 0) {
        setpgid(0, 0);
        fn();
        _exit(0);
    }
    return status_of(pid);
}

static inline void check_status(const char *id, const char *text, int want,
                                int status)
{
    char answer[40];

    if (status == DOES_NOT_END) {
        snprintf(answer, sizeof(answer), "does not end");
    } else if (WIFSIGNALED(status)) {
        snprintf(answer, sizeof(answer), "killed by %d", WTERMSIG(status));
    } else {
        snprintf(answer, sizeof(answer), "exit status %d",
                 WEXITSTATUS(status));
    }
    /* A core dump, or none, is a setting of the machine's. */
    check_answer(status != DOES_NOT_END && (status & ~0x80) == want, id, text,
                 text, answer, "expected wait status 0x%x got %s", want,
                 answer);
}

/* A function that returns 7, for a page that is written and executed. */
#if defined(i386) || \
    defined(__x86_64__)
static const unsigned char seven[] = { 0xb8, 7, 0, 0, 0, 0xc3 };
#elif defined(__aarch64__)
static const uint32_t seven[] = { 0x528000e0, 0xd65f03c0 };
#elif defined(__arm__)
static const uint32_t seven[] = { 0xe3a00007, 0xe12fff1e };
#elif defined(__riscv)
static const uint32_t seven[] = { 0x00700513, 0x00008067 };
#elif defined(__powerpc__)
static const uint32_t seven[] = { 0x38600007, 0x4e800020 };
#elif defined(__s390x__)
static const uint16_t seven[] = { 0xa729, 0x0007, 0x07fe };
#elif defined(__mips__)
static const uint32_t seven[] = { 0x24020007, 0x03e00008, 0 };
#elif defined(__alpha__)
static const uint32_t seven[] = { 0x201f0007, 0x6bfa8001 };
#elif defined(__hppa__)
static const uint32_t seven[] = { 0xe840c000, 0x341c000e };
#elif defined(__m68k__)
static const uint16_t seven[] = { 0x7007, 0x4e75 };
#elif defined(__sparc__)
static const uint32_t seven[] = { 0x81c3e008, 0x90102007 };
#endif

typedef int seven_fn(void);

/* Returns: a page that may be written and executed, with the function. */
static inline void *page_of_code(void)
{
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (page == MAP_FAILED) {
        _exit(90);
    }
    memcpy(page, seven, sizeof(seven));
    __builtin___clear_cache(page, page + sizeof(seven));
    return page;
}

static inline int call_code(void *page)
{
#if defined(_CALL_ELF) && _CALL_ELF == 1
    /* A pointer to a function leads to its address, table and environment. */
    void *descriptor[3] = { page };

    return ((seven_fn *)(void *)descriptor)();
#else
    return ((seven_fn *)page)();
#endif
}

/* From now on another user, with a limit of tasks, if root lets us. */
static inline bool become_nobody_with(unsigned tasks)
{
    /* Nobody else's tasks count. */
    const uid_t uid = 50000 + getpid() % 10000;
    struct rlimit limit = { tasks, 12 };

    return !setgid(uid) && !setuid(uid) && !setrlimit(RLIMIT_NPROC, &limit);
}

#endif
