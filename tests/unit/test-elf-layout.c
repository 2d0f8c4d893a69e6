/*
 * Text and data of an ELF program, as the kernel computes them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <elf.h>
#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "set-mm/rules/elf-layout.h"

typedef struct Image32 {
    Elf32_Ehdr head;
    Elf32_Phdr seg[2];
} Image32;

typedef struct Image64 {
    Elf64_Ehdr head;
    Elf64_Phdr seg[4];
} Image64;

static Image64 little64(void)
{
    Image64 image = {
        .head = {
            .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
                         ELFDATA2LSB },
            .e_phoff = offsetof(Image64, seg),
            .e_phentsize = sizeof(Elf64_Phdr),
            .e_phnum = 4,
        },
        .seg = {
            { .p_type = PT_LOAD, .p_flags = PF_R, .p_vaddr = 0x400000,
              .p_filesz = 0x100, .p_memsz = 0x100 },
            { .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = 0x401000,
              .p_filesz = 0x2345, .p_memsz = 0x2345 },
            { .p_type = PT_NOTE, .p_flags = PF_R | PF_X, .p_vaddr = 0x10,
              .p_filesz = 0xffffffff },
            { .p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_vaddr = 0x405678,
              .p_filesz = 0x10, .p_memsz = 0x9000 },
        },
    };

    return image;
}

static int file_of(const void *image, size_t size)
{
    int fd = memfd_create("elf", 0);

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(write(fd, image, size), ==, size);
    return fd;
}

static bool read_layout(const void *image, size_t size, uint64_t bias,
                        MMLayout *layout)
{
    int fd = file_of(image, size);
    bool ret = elf_layout_read(fd, bias, layout);

    close(fd);
    return ret;
}

static void test_64(void)
{
    Image64 image = little64();
    MMLayout layout;

    g_assert_true(read_layout(&image, sizeof(image), 0, &layout));
    g_assert_cmphex(layout.start_code, ==, 0x401000);
    g_assert_cmphex(layout.end_code, ==, 0x403345);
    /* Data begins where the last segment does, bss does not count. */
    g_assert_cmphex(layout.start_data, ==, 0x405678);
    g_assert_cmphex(layout.end_data, ==, 0x405688);
}

static void test_bias(void)
{
    Image64 image = little64();
    MMLayout layout;

    g_assert_true(read_layout(&image, sizeof(image), 0x7000000000, &layout));
    g_assert_cmphex(layout.start_code, ==, 0x7000401000);
    g_assert_cmphex(layout.end_data, ==, 0x7000405688);
}

static void test_no_text(void)
{
    Image64 image = little64();
    MMLayout layout;

    image.seg[1].p_flags = PF_R;
    g_assert_true(read_layout(&image, sizeof(image), 0x1000, &layout));
    g_assert_cmphex(layout.start_code, ==, 0xfff);
    g_assert_cmphex(layout.end_code, ==, 0x1000);
}

static void test_big_endian_32(void)
{
    Image32 image = {
        .head = {
            .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32,
                         ELFDATA2MSB },
            .e_phoff = GUINT32_TO_BE(offsetof(Image32, seg)),
            .e_phentsize = GUINT16_TO_BE(sizeof(Elf32_Phdr)),
            .e_phnum = GUINT16_TO_BE(2),
        },
        .seg = {
            { .p_type = GUINT32_TO_BE(PT_LOAD),
              .p_flags = GUINT32_TO_BE(PF_R | PF_X),
              .p_vaddr = GUINT32_TO_BE(0x10000000),
              .p_filesz = GUINT32_TO_BE(0x1234) },
            { .p_type = GUINT32_TO_BE(PT_LOAD),
              .p_flags = GUINT32_TO_BE(PF_R | PF_W),
              .p_vaddr = GUINT32_TO_BE(0x10010000),
              .p_filesz = GUINT32_TO_BE(0x20) },
        },
    };
    MMLayout layout;

    g_assert_true(read_layout(&image, sizeof(image), 0, &layout));
    g_assert_cmphex(layout.start_code, ==, 0x10000000);
    g_assert_cmphex(layout.end_code, ==, 0x10001234);
    g_assert_cmphex(layout.start_data, ==, 0x10010000);
    g_assert_cmphex(layout.end_data, ==, 0x10010020);
}

static void test_not_elf(void)
{
    Image64 image = little64();
    MMLayout layout = { .start_code = 1 };

    g_assert_false(read_layout("", 0, 0, &layout));
    g_assert_false(read_layout("#!/bin/sh\n", 10, 0, &layout));
    /* Headers that end in the middle, or lie behind the end. */
    for (size_t size = 0; size < sizeof(image); size++) {
        g_assert_false(read_layout(&image, size, 0, &layout));
    }
    image.head.e_phoff = UINT64_MAX - 8;
    g_assert_false(read_layout(&image, sizeof(image), 0, &layout));
    image = little64();
    image.head.e_phnum = 0;
    g_assert_false(read_layout(&image, sizeof(image), 0, &layout));
    g_assert_cmpint(layout.start_code, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/64", test_64);
    g_test_add_func("/bias", test_bias);
    g_test_add_func("/no-text", test_no_text);
    g_test_add_func("/big-endian-32", test_big_endian_32);
    g_test_add_func("/not-elf", test_not_elf);
    return g_test_run();
}
