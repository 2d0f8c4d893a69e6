/*
 * A note in an executable
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "set-mm/rules/elf-note.h"
#include <elf.h>
#include <link.h>
#include <string.h>
#include <unistd.h>

enum {
    /* No emulator has more. */
    MAX_HEADERS = 32,
    MAX_NOTES = 4096,
};

/* Names and descriptions are padded. */
static size_t padded(size_t size)
{
    return (size + 3) & ~(size_t)3;
}

static bool has_note(const char *notes, size_t size, const char *name)
{
    const size_t name_size = strlen(name) + 1;
    ElfW(Nhdr) note;

    while (size >= sizeof(note)) {
        size_t skip;

        memcpy(&note, notes, sizeof(note));
        if (note.n_namesz > MAX_NOTES || note.n_descsz > MAX_NOTES) {
            return false;
        }
        skip = sizeof(note) + padded(note.n_namesz) + padded(note.n_descsz);
        if (skip > size) {
            return false;
        }
        if (note.n_namesz == name_size &&
            !memcmp(notes + sizeof(note), name, name_size)) {
            return true;
        }
        notes += skip;
        size -= skip;
    }
    return false;
}

static bool segment_has_note(int fd, const ElfW(Phdr) *segment,
                             const char *name)
{
    char notes[MAX_NOTES];
    size_t size = segment->p_filesz;
    ssize_t len;

    if (segment->p_type != PT_NOTE) {
        return false;
    }
    len = pread(fd, notes, size < sizeof(notes) ? size : sizeof(notes),
                segment->p_offset);
    return len > 0 && has_note(notes, len, name);
}

bool elf_note_find(int fd, const char *name)
{
    ElfW(Phdr) segment;
    ElfW(Ehdr) head;

    if (pread(fd, &head, sizeof(head), 0) != sizeof(head) ||
        memcmp(head.e_ident, ELFMAG, SELFMAG) ||
        head.e_phentsize != sizeof(segment)) {
        return false;
    }
    for (int i = 0; i < head.e_phnum && i < MAX_HEADERS; i++) {
        if (pread(fd, &segment, sizeof(segment),
                  head.e_phoff + i * sizeof(segment)) != sizeof(segment)) {
            return false;
        }
        if (segment_has_note(fd, &segment, name)) {
            return true;
        }
    }
    return false;
}
