/*
 * Contents: maps and smaps
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "set-mm/state/guest-mm.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/state/guest-ranges.h"
#include "set-mm/state/guest-stack.h"
#include "set-mm/views/proc-maps.h"
#include "set-mm/views/smaps-numbers.h"

/* The kernel's column of the path: 73 on 64-bit machines, 49 on others. */
enum { PATH_COLUMN = 25 + 6 * sizeof(abi_ulong) };

typedef struct MapsWriter {
    GByteArray *text;
    MMLayout mm;
    PublicProgram program;
    bool smaps;
    bool is_own;
    const char *next;       /* line of the host */
    const char *numbers;    /* of smaps, behind the present one's line */
    HostMapping host;       /* the present one; end 0: there is none */
    uint64_t start;         /* of what is alike and not yet written */
    uint64_t end;
    int prot;
} MapsWriter;

/* A piece of a guest mapping that is one mapping to its kernel. */
typedef struct Piece {
    uint64_t start;
    uint64_t end;
    int prot;
    HostMapping host;           /* the first, if there are several */
    uint64_t host_end;          /* 0: the host has none */
    SmapsNumbers numbers;
} Piece;

static char *put_hex(char *at, uint64_t value, int width)
{
    static const char digits[] = "0123456789abcdef";
    int len = MAX(width, (64 - clz64(value | 1) + 3) / 4);

    for (int i = len - 1; i >= 0; i--) {
        at[i] = digits[value & 15];
        value >>= 4;
    }
    return at + len;
}

static void append(MapsWriter *w, const char *text, size_t len)
{
    g_byte_array_append(w->text, (const uint8_t *)text, len);
}

static void append_name(MapsWriter *w, size_t column, const char *name,
                        size_t len)
{
    static const char spaces[PATH_COLUMN + 1] = {
        [0 ... PATH_COLUMN - 1] = ' '
    };

    if (len) {
        append(w, spaces, column < PATH_COLUMN ? PATH_COLUMN - column : 1);
        append(w, name, len);
    }
    append(w, "\n", 1);
}

/* The kernel asks in this order, and only what has no file. */
static const char *label(const MapsWriter *w, const Piece *p)
{
    if (p->start < w->mm.brk && p->end > w->mm.start_brk) {
        return "[heap]";
    }
    if (p->start <= w->mm.start_stack && w->mm.start_stack <= p->end) {
        return "[stack]";
    }
    return "";
}

static bool is_vdso(const MapsWriter *w, uint64_t addr)
{
    return w->program.vdso && w->program.vdso <= addr &&
           addr <= w->program.vdso_last;
}

static bool is_special(const MapsWriter *w, const Piece *p, const char **name)
{
    if (w->program.vsyscall && p->start == w->program.vsyscall) {
        *name = "[vsyscall]";
        return true;
    }
    if (is_vdso(w, p->start)) {
        *name = "[vdso]";
        return true;
    }
    return false;
}

static void append_label(MapsWriter *w, const Piece *p, size_t column)
{
    const char *name = label(w, p);

    if (!*name && g_str_has_prefix(p->host.path, "[anon:")) {
        append_name(w, column, p->host.path, p->host.path_len);
    } else {
        append_name(w, column, name, strlen(name));
    }
}

static void append_line(MapsWriter *w, const Piece *p)
{
    const HostMapping *host = &p->host;
    uint64_t inside = host->inode || host->offset ?
                      p->start + w->program.guest_base - host->start : 0;
    const char *name;
    char line[128], *at = line;

    at = put_hex(at, p->start, 8);
    *at++ = '-';
    at = put_hex(at, p->end, 8);
    *at++ = ' ';
    *at++ = p->prot & PROT_READ ? 'r' : '-';
    *at++ = p->prot & PROT_WRITE ? 'w' : '-';
    *at++ = p->prot & PROT_EXEC ? 'x' : '-';
    *at++ = host->shared ? 's' : 'p';
    *at++ = ' ';
    at = put_hex(at, host->offset + inside, 8);
    *at++ = ' ';
    at = put_hex(at, host->major, 2);
    *at++ = ':';
    at = put_hex(at, host->minor, 2);
    at += sprintf(at, " %" PRIu64 " ", host->inode);
    append(w, line, at - line);
    if (is_special(w, p, &name)) {
        append_name(w, at - line, name, strlen(name));
    } else if (host->inode || host->shared) {
        append_name(w, at - line, host->path, host->path_len);
    } else {
        append_label(w, p, at - line);
    }
}

static bool grows_down(const MapsWriter *w, const Piece *p)
{
    abi_ulong start;

    return (w->is_own && guest_stack_start_of(p->start, &start)) ||
           (!p->host.inode && !strcmp(label(w, p), "[stack]"));
}

static void append_piece(MapsWriter *w, const Piece *p)
{
    SmapsMapping m = {
        .size = p->end - p->start,
        .page_size = w->program.page_size,
        .prot = p->prot,
        .is_shared = p->host.shared,
    };

    append_line(w, p);
    if (w->smaps) {
        m.grows_down = grows_down(w, p);
        smaps_numbers_write(&p->numbers, &m, w->text);
    }
}

/* Takes the host's next mapping. */
static bool advance(MapsWriter *w)
{
    if (!host_mapping_parse(&w->next, &w->host)) {
        w->host.end = 0;
        return false;
    }
    w->numbers = w->next;
    while (w->smaps && g_ascii_isupper(*w->next)) {
        const char *end = strchr(w->next, '\n');

        w->next = end ? end + 1 : w->next + strlen(w->next);
    }
    return true;
}

/* Of the guest's addresses from @at to @end, the first that are alike. */
static Piece next_piece(MapsWriter *w, uint64_t at, uint64_t end, int prot)
{
    Piece p = { .start = at, .end = end, .prot = prot, .host.path = "" };
    uint64_t host_at = at + w->program.guest_base;

    if (at > w->program.guest_last) {
        return p;
    }
    /* It is a mapping of its own, whatever lies beside it. */
    if (is_vdso(w, at)) {
        end = MIN(end, w->program.vdso_last + 1);
    } else if (at < w->program.vdso && is_vdso(w, w->program.vdso)) {
        end = MIN(end, w->program.vdso);
    }
    p.end = end;
    while (w->host.end <= host_at && w->host.end && advance(w)) {
        continue;
    }
    if (w->host.end && w->host.start <= host_at) {
        p.end = MIN(end, at + (w->host.end - host_at));
        p.host = w->host;
        p.host_end = w->host.end;
        if (w->smaps) {
            smaps_numbers_add(&p.numbers, w->numbers, w->next,
                              w->host.start == host_at &&
                              w->host.end - host_at == p.end - at);
        }
    } else if (w->host.end) {
        p.end = MIN(end, at + (w->host.start - host_at));
    }
    return p;
}

static bool is_one_stack(const MapsWriter *w, uint64_t start, uint64_t end,
                         uint64_t middle)
{
    abi_ulong low, high;

    return (start <= w->mm.start_stack && w->mm.start_stack < end) ||
           (w->is_own && guest_stack_start_of(middle - 1, &low) &&
            guest_stack_start_of(middle, &high) && low == high);
}

/*
 * The host has two mappings for one of the guest's where QEMU protects code
 * that it has translated, and where a stack has grown after a fork.
 */
static bool continues(const Piece *a, const Piece *b, bool is_stack)
{
    const HostMapping *x = &a->host, *y = &b->host;

    return a->host_end && b->host_end && a->host_end == y->start &&
           x->shared == y->shared && x->inode == y->inode &&
           x->major == y->major && x->minor == y->minor &&
           (!x->inode || x->offset + (y->start - x->start) == y->offset) &&
           x->path_len == y->path_len &&
           !memcmp(x->path, y->path, x->path_len) &&
           (x->readable != y->readable || x->writable != y->writable ||
            (is_stack && !x->inode));
}

/* Both lists are in the order of addresses. */
static void append_range(MapsWriter *w, uint64_t start, uint64_t end, int prot)
{
    Piece p = { .end = 0 };

    for (uint64_t at = start; at < end; ) {
        Piece next = next_piece(w, at, end, prot);

        if (p.end && continues(&p, &next, is_one_stack(w, start, end, at))) {
            p.end = next.end;
            p.host_end = next.host_end;
            smaps_numbers_join(&p.numbers, &next.numbers);
        } else {
            if (p.end) {
                append_piece(w, &p);
            }
            p = next;
        }
        at = next.end;
        if (at > w->program.guest_last) {
            break;
        }
    }
    if (p.end) {
        append_piece(w, &p);
    }
}

static void append_pending(MapsWriter *w)
{
    append_range(w, w->start, w->end, w->prot);
    w->start = w->end;
}

/*
 * QEMU's flags tell more apart than the guest's kernel would, such as what
 * mprotect(2) has touched, and a label is for a whole mapping.
 */
static int append_region(void *opaque, WalkAddr start, WalkAddr end,
                         WalkFlags flags)
{
    MapsWriter *w = opaque;
    int prot = flags & (PAGE_READ | PAGE_EXEC);

    if (flags & PAGE_WRITE_ORG) {
        prot |= PROT_WRITE;
    }
    if (start != w->end || prot != w->prot) {
        append_pending(w);
        w->start = start;
        w->prot = prot;
    }
    w->end = end;
    return 0;
}

static void start_writing(MapsWriter *w, const char *host_maps)
{
    w->text = g_byte_array_sized_new(strlen(host_maps));
    w->next = host_maps;
    advance(w);
}

/* A NUL is left behind the text. */
static GByteArray *end_writing(MapsWriter *w)
{
    append(w, "", 1);
    return g_byte_array_set_size(w->text, w->text->len - 1);
}

GByteArray *proc_maps_text(const char *host_maps, bool smaps)
{
    MapsWriter w = {
        .mm = guest_mm_layout(),
        .program = guest_mm_program(),
        .smaps = smaps,
        .is_own = true,
    };

    start_writing(&w, host_maps);
    guest_ranges_walk(&w, append_region);
    append_pending(&w);
    return end_writing(&w);
}

GByteArray *proc_maps_text_of(const Sibling *sibling, const char *host_maps,
                              bool smaps)
{
    g_autoptr(GArray) regions = sibling_regions(sibling, host_maps);
    MapsWriter w = {
        .mm = sibling->state.layout,
        .program = sibling->state.program,
        .smaps = smaps,
    };

    if (!regions) {
        return NULL;
    }
    start_writing(&w, host_maps);
    for (int i = 0; i < regions->len; i++) {
        const Region *r = &g_array_index(regions, Region, i);

        append_range(&w, r->start, r->last + 1, r->prot);
    }
    return end_writing(&w);
}

int proc_maps_path_column(void)
{
    return PATH_COLUMN;
}

/* What is written to is data to the kernel; the gate page is no mapping. */
static int add_exec(void *opaque, WalkAddr start, WalkAddr end,
                    WalkFlags flags)
{
    uint64_t *size = opaque;

    if ((flags & PAGE_EXEC) && !(flags & PAGE_WRITE_ORG) &&
        start < guest_mm_limits().task_size) {
        *size += end - start;
    }
    return 0;
}

uint64_t proc_maps_exec_size(void)
{
    uint64_t size = 0;

    mmap_lock();
    guest_ranges_walk(&size, add_exec);
    mmap_unlock();
    return size;
}
