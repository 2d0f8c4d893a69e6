/*
 * Robust futexes: what becomes of them when their owner dies
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <linux/futex.h>
#include <stddef.h>
#include "set-mm/rules/robust-list.h"

typedef struct Walk {
    const RobustMemory *memory;
    void *opaque;
    uint64_t mask;      /* of an address */
    uint32_t tid;
    int64_t offset;     /* from an entry to its futex */
} Walk;

/* An address, whose lowest bit says that the futex inherits priority. */
typedef struct Entry {
    uint64_t addr;
    bool is_pi;
} Entry;

static bool read_entry(const Walk *walk, uint64_t addr, Entry *entry)
{
    uint64_t value;

    if (!walk->memory->read_word(walk->opaque, addr & walk->mask, &value)) {
        return false;
    }
    entry->addr = value & ~(uint64_t)1;
    entry->is_pi = value & 1;
    return true;
}

/* Mirrors handle_futex_death().  Returns: false to give up. */
static bool owner_died(const Walk *walk, Entry entry, bool is_pending)
{
    uint64_t addr = (entry.addr + walk->offset) & walk->mask;
    uint32_t value, found;
    bool swapped = false;

    if (addr % sizeof(value) ||
        !walk->memory->read_futex(walk->opaque, addr, &value)) {
        return false;
    }
    while (!swapped) {
        if (is_pending && !entry.is_pi && !(value & FUTEX_TID_MASK)) {
            /* It has let go, and died before it could wake anybody. */
            walk->memory->wake(walk->opaque, addr);
            return true;
        }
        if ((value & FUTEX_TID_MASK) != walk->tid) {
            return true;
        }
        found = value;
        if (!walk->memory->swap_futex(walk->opaque, addr, &found,
                                      (value & FUTEX_WAITERS) |
                                      FUTEX_OWNER_DIED)) {
            return false;
        }
        swapped = found == value;
        if (!swapped) {
            value = found;
        }
    }
    /* The kernel itself hands on one that inherits priority. */
    if (!entry.is_pi && (value & FUTEX_WAITERS)) {
        walk->memory->wake(walk->opaque, addr);
    }
    return true;
}

void robust_list_walk(const RobustMemory *memory, void *opaque, uint64_t head,
                      unsigned word, uint32_t tid)
{
    Walk walk = {
        .memory = memory,
        .opaque = opaque,
        .mask = word == 4 ? UINT32_MAX : UINT64_MAX,
        .tid = tid,
    };
    Entry entry, next = { 0, false }, pending;
    uint64_t offset;
    bool has_next = true;

    if (!read_entry(&walk, head, &entry) ||
        !memory->read_word(opaque, (head + word) & walk.mask, &offset) ||
        !read_entry(&walk, head + 2 * word, &pending)) {
        return;
    }
    walk.offset = word == 4 ? (int32_t)offset : (int64_t)offset;
    for (int left = ROBUST_LIST_LIMIT; left && entry.addr != head; left--) {
        /* Before the futex is given away, and its memory with it. */
        has_next = read_entry(&walk, entry.addr, &next);
        if (entry.addr != pending.addr && !owner_died(&walk, entry, false)) {
            return;
        }
        if (!has_next) {
            return;
        }
        entry = next;
    }
    if (pending.addr) {
        owner_died(&walk, pending, true);
    }
}
