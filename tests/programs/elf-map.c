/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * elf-map.c: map a program as execve() does
 *
 * Uses pread(), mmap(), munmap(), memcmp() and memset() and nothing else, so
 * that a program without a C library can bring its own.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "elf-map.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/*
 * Round an address down and up to a page boundary (the kernel's PAGE_MASK
 * and PAGE_ALIGN); the page size is the running system's, not the file's.
 */
static uintptr_t page_down(const ElfImage *img, uintptr_t addr)
{
    return addr & -(uintptr_t)img->page_size;
}

static uintptr_t page_up(const ElfImage *img, uintptr_t addr)
{
    return page_down(img, addr + img->page_size - 1);
}

/*
 * Read the headers of an open file into img, which keeps the descriptor but
 * does not own it.  own is the header of the running program and stands in
 * for elf_check_arch().  Returns NULL, or the reason in words when the file
 * is no program for this machine.
 * Mirrors the first part of load_elf_binary() and load_elf_phdrs().
 */
const char *elf_map_open(ElfImage *img, int fd, const ElfW(Ehdr) *own,
                         size_t page_size)
{
    ElfW(Ehdr) *ehdr = &img->ehdr;
    ssize_t size;

    img->fd = fd;
    img->page_size = page_size;
    img->interp[0] = '\0';
    img->stack_prot = PROT_READ | PROT_WRITE;

    if (pread(fd, ehdr, sizeof(*ehdr), 0) != sizeof(*ehdr) ||
        memcmp(ehdr->e_ident, ELFMAG, SELFMAG)) {
        return "not an ELF file";
    }
    if (ehdr->e_ident[EI_CLASS] != own->e_ident[EI_CLASS] ||
        ehdr->e_ident[EI_DATA] != own->e_ident[EI_DATA] ||
        ehdr->e_machine != own->e_machine) {
        return "for another machine";
    }
    if (ehdr->e_type != ET_EXEC && ehdr->e_type != ET_DYN) {
        return "not a program";
    }
    if (ehdr->e_phentsize != sizeof(ElfW(Phdr)) || !ehdr->e_phnum ||
        ehdr->e_phnum > ELF_MAP_PHDRS) {
        return "no usable program headers";
    }
    size = ehdr->e_phnum * sizeof(ElfW(Phdr));
    if (pread(fd, img->phdr, size, ehdr->e_phoff) != size) {
        return "the file is too short";
    }

    for (int i = 0; i < ehdr->e_phnum; i++) {
        const ElfW(Phdr) *ph = &img->phdr[i];

        if (ph->p_type == PT_INTERP && !img->interp[0]) {
            size = ph->p_filesz;
            if (ph->p_filesz < 2 || ph->p_filesz > sizeof(img->interp) ||
                pread(fd, img->interp, size, ph->p_offset) != size ||
                img->interp[size - 1]) {
                return "no usable name of an interpreter";
            }
        } else if (ph->p_type == PT_GNU_STACK && (ph->p_flags & PF_X)) {
            img->stack_prot |= PROT_EXEC;
        }
    }
    return NULL;
}

/*
 * Reserve address space for an image whose addresses run from lo up to hi
 * and which needs the given alignment, with room behind it.  Sets the bias;
 * returns NULL, or the reason when the place is taken.  The room is checked
 * to be free and then given back, because brk() must find it free; ET_DYN
 * programs therefore go where Linux puts them and not among the mappings,
 * where the next mmap() would take the room.
 * Mirrors total_mapping_size() and the load_bias part of load_elf_binary().
 */
static const char *reserve(ElfImage *img, uintptr_t lo, uintptr_t hi,
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
            return "its address space is not free";
        }
        got = start = lo;
    } else {
        len += align;
        p = mmap((void *)hint, len, PROT_NONE, flags, -1, 0);
        if (p == MAP_FAILED) {
            return "no address space for it";
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
    img->bias = start - lo;
    return NULL;
}

/*
 * Map one PT_LOAD segment over the reservation: the file's part with its own
 * protection, the rest of its last page cleared, and anonymous pages for what
 * the file does not hold.  Returns NULL, or the reason of a failure.
 * Mirrors elf_load() and padzero() in fs/binfmt_elf.c.
 */
static const char *map_segment(const ElfImage *img, const ElfW(Phdr) *ph)
{
    uintptr_t start = page_down(img, ph->p_vaddr + img->bias);
    uintptr_t file_end = ph->p_vaddr + ph->p_filesz + img->bias;
    uintptr_t mem_end = page_up(img, ph->p_vaddr + ph->p_memsz + img->bias);
    uintptr_t anon = start;
    int prot = (ph->p_flags & PF_R ? PROT_READ : 0) |
               (ph->p_flags & PF_W ? PROT_WRITE : 0) |
               (ph->p_flags & PF_X ? PROT_EXEC : 0);

    if (ph->p_filesz) {
        anon = page_up(img, file_end);
        if (mmap((void *)start, anon - start, prot, MAP_PRIVATE | MAP_FIXED,
                 img->fd, page_down(img, ph->p_offset)) == MAP_FAILED) {
            return "a segment cannot be mapped";
        }
        /* Read-only segments cannot have a bss, whatever p_memsz says. */
        if (ph->p_memsz > ph->p_filesz && (prot & PROT_WRITE)) {
            memset((void *)file_end, 0, anon - file_end);
        }
    }
    if (mem_end > anon &&
        mmap((void *)anon, mem_end - anon, prot,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) {
        return "the bss cannot be mapped";
    }
    return NULL;
}

/*
 * Map all segments of an opened image and fill in the addresses that
 * PR_SET_MM_MAP and the aux vector want.  hint is where an image that can be
 * anywhere should go (0: the kernel chooses), room how much must be free
 * behind it.  Returns NULL, or the reason of a failure, which leaves what is
 * mapped by then.
 * Mirrors the mapping loop of load_elf_binary(), load_elf_interp(), and the
 * kernel's definitions of the fields: code is what is executable, data begins
 * with the last segment and ends with the file's last byte.
 */
const char *elf_map(ElfImage *img, uintptr_t hint, size_t room)
{
    uintptr_t lo = UINTPTR_MAX, hi = 0, align = img->page_size;
    const char *reason;

    for (int i = 0; i < img->ehdr.e_phnum; i++) {
        const ElfW(Phdr) *ph = &img->phdr[i];

        if (ph->p_type != PT_LOAD) {
            continue;
        }
        if ((ph->p_vaddr ^ ph->p_offset) & (img->page_size - 1) ||
            ph->p_memsz < ph->p_filesz ||
            ph->p_vaddr + ph->p_memsz < ph->p_vaddr) {
            return "a segment cannot be mapped";
        }
        if (page_down(img, ph->p_vaddr) < lo) {
            lo = page_down(img, ph->p_vaddr);
        }
        if (page_up(img, ph->p_vaddr + ph->p_memsz) > hi) {
            hi = page_up(img, ph->p_vaddr + ph->p_memsz);
        }
        /* Not a power of two means no alignment. */
        if (ph->p_align > align && !(ph->p_align & (ph->p_align - 1))) {
            align = ph->p_align;
        }
    }
    if (hi <= lo) {
        return "nothing to load";
    }

    reason = reserve(img, lo, hi, align, room, hint);
    if (reason) {
        return reason;
    }
    img->phdr_addr = img->end_code = img->start_data = img->end_data = 0;
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
        reason = map_segment(img, ph);
        if (reason) {
            return reason;
        }
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
    return NULL;
}

/*
 * Change the value of an entry of the aux vector, of this type, if it is about
 * the program: prog with its interpreter, which may be NULL, known by the name
 * at execfn.
 * Mirrors create_elf_tables().
 */
void elf_map_auxv(const ElfImage *prog, const ElfImage *interp,
                  uintptr_t execfn, uintptr_t type, uintptr_t *value)
{
    switch (type) {
    case AT_PHDR:
        *value = prog->phdr_addr;
        break;
    case AT_PHENT:
        *value = sizeof(ElfW(Phdr));
        break;
    case AT_PHNUM:
        *value = prog->ehdr.e_phnum;
        break;
    case AT_BASE:
        *value = interp ? interp->bias : 0;
        break;
    case AT_ENTRY:
        *value = prog->entry;
        break;
    case AT_EXECFN:
        *value = execfn;
        break;
    }
}
