/*
 * Contents: the entries that tell of memory by mappings
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/state/guest-mm.h"
#include "set-mm/views/numa-maps.h"
#include "set-mm/views/proc-maps.h"
#include "set-mm/views/proc-memory.h"
#include "set-mm/views/smaps-rollup.h"

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
    /* The host's list and the guest's are to be of the same moment. */
    mmap_lock();
    host = host_proc_read_fd(fd, &len);
    if (host) {
        text = text_of(entry, NULL, host);
    }
    mmap_unlock();
    return text;
}
