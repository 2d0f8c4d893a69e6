/*
 * A note in an executable, by which emulators of ours know each other
 *
 * Includes nothing of QEMU.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_ELF_NOTE_H
#define LINUX_USER_ELF_NOTE_H

#include <stdbool.h>

/**
 * elf_note_find: has an executable a note of that name?
 * @fd: open for reading; stays the caller's; may be anything
 * @name: without the NUL that the file has behind it
 *
 * Only files of the host's own class and byte order are looked at, and only a
 * few kilobytes of them.
 */
bool elf_note_find(int fd, const char *name);

#endif /* LINUX_USER_ELF_NOTE_H */
