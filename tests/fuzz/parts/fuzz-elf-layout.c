/*
 * elf-layout.c against a reader of the same bytes in memory
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>
#include "part.h"
#include "set-mm/rules/elf-layout.h"

enum { EHDR32 = 52, PHDR32 = 32, PHDR64 = 56 };

typedef struct Image {
    const uint8_t *bytes;
    size_t size;
    bool big;
} Image;

/* A short header is filled up with zeroes, as the kernel's buffer is. */
static uint64_t number(const Image *image, uint64_t at, unsigned bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < bytes; i++) {
        uint64_t where = at + (image->big ? i : bytes - 1 - i);

        value = value << 8 | (where < image->size ? image->bytes[where] : 0);
    }
    return value;
}

static bool want(const Image *image, uint64_t bias, uint64_t layout[4])
{
    uint64_t code = UINT64_MAX, end_code = 0, data = 0, end_data = 0;
    uint64_t offset, step, count;
    bool wide, found = false;

    if (image->size < EHDR32 || memcmp(image->bytes, "\177ELF", 4)) {
        return false;
    }
    wide = image->bytes[EI_CLASS] == ELFCLASS64;
    offset = wide ? number(image, 32, 8) : number(image, 28, 4);
    step = number(image, wide ? 54 : 42, 2);
    count = number(image, wide ? 56 : 44, 2);
    for (; count; count--, offset += step) {
        unsigned size = wide ? PHDR64 : PHDR32;
        uint64_t flags, start, end;

        if (offset > image->size || image->size - offset < size) {
            return false;
        }
        flags = number(image, offset + (wide ? 4 : 24), 4);
        start = wide ? number(image, offset + 16, 8)
                     : number(image, offset + 8, 4);
        end = start + (wide ? number(image, offset + 32, 8)
                            : number(image, offset + 16, 4));
        if (number(image, offset, 4) != PT_LOAD) {
            continue;
        }
        found = true;
        if (flags & PF_X) {
            code = start < code ? start : code;
            end_code = end > end_code ? end : end_code;
        }
        data = start > data ? start : data;
        end_data = end > end_data ? end : end_data;
    }
    layout[0] = code + bias;
    layout[1] = end_code + bias;
    layout[2] = data + bias;
    layout[3] = end_data + bias;
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    Input in = { data, size };
    uint64_t bias = take(&in, 1) * 0x10000, expected[4];
    Image image = { in.at, in.left, false };
    MMLayout got, untouched;
    bool ok;

    if (fd < 0) {
        fd = memfd_create("elf", 0);
        CHECK(fd >= 0);
    }
    CHECK(ftruncate(fd, 0) == 0);
    CHECK(pwrite(fd, image.bytes, image.size, 0) == (ssize_t)image.size);
    image.big = image.size > EI_DATA &&
                image.bytes[EI_DATA] == ELFDATA2MSB;
    memset(&got, 0x5a, sizeof(got));
    untouched = got;
    ok = elf_layout_read(fd, bias, &got);
    CHECK(ok == want(&image, bias, expected));
    if (ok) {
        CHECK(got.start_code == expected[0] && got.end_code == expected[1]);
        CHECK(got.start_data == expected[2] && got.end_data == expected[3]);
        CHECK(got.arg_start == untouched.arg_start);
    } else {
        CHECK(!memcmp(&got, &untouched, sizeof(got)));
    }
    return 0;
}
