/*
 * Mappings that grow downwards: the stack, and those of MAP_GROWSDOWN
 *
 * An access below such a mapping makes it longer, up to RLIMIT_STACK as it is
 * at that moment, by the rules of mm/vma.c:expand_downwards().  QEMU's qemu.h
 * includes this header, so it needs nothing but QEMU's types.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_STACK_H
#define LINUX_USER_GUEST_STACK_H

#include <signal.h>

struct image_info;

/**
 * guest_stack_prepare: before QEMU maps the stack
 *
 * QEMU maps no more than the program's strings need; what RLIMIT_STACK allows
 * beyond is only kept free.
 */
void guest_stack_prepare(void);

/**
 * guest_stack_map: mmap(2) of the stack
 * @len: bytes, QEMU's guard page included
 * @prot: of the host
 *
 * Keeps room below for what it may grow to, where the host has that.
 *
 * Returns: the address, or -1 with errno.
 */
abi_long guest_stack_map(abi_ulong len, int prot);

/* guest_stack_start: make it as long as the kernel does for a new program */
void guest_stack_start(const struct image_info *info);

/**
 * guest_stack_fault: is a fault an access that makes a stack grow?
 * @addr: of the access, if it is one of the guest's
 * @info: of the host's SIGSEGV; told that there is no mapping, if there is none
 *
 * Returns: whether the access is to be tried again.
 */
bool guest_stack_fault(abi_ulong addr, siginfo_t *info);

/**
 * guest_stack_access: the same for memory that a system call is told of
 * @type: PAGE_READ, or with PAGE_WRITE
 *
 * Returns: whether all of the range can be accessed now.
 */
bool guest_stack_access(int type, abi_ulong addr, abi_ulong size);

/**
 * guest_stack_probe: the same for an instruction that asks for its memory
 * @access_type: QEMU's MMUAccessType
 *
 * QEMU's helpers look at the flags of a page before they access it (probe_*),
 * so there is no fault of the host's.
 *
 * Returns: whether the instruction is to be tried again.
 */
bool guest_stack_probe(int access_type, abi_ulong addr);

/* guest_access_ok: the end of access_ok(); @ok: what the page flags say */
static inline bool guest_access_ok(bool ok, int type, abi_ulong addr,
                                   abi_ulong size)
{
    return __builtin_expect(ok, true) || guest_stack_access(type, addr, size);
}

/**
 * guest_stack_add: a mapping of MAP_GROWSDOWN
 * guest_stack_remove: a range has been unmapped or mapped anew
 * guest_stack_start_of: where the growing mapping begins that has an address
 * guest_stack_release: the guest wants to map something where room is kept
 *
 * Called with mmap_lock() held; @len: bytes, more than 0.
 */
void guest_stack_add(abi_ulong start, abi_ulong len);
void guest_stack_remove(abi_ulong start, abi_ulong len);
bool guest_stack_start_of(abi_ulong addr, abi_ulong *start);
void guest_stack_release(abi_ulong start, abi_ulong len);

#endif /* LINUX_USER_GUEST_STACK_H */
