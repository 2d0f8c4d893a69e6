/*
 * Do two names lead to one file?
 *
 * Includes nothing of QEMU.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_SAME_FILE_H
#define LINUX_USER_SAME_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

/**
 * same_file: as the kernel tells files apart, by device and inode
 * @a, @b: what stat(2) said
 */
static inline bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

#endif
