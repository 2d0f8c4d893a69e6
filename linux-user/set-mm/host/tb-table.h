/*
 * How the table of translated blocks begins
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_TB_TABLE_H
#define LINUX_USER_TB_TABLE_H

enum {
    /*
     * Blocks that it has room for; it grows by itself.  QEMU's 32768 take 128
     * pages, all of which fault at every start.  A shell has 4000 blocks or so
     * in its first moments.
     */
    TB_TABLE_START = 1 << 12,
};

#endif /* LINUX_USER_TB_TABLE_H */
