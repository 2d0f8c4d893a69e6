/*
 * smaps_rollup: the sums of smaps
 *
 * Includes nothing of QEMU's targets.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_SMAPS_ROLLUP_H
#define LINUX_USER_SMAPS_ROLLUP_H

#include <glib.h>

/**
 * smaps_rollup_text: the guest's smaps_rollup
 * @smaps: what the guest's smaps says, with a NUL behind
 * @host: what the host's smaps_rollup says, likewise; which lines there are
 * @column: where the kernel writes a path, counted from 0
 *
 * Mirrors fs/proc/task_mmu.c:show_smaps_rollup().  Pss_Anon, Pss_File and
 * Pss_Shmem are not in smaps: the proportional share of a file's mapping is
 * taken for anonymous as far as its pages are.
 *
 * Returns: the text, owned by the caller.
 */
GByteArray *smaps_rollup_text(const char *smaps, const char *host,
                              int column);

#endif /* LINUX_USER_SMAPS_ROLLUP_H */
