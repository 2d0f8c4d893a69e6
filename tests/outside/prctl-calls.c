/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * prctl-calls: every sub-option of PR_SET_MM once or more, for the output of
 * -strace
 *
 *     prctl-calls FILE
 *
 * The calls and their order are those of strace.expected.  All addresses are
 * in memory at 0x50000000, so that the text is the same on every
 * architecture.  Their answers are not looked at: the text has them.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/prctl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef PR_GET_AUXV
#define PR_GET_AUXV 0x41555856
#endif

#define BASE 0x50000000UL

static void call(unsigned long option, unsigned long arg2, unsigned long arg3,
                 unsigned long arg4, unsigned long arg5)
{
    syscall(SYS_prctl, option, arg2, arg3, arg4, arg5, 0UL);
}

static void set(unsigned long opt, unsigned long arg3, unsigned long arg4,
                unsigned long arg5)
{
    call(PR_SET_MM, opt, arg3, arg4, arg5);
}

/* The whole layout, in the page at BASE. */
static struct prctl_mm_map *make_map(int fd)
{
    struct prctl_mm_map *map = (void *)BASE;

    *map = (struct prctl_mm_map) {
        .start_code = BASE + 0x1000,
        .end_code = BASE + 0x2000,
        .start_data = BASE + 0x3000,
        .end_data = BASE + 0x4000,
        .start_brk = BASE + 0x5000,
        .brk = BASE + 0x6000,
        .start_stack = BASE + 0x7000,
        .arg_start = BASE + 0x8000,
        .arg_end = BASE + 0x8010,
        .env_start = BASE + 0x8010,
        .env_end = BASE + 0x8020,
        .auxv = (void *)(BASE + 0x9000),
        .auxv_size = 2 * sizeof(long),
        .exe_fd = fd,
    };
    return map;
}

static void single_fields(void)
{
    set(PR_SET_MM_END_CODE, BASE + 0x2000, 0, 0);
    set(PR_SET_MM_START_CODE, BASE + 0x1000, 0, 0);
    set(PR_SET_MM_END_DATA, BASE + 0x4000, 0, 0);
    set(PR_SET_MM_START_DATA, BASE + 0x3000, 0, 0);
    set(PR_SET_MM_BRK, BASE + 0x6000, 0, 0);
    set(PR_SET_MM_START_BRK, BASE + 0x5000, 0, 0);
    set(PR_SET_MM_START_STACK, BASE + 0x7000, 0, 0);
    set(PR_SET_MM_ARG_START, BASE + 0x8000, 0, 0);
    set(PR_SET_MM_ARG_END, BASE + 0x8010, 0, 0);
    set(PR_SET_MM_ENV_START, BASE + 0x8010, 0, 0);
    set(PR_SET_MM_ENV_END, BASE + 0x8020, 0, 0);
}

/* See the top of this file. */
int main(int argc, char **argv)
{
    int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
    struct prctl_mm_map *map;

    if (fd < 0 ||
        mmap((void *)BASE, 0x10000, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) {
        return 2;
    }
    dup2(fd, 9);

    /* Where the stack is differs, and so do the values that are accepted. */
    map = make_map(-1);
    map->auxv = NULL;
    map->auxv_size = 0;
    set(PR_SET_MM_MAP, BASE, sizeof(*map), 0);
    single_fields();
    set(PR_SET_MM_ARG_START, 0, 0, 0);
    set(PR_SET_MM_ARG_START, BASE, 1, 2);
    set(99, BASE, 0, 0);
    set(PR_SET_MM_AUXV, BASE + 0x9000, 2 * sizeof(long), 0);
    set(PR_SET_MM_AUXV, 0, 4096, 0);
    set(PR_SET_MM_EXE_FILE, 9, 0, 0);
    set(PR_SET_MM_EXE_FILE, -1, 0, 0);
    set(PR_SET_MM_EXE_FILE, 8, 0, 0);

    map = make_map(9);
    set(PR_SET_MM_MAP, BASE, sizeof(*map), 0);
    set(PR_SET_MM_MAP, BASE, 8, 0);
    set(PR_SET_MM_MAP, 0, sizeof(*map), 0);
    set(PR_SET_MM_MAP_SIZE, BASE + 0xa000, 0, 0);
    set(PR_SET_MM_MAP_SIZE, 0, 0, 0);
    call(PR_GET_AUXV, BASE + 0xb000, 8, 0, 0);
    call(PR_GET_AUXV, 0, 8, 0, 0);
    call(PR_GET_AUXV, BASE + 0xb000, 8, 1, 0);
    call(PR_GET_DUMPABLE, 0, 0, 0, 0);
    return 0;
}
