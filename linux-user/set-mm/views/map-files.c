/*
 * map_files: a link for each mapping of a file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/state/guest-mm.h"
#include "set-mm/state/memory-walk.h"
#include "set-mm/views/map-files.h"
#include "set-mm/views/proc-memory.h"

void map_file_name(char *name, uint64_t start, uint64_t end)
{
    snprintf(name, MAP_FILE_NAME, "%" PRIx64 "-%" PRIx64, start, end);
}

/* As fs/proc/base.c:dname_to_vma_addr(), which knows one spelling. */
const char *map_file_parse(const char *path, uint64_t *start, uint64_t *end)
{
    char name[MAP_FILE_NAME];
    const char *at = path + strlen(path);

    while (at > path && g_ascii_isxdigit(at[-1])) {
        at--;
    }
    if (likely(at == path || at[-1] != '-')) {
        return NULL;
    }
    *end = g_ascii_strtoull(at, NULL, 16);
    at--;
    while (at > path && g_ascii_isxdigit(at[-1])) {
        at--;
    }
    *start = g_ascii_strtoull(at, NULL, 16);
    map_file_name(name, *start, *end);
    return (at == path || at[-1] == '/') && !strcmp(at, name) ? at : NULL;
}

/* The mapping of the host's that an address is in; both lists are in order. */
static bool find_host(const char **host_maps, uint64_t addr, HostMapping *m)
{
    while (m->end <= addr) {
        if (!host_mapping_parse(host_maps, m)) {
            return false;
        }
    }
    return m->start <= addr;
}

static GArray *list_files(const char *maps, const char *host_maps,
                          uint64_t guest_base)
{
    GArray *list = g_array_new(false, false, sizeof(MapFile));
    HostMapping m, host = { .end = 0 };

    while (host_mapping_parse(&maps, &m)) {
        if (m.inode && find_host(&host_maps, m.start + guest_base, &host)) {
            MapFile file = { m.start, m.end, host.start, host.end };

            g_array_append_val(list, file);
        }
    }
    return list;
}

static GArray *list_of(const Sibling *sibling)
{
    g_autofree char *host_maps = NULL;
    g_autoptr(GByteArray) maps = proc_memory_maps(sibling, &host_maps);

    return maps ? list_files((const char *)maps->data, host_maps,
                             sibling ? sibling->state.program.guest_base
                                     : guest_mm_program().guest_base)
                : NULL;
}

GArray *map_files_list(const Sibling *sibling)
{
    GArray *list;

    if (sibling) {
        return list_of(sibling);
    }
    mmap_lock();
    list = list_of(NULL);
    mmap_unlock();
    return list;
}
