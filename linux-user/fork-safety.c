/*
 * What a forked child must not find locked
 *
 * The slice allocator of glib before 2.76 has locks that fork(2) copies as
 * another thread holds them.  QEMU allocates from it when it translates code,
 * and stops the other threads meanwhile, but not those within a system call,
 * where ours allocate as well.  malloc(3) is whole in a child.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"

/* Before glib's own constructors, as the choice is the first user's. */
static void __attribute__((constructor(101))) choose_allocator(void)
{
#if !GLIB_CHECK_VERSION(2, 76, 0)
    /* Deprecated in favour of a variable, which the guest would inherit. */
    G_GNUC_BEGIN_IGNORE_DEPRECATIONS;
    g_slice_set_config(G_SLICE_CONFIG_ALWAYS_MALLOC, true);
    G_GNUC_END_IGNORE_DEPRECATIONS;
#endif
}
