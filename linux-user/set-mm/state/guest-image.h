/*
 * What the loader makes known of the files that it maps
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_IMAGE_H
#define LINUX_USER_GUEST_IMAGE_H

/**
 * guest_image_segment: a segment is about to be mapped
 * @image: where its file begins, for which QEMU has reserved all that it needs
 * @start, @end: addresses of the segment
 *
 * What lies between two segments of a file becomes free, as in the kernel.
 */
void guest_image_segment(abi_ulong image, abi_ulong start, abi_ulong end);

/**
 * guest_image_headers: does the segment hold the program headers?
 * @phoff: where they are in the file
 * @offset, @size: of the segment in the file
 * @start: its address
 *
 * As fs/binfmt_elf.c:load_elf_binary() asks it.  After guest_image_segment().
 */
void guest_image_headers(uint64_t phoff, uint64_t offset, uint64_t size,
                         abi_ulong start);

/* guest_image_phdr: AT_PHDR of the program; 0 if no segment holds them */
abi_ulong guest_image_phdr(void);

#endif /* LINUX_USER_GUEST_IMAGE_H */
