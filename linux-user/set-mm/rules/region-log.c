/*
 * The mappings of a process, as the changes that made them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "set-mm/rules/region-log.h"
#include <stdlib.h>

/*
 * The addresses at which anything changes cut the space into cells.  Each gets
 * the newest change that covers it; going backwards, a cell that has one is
 * never looked at again.
 */
typedef struct Cells {
    uint64_t *start;        /* ascending; one more than there are cells */
    size_t n;
    uint32_t *prot;
    size_t *next;           /* the first at or behind it without a change */
} Cells;

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static bool is_sound(const Region *region)
{
    return region->start <= region->last && region->last < UINT64_MAX;
}

static void make_cells(Cells *cells, const Region *log, size_t n)
{
    size_t bounds = 0, unique = 0;

    cells->start = g_new(uint64_t, 2 * n + 1);
    for (size_t i = 0; i < n; i++) {
        if (is_sound(&log[i])) {
            cells->start[bounds++] = log[i].start;
            cells->start[bounds++] = log[i].last + 1;
        }
    }
    qsort(cells->start, bounds, sizeof(*cells->start), compare);
    for (size_t i = 0; i < bounds; i++) {
        if (!unique || cells->start[unique - 1] != cells->start[i]) {
            cells->start[unique++] = cells->start[i];
        }
    }
    cells->n = unique ? unique - 1 : 0;
    cells->prot = g_new0(uint32_t, cells->n + 1);
    cells->next = g_new(size_t, cells->n + 1);
    for (size_t i = 0; i <= cells->n; i++) {
        cells->next[i] = i;
    }
}

static size_t cell_at(const Cells *cells, uint64_t addr)
{
    const uint64_t *found = bsearch(&addr, cells->start, cells->n + 1,
                                    sizeof(addr), compare);

    return found - cells->start;
}

static size_t next_free(Cells *cells, size_t at)
{
    while (cells->next[at] != at) {
        cells->next[at] = cells->next[cells->next[at]];
        at = cells->next[at];
    }
    return at;
}

static void paint(Cells *cells, const Region *region)
{
    size_t end = cell_at(cells, region->last + 1);

    for (size_t at = next_free(cells, cell_at(cells, region->start)); at < end;
         at = next_free(cells, at)) {
        cells->prot[at] = region->prot;
        cells->next[at] = at + 1;
    }
}

static void collect(const Cells *cells, GArray *regions)
{
    for (size_t i = 0; i < cells->n; i++) {
        Region region = {
            .start = cells->start[i],
            .last = cells->start[i + 1] - 1,
            .prot = cells->prot[i],
        };
        Region *before = regions->len ? &g_array_index(regions, Region,
                                                       regions->len - 1)
                                      : NULL;

        if (!(region.prot & REGION_MAPPED)) {
            continue;
        }
        if (before && before->last + 1 == region.start &&
            before->prot == region.prot) {
            before->last = region.last;
        } else {
            g_array_append_val(regions, region);
        }
    }
}

GArray *region_log_replay(const Region *log, size_t n)
{
    GArray *regions = g_array_new(FALSE, FALSE, sizeof(Region));
    Cells cells;

    make_cells(&cells, log, n);
    for (size_t i = n; i-- > 0;) {
        if (is_sound(&log[i])) {
            paint(&cells, &log[i]);
        }
    }
    collect(&cells, regions);
    g_free(cells.start);
    g_free(cells.prot);
    g_free(cells.next);
    return regions;
}
