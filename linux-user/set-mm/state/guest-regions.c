/*
 * The guest's mappings, for other guests to see
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "set-mm/state/guest-ranges.h"
#include "set-mm/state/guest-regions.h"
#include "set-mm/state/memory-walk.h"
#include "set-mm/state/public-state.h"

/* QEMU takes away write permission where it has translated code. */
static uint32_t prot_of(int flags)
{
    uint32_t prot = REGION_MAPPED | (flags & (PAGE_READ | PAGE_EXEC));

    QEMU_BUILD_BUG_ON(PAGE_READ != PROT_READ || PAGE_EXEC != PROT_EXEC);

    if (!(flags & PAGE_VALID)) {
        return 0;
    }
    return flags & (PAGE_WRITE | PAGE_WRITE_ORG) ? prot | PROT_WRITE : prot;
}

static int add_region(void *opaque, WalkAddr start, WalkAddr end,
                      WalkFlags flags)
{
    Region region = { .start = start, .last = end - 1,
                      .prot = prot_of(flags) };

    g_array_append_val(opaque, region);
    return 0;
}

/* All that is mapped, in place of the changes that led there. */
static void start_anew(void)
{
    g_autoptr(GArray) regions = g_array_new(false, false, sizeof(Region));

    guest_ranges_walk(regions, add_region);
    public_state_set_regions((Region *)regions->data, regions->len);
}

void guest_regions_note(abi_ulong start, abi_ulong last, int flags)
{
    Region region = {
        .start = start & TARGET_PAGE_MASK,
        .last = last | (abi_ulong)~TARGET_PAGE_MASK,
        .prot = prot_of(flags),
    };

    if (!public_state_add_region(&region)) {
        start_anew();
    }
}
