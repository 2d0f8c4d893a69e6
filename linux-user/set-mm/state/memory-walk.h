/*
 * The guest's memory, by names that each series of QEMU knows
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_MEMORY_WALK_H
#define LINUX_USER_MEMORY_WALK_H

#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"

/* What the function has that walk_memory_regions() is given. */
#ifdef GUEST_ADDR_MAX
typedef target_ulong WalkAddr;
typedef unsigned long WalkFlags;
#else
/* QEMU 10.2 has a variable instead. */
#include "exec/mmap-lock.h"
#define GUEST_ADDR_MAX guest_addr_max
typedef vaddr WalkAddr;
typedef int WalkFlags;
#endif

#endif /* LINUX_USER_MEMORY_WALK_H */
