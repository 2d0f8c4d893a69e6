/*
 * Whether anybody looks at a CPU's registers
 *
 * gdb and plugins are told of registers by descriptions in XML, which an Arm
 * CPU writes when it is made: a third of what a new thread costs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GDB_REGISTERS_H
#define LINUX_USER_GDB_REGISTERS_H

#ifdef CONFIG_USER_ONLY

/* gdb_registers_want: somebody is going to; called before there is a CPU */
void gdb_registers_want(void);

/* gdb_registers_wanted: was it called? */
bool gdb_registers_wanted(void);

#else

/* Of system emulation, whose monitor can start to listen at any time. */
static inline bool gdb_registers_wanted(void)
{
    return true;
}

#endif

#endif /* LINUX_USER_GDB_REGISTERS_H */
