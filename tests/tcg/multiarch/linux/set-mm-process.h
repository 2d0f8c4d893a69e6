/*
 * What any program that sets its own memory map has to know of itself
 *
 * The includer has defined _GNU_SOURCE.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SET_MM_PROCESS_H
#define SET_MM_PROCESS_H

#include <link.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef PR_GET_AUXV
#define PR_GET_AUXV 0x41555856
#endif

/* The order of struct prctl_mm_map, which is not that of the options. */
enum field {
    START_CODE,
    END_CODE,
    START_DATA,
    END_DATA,
    START_BRK,
    BRK,
    START_STACK,
    ARG_START,
    ARG_END,
    ENV_START,
    ENV_END,
    NR_FIELDS
};

static inline unsigned long page_size(void)
{
    return getauxval(AT_PAGESZ);
}

/* Puts an anonymous copy in the place of [start, end). */
static inline void replace_by_copy(unsigned long start, unsigned long end,
                                   int prot)
{
    size_t size = end - start;
    void *copy = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (copy == MAP_FAILED) {
        return;
    }
    memcpy(copy, (void *)start, size);
    mprotect(copy, size, prot);
    mremap(copy, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)start);
}

/*
 * Replaces each mapping of the program's file by an anonymous copy, which is
 * how a program satisfies the kernel's EBUSY rule from within.  The program
 * headers know the segments; QEMU 7.2's maps joins text and constants.
 */
static inline void detach_exe(void)
{
    const ElfW(Phdr) *phdr = (const void *)getauxval(AT_PHDR);
    unsigned long page = page_size();

    for (unsigned long i = 0; i < getauxval(AT_PHNUM); i++) {
        unsigned long start = phdr[i].p_vaddr & -page;
        unsigned long end = (phdr[i].p_vaddr + phdr[i].p_filesz + page - 1) &
                            -page;
        int prot = (phdr[i].p_flags & PF_R ? PROT_READ : 0) |
                   (phdr[i].p_flags & PF_W ? PROT_WRITE : 0) |
                   (phdr[i].p_flags & PF_X ? PROT_EXEC : 0);

        if (phdr[i].p_type == PT_LOAD && start < end) {
            replace_by_copy(start, end, prot);
        }
    }
}

#endif /* SET_MM_PROCESS_H */
