/*
 * Contents: the entries that tell of memory, by mappings or by bytes
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/state/guest-mem.h"
#include "set-mm/state/guest-mm.h"
#include "set-mm/state/guest-ranges.h"
#include "set-mm/views/numa-maps.h"
#include "set-mm/views/proc-maps.h"
#include "set-mm/views/proc-memory.h"
#include "set-mm/views/smaps-rollup.h"

/* --- By mappings ---------------------------------------------------------- */

/* Another entry of the same process, for g_free(). */
static char *read_beside(const Sibling *sibling, const char *entry)
{
    g_autofree char *own = g_strconcat("thread-self/", entry, NULL);
    size_t len;

    return sibling ? sibling_read(sibling, entry, &len)
                   : host_proc_read(own, &len);
}

static GByteArray *maps_of(const Sibling *sibling, const char *host, bool smaps)
{
    if (!host) {
        return NULL;
    }
    return sibling ? proc_maps_text_of(sibling, host, smaps)
                   : proc_maps_text(host, smaps);
}

GByteArray *proc_memory_maps(const Sibling *sibling, char **host)
{
    *host = read_beside(sibling, "maps");
    return maps_of(sibling, *host, false);
}

static GByteArray *rollup_of(const Sibling *sibling, const char *host)
{
    g_autofree char *host_smaps = read_beside(sibling, "smaps");
    g_autoptr(GByteArray) smaps = maps_of(sibling, host_smaps, true);

    return smaps ? smaps_rollup_text((const char *)smaps->data, host,
                                     proc_maps_path_column())
                 : NULL;
}

static GByteArray *numa_of(const Sibling *sibling, const char *host)
{
    g_autofree char *host_maps = NULL;
    g_autoptr(GByteArray) maps = proc_memory_maps(sibling, &host_maps);
    PublicProgram program = sibling ? sibling->state.program
                                    : guest_mm_program();
    NumaMapsSource source = {
        .host_maps = host_maps,
        .host_numa = host,
        .guest_base = program.guest_base,
        .page_size = program.page_size,
    };

    if (!maps) {
        return NULL;
    }
    source.guest_maps = (const char *)maps->data;
    return numa_maps_text(&source);
}

static GByteArray *text_of(ProcEntry entry, const Sibling *sibling,
                           const char *host)
{
    switch (entry) {
    case PROC_ENTRY_SMAPS_ROLLUP:
        return rollup_of(sibling, host);
    case PROC_ENTRY_NUMA_MAPS:
        return numa_of(sibling, host);
    default:
        return maps_of(sibling, host, entry == PROC_ENTRY_SMAPS);
    }
}

GByteArray *proc_memory_text(ProcEntry entry, const Sibling *sibling, int fd)
{
    g_autofree char *host = NULL;
    GByteArray *text = NULL;
    size_t len;

    if (sibling) {
        host = host_proc_read_fd(fd, &len);
        text = host ? text_of(entry, sibling, host) : NULL;
        return host && !text
               ? g_byte_array_new_take((uint8_t *)g_steal_pointer(&host), len)
               : text;
    }
    /*
     * The host's list and the guest's are to be of the same moment.  A first
     * thread that has ended has none.
     */
    mmap_lock();
    host = host_proc_read_fd(fd, &len);
    if (host && !len) {
        text = g_byte_array_new();
    } else if (host) {
        text = text_of(entry, NULL, host);
    }
    mmap_unlock();
    return text;
}

/* --- By bytes ------------------------------------------------------------- */

enum { PAGEMAP_ENTRY = sizeof(uint64_t) };

/* A process's addresses; with mmap_lock() held if they are the caller's own. */
typedef struct Space {
    const GArray *regions;      /* NULL: the own ones */
    uint64_t base;              /* of the guest in its emulator */
    uint64_t last;              /* the last address there is */
    uint32_t page_size;
} Space;

/* Returns: bytes that are mapped from an address on, up to @len. */
static size_t mapped_prefix(const Space *s, uint64_t addr, size_t len)
{
    uint64_t page = addr & -(uint64_t)s->page_size, at = addr;

    if (!len || addr > s->last) {
        return 0;
    }
    len = MIN(len - 1, s->last - addr) + 1;
    if (!s->regions) {
        len += addr - page;
        len = guest_range_prefix(page, len);
        return len > addr - page ? len - (addr - page) : 0;
    }
    for (guint i = 0; i < s->regions->len && at - addr < len; i++) {
        const Region *r = &g_array_index(s->regions, Region, i);

        if (r->start <= at && at <= r->last) {
            if (r->last - addr >= len - 1) {
                return len;
            }
            at = r->last + 1;
        }
    }
    return at - addr;
}

static ssize_t none_mapped(void)
{
    errno = EIO;
    return -1;
}

static ssize_t read_mem(const Space *s, int fd, void *buf, size_t size,
                        uint64_t addr)
{
    size_t len = mapped_prefix(s, addr, size);

    /* Without a byte the host says whether the file is open for that. */
    return len || !size ? pread(fd, buf, len, len ? addr + s->base : 0)
                        : none_mapped();
}

static ssize_t write_mem(const Space *s, int fd, const void *buf, size_t size,
                         uint64_t addr)
{
    size_t len = mapped_prefix(s, addr, size);

    if (!len) {
        ssize_t ret = pwrite(fd, buf, 0, 0);

        return ret < 0 || !size ? ret : none_mapped();
    }
    return s->regions ? pwrite(fd, buf, len, addr + s->base)
                      : guest_mem_poke(fd, addr, buf, len);
}

/*
 * The host's entries from page @first of the guest on, the first one of each
 * page where the guest's are larger.
 *
 * Returns: how many of @n there are, less where the address space ends; or -1
 * with errno.
 */
static ssize_t host_entries(const Space *s, int fd, uint64_t first,
                            uint64_t *entry, size_t n)
{
    const size_t host_page = qemu_real_host_page_size();
    const uint64_t at = (first * s->page_size + s->base) / host_page;
    const uint64_t step = s->page_size / host_page;
    ssize_t len = 1;
    size_t i;

    if (step <= 1) {
        len = pread(fd, entry, n * PAGEMAP_ENTRY, at * PAGEMAP_ENTRY);
        return len < 0 ? len : len / PAGEMAP_ENTRY;
    }
    for (i = 0; i < n; i++) {
        len = pread(fd, entry + i, PAGEMAP_ENTRY,
                    (at + i * step) * PAGEMAP_ENTRY);
        if (len <= 0) {
            break;
        }
    }
    return i ? i : len;
}

void proc_memory_swap(void *buf, size_t size)
{
    uint64_t *entry = buf;

    for (size_t i = 0; i < size / sizeof(*entry); i++) {
        entry[i] = tswap64(entry[i]);
    }
}

static ssize_t read_pagemap(const Space *s, int fd, uint64_t *entry,
                            size_t size, uint64_t pos)
{
    const uint64_t first = pos / PAGEMAP_ENTRY;
    const uint64_t pages = s->last / s->page_size + 1;
    ssize_t n;

    if (pos % PAGEMAP_ENTRY || size % PAGEMAP_ENTRY) {
        errno = EINVAL;
        return -1;
    }
    if (first >= pages) {
        return 0;
    }
    n = host_entries(s, fd, first, entry,
                     MIN(size / PAGEMAP_ENTRY, pages - first));
    for (ssize_t i = 0; i < n;) {
        size_t mapped = mapped_prefix(s, (first + i) * s->page_size,
                                      (n - i) * s->page_size) / s->page_size;

        i += mapped;
        if (i < n) {
            entry[i++] = 0;
        }
    }
    if (n > 0) {
        proc_memory_swap(entry, n * PAGEMAP_ENTRY);
    }
    return n < 0 ? n : n * PAGEMAP_ENTRY;
}

/* What is to be done with an entry. */
typedef struct Transfer {
    ProcEntry entry;
    int fd;
    void *buf;
    size_t size;
    bool is_write;
} Transfer;

static ssize_t transfer(const Transfer *t, const Space *s, off_t *pos)
{
    ssize_t len;

    if (t->is_write) {
        len = write_mem(s, t->fd, t->buf, t->size, *pos);
    } else if (t->entry == PROC_ENTRY_MEM) {
        len = read_mem(s, t->fd, t->buf, t->size, *pos);
    } else {
        len = read_pagemap(s, t->fd, t->buf, t->size, *pos);
    }
    *pos += MAX(len, 0);
    return len;
}

static ssize_t transfer_others(const Transfer *t, const Sibling *sibling,
                               off_t *pos)
{
    g_autofree char *maps = read_beside(sibling, "maps");
    g_autoptr(GArray) regions = maps ? sibling_regions(sibling, maps) : NULL;
    Space space = {
        .regions = regions,
        .base = sibling->state.program.guest_base,
        .last = sibling->state.program.guest_last,
        .page_size = sibling->state.program.page_size,
    };

    /* The process is ending, or the kernel does not let us look. */
    return regions && space.page_size ? transfer(t, &space, pos)
                                      : none_mapped();
}

static ssize_t transfer_any(const Transfer *t, const Sibling *sibling,
                            off_t *pos)
{
    PublicProgram program;
    Space space;
    ssize_t ret;

    if (sibling) {
        return transfer_others(t, sibling, pos);
    }
    program = guest_mm_program();
    space = (Space) {
        .base = program.guest_base,
        .last = guest_mm_limits().task_size - 1,
        .page_size = program.page_size,
    };
    mmap_lock();
    ret = transfer(t, &space, pos);
    mmap_unlock();
    return ret;
}

ssize_t proc_memory_read(ProcEntry entry, const Sibling *sibling, int fd,
                         void *buf, size_t size, off_t *pos)
{
    Transfer t = { entry, fd, buf, size, false };

    return transfer_any(&t, sibling, pos);
}

ssize_t proc_memory_write(const Sibling *sibling, int fd, const void *buf,
                          size_t size, off_t *pos)
{
    Transfer t = { PROC_ENTRY_MEM, fd, (void *)buf, size, true };

    return transfer_any(&t, sibling, pos);
}
