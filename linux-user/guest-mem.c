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
#include "host-proc.h"

/*
 * The host knows what is anonymous; QEMU's page flags forget it in mremap.
 * Without /proc they must do.
 */
static size_t anonymous_prefix(uint64_t addr, size_t len)
{
    uintptr_t start = (uintptr_t)g2h_untagged(addr), at = start;
    g_autofree char *maps = NULL;
    const char *line;
    HostMapping host;
    size_t size;

    maps = host_proc_read("self/maps", &size);
    if (!maps) {
        return page_get_flags(addr) & PAGE_ANON ? len : 0;
    }
    line = maps;
    while (at < start + len && host_mapping_parse(&line, &host)) {
        if (host.end <= at) {
            continue;
        }
        if (host.start > at || host.shared || host.inode) {
            break;
        }
        at = host.end;
    }
    return MIN(at - start, len);
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
