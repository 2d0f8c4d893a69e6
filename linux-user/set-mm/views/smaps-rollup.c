/*
 * smaps_rollup: the sums of smaps
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/views/smaps-rollup.h"

enum { LINES = 40 };

/* A line of the host's, and what it is to say of the guest. */
typedef struct Sum {
    const char *name;       /* up to a colon */
    size_t len;
    uint64_t kb;
} Sum;

typedef struct Rollup {
    Sum sum[LINES];
    int lines;
    uint64_t start;         /* of the first mapping */
    uint64_t end;           /* of the last one */
} Rollup;

/* One mapping of smaps, in kB. */
typedef struct Shares {
    uint64_t rss;
    uint64_t pss;
    uint64_t anonymous;
} Shares;

static const char *next_line(const char *line)
{
    line += strcspn(line, "\n");
    return *line ? line + 1 : line;
}

static void list_lines(Rollup *r, const char *host)
{
    for (const char *line = next_line(host); *line && r->lines < LINES;
         line = next_line(line)) {
        size_t len = strcspn(line, ":\n");

        if (line[len] == ':') {
            r->sum[r->lines++] = (Sum) { line, len, 0 };
        }
    }
}

static void add(Rollup *r, const char *name, size_t len, uint64_t kb)
{
    for (int i = 0; i < r->lines; i++) {
        if (r->sum[i].len == len && !memcmp(r->sum[i].name, name, len)) {
            r->sum[i].kb += kb;
        }
    }
}

static bool is_shmem(const HostMapping *m)
{
    static const char *const names[] = { "/dev/zero", "/memfd:", "/SYSV",
                                         "/dev/shm/" };

    for (int i = 0; i < ARRAY_SIZE(names); i++) {
        if (host_mapping_begins(m, names[i])) {
            return true;
        }
    }
    return false;
}

static void add_shares(Rollup *r, const HostMapping *m, const Shares *s)
{
    const char *rest = is_shmem(m) ? "Pss_Shmem" : "Pss_File";
    uint64_t anonymous = s->pss;

    if (m->inode && s->rss) {
        anonymous = s->pss * MIN(s->anonymous, s->rss) / s->rss;
    }
    add(r, "Pss_Anon", strlen("Pss_Anon"), anonymous);
    add(r, rest, strlen(rest), s->pss - anonymous);
}

/* Returns: where the next mapping's line is. */
static const char *add_mapping(Rollup *r, const HostMapping *m,
                               const char *line)
{
    Shares shares = { 0 };

    for (; g_ascii_isupper(*line); line = next_line(line)) {
        size_t len = strcspn(line, ":\n");
        uint64_t kb = line[len] ? g_ascii_strtoull(line + len + 1, NULL, 10)
                                : 0;

        if (g_str_has_prefix(line, "Rss:")) {
            shares.rss = kb;
        } else if (g_str_has_prefix(line, "Pss:")) {
            shares.pss = kb;
        } else if (g_str_has_prefix(line, "Anonymous:")) {
            shares.anonymous = kb;
        }
        add(r, line, len, kb);
    }
    add_shares(r, m, &shares);
    return line;
}

static GByteArray *write_rollup(const Rollup *r, int column)
{
    GString *out = g_string_new(NULL);
    size_t len;

    g_string_printf(out, "%08" PRIx64 "-%08" PRIx64 " ---p 00000000 00:00 0 ",
                    r->start, r->end);
    g_string_append_printf(out, "%*s[rollup]\n",
                           MAX(column - (int)out->len, 0), "");
    for (int i = 0; i < r->lines; i++) {
        g_string_append_printf(out, "%.*s:%*s%8" PRIu64 " kB\n",
                               (int)r->sum[i].len, r->sum[i].name,
                               MAX(15 - (int)r->sum[i].len, 0), "",
                               r->sum[i].kb);
    }
    len = out->len;
    return g_byte_array_new_take((uint8_t *)g_string_free(out, false), len);
}

GByteArray *smaps_rollup_text(const char *smaps, const char *host, int column)
{
    g_autofree Rollup *r = g_new0(Rollup, 1);
    bool any = false;
    HostMapping m;

    list_lines(r, host);
    while (host_mapping_parse(&smaps, &m)) {
        /* It is none of the process's mappings. */
        if (host_mapping_is(&m, "[vsyscall]")) {
            break;
        }
        r->start = any ? r->start : m.start;
        r->end = m.end;
        any = true;
        smaps = add_mapping(r, &m, smaps);
    }
    return write_rollup(r, column);
}
