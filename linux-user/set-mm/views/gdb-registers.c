/*
 * Whether anybody looks at a CPU's registers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "set-mm/views/gdb-registers.h"

static bool is_wanted;

void gdb_registers_want(void)
{
    is_wanted = true;
}

bool gdb_registers_wanted(void)
{
    return is_wanted;
}
