/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * preload: run another program in this process without execve()
 *
 *     preload [-v] [-n] [-f] PROGRAM ARGV0 [ARGS...]
 *
 * Does by hand what execve() does: maps PROGRAM's segments, builds its stack
 * with arguments, environment and aux vector, hands the kernel's bookkeeping
 * over with a single prctl(PR_SET_MM, PR_SET_MM_MAP) and jumps to the entry
 * point.  It is what Wine's preloader, a checkpoint restorer without ptrace
 * or a user-space exec would like to do, and like them it cannot unmap the
 * code that it is running from: its own image is still mapped when
 * PR_SET_MM_MAP asks for the new executable.  Linux answers EBUSY to that.
 *
 *   -v  say on standard error, one "preload: NAME VALUE" a line, what is
 *       handed over, so that a test can compare it with what PROGRAM sees
 *   -n  leave the executable alone (exe_fd = -1): everything else then works
 *       on an unmodified Linux too, which tests the loader on the real thing
 *   -f  jump even though PR_SET_MM_MAP was refused, which tests the loader
 *       where PR_SET_MM does not exist at all
 *
 * Exit status: 3 when PR_SET_MM_MAP was refused (with the single line
 * "preload: PR_SET_MM_MAP: <errno>" on standard error, and nothing else
 * unless -v was given), 2 on wrong usage, 1 when PROGRAM cannot be loaded,
 * otherwise that of PROGRAM.
 *
 * It must be linked away from where ordinary programs live, because a program
 * of type ET_EXEC has only one place to go:
 *
 *     gcc -std=gnu11 -Wall -Wextra -Werror -O2 -static \
 *         -Wl,-Ttext-segment=0x60000000 -o preload preload.c elf-map.c
 *
 * Below 2 GiB, as x86-64's default code model wants it, and far enough above
 * 4 MiB for the other program's heap.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <link.h>
#include <linux/prctl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "elf-map.h"

#define STACK_SIZE      ((size_t)8 << 20)       /* the usual RLIMIT_STACK */
#define MAX_AUXV        64
#define RANDOM_BYTES    16

/* A new stack. */
typedef struct Stack {
    uintptr_t sp;
    uintptr_t arg_start, arg_end, env_start, env_end;
    ElfW(auxv_t) *auxv;
    size_t auxv_size;
} Stack;

static bool verbose;

/*
 * Give up: "preload: " and the message on standard error, exit status 1.
 * Nothing has been taken away from anybody at that point, so, unlike
 * execve() after its point of no return, no signal is needed.
 */
static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *fmt, ...)
{
    va_list ap;

    fputs("preload: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(1);
}

/*
 * With -v, report one value that is handed over.
 */
static void say(const char *name, uintptr_t value)
{
    if (verbose) {
        fprintf(stderr, "preload: %s 0x%" PRIxPTR "\n", name, value);
    }
}

/*
 * Open the ELF file at path and map it; see elf_map() for hint and room.
 * Dies, with the reason, when it cannot be loaded.
 */
static void load(ElfImage *img, const char *path, uintptr_t hint, size_t room)
{
    /* The linker puts our program headers right behind our ELF header. */
    const ElfW(Ehdr) *own = (const ElfW(Ehdr) *)getauxval(AT_PHDR) - 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    const char *reason;

    if (fd < 0) {
        die("%s: %s", path, strerror(errno));
    }
    reason = elf_map_open(img, fd, own, getauxval(AT_PAGESZ));
    if (!reason) {
        reason = elf_map(img, hint, room);
    }
    if (reason) {
        die("%s: %s", path, reason);
    }
}

/*
 * Copy len bytes below *top and move *top down to them.  Returns their place.
 * Mirrors copy_string_kernel() and STACK_ALLOC(), which fill from the top.
 */
static uintptr_t push(uintptr_t *top, const void *src, size_t len)
{
    *top -= len;
    memcpy((void *)*top, src, len);
    return *top;
}

/*
 * Copy the strings of a vector below *top so that they lie in ascending order
 * without gaps, and record their addresses.  Returns the number of strings;
 * the caller finds the block between the new and the old *top.
 * Mirrors copy_strings() in fs/exec.c.
 */
static size_t push_strings(uintptr_t *top, char *const *strings,
                           uintptr_t *where)
{
    size_t n = 0;

    while (strings[n]) {
        n++;
    }
    for (size_t i = n; i-- > 0;) {
        where[i] = push(top, strings[i], strlen(strings[i]) + 1);
    }
    return n;
}

/*
 * Write the new aux vector to out (MAX_AUXV entries): ours, since it is about
 * the same machine and the same user, with the entries that are about the
 * program replaced.  Strings go to the new stack, below *top, because the old
 * ones are in the old stack.  Returns the number of entries with AT_NULL.
 * Mirrors create_elf_tables() in fs/binfmt_elf.c; see getauxval(3).
 */
static size_t make_auxv(ElfW(auxv_t) *out, uintptr_t *top, const ElfImage *prog,
                        const ElfImage *interp, uintptr_t execfn)
{
    const ElfW(auxv_t) *old;
    uint8_t random[RANDOM_BYTES];
    char **e = environ;
    size_t n = 0;

    while (*e++) {
        continue;
    }
    for (old = (const ElfW(auxv_t) *)e; old->a_type != AT_NULL; old++) {
        uintptr_t value = old->a_un.a_val;

        elf_map_auxv(prog, interp, execfn, old->a_type, &value);
        switch (old->a_type) {
        case AT_RANDOM:
            /* The old bytes are our stack protector's secret. */
            if (getrandom(random, sizeof(random), 0) != sizeof(random)) {
                memcpy(random, (const void *)value, sizeof(random));
            }
            value = push(top, random, sizeof(random));
            break;
        case AT_PLATFORM:
        case AT_BASE_PLATFORM:
            if (value) {
                value = push(top, (const char *)value,
                             strlen((const char *)value) + 1);
            }
            break;
        case AT_EXECFD:
            /* Was about our own file; the number may be anything by now. */
            continue;
        }
        if (n == MAX_AUXV - 1) {
            die("the aux vector has more than %d entries", MAX_AUXV);
        }
        out[n].a_type = old->a_type;
        out[n++].a_un.a_val = value;
    }
    out[n].a_type = AT_NULL;
    out[n++].a_un.a_val = 0;
    return n;
}

/*
 * Build the stack of the new program in fresh memory: ours is in use.  Dies
 * when the strings do not fit.
 *
 * From the top: a zero word, the file name, the environment's strings, the
 * arguments' strings (so arg_end is env_start, as setproctitle() expects),
 * the aux vector's strings, and then, 16-byte aligned, argc with the three
 * vectors above it.  Mirrors bprm_execve() and create_elf_tables().
 */
static void make_stack(Stack *st, const char *path, const ElfImage *prog,
                       const ElfImage *interp, char *const *argv,
                       char *const *envp)
{
    ElfW(auxv_t) auxv[MAX_AUXV];
    size_t argc = 0, envc = 0, bytes = 0, nauxv, words;
    uintptr_t top, execfn, zero = 0;
    uintptr_t *where, *w;
    void *mem;

    for (; argv[argc]; argc++) {
        bytes += strlen(argv[argc]) + 1 + sizeof(char *);
    }
    for (; envp[envc]; envc++) {
        bytes += strlen(envp[envc]) + 1 + sizeof(char *);
    }
    if (bytes + strlen(path) > STACK_SIZE / 4) {
        die("%s", strerror(E2BIG));
    }
    where = calloc(argc + envc + 1, sizeof(*where));
    mem = mmap(NULL, STACK_SIZE, prog->stack_prot,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (!where || mem == MAP_FAILED) {
        die("stack: %s", strerror(errno));
    }

    top = (uintptr_t)mem + STACK_SIZE;
    push(&top, &zero, sizeof(zero));
    execfn = push(&top, path, strlen(path) + 1);
    st->env_end = top;
    push_strings(&top, envp, where + argc);
    st->env_start = top;
    st->arg_end = top;
    push_strings(&top, argv, where);
    st->arg_start = top;
    nauxv = make_auxv(auxv, &top, prog, interp, execfn);
    st->auxv_size = nauxv * sizeof(*auxv);

    words = 1 + argc + 1 + envc + 1;
    st->sp = (top - words * sizeof(*w) - st->auxv_size) & -(uintptr_t)16;
    w = (uintptr_t *)st->sp;
    *w++ = argc;
    memcpy(w, where, argc * sizeof(*w));
    w += argc;
    *w++ = 0;
    memcpy(w, where + argc, envc * sizeof(*w));
    w += envc;
    *w++ = 0;
    st->auxv = memcpy(w, auxv, st->auxv_size);
    free(where);
}

/*
 * Hand the kernel's record of the process over to the new program; with
 * exe_fd -1 the executable stays as it is.  Returns 0, or -1 with errno as
 * prctl() left it.  See PR_SET_MM_MAP in prctl(2).
 */
static int hand_over(const ElfImage *prog, const Stack *st, int exe_fd)
{
    struct prctl_mm_map map = {
        .start_code = prog->start_code,
        .end_code = prog->end_code,
        .start_data = prog->start_data,
        .end_data = prog->end_data,
        .start_brk = prog->brk,
        .brk = prog->brk,
        .start_stack = st->sp,
        .arg_start = st->arg_start,
        .arg_end = st->arg_end,
        .env_start = st->env_start,
        .env_end = st->env_end,
        .auxv = (void *)st->auxv,
        .auxv_size = st->auxv_size,
        .exe_fd = exe_fd,
    };

    say("start_code", map.start_code);
    say("end_code", map.end_code);
    say("start_data", map.start_data);
    say("end_data", map.end_data);
    say("start_brk", map.start_brk);
    say("start_stack", map.start_stack);
    say("arg_start", map.arg_start);
    say("arg_end", map.arg_end);
    say("env_start", map.env_start);
    say("env_end", map.env_end);
    say("auxv_size", map.auxv_size);
    say("phdr", prog->phdr_addr);
    say("entry", prog->entry);

    return prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0);
}

/*
 * The name of an error that prctl(2) lists for PR_SET_MM, or "unknown error".
 */
static const char *error_name(int err)
{
    switch (err) {
    case EACCES:
        return "EACCES";
    case EBADF:
        return "EBADF";
    case EBUSY:
        return "EBUSY";
    case EFAULT:
        return "EFAULT";
    case EINVAL:
        return "EINVAL";
    case EPERM:
        return "EPERM";
    default:
        return "unknown error";
    }
}

/*
 * Undo what execve() would undo and what the new program would notice: the
 * thread's name, and the C library's registration for restartable sequences,
 * of which a thread can have only one.  Failures are harmless.
 * Mirrors begin_new_exec() and rseq_execve(); see prctl(2), PR_SET_NAME.
 */
static void forget_ourselves(const char *path)
{
    const char *slash = strrchr(path, '/');

    prctl(PR_SET_NAME, slash ? slash + 1 : path, 0, 0, 0);
    if (__rseq_size) {
        syscall(SYS_rseq, (char *)__builtin_thread_pointer() + __rseq_offset,
                32, RSEQ_FLAG_UNREGISTER, RSEQ_SIG);
    }
}

/*
 * Enter a program: stack pointer to argc, pc to its entry point, and zero in
 * the register that could name a function for atexit(), and in the frame
 * pointer, where backtraces end.  Does not return.
 * Mirrors start_thread() and ELF_PLAT_INIT() of each architecture.
 */
static void __attribute__((noreturn)) jump(uintptr_t entry, uintptr_t sp)
{
#if defined(__x86_64__)
    asm volatile("mov %1, %%rsp\n\t"
                 "xor %%edx, %%edx\n\t"
                 "xor %%ebp, %%ebp\n\t"
                 "jmp *%0"
                 : : "a" (entry), "c" (sp) : "memory");
#elif defined(__aarch64__)
    register uintptr_t x1 asm("x1") = entry;
    register uintptr_t x2 asm("x2") = sp;

    asm volatile("mov sp, %1\n\t"
                 "mov x0, xzr\n\t"
                 "mov x29, xzr\n\t"
                 "mov x30, xzr\n\t"
                 "br %0"
                 : : "r" (x1), "r" (x2) : "x0", "memory");
#elif defined(__s390x__)
    asm volatile("lgr %%r15, %1\n\t"
                 "lghi %%r11, 0\n\t"
                 "br %0"
                 : : "a" (entry), "a" (sp) : "memory");
#elif defined(__arm__)
    register uintptr_t r1 asm("r1") = entry;
    register uintptr_t r2 asm("r2") = sp;

    asm volatile("mov sp, %1\n\t"
                 "mov r0, #0\n\t"
                 "mov lr, #0\n\t"
                 "bx %0"
                 : : "r" (r1), "r" (r2) : "r0", "memory");
#else
#error "how to enter a program on this architecture is not known"
#endif
    __builtin_unreachable();
}

/*
 * Print how to call this program.  Does not return.
 */
static void __attribute__((noreturn)) usage(void)
{
    fputs("usage: preload [-v] [-n] [-f] PROGRAM ARGV0 [ARGS...]\n", stderr);
    exit(2);
}

/*
 * Load PROGRAM and run it in our place; see the top of this file.
 * Mirrors execve(2).
 */
int main(int argc, char **argv)
{
    bool keep_exe = false, force = false;
    ElfImage prog, interp;
    const char *path;
    Stack st;
    uintptr_t entry;
    int opt;

    while ((opt = getopt(argc, argv, "+vnf")) != -1) {
        switch (opt) {
        case 'v':
            verbose = true;
            break;
        case 'n':
            keep_exe = true;
            break;
        case 'f':
            force = true;
            break;
        default:
            usage();
        }
    }
    if (argc - optind < 2) {
        usage();
    }

    path = argv[optind];
    load(&prog, path, ELF_MAP_BASE, ELF_MAP_ROOM);
    entry = prog.entry;
    if (prog.interp[0]) {
        load(&interp, prog.interp, 0, 0);
        entry = interp.entry;
    }
    make_stack(&st, path, &prog, prog.interp[0] ? &interp : NULL,
               argv + optind + 1, environ);

    if (hand_over(&prog, &st, keep_exe ? -1 : prog.fd) < 0) {
        fprintf(stderr, "preload: PR_SET_MM_MAP: %s\n",
                error_name(errno));
        if (!force) {
            return 3;
        }
    }

    close(prog.fd);
    if (prog.interp[0]) {
        close(interp.fd);
    }
    forget_ourselves(path);
    jump(entry, st.sp);
}
