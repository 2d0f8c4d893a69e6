/*
 * numa_maps: where the pages of each mapping are
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/views/numa-maps.h"

/* MAX_NUMNODES of a kernel for large machines */
enum { NODES = 1024 };

/* In the kernel's order; but for mapmax, sums. */
typedef enum Count {
    COUNT_ANON,
    COUNT_DIRTY,
    COUNT_MAPPED,
    COUNT_MAPMAX,
    COUNT_SWAPCACHE,
    COUNT_ACTIVE,
    COUNT_WRITEBACK,
    NR_COUNTS,
} Count;

static const char *const count_names[NR_COUNTS] = {
    [COUNT_ANON] = "anon=",
    [COUNT_DIRTY] = "dirty=",
    [COUNT_MAPPED] = "mapped=",
    [COUNT_MAPMAX] = "mapmax=",
    [COUNT_SWAPCACHE] = "swapcache=",
    [COUNT_ACTIVE] = "active=",
    [COUNT_WRITEBACK] = "writeback=",
};

/* Pages of the host's. */
typedef struct Numbers {
    const char *policy;     /* NULL: none of the host's mappings */
    size_t policy_len;
    bool is_huge;
    uint64_t count[NR_COUNTS];
    uint64_t pages;
    uint64_t on_node[NODES];
} Numbers;

static bool starts_with(const char *word, size_t len, const char *name)
{
    size_t name_len = strlen(name);

    return len >= name_len && !memcmp(word, name, name_len);
}

/* Returns: whether the word is one that follows the policy. */
static bool add_word(Numbers *n, Numbers *one, const char *word, size_t len)
{
    unsigned node;
    uint64_t pages;

    for (int i = 0; i < NR_COUNTS; i++) {
        if (starts_with(word, len, count_names[i])) {
            one->count[i] = g_ascii_strtoull(word + strlen(count_names[i]),
                                             NULL, 10);
            return true;
        }
    }
    if (sscanf(word, "N%u=%" SCNu64, &node, &pages) == 2 && node < NODES) {
        n->on_node[node] += pages;
        one->pages += pages;
        return true;
    }
    if (len == strlen("huge") && starts_with(word, len, "huge")) {
        n->is_huge = true;
        return true;
    }
    return starts_with(word, len, "file=") || starts_with(word, len, "heap") ||
           starts_with(word, len, "stack") ||
           starts_with(word, len, "kernelpagesize_kB=");
}

/* A line of the host's, behind its address. */
static void add_line(Numbers *n, const char *line)
{
    g_autofree Numbers *one = g_new0(Numbers, 1);
    const char *policy_end = NULL;
    size_t len;

    for (const char *word = line; *word && *word != '\n'; word += len) {
        word += *word == ' ';
        len = strcspn(word, "\n ");
        if (add_word(n, one, word, len) && !policy_end) {
            policy_end = word - 1;
        }
    }
    if (!n->policy) {
        n->policy = line;
        n->policy_len = policy_end ? policy_end - line : strcspn(line, "\n");
    }
    if (!strstr(line, " active=") ||
        strstr(line, " active=") > line + strcspn(line, "\n")) {
        one->count[COUNT_ACTIVE] = one->pages;
    }
    for (int i = 0; i < NR_COUNTS; i++) {
        n->count[i] = i == COUNT_MAPMAX ? MAX(n->count[i], one->count[i])
                                        : n->count[i] + one->count[i];
    }
    n->pages += one->pages;
}

static const char *next_line(const char *line)
{
    line += strcspn(line, "\n");
    return *line ? line + 1 : line;
}

/* The host's two lists, read side by side. */
typedef struct HostLists {
    const char *maps;
    const char *numa;
    HostMapping mapping;
    bool has_mapping;
} HostLists;

static void add_mapping(HostLists *lists, Numbers *n)
{
    uint64_t start;

    while (*lists->numa) {
        char *end;

        start = g_ascii_strtoull(lists->numa, &end, 16);
        if (start > lists->mapping.start) {
            return;
        }
        if (start == lists->mapping.start && *end == ' ') {
            add_line(n, end + 1);
        }
        lists->numa = next_line(lists->numa);
    }
}

static void add_range(HostLists *lists, uint64_t start, uint64_t end,
                      Numbers *n)
{
    while (lists->has_mapping && lists->mapping.start < end) {
        if (lists->mapping.start >= start && lists->mapping.end <= end) {
            add_mapping(lists, n);
        }
        if (lists->mapping.end > end) {
            return;
        }
        lists->has_mapping = host_mapping_parse(&lists->maps,
                                                &lists->mapping);
    }
}

/* fs/seq_file.c:seq_path() with "\n\t= ", of which maps has the first. */
static void append_path(GString *out, const HostMapping *m)
{
    g_string_append(out, " file=");
    for (size_t i = 0; i < m->path_len; i++) {
        if (strchr("\t= ", m->path[i])) {
            g_string_append_printf(out, "\\%03o", m->path[i]);
        } else {
            g_string_append_c(out, m->path[i]);
        }
    }
}

static bool is_shown(const Numbers *n, Count which)
{
    switch (which) {
    case COUNT_MAPPED:
        return n->pages != n->count[COUNT_ANON] &&
               n->pages != n->count[COUNT_DIRTY];
    case COUNT_MAPMAX:
        return n->count[which] > 1;
    case COUNT_ACTIVE:
        return n->count[which] < n->pages && !n->is_huge;
    default:
        return n->count[which] > 0;
    }
}

static void append_numbers(GString *out, Numbers *n, uint32_t page_size)
{
    const uint64_t a_page = MAX(page_size / qemu_real_host_page_size(), 1);

    n->count[COUNT_MAPPED] = n->pages;
    for (int i = 0; i < NR_COUNTS; i++) {
        uint64_t count = i == COUNT_MAPMAX
                         ? n->count[i] : DIV_ROUND_UP(n->count[i], a_page);

        if (is_shown(n, i)) {
            g_string_append_printf(out, " %s%" PRIu64, count_names[i], count);
        }
    }
    for (int i = 0; i < NODES; i++) {
        if (n->on_node[i]) {
            g_string_append_printf(out, " N%d=%" PRIu64, i,
                                   DIV_ROUND_UP(n->on_node[i], a_page));
        }
    }
    g_string_append_printf(out, " kernelpagesize_kB=%u", page_size >> 10);
}

static void append_mapping(GString *out, const HostMapping *m, Numbers *n,
                           uint32_t page_size)
{
    g_string_append_printf(out, "%08" PRIx64 " ", m->start);
    if (n->policy) {
        g_string_append_len(out, n->policy, n->policy_len);
    } else {
        g_string_append(out, "default");
    }
    if (m->inode) {
        append_path(out, m);
    } else if (host_mapping_is(m, "[heap]")) {
        g_string_append(out, " heap");
    } else if (host_mapping_is(m, "[stack]")) {
        g_string_append(out, " stack");
    }
    if (n->is_huge) {
        g_string_append(out, " huge");
    }
    if (n->pages) {
        append_numbers(out, n, page_size);
    }
    g_string_append_c(out, '\n');
}

GByteArray *numa_maps_text(const NumaMapsSource *s)
{
    g_autofree Numbers *numbers = g_new(Numbers, 1);
    HostLists lists = { .maps = s->host_maps, .numa = s->host_numa };
    GString *out = g_string_new(NULL);
    const char *line = s->guest_maps;
    HostMapping m;
    size_t len;

    lists.has_mapping = host_mapping_parse(&lists.maps, &lists.mapping);
    while (host_mapping_parse(&line, &m)) {
        /* It is none of the process's mappings. */
        if (host_mapping_is(&m, "[vsyscall]")) {
            continue;
        }
        memset(numbers, 0, sizeof(*numbers));
        add_range(&lists, m.start + s->guest_base, m.end + s->guest_base,
                  numbers);
        append_mapping(out, &m, numbers, s->page_size);
    }
    len = out->len;
    return g_byte_array_new_take((uint8_t *)g_string_free(out, false), len);
}
