/*
 * mm-rules.c against the order of the kernel's checks, written down again
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include "part.h"
#include "set-mm/rules/mm-rules.h"

enum { NR_FIELDS = 11 };

typedef union Fields {
    MMLayout layout;
    uint64_t f[NR_FIELDS];
} Fields;

/* By sub-option: the field in struct prctl_mm_map, 0 to 10. */
static int field_of(int opt)
{
    switch (opt) {
    case 1: case 2: case 3: case 4:
        return opt - 1;
    case 5:
        return 6;
    case 6: case 7:
        return opt - 2;
    case 8: case 9: case 10: case 11:
        return opt - 1;
    default:
        return -1;
    }
}

/* Both sums in the guest kernel's unsigned long. */
static uint64_t wrap(uint64_t value, const MMLimits *limits)
{
    return limits->ulong_max == UINT32_MAX ? (uint32_t)value : value;
}

static bool exceeds(const uint64_t *f, uint64_t brk, const MMLimits *limits)
{
    uint64_t heap = wrap(brk - f[4], limits);
    uint64_t data = wrap(f[3] - f[2], limits);

    return limits->rlimit_data != UINT64_MAX &&
           wrap(heap + data, limits) > limits->rlimit_data;
}

static int want_valid(const uint64_t *f, const MMLimits *limits)
{
    for (int i = 0; i < NR_FIELDS; i++) {
        if (f[i] < limits->min_addr || f[i] >= limits->task_size) {
            return -EINVAL;
        }
    }
    if (f[0] >= f[1] || f[2] > f[3] || f[4] > f[5] || f[7] > f[8] ||
        f[9] > f[10]) {
        return -EINVAL;
    }
    return exceeds(f, f[5], limits) ? -EINVAL : 0;
}

static int want_field(uint64_t *f, int opt, uint64_t addr,
                      const MMLimits *limits, uint64_t last)
{
    uint64_t changed[NR_FIELDS];
    int field = field_of(opt);

    if (addr >= limits->task_size || addr < limits->min_addr) {
        return -EINVAL;
    }
    if (field < 0) {
        return -EINVAL;
    }
    memcpy(changed, f, sizeof(changed));
    changed[field] = addr;
    if (want_valid(changed, limits)) {
        return -EINVAL;
    }
    if ((field >= 6) && addr >= last) {
        return -EFAULT;
    }
    memcpy(f, changed, sizeof(changed));
    return 0;
}

static BrkAction want_brk(const uint64_t *f, uint64_t request,
                          const MMLimits *limits, uint64_t page,
                          uint64_t *from, uint64_t *to)
{
    uint64_t old_end, new_end;

    if (request < f[4] || exceeds(f, request, limits)) {
        return BRK_REFUSE;
    }
    if (request > limits->ulong_max - page + 1) {
        return BRK_REFUSE;
    }
    old_end = (f[5] + page - 1) / page * page;
    new_end = (request + page - 1) / page * page;
    if (old_end == new_end) {
        return BRK_MOVE;
    }
    if (request <= f[5]) {
        *from = new_end;
        *to = old_end;
        return BRK_SHRINK;
    }
    *from = old_end;
    *to = new_end;
    return BRK_GROW;
}

/* Most often something near a value that matters. */
static uint64_t take_value(Input *in, const MMLimits *limits,
                           const uint64_t *f)
{
    uint8_t kind = take(in, 1);
    int8_t step = take(in, 1);

    switch (kind % 8) {
    case 0:
        return take(in, 8) & limits->ulong_max;
    case 1:
        return (limits->min_addr + step) & limits->ulong_max;
    case 2:
        return (limits->task_size + step) & limits->ulong_max;
    case 3:
        return (uint64_t)step & limits->ulong_max;
    case 4:
        return limits->rlimit_data == UINT64_MAX ? limits->min_addr
               : (limits->min_addr + limits->rlimit_data + step) &
                 limits->ulong_max;
    default:
        return (f[kind / 8 % NR_FIELDS] + step) & limits->ulong_max;
    }
}

static MMLimits take_limits(Input *in)
{
    static const uint64_t sizes[] = {
        0x7ffffffff000, 0xffffe000, 0xfffff000, 1ull << 53, 0x80000000,
    };
    uint8_t kind = take(in, 1);
    MMLimits limits = {
        .min_addr = kind & 1 ? 65536 : 4096,
        .task_size = sizes[kind / 2 % 5],
        .rlimit_data = UINT64_MAX,
    };

    limits.ulong_max = limits.task_size > UINT32_MAX ? UINT64_MAX : UINT32_MAX;
    if (kind & 0x80) {
        limits.rlimit_data = take(in, 8);
    } else if (kind & 0x40) {
        limits.rlimit_data = take(in, 2);
    }
    return limits;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input in = { data, size };
    MMLimits limits = take_limits(&in);
    Fields fields, copy;
    uint64_t want_from = 0, want_to = 0, from = 0, to = 0;

    for (int i = 0; i < NR_FIELDS; i++) {
        fields.f[i] = limits.min_addr + 0x10000 * (i + 1);
    }
    for (int i = 0; i < NR_FIELDS; i++) {
        fields.f[i] = take_value(&in, &limits, fields.f);
    }
    CHECK(mm_rules_validate(&fields.layout, &limits) ==
          want_valid(fields.f, &limits));

    while (in.left) {
        int opt = (int8_t)take(&in, 1);
        uint64_t addr = take_value(&in, &limits, fields.f);
        uint64_t last = take_value(&in, &limits, fields.f);
        uint64_t arg4 = take(&in, 1) & 1, arg5 = take(&in, 1) & 1;
        int want;

        want = arg5 ? -EINVAL
               : arg4 && opt != 12 && opt != 14 && opt != 15 ? -EINVAL : 0;
        CHECK(mm_rules_gate(opt, arg4, arg5) == want);
        CHECK(mm_rules_needs_vma(opt) == (field_of(opt) >= 6));

        CHECK(mm_rules_auxv(addr, last) == (addr > last ? -EINVAL : 0));
        want = addr == 0 ? 0 : arg4 == 0 || addr > last ? -EINVAL : 0;
        CHECK(mm_rules_map_auxv(arg4, addr, last) == want);

        copy = fields;
        want = want_field(copy.f, opt, addr, &limits, last);
        CHECK(mm_rules_set_field(&fields.layout, opt, addr, &limits, last) ==
              want);
        CHECK(!memcmp(&fields, &copy, sizeof(copy)));

        /* A break that the rules let be has a page before its end. */
        if (want_valid(fields.f, &limits) == 0) {
            uint64_t page = (uint64_t)4096 << (opt & 3);

            want = want_brk(fields.f, addr, &limits, page, &want_from,
                            &want_to);
            CHECK(mm_rules_brk(&fields.layout, addr, &limits, page, &from,
                               &to) == (BrkAction)want);
            if (want == BRK_GROW || want == BRK_SHRINK) {
                CHECK(from == want_from && to == want_to && from < to);
                CHECK(from % page == 0 && to % page == 0);
            }
        }
    }
    return 0;
}
