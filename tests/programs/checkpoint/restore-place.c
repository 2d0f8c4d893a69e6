/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * restore-place.c: where an image's memory can be
 */
#include <linux/mman.h>
#include "restore.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

#define MAX_OWN     64

/* What we were born with; ends with the highest. */
static struct {
    uintptr_t start, end;
    bool kernel;            /* vdso, vvar: must live */
} own[MAX_OWN];
static int own_count;

/*
 * The end of our highest mapping.
 */
uintptr_t restore_own_top(void)
{
    return own[own_count - 1].end;
}

static char taken[40];          /* the place that is_free() has not found so */

/* The reason why an area cannot be where it was. */
static const char *where_taken(void)
{
    return text_reason("memory that it needs is not free here", taken, NULL);
}

/* Can something be mapped from start to end?  Nothing of ours is there. */
static bool is_free(uintptr_t start, uintptr_t end)
{
    long ret;

    if (start >= end) {
        return true;
    }
    ret = agent_mmap(start, end - start, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
                     MAP_FIXED_NOREPLACE, -1, 0);
    if (agent_is_error(ret)) {
        char *p = text_hex(taken, start);

        *p++ = '-';
        text_hex(p, end);
        return false;
    }
    sys(__NR_munmap, ret, end - start);
    return true;
}

/* Compare the program's idea of the vdso with ours. */
static bool same_vdso(const ImageProcess *p, const MapsLine *map)
{
    return !p->vdso_sum || strcmp(map->path, "[vdso]") ||
           p->vdso_sum == image_sum(0, (void *)map->start,
                                    map->end - map->start);
}

/*
 * Find out where we are, and whether the image's areas can be where they
 * were: but for what is ours, the kernel must have nothing there.  Returns
 * NULL, or the reason of a failure.
 */
const char *restore_find_place(Restorer *r)
{
    MapsLine map;
    char *line;

    if (!lines_open("/proc/self/maps")) {
        return "/proc/self/maps cannot be read";
    }
    while ((line = lines_next()) && text_maps_line(line, &map)) {
        if (!strcmp(map.path, "[vsyscall]")) {
            continue;
        }
        if (own_count == MAX_OWN) {
            return "we have too much memory ourselves";
        }
        if (!same_vdso(r->img.process, &map)) {
            return "its vdso is another one; see -v";
        }
        own[own_count].start = map.start;
        own[own_count].end = map.end;
        own[own_count++].kernel = text_is_vdso(&map);
    }
    lines_close();
    for (uint64_t i = 0; i < r->img.head.count[IMAGE_AREA]; i++) {
        const ImageArea *area = &r->img.areas[i];
        uintptr_t pos = area->start;

        for (int j = 0; j < own_count; j++) {
            if (own[j].end <= pos || own[j].start >= area->end) {
                continue;
            }
            if (!is_free(pos, own[j].start)) {
                return where_taken();
            }
            pos = own[j].end;
        }
        if (!is_free(pos, area->end)) {
            return where_taken();
        }
    }
    return NULL;
}

/* A place for len bytes that neither the image nor we need. */
static uintptr_t find_hole(const Restorer *r, size_t len)
{
    size_t guard = 16 * agent.page_size;

    for (uint64_t i = r->img.head.count[IMAGE_AREA]; i-- > 1;) {
        uintptr_t start = r->img.areas[i - 1].end;
        uintptr_t end = r->img.areas[i].start;

        if (start < agent.end && end > agent.start) {
            start = agent.end;
        }
        if (start < end && end - start > len + 2 * guard) {
            return end - guard - len;
        }
    }
    return 0;
}

/* Move one mapping; the two places may overlap. */
static bool move(uintptr_t from, uintptr_t to, size_t len)
{
    int flags = MREMAP_MAYMOVE | MREMAP_FIXED;

    if (from < to + len && to < from + len) {
        long tmp = agent_mmap(0, len, PROT_NONE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (agent_is_error(tmp) ||
            agent_is_error(sys(__NR_mremap, from, len, len, flags, tmp))) {
            return false;
        }
        from = tmp;
    }
    return !agent_is_error(sys(__NR_mremap, from, len, len, flags, to));
}

/*
 * Move the kernel's pages to where they were in the image, or out of the
 * way.  Sets [*start, *end) to where they are.  Returns NULL, or the reason
 * of a failure.
 */
const char *restore_move_vdso(Restorer *r, uintptr_t *start, uintptr_t *end)
{
    const ImageProcess *p = r->img.process;
    uintptr_t from = 0, to = 0;

    *start = *end = 0;
    for (int i = 0; i < own_count; i++) {
        if (own[i].kernel) {
            from = from ? from : own[i].start;
            *end = own[i].end;
        }
    }
    if (!from) {
        return NULL;
    }
    to = p->vdso_start;
    if (p->vdso_end - p->vdso_start != *end - from) {
        to = find_hole(r, *end - from);
        if (!to) {
            return "there is no place for the vdso";
        }
    }
    /* From the side to which they go, so that none is in another's way. */
    for (int n = 0; n < own_count && to != from; n++) {
        int i = to > from ? own_count - 1 - n : n;

        if (own[i].kernel && !move(own[i].start, own[i].start - from + to,
                                   own[i].end - own[i].start)) {
            return "the vdso cannot be moved";
        }
    }
    *start = to;
    *end = *end - from + to;
    return NULL;
}
