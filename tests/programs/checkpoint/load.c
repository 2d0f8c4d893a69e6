/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * load.c: begin a program in our place
 */
#include <elf.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/prctl.h>
#include "agent.h"
#include "../elf-map.h"

#define SKIP_VDSO_ENTRY 1       /* AT_IGNORE */

static ElfImage prog, interp;
static uintptr_t entry;

/* What elf-map.c needs of a C library. */
ssize_t pread(int fd, void *buf, size_t len, off_t pos)
{
    if (agent_seek(fd, pos, SEEK_SET) < 0) {
        return -1;
    }
    return sys(__NR_read, fd, buf, len);
}

void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t pos)
{
    long ret = agent_mmap((uintptr_t)addr, len, prot, flags, fd, pos);

    return agent_is_error(ret) ? (void *)-1 : (void *)ret;
}

int munmap(void *addr, size_t len)
{
    return sys(__NR_munmap, addr, len) < 0 ? -1 : 0;
}

/*
 * Where a loaded program begins.
 */
uintptr_t load_entry(void)
{
    return entry;
}

static const char *map_file(ElfImage *img, const char *path, uintptr_t hint,
                            size_t room)
{
    const ElfW(Ehdr) *own = (const ElfW(Ehdr) *)__ehdr_start;
    const char *reason;
    long fd = sys(__NR_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);

    if (fd < 0) {
        return error_text(fd);
    }
    reason = elf_map_open(img, fd, own, agent.page_size);
    return reason ? reason : elf_map(img, hint, room);
}

/*
 * Remove the first skip arguments from the stack at *sp, which moves.  The
 * strings stay where they are.  Returns the aux vector.
 */
static uintptr_t *shift_stack(uintptr_t *sp, int skip)
{
    uintptr_t *old = (uintptr_t *)*sp;
    uintptr_t *end = old + 1 + old[0];
    uintptr_t argc = old[0] - skip;
    uintptr_t *from = old + skip;
    uintptr_t *to = (uintptr_t *)((uintptr_t)from & -(uintptr_t)16);
    uintptr_t *auxv;

    while (*++end) {
        continue;
    }
    for (auxv = end + 1; auxv[0] != AT_NULL; auxv += 2) {
        continue;
    }
    auxv += 2;
    from[0] = argc;
    memmove(to, from, (uintptr_t)auxv - (uintptr_t)from);
    *sp = (uintptr_t)to;
    return to + (end + 1 - from);
}

/* Make the aux vector the program's.  Returns its size. */
static size_t change_auxv(uintptr_t *auxv, uintptr_t name)
{
    uintptr_t *p;

    for (p = auxv; p[0] != AT_NULL; p += 2) {
        elf_map_auxv(&prog, prog.interp[0] ? &interp : NULL, name, p[0],
                     &p[1]);
        /* Another kernel has other code there. */
        if ((p[0] == AT_SYSINFO || p[0] == AT_SYSINFO_EHDR) &&
            !agent.keep_vdso) {
            p[0] = AT_IGNORE;
        }
    }
    return (uintptr_t)(p + 2) - (uintptr_t)auxv;
}

/*
 * Map the program that the argument with number skip names, make the stack
 * at *sp and the kernel's record of the process its own, and find its entry
 * point for load_entry().  Returns NULL, or the reason of a failure.
 * Mirrors load_elf_binary() in fs/binfmt_elf.c.
 */
const char *load_program(uintptr_t *sp, int skip)
{
    const char *path = ((char **)*sp)[1 + skip];
    const char *reason = map_file(&prog, path, ELF_MAP_BASE, ELF_MAP_ROOM);
    const char *slash = path;
    struct prctl_mm_map map;
    uintptr_t *auxv, *argv;
    long ret;

    if (!reason && prog.interp[0]) {
        reason = map_file(&interp, prog.interp, 0, 0);
    }
    if (reason) {
        return reason;
    }
    entry = prog.interp[0] ? interp.entry : prog.entry;
    auxv = shift_stack(sp, skip);
    argv = (uintptr_t *)*sp + 1;

    map = (struct prctl_mm_map) {
        .start_code = prog.start_code,
        .end_code = prog.end_code,
        .start_data = prog.start_data,
        .end_data = prog.end_data,
        .start_brk = prog.brk,
        .brk = prog.brk,
        .start_stack = *sp,
        .arg_start = argv[0],
        .exe_fd = agent.keep_exe ? -1 : prog.fd,
    };
    /* The environment's strings follow the arguments'. */
    argv += ((uintptr_t *)*sp)[0] - 1;
    map.arg_end = map.env_start = map.env_end =
        argv[0] + strlen((char *)argv[0]) + 1;
    for (argv += 2; *argv; argv++) {
        map.env_end = *argv + strlen((char *)*argv) + 1;
    }
    map.auxv_size = change_auxv(auxv, (uintptr_t)path);
    map.auxv = (void *)auxv;
    ret = sys(__NR_prctl, PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0);
    if (ret < 0) {
        return text_reason("cannot take this process over", "PR_SET_MM_MAP",
                           error_text(ret));
    }

    for (const char *p = path; *p; p++) {
        if (*p == '/') {
            slash = p + 1;
        }
    }
    sys(__NR_prctl, PR_SET_NAME, slash, 0, 0, 0);
    sys(__NR_close, prog.fd);
    if (prog.interp[0]) {
        sys(__NR_close, interp.fd);
    }
    return NULL;
}
