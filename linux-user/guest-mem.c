/*
 * Reading the guest's memory as the kernel reads a process's for /proc
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "guest-mem.h"

/* A mapping of the host; anonymous means private and without an inode. */
typedef struct HostMapping {
    uintptr_t start;
    uintptr_t end;
    bool anonymous;
} HostMapping;

static bool parse_mapping(const char *line, HostMapping *mapping)
{
    unsigned long start, end;
    unsigned long long inode;
    char shared;

    if (sscanf(line, "%lx-%lx %*3c%c %*x %*x:%*x %llu",
               &start, &end, &shared, &inode) != 4) {
        return false;
    }
    mapping->start = start;
    mapping->end = end;
    mapping->anonymous = shared == 'p' && inode == 0;
    return true;
}

/*
 * The host knows what is anonymous; QEMU's page flags forget it in mremap.
 * Without /proc they must do.
 */
static size_t anonymous_prefix(uint64_t addr, size_t len)
{
    uintptr_t at = (uintptr_t)g2h_untagged(addr), end = at + len;
    FILE *maps = fopen("/proc/self/maps", "re");
    g_autofree char *line = NULL;
    size_t size = 0;
    HostMapping mapping;

    if (!maps) {
        return page_get_flags(addr) & PAGE_ANON ? len : 0;
    }
    while (at < end && getline(&line, &size, maps) > 0) {
        if (!parse_mapping(line, &mapping) || mapping.end <= at) {
            continue;
        }
        if (mapping.start > at || !mapping.anonymous) {
            break;
        }
        at = mapping.end;
    }
    fclose(maps);
    return MIN(at, end) - (end - len);
}

/* What the guest made readable; the host's protection may differ. */
static size_t readable_prefix(uint64_t addr, size_t len)
{
    uint64_t at = addr;

    while (at < addr + len && guest_addr_valid_untagged(at) &&
           (page_get_flags(at) & PAGE_READ)) {
        at = (at & TARGET_PAGE_MASK) + TARGET_PAGE_SIZE;
    }
    return MIN(at - addr, len);
}

size_t guest_mem_read_anon(void *buf, uint64_t addr, size_t len)
{
    /* No guest mapping can go away while this lock is held. */
    mmap_lock();
    len = readable_prefix(addr, len);
    if (len) {
        len = anonymous_prefix(addr, len);
        memcpy(buf, g2h_untagged(addr), len);
    }
    mmap_unlock();
    return len;
}
