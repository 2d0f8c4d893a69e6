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
 *         -Wl,-Ttext-segment=0x60000000 -o preload preload.c
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

#define MIB             ((size_t)1 << 20)
#define STACK_SIZE      (8 * MIB)       /* the usual RLIMIT_STACK */
#define BRK_ROOM        (64 * MIB)      /* must be free behind the bss */
#define MAX_AUXV        64
#define RANDOM_BYTES    16

/* Where Linux puts programs of type ET_DYN: two thirds of 47 bits, or arm's. */
#if UINTPTR_MAX > UINT32_MAX
#define ET_DYN_BASE     0x555555554000UL
#else
#define ET_DYN_BASE     0x400000UL
#endif

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/* An ELF file, first as read and then as mapped. */
typedef struct Image {
    const char *path;
    int fd;
    ElfW(Ehdr) ehdr;
    ElfW(Phdr) *phdr;
    char *interp;               /* PT_INTERP, or NULL */
    int stack_prot;
    uintptr_t bias;             /* what to add to the file's addresses */
    uintptr_t phdr_addr;        /* where the program can read its headers */
    uintptr_t entry;
    uintptr_t start_code, end_code, start_data, end_data;
    uintptr_t brk;              /* end of the bss, on a page boundary */
} Image;

/* A new stack. */
typedef struct Stack {
    uintptr_t sp;
    uintptr_t arg_start, arg_end, env_start, env_end;
    ElfW(auxv_t) *auxv;
    size_t auxv_size;
} Stack;

static size_t page_size;
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
 * Round an address down and up to a page boundary (the kernel's PAGE_MASK
 * and PAGE_ALIGN); the page size is the running system's, not the file's.
 */
static uintptr_t page_down(uintptr_t addr)
{
    return addr & -(uintptr_t)page_size;
}

static uintptr_t page_up(uintptr_t addr)
{
    return page_down(addr + page_size - 1);
}

/*
 * Read exactly len bytes at an offset into new memory with a NUL behind them.
 * Dies with the file's name when they are not there.
 * Mirrors elf_read() in fs/binfmt_elf.c.
 */
static void *read_part(const Image *img, uint64_t offset, size_t len)
{
    char *buf = calloc(1, len + 1);
    ssize_t got;

    if (!buf) {
        die("%s: out of memory", img->path);
    }
    got = pread(img->fd, buf, len, offset);
    if (got < 0 || (size_t)got != len) {
        die("%s: %s", img->path,
            got < 0 ? strerror(errno) : "the file is too short");
    }
    return buf;
}

/*
 * Open path and read its headers into img.  Dies, with the reason, when the
 * file is no ELF file for the machine that this program was itself built
 * for, or neither ET_EXEC nor ET_DYN.
 * Mirrors the first part of load_elf_binary() and load_elf_phdrs(); our own
 * ELF header stands in for elf_check_arch().
 */
static void open_image(Image *img, const char *path)
{
    /* The linker puts our program headers right behind our ELF header. */
    const ElfW(Ehdr) *own = (const ElfW(Ehdr) *)getauxval(AT_PHDR) - 1;
    ElfW(Ehdr) *ehdr;

    memset(img, 0, sizeof(*img));
    img->path = path;
    img->stack_prot = PROT_READ | PROT_WRITE;
    img->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (img->fd < 0) {
        die("%s: %s", path, strerror(errno));
    }

    ehdr = read_part(img, 0, sizeof(*ehdr));
    img->ehdr = *ehdr;
    free(ehdr);
    ehdr = &img->ehdr;
    if (memcmp(ehdr->e_ident, ELFMAG, SELFMAG)) {
        die("%s: not an ELF file", path);
    }
    if (ehdr->e_ident[EI_CLASS] != own->e_ident[EI_CLASS] ||
        ehdr->e_ident[EI_DATA] != own->e_ident[EI_DATA] ||
        ehdr->e_machine != own->e_machine) {
        die("%s: for another machine", path);
    }
    if (ehdr->e_type != ET_EXEC && ehdr->e_type != ET_DYN) {
        die("%s: not a program", path);
    }
    if (ehdr->e_phentsize != sizeof(ElfW(Phdr)) || !ehdr->e_phnum) {
        die("%s: no usable program headers", path);
    }
    img->phdr = read_part(img, ehdr->e_phoff,
                          ehdr->e_phnum * sizeof(ElfW(Phdr)));

    for (int i = 0; i < ehdr->e_phnum; i++) {
        const ElfW(Phdr) *ph = &img->phdr[i];

        if (ph->p_type == PT_INTERP && !img->interp) {
            img->interp = read_part(img, ph->p_offset, ph->p_filesz);
        } else if (ph->p_type == PT_GNU_STACK && (ph->p_flags & PF_X)) {
            img->stack_prot |= PROT_EXEC;
        }
    }
}

/*
 * Reserve address space for an image whose addresses run from lo up to hi
 * and which needs the given alignment, with room behind it.  Returns the
 * bias.  The room is checked to be free and then given back, because brk()
 * must find it free; ET_DYN programs therefore go where Linux puts them and
 * not among the mappings, where the next mmap() would take the room.
 * Dies when the place is taken.
 * Mirrors total_mapping_size() and the load_bias part of load_elf_binary().
 */
static uintptr_t reserve(const Image *img, uintptr_t lo, uintptr_t hi,
                         uintptr_t align, size_t room, uintptr_t hint)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    size_t len = hi - lo + room;
    uintptr_t start, end, got;
    void *p;

    if (img->ehdr.e_type == ET_EXEC) {
        p = mmap((void *)lo, len, PROT_NONE, flags | MAP_FIXED_NOREPLACE,
                 -1, 0);
        /* Before 4.17 the flag is unknown and the address but a hint. */
        if (p == MAP_FAILED || (uintptr_t)p != lo) {
            die("%s: address space from 0x%" PRIxPTR " to 0x%" PRIxPTR
                " is not free", img->path, lo, lo + len);
        }
        got = start = lo;
    } else {
        len += align;
        p = mmap((void *)hint, len, PROT_NONE, flags, -1, 0);
        if (p == MAP_FAILED) {
            die("%s: %s", img->path, strerror(errno));
        }
        got = (uintptr_t)p;
        start = (got + align - 1) & -align;
        if (start > got) {
            munmap((void *)got, start - got);
        }
    }
    end = start + (hi - lo);
    if (got + len > end) {
        munmap((void *)end, got + len - end);
    }
    return start - lo;
}

/*
 * Map one PT_LOAD segment over the reservation: the file's part with its own
 * protection, the rest of its last page cleared, and anonymous pages for what
 * the file does not hold.  Dies on failure.
 * Mirrors elf_load() and padzero() in fs/binfmt_elf.c.
 */
static void map_segment(const Image *img, const ElfW(Phdr) *ph)
{
    uintptr_t start = page_down(ph->p_vaddr + img->bias);
    uintptr_t file_end = ph->p_vaddr + ph->p_filesz + img->bias;
    uintptr_t mem_end = page_up(ph->p_vaddr + ph->p_memsz + img->bias);
    uintptr_t anon = start;
    int prot = (ph->p_flags & PF_R ? PROT_READ : 0) |
               (ph->p_flags & PF_W ? PROT_WRITE : 0) |
               (ph->p_flags & PF_X ? PROT_EXEC : 0);

    if (ph->p_filesz) {
        anon = page_up(file_end);
        if (mmap((void *)start, anon - start, prot, MAP_PRIVATE | MAP_FIXED,
                 img->fd, page_down(ph->p_offset)) == MAP_FAILED) {
            die("%s: segment at 0x%" PRIxPTR ": %s", img->path, start,
                strerror(errno));
        }
        /* Read-only segments cannot have a bss, whatever p_memsz says. */
        if (ph->p_memsz > ph->p_filesz && (prot & PROT_WRITE)) {
            memset((void *)file_end, 0, anon - file_end);
        }
    }
    if (mem_end > anon &&
        mmap((void *)anon, mem_end - anon, prot,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) {
        die("%s: bss at 0x%" PRIxPTR ": %s", img->path, anon,
            strerror(errno));
    }
}

/*
 * Map all segments of an opened image and fill in the addresses that
 * PR_SET_MM_MAP and the aux vector want.  hint is where an image that can be
 * anywhere should go (0: the kernel chooses), room how much must be free
 * behind it.  Dies on failure.
 * Mirrors the mapping loop of load_elf_binary(), load_elf_interp(), and the
 * kernel's definitions of the fields: code is what is executable, data begins
 * with the last segment and ends with the file's last byte.
 */
static void map_image(Image *img, uintptr_t hint, size_t room)
{
    uintptr_t lo = UINTPTR_MAX, hi = 0, align = page_size;

    for (int i = 0; i < img->ehdr.e_phnum; i++) {
        const ElfW(Phdr) *ph = &img->phdr[i];

        if (ph->p_type != PT_LOAD) {
            continue;
        }
        if ((ph->p_vaddr ^ ph->p_offset) & (page_size - 1) ||
            ph->p_memsz < ph->p_filesz ||
            ph->p_vaddr + ph->p_memsz < ph->p_vaddr) {
            die("%s: segment at 0x%" PRIx64 " cannot be mapped", img->path,
                (uint64_t)ph->p_vaddr);
        }
        if (page_down(ph->p_vaddr) < lo) {
            lo = page_down(ph->p_vaddr);
        }
        if (page_up(ph->p_vaddr + ph->p_memsz) > hi) {
            hi = page_up(ph->p_vaddr + ph->p_memsz);
        }
        /* Not a power of two means no alignment. */
        if (ph->p_align > align && !(ph->p_align & (ph->p_align - 1))) {
            align = ph->p_align;
        }
    }
    if (hi <= lo) {
        die("%s: nothing to load", img->path);
    }

    img->bias = reserve(img, lo, hi, align, room, hint);
    img->brk = hi + img->bias;
    img->entry = img->ehdr.e_entry + img->bias;
    img->start_code = UINTPTR_MAX;

    for (int i = 0; i < img->ehdr.e_phnum; i++) {
        const ElfW(Phdr) *ph = &img->phdr[i];
        uintptr_t start = ph->p_vaddr + img->bias;
        uintptr_t end = start + ph->p_filesz;

        if (ph->p_type != PT_LOAD) {
            continue;
        }
        map_segment(img, ph);
        if (ph->p_flags & PF_X) {
            if (start < img->start_code) {
                img->start_code = start;
            }
            if (end > img->end_code) {
                img->end_code = end;
            }
        }
        if (start > img->start_data) {
            img->start_data = start;
        }
        if (end > img->end_data) {
            img->end_data = end;
        }
        if (img->ehdr.e_phoff >= ph->p_offset &&
            img->ehdr.e_phoff < ph->p_offset + ph->p_filesz) {
            img->phdr_addr = img->ehdr.e_phoff - ph->p_offset + start;
        }
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
static size_t make_auxv(ElfW(auxv_t) *out, uintptr_t *top, const Image *prog,
                        const Image *interp, uintptr_t execfn)
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

        switch (old->a_type) {
        case AT_PHDR:
            value = prog->phdr_addr;
            break;
        case AT_PHENT:
            value = sizeof(ElfW(Phdr));
            break;
        case AT_PHNUM:
            value = prog->ehdr.e_phnum;
            break;
        case AT_BASE:
            value = interp ? interp->bias : 0;
            break;
        case AT_ENTRY:
            value = prog->entry;
            break;
        case AT_EXECFN:
            value = execfn;
            break;
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
static void make_stack(Stack *st, const Image *prog, const Image *interp,
                       char *const *argv, char *const *envp)
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
    if (bytes + strlen(prog->path) > STACK_SIZE / 4) {
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
    execfn = push(&top, prog->path, strlen(prog->path) + 1);
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
static int hand_over(const Image *prog, const Stack *st, int exe_fd)
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
    Image prog, interp;
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
    page_size = getauxval(AT_PAGESZ);

    open_image(&prog, argv[optind]);
    map_image(&prog, ET_DYN_BASE, BRK_ROOM);
    entry = prog.entry;
    if (prog.interp) {
        open_image(&interp, prog.interp);
        map_image(&interp, 0, 0);
        entry = interp.entry;
    }
    make_stack(&st, &prog, prog.interp ? &interp : NULL, argv + optind + 1,
               environ);

    if (hand_over(&prog, &st, keep_exe ? -1 : prog.fd) < 0) {
        fprintf(stderr, "preload: PR_SET_MM_MAP: %s\n",
                error_name(errno));
        if (!force) {
            return 3;
        }
    }

    close(prog.fd);
    if (prog.interp) {
        close(interp.fd);
    }
    forget_ourselves(prog.path);
    jump(entry, st.sp);
}
