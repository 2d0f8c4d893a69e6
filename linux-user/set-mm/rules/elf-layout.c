/*
 * What an ELF file says about the layout of its process
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "set-mm/rules/elf-layout.h"
#include <elf.h>
#include <string.h>
#include <unistd.h>

/* The few fields that matter, whatever the file's class and byte order. */
typedef struct ElfHead {
    bool is64;
    bool big_endian;
    uint64_t phoff;
    unsigned phentsize;
    unsigned phnum;
} ElfHead;

typedef struct ElfSegment {
    uint32_t type;
    uint32_t flags;
    uint64_t vaddr;
    uint64_t filesz;
} ElfSegment;

static uint64_t get(const ElfHead *head, const void *p, size_t size)
{
    const uint8_t *byte = p;
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++) {
        value = value << 8 | byte[head->big_endian ? i : size - 1 - i];
    }
    return value;
}

#define GET(head, field) get(head, &(field), sizeof(field))

static bool read_head(int fd, ElfHead *head)
{
    union {
        unsigned char ident[EI_NIDENT];
        Elf32_Ehdr e32;
        Elf64_Ehdr e64;
    } u;

    if (pread(fd, &u, sizeof(u), 0) < (ssize_t)sizeof(u.e32) ||
        memcmp(u.ident, ELFMAG, SELFMAG)) {
        return false;
    }
    head->is64 = u.ident[EI_CLASS] == ELFCLASS64;
    head->big_endian = u.ident[EI_DATA] == ELFDATA2MSB;
    if (head->is64) {
        head->phoff = GET(head, u.e64.e_phoff);
        head->phentsize = GET(head, u.e64.e_phentsize);
        head->phnum = GET(head, u.e64.e_phnum);
    } else {
        head->phoff = GET(head, u.e32.e_phoff);
        head->phentsize = GET(head, u.e32.e_phentsize);
        head->phnum = GET(head, u.e32.e_phnum);
    }
    return true;
}

static bool read_segment(int fd, const ElfHead *head, unsigned index,
                         ElfSegment *segment)
{
    union {
        Elf32_Phdr p32;
        Elf64_Phdr p64;
    } u;
    ssize_t size = head->is64 ? sizeof(u.p64) : sizeof(u.p32);
    off_t offset = head->phoff + (uint64_t)index * head->phentsize;

    if (pread(fd, &u, size, offset) != size) {
        return false;
    }
    if (head->is64) {
        segment->type = GET(head, u.p64.p_type);
        segment->flags = GET(head, u.p64.p_flags);
        segment->vaddr = GET(head, u.p64.p_vaddr);
        segment->filesz = GET(head, u.p64.p_filesz);
    } else {
        segment->type = GET(head, u.p32.p_type);
        segment->flags = GET(head, u.p32.p_flags);
        segment->vaddr = GET(head, u.p32.p_vaddr);
        segment->filesz = GET(head, u.p32.p_filesz);
    }
    return true;
}

static uint64_t max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

bool elf_layout_read(int fd, uint64_t bias, MMLayout *layout)
{
    uint64_t start_code = UINT64_MAX, end_code = 0;
    uint64_t start_data = 0, end_data = 0;
    bool loads = false;
    ElfHead head;
    ElfSegment seg;

    if (!read_head(fd, &head)) {
        return false;
    }
    for (unsigned i = 0; i < head.phnum; i++) {
        if (!read_segment(fd, &head, i, &seg)) {
            return false;
        }
        if (seg.type != PT_LOAD) {
            continue;
        }
        loads = true;
        if (seg.flags & PF_X) {
            start_code = seg.vaddr < start_code ? seg.vaddr : start_code;
            end_code = max(end_code, seg.vaddr + seg.filesz);
        }
        start_data = max(start_data, seg.vaddr);
        end_data = max(end_data, seg.vaddr + seg.filesz);
    }
    if (!loads) {
        return false;
    }
    layout->start_code = start_code + bias;
    layout->end_code = end_code + bias;
    layout->start_data = start_data + bias;
    layout->end_data = end_data + bias;
    return true;
}
