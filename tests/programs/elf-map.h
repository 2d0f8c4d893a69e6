/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * elf-map.h: map a program as execve() does
 */
#ifndef PROGRAMS_ELF_MAP_H
#define PROGRAMS_ELF_MAP_H

#include <link.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_MAP_PHDRS   64
#define ELF_MAP_ROOM    ((size_t)64 << 20)  /* must be free behind the bss */

/* Where Linux puts programs of type ET_DYN: two thirds of 47 bits, or arm's. */
#if UINTPTR_MAX > UINT32_MAX
#define ELF_MAP_BASE    0x555555554000UL
#else
#define ELF_MAP_BASE    0x400000UL
#endif

/* An ELF file, first as read and then as mapped. */
typedef struct ElfImage {
    int fd;
    size_t page_size;
    ElfW(Ehdr) ehdr;
    ElfW(Phdr) phdr[ELF_MAP_PHDRS];
    char interp[256];           /* PT_INTERP, or empty */
    int stack_prot;
    uintptr_t bias;             /* what to add to the file's addresses */
    uintptr_t phdr_addr;        /* where the program can read its headers */
    uintptr_t entry;
    uintptr_t start_code, end_code, start_data, end_data;
    uintptr_t brk;              /* end of the bss, on a page boundary */
} ElfImage;

const char *elf_map_open(ElfImage *img, int fd, const ElfW(Ehdr) *own,
                         size_t page_size);
const char *elf_map(ElfImage *img, uintptr_t hint, size_t room);
void elf_map_auxv(const ElfImage *prog, const ElfImage *interp,
                  uintptr_t execfn, uintptr_t type, uintptr_t *value);

#endif
