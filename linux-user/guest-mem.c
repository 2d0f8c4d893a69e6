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
    int maps = host_proc_open("self/maps", O_RDONLY);

    if (maps < 0) {
        return page_get_flags(addr) & PAGE_ANON ? len : 0;
    }
    len = host_proc_anonymous(maps, (uintptr_t)g2h_untagged(addr), len, false);
    close(maps);
    return len;
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
