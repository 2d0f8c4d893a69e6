/*
 * The rules of prctl(PR_SET_MM, ...), without QEMU
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "set-mm/rules/mm-rules.h"
#include <errno.h>
#include <stddef.h>

/*
 * Indexed by sub-option.  The numbers of the options and the order of the
 * fields in struct prctl_mm_map disagree about start_stack, hence a table.
 */
static const struct {
    size_t offset;
    bool needs_vma;
} fields[] = {
    [MM_OPT_START_CODE] = { offsetof(MMLayout, start_code), false },
    [MM_OPT_END_CODE] = { offsetof(MMLayout, end_code), false },
    [MM_OPT_START_DATA] = { offsetof(MMLayout, start_data), false },
    [MM_OPT_END_DATA] = { offsetof(MMLayout, end_data), false },
    [MM_OPT_START_STACK] = { offsetof(MMLayout, start_stack), true },
    [MM_OPT_START_BRK] = { offsetof(MMLayout, start_brk), false },
    [MM_OPT_BRK] = { offsetof(MMLayout, brk), false },
    [MM_OPT_ARG_START] = { offsetof(MMLayout, arg_start), true },
    [MM_OPT_ARG_END] = { offsetof(MMLayout, arg_end), true },
    [MM_OPT_ENV_START] = { offsetof(MMLayout, env_start), true },
    [MM_OPT_ENV_END] = { offsetof(MMLayout, env_end), true },
};

static bool is_field(int opt)
{
    return opt >= MM_OPT_START_CODE && opt <= MM_OPT_ENV_END;
}

static uint64_t *field_of(MMLayout *layout, int opt)
{
    return (uint64_t *)((char *)layout + fields[opt].offset);
}

static bool in_bounds(uint64_t addr, const MMLimits *limits)
{
    return addr >= limits->min_addr && addr < limits->task_size;
}

/* The kernel's check_data_rlimit(), with its unsigned long arithmetic. */
static bool data_fits(const MMLayout *layout, uint64_t brk,
                      const MMLimits *limits)
{
    uint64_t used = (brk - layout->start_brk) +
                    (layout->end_data - layout->start_data);

    return limits->rlimit_data == UINT64_MAX ||
           (used & limits->ulong_max) <= limits->rlimit_data;
}

int mm_rules_gate(int opt, uint64_t arg4, uint64_t arg5)
{
    bool takes_arg4 = opt == MM_OPT_AUXV || opt == MM_OPT_MAP ||
                      opt == MM_OPT_MAP_SIZE;

    return arg5 || (arg4 && !takes_arg4) ? -EINVAL : 0;
}

bool mm_rules_needs_vma(int opt)
{
    return is_field(opt) && fields[opt].needs_vma;
}

int mm_rules_validate(const MMLayout *layout, const MMLimits *limits)
{
    const uint64_t *value = (const uint64_t *)layout;

    for (size_t i = 0; i < sizeof(*layout) / sizeof(*value); i++) {
        if (!in_bounds(value[i], limits)) {
            return -EINVAL;
        }
    }

    /* An empty text is refused, every other range may be empty. */
    if (layout->start_code >= layout->end_code ||
        layout->start_data > layout->end_data ||
        layout->start_brk > layout->brk ||
        layout->arg_start > layout->arg_end ||
        layout->env_start > layout->env_end) {
        return -EINVAL;
    }

    return data_fits(layout, layout->brk, limits) ? 0 : -EINVAL;
}

int mm_rules_set_field(MMLayout *layout, int opt, uint64_t addr,
                       const MMLimits *limits, uint64_t last_vma_end)
{
    MMLayout changed = *layout;

    if (!is_field(opt) || !in_bounds(addr, limits)) {
        return -EINVAL;
    }
    *field_of(&changed, opt) = addr;
    if (mm_rules_validate(&changed, limits)) {
        return -EINVAL;
    }
    if (fields[opt].needs_vma && addr >= last_vma_end) {
        return -EFAULT;
    }
    *layout = changed;
    return 0;
}

int mm_rules_auxv(uint64_t len, uint64_t size)
{
    return len > size ? -EINVAL : 0;
}

int mm_rules_map_auxv(uint64_t auxv, uint64_t len, uint64_t size)
{
    return len && (!auxv || len > size) ? -EINVAL : 0;
}

BrkAction mm_rules_brk(const MMLayout *layout, uint64_t request,
                       const MMLimits *limits, uint64_t page_size,
                       uint64_t *from, uint64_t *to)
{
    uint64_t old_end = (layout->brk + page_size - 1) & -page_size;
    uint64_t new_end = (request + page_size - 1) & -page_size;

    /* Rounding up within the last page of the address space would wrap. */
    if (request < layout->start_brk ||
        request > limits->ulong_max - (page_size - 1) ||
        !data_fits(layout, request, limits)) {
        return BRK_REFUSE;
    }
    if (new_end == old_end) {
        return BRK_MOVE;
    }
    *from = new_end < old_end ? new_end : old_end;
    *to = new_end < old_end ? old_end : new_end;
    return new_end < old_end ? BRK_SHRINK : BRK_GROW;
}
