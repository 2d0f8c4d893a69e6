/*
 * What an ELF file says about the layout of its process
 *
 * Nothing of QEMU is included: the file's own class and byte order are
 * followed, whatever the target.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_ELF_LAYOUT_H
#define LINUX_USER_ELF_LAYOUT_H

#include <stdbool.h>
#include "set-mm/rules/mm-rules.h"

/**
 * elf_layout_read: find the text and data segments as the kernel does
 * @fd: of the program; its offset is left alone
 * @bias: what the loader added to every p_vaddr
 * @layout: start_code, end_code, start_data and end_data are set
 *
 * Mirrors fs/binfmt_elf.c:load_elf_binary(): text is the hull of the
 * executable PT_LOADs, data begins at the highest p_vaddr of any PT_LOAD.
 * A program without an executable segment gets the kernel's start_code of
 * ~0 + @bias; the caller truncates to the guest's word.
 *
 * Returns: false, and @layout untouched, if the file is not a readable ELF
 * program with a PT_LOAD.
 */
bool elf_layout_read(int fd, uint64_t bias, MMLayout *layout);

#endif /* LINUX_USER_ELF_LAYOUT_H */
