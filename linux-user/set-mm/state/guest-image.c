/*
 * What the loader makes known of the files that it maps
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "set-mm/state/guest-image.h"

/* The first file is the program; before there are threads. */
static struct {
    unsigned count;
    abi_ulong image;
    abi_ulong end;          /* of the segments so far */
    abi_ulong phdr;
} loader;

void guest_image_segment(abi_ulong image, abi_ulong start, abi_ulong end)
{
    abi_ulong hole = TARGET_PAGE_ALIGN(loader.end);

    start &= TARGET_PAGE_MASK;
    if (!loader.count || loader.image != image) {
        loader.count++;
        loader.image = image;
        loader.end = 0;
    } else if (hole < start) {
        target_munmap(hole, start - hole);
    }
    loader.end = MAX(loader.end, end);
}

void guest_image_headers(uint64_t phoff, uint64_t offset, uint64_t size,
                         abi_ulong start)
{
    if (loader.count == 1 && offset <= phoff && phoff - offset < size) {
        loader.phdr = start + (phoff - offset);
    }
}

abi_ulong guest_image_phdr(void)
{
    return loader.phdr;
}
