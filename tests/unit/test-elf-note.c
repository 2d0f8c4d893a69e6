/*
 * Unit tests of elf-note.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <elf.h>
#include <fcntl.h>
#include <glib.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "set-mm/rules/elf-note.h"

/* A file with two segments of notes. */
typedef struct Sample {
    ElfW(Ehdr) head;
    ElfW(Phdr) segment[3];
    struct {
        ElfW(Nhdr) head;
        char name[4];
        char description[8];
    } first;
    struct {
        ElfW(Nhdr) head;
        char name[12];
    } second;
} Sample;

static Sample good(void)
{
    Sample s = {
        .head = {
            .e_ident = ELFMAG,
            .e_phoff = offsetof(Sample, segment),
            .e_phentsize = sizeof(ElfW(Phdr)),
            .e_phnum = 3,
        },
        .segment = {
            { .p_type = PT_LOAD, .p_filesz = sizeof(Sample) },
            { .p_type = PT_NOTE, .p_offset = offsetof(Sample, first),
              .p_filesz = sizeof(s.first) + sizeof(s.second) },
        },
        .first = { .head = { 4, 5, 1 }, .name = "GNU" },
        .second = { .head = { 12, 0, 1 }, .name = "qemu-set-mm" },
    };

    return s;
}

static bool found(const Sample *s, size_t size, const char *name)
{
    int fd = memfd_create("sample", MFD_CLOEXEC);
    bool ret;

    g_assert_cmpint(write(fd, s, size), ==, size);
    ret = elf_note_find(fd, name);
    close(fd);
    return ret;
}

static void is_found(void)
{
    Sample s = good();

    g_assert_true(found(&s, sizeof(s), "qemu-set-mm"));
    g_assert_true(found(&s, sizeof(s), "GNU"));
    g_assert_false(found(&s, sizeof(s), "qemu-set-m"));
    g_assert_false(found(&s, sizeof(s), "qemu-set-mmm"));
    g_assert_false(found(&s, sizeof(s), ""));
}

static void is_cut_off(void)
{
    Sample s = good();

    for (size_t size = 0; size < sizeof(s); size++) {
        g_assert_false(found(&s, size, "qemu-set-mm"));
    }
}

static void is_absurd(void)
{
    Sample s = good();

    s.first.head.n_descsz = -1;
    g_assert_false(found(&s, sizeof(s), "qemu-set-mm"));
    s = good();
    s.first.head.n_namesz = -4;
    g_assert_false(found(&s, sizeof(s), "qemu-set-mm"));
    s = good();
    s.segment[1].p_filesz = -1;
    g_assert_true(found(&s, sizeof(s), "qemu-set-mm"));
    s.segment[1].p_offset = -1;
    g_assert_false(found(&s, sizeof(s), "qemu-set-mm"));
    s = good();
    s.head.e_phentsize = 1;
    g_assert_false(found(&s, sizeof(s), "qemu-set-mm"));
    s = good();
    s.head.e_phoff = -1;
    g_assert_false(found(&s, sizeof(s), "qemu-set-mm"));
    s = good();
    s.head.e_ident[0] = 'E';
    g_assert_false(found(&s, sizeof(s), "qemu-set-mm"));
}

static void is_no_file(void)
{
    int fd = open("/", O_RDONLY | O_DIRECTORY);

    g_assert_false(elf_note_find(fd, "qemu-set-mm"));
    g_assert_false(elf_note_find(-1, "qemu-set-mm"));
    close(fd);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/elf-note/found", is_found);
    g_test_add_func("/elf-note/cut-off", is_cut_off);
    g_test_add_func("/elf-note/absurd", is_absurd);
    g_test_add_func("/elf-note/no-file", is_no_file);
    return g_test_run();
}
