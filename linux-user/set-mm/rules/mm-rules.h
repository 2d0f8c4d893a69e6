/*
 * The rules of prctl(PR_SET_MM, ...): which call is accepted and which error
 * wins when several would apply.
 *
 * Pure functions over plain structs.  This header and mm-rules.c include
 * nothing of QEMU, so that the rules can be tested and fuzzed alone.
 * Errors are negative host errno values, 0 is success.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_MM_RULES_H
#define LINUX_USER_MM_RULES_H

#include <stdbool.h>
#include <stdint.h>

/* Sub-options, numbered as in the kernel's uapi/linux/prctl.h. */
typedef enum MMOption {
    MM_OPT_START_CODE = 1,
    MM_OPT_END_CODE = 2,
    MM_OPT_START_DATA = 3,
    MM_OPT_END_DATA = 4,
    MM_OPT_START_STACK = 5,
    MM_OPT_START_BRK = 6,
    MM_OPT_BRK = 7,
    MM_OPT_ARG_START = 8,
    MM_OPT_ARG_END = 9,
    MM_OPT_ENV_START = 10,
    MM_OPT_ENV_END = 11,
    MM_OPT_AUXV = 12,
    MM_OPT_EXE_FILE = 13,
    MM_OPT_MAP = 14,
    MM_OPT_MAP_SIZE = 15,
} MMOption;

/* The address fields of the kernel's mm_struct that PR_SET_MM can move. */
typedef struct MMLayout {
    uint64_t start_code;
    uint64_t end_code;
    uint64_t start_data;
    uint64_t end_data;
    uint64_t start_brk;
    uint64_t brk;
    uint64_t start_stack;
    uint64_t arg_start;
    uint64_t arg_end;
    uint64_t env_start;
    uint64_t env_end;
} MMLayout;

/* What the fields are judged against. */
typedef struct MMLimits {
    uint64_t min_addr;      /* effective vm.mmap_min_addr */
    uint64_t task_size;     /* first address that is no user address */
    uint64_t rlimit_data;   /* soft RLIMIT_DATA, UINT64_MAX if unlimited */
    uint64_t ulong_max;     /* of the guest's kernel: sums wrap there */
} MMLimits;

/**
 * mm_rules_gate: judge the arguments that must be zero
 * @opt: sub-option, known or not
 * @arg4: fourth argument of prctl(2)
 * @arg5: fifth argument of prctl(2)
 *
 * The kernel does this before it looks at privileges, so that EINVAL wins
 * over EPERM here and nowhere else.
 *
 * Returns: 0 or -EINVAL.
 */
int mm_rules_gate(int opt, uint64_t arg4, uint64_t arg5);

/**
 * mm_rules_needs_vma: does @opt want a mapping above its address?
 *
 * Only then is the caller of mm_rules_set_field() asked for @last_vma_end,
 * which is costly to find out.
 */
bool mm_rules_needs_vma(int opt);

/**
 * mm_rules_validate: judge a complete layout, as validate_prctl_map_addr()
 * of the kernel does for a single field and for PR_SET_MM_MAP
 *
 * Returns: 0 or -EINVAL.
 */
int mm_rules_validate(const MMLayout *layout, const MMLimits *limits);

/**
 * mm_rules_set_field: PR_SET_MM_START_CODE ... PR_SET_MM_ENV_END
 * @layout: changed on success, untouched on failure
 * @opt: sub-option; one that names no address field is an error
 * @addr: the new value
 * @limits: what to judge against
 * @last_vma_end: end of the highest mapping; read only if
 *                mm_rules_needs_vma(@opt)
 *
 * Returns: 0, -EINVAL, or -EFAULT (nothing is mapped above @addr).
 */
int mm_rules_set_field(MMLayout *layout, int opt, uint64_t addr,
                       const MMLimits *limits, uint64_t last_vma_end);

/**
 * mm_rules_auxv: judge the length of a vector for PR_SET_MM_AUXV
 * @len: bytes supplied
 * @size: bytes that the kernel keeps, sizeof(mm->saved_auxv)
 *
 * Returns: 0 or -EINVAL.
 */
int mm_rules_auxv(uint64_t len, uint64_t size);

/**
 * mm_rules_map_auxv: judge auxv and auxv_size of struct prctl_mm_map
 *
 * Unlike PR_SET_MM_AUXV, which lets the copy fail, a NULL vector with a
 * length is EINVAL; without a length the pointer is not looked at.
 *
 * Returns: 0 or -EINVAL.
 */
int mm_rules_map_auxv(uint64_t auxv, uint64_t len, uint64_t size);

/* What brk(2) has to do about mappings; see mm_rules_brk(). */
typedef enum BrkAction {
    BRK_REFUSE,     /* answer the old break */
    BRK_MOVE,       /* store the new break, no page changes hands */
    BRK_GROW,       /* map [from, to), then store */
    BRK_SHRINK,     /* unmap [from, to), then store */
} BrkAction;

/**
 * mm_rules_brk: decide a brk(2)
 * @layout: start_brk, brk and the data segment are read
 * @request: the argument of brk(2)
 * @limits: only rlimit_data and ulong_max are read
 * @page_size: bytes, a power of two
 * @from: start of the range to map or unmap, page aligned
 * @to: its end, page aligned
 *
 * Mirrors mm/mmap.c:SYSCALL_DEFINE1(brk) up to the point where mappings are
 * looked at.
 */
BrkAction mm_rules_brk(const MMLayout *layout, uint64_t request,
                       const MMLimits *limits, uint64_t page_size,
                       uint64_t *from, uint64_t *to);

#endif /* LINUX_USER_MM_RULES_H */
