/*
 * The guest's mm_struct: the fields of the kernel's that QEMU's image_info
 * lacks, one set per process, shared by its threads and copied by fork
 *
 * State only; who may change it and to what is decided by mm-rules.c and
 * set-mm.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_MM_H
#define LINUX_USER_GUEST_MM_H

#include "set-mm/rules/mm-rules.h"
#include "set-mm/state/public-state.h"

/* Words of the kernel's saved_auxv: pairs for the architecture, Linux 7.3. */
#if defined(TARGET_I386)
# define GUEST_AUXV_ARCH 3
#elif defined(TARGET_AARCH64)
# define GUEST_AUXV_ARCH 2
#elif defined(TARGET_PPC)
# define GUEST_AUXV_ARCH 15
#elif defined(TARGET_RISCV)
# define GUEST_AUXV_ARCH 10
#elif defined(TARGET_SH4)
# define GUEST_AUXV_ARCH 5
#elif defined(TARGET_SPARC) || defined(TARGET_ALPHA)
# define GUEST_AUXV_ARCH 4
#elif defined(TARGET_MIPS) || defined(TARGET_S390X) || \
      defined(TARGET_LOONGARCH64)
# define GUEST_AUXV_ARCH 1
#else
# define GUEST_AUXV_ARCH 0
#endif
#define GUEST_AUXV_WORDS (2 * (GUEST_AUXV_ARCH + 24 + 1))

/* An aux vector in the guest's byte order, as large as the kernel's copy. */
typedef struct GuestAuxv {
    abi_ulong word[GUEST_AUXV_WORDS];
} GuestAuxv;

/**
 * guest_mm_prepare: read a program's headers before it is loaded
 * @fd: open for reading; stays the caller's
 */
void guest_mm_prepare(int fd);

/**
 * guest_mm_init: fill the fields after the program was loaded
 * @info: of the loaded program
 *
 * Values as fs/binfmt_elf.c leaves them in mm_struct, which are not always
 * image_info's; the break is left to target_set_brk(), which QEMU calls next.
 * guest_mm_prepare() must have been called.
 */
void guest_mm_init(const struct image_info *info);

/**
 * guest_mm_begin: lock the fields and return them for a change
 * guest_mm_end: unlock
 *
 * The kernel's arg_lock: no reader, other guests included, sees half a change.
 * Lock order: inside mmap_lock(), which QEMU holds across fork(2).
 */
MMLayout *guest_mm_begin(void);
void guest_mm_end(void);

/* guest_mm_layout: a consistent copy of all fields */
MMLayout guest_mm_layout(void);

/* guest_mm_limits: what new values are judged against, as of now */
MMLimits guest_mm_limits(void);

/* guest_mm_arch_end: TASK_SIZE as the architecture has it */
uint64_t guest_mm_arch_end(void);

/* guest_mm_task_size: the same end of the address space, before a program */
uint64_t guest_mm_task_size(void);

/**
 * guest_mm_last_vma_end: end of the highest guest mapping
 *
 * The kernel's gate page (vsyscall) is no mapping and does not count.
 */
uint64_t guest_mm_last_vma_end(void);

/* guest_mm_program: what the loaded program and its target are */
PublicProgram guest_mm_program(void);

/**
 * guest_mm_vdso_moved: mremap(2) has moved a range
 * guest_mm_vdso_gone: a range has been unmapped or mapped anew
 *
 * maps tells where the vdso is.  Called with mmap_lock() held.
 *
 * Returns: of the former, whether the vdso began in the range.
 */
bool guest_mm_vdso_moved(uint64_t from, uint64_t len, uint64_t to);
void guest_mm_vdso_gone(uint64_t start, uint64_t len);

/**
 * guest_mm_get_auxv: copy the saved vector
 * guest_mm_set_auxv: replace it; the last pair becomes AT_NULL, whatever
 *                    @auxv holds there, as in the kernel
 *
 * Returns: of the former, bytes up to and with the first AT_NULL.
 */
size_t guest_mm_get_auxv(GuestAuxv *auxv);
void guest_mm_set_auxv(const GuestAuxv *auxv);

#endif /* LINUX_USER_GUEST_MM_H */
