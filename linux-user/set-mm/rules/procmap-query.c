/*
 * ioctl(PROCMAP_QUERY): one mapping of a text of maps
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "set-mm/rules/procmap-query.h"

enum {
    KINDS = PROCMAP_READABLE | PROCMAP_WRITABLE | PROCMAP_EXECUTABLE |
            PROCMAP_SHARED,
    ALL_FLAGS = KINDS | PROCMAP_COVERING_OR_NEXT | PROCMAP_FILE_BACKED,
};

int procmap_query_check(const ProcmapQuery *query)
{
    if ((query->query_flags & ~(uint64_t)ALL_FLAGS) ||
        !query->vma_name_size != !query->vma_name_addr ||
        !query->build_id_size != !query->build_id_addr) {
        return -EINVAL;
    }
    return 0;
}

/* Returns: where the name begins, or NULL if that is no line of maps. */
static const char *parse(ProcmapQuery *found, const char *line)
{
    char kinds[5];
    int name_at = 0;

    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %" SCNx32
               ":%" SCNx32 " %" SCNu64 "%n", &found->vma_start,
               &found->vma_end, kinds, &found->vma_offset, &found->dev_major,
               &found->dev_minor, &found->inode, &name_at) != 7) {
        return NULL;
    }
    found->vma_flags = (kinds[0] == 'r' ? PROCMAP_READABLE : 0) |
                       (kinds[1] == 'w' ? PROCMAP_WRITABLE : 0) |
                       (kinds[2] == 'x' ? PROCMAP_EXECUTABLE : 0) |
                       (kinds[3] == 's' ? PROCMAP_SHARED : 0);
    line += name_at;
    return line + strspn(line, " ");
}

static bool matches(const ProcmapQuery *query, const ProcmapQuery *found)
{
    const uint64_t kinds = query->query_flags & KINDS;

    return ((query->query_flags & PROCMAP_COVERING_OR_NEXT) ||
            found->vma_start <= query->query_addr) &&
           (!(query->query_flags & PROCMAP_FILE_BACKED) || found->inode ||
            found->dev_major || found->dev_minor) &&
           (found->vma_flags & kinds) == kinds;
}

/* maps has \012 for an end of line, and nothing else is spelled otherwise. */
static char *copy_name(const char *name)
{
    const size_t len = strcspn(name, "\n");
    char *copy = malloc(len + 1), *to = copy;

    for (size_t i = 0; copy && i < len; i++) {
        if (!strncmp(name + i, "\\012", 4)) {
            *to++ = '\n';
            i += 3;
        } else {
            *to++ = name[i];
        }
    }
    if (copy) {
        *to = '\0';
    }
    return copy;
}

int procmap_query_find(ProcmapQuery *query, const char *maps,
                       uint64_t page_size, char **name)
{
    ProcmapQuery found = *query;
    const char *text = NULL, *end;

    for (; *maps; maps = end + (*end == '\n')) {
        end = maps + strcspn(maps, "\n");
        text = parse(&found, maps);
        /* Where the kernel looks for the last time, without _OR_NEXT. */
        if (text && found.vma_end > query->query_addr) {
            if (matches(query, &found)) {
                break;
            }
            if (!(query->query_flags & PROCMAP_COVERING_OR_NEXT)) {
                return -ENOENT;
            }
        }
        text = NULL;
    }
    if (!text) {
        return -ENOENT;
    }
    *query = found;
    query->vma_page_size = page_size;
    *name = *text == '\n' || !*text ? NULL : copy_name(text);
    return 0;
}
