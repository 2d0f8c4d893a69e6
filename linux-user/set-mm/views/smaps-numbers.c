/*
 * The numbers of smaps
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/mman.h>
#include "set-mm/views/smaps-numbers.h"

/* For what the host has no mapping of: the lines of Linux 7.3. */
static const char no_numbers[] =
    "Size:                  0 kB\n"
    "KernelPageSize:        0 kB\n"
    "MMUPageSize:           0 kB\n"
    "Rss:                   0 kB\n"
    "Pss:                   0 kB\n"
    "Pss_Dirty:             0 kB\n"
    "Shared_Clean:          0 kB\n"
    "Shared_Dirty:          0 kB\n"
    "Private_Clean:         0 kB\n"
    "Private_Dirty:         0 kB\n"
    "Referenced:            0 kB\n"
    "Anonymous:             0 kB\n"
    "LazyFree:              0 kB\n"
    "AnonHugePages:         0 kB\n"
    "ShmemPmdMapped:        0 kB\n"
    "FilePmdMapped:         0 kB\n"
    "Shared_Hugetlb:        0 kB\n"
    "Private_Hugetlb:       0 kB\n"
    "Swap:                  0 kB\n"
    "SwapPss:               0 kB\n"
    "Locked:                0 kB\n"
    "THPeligible:           0\n"
    "VmFlags: mr mw me\x20\n";

static bool is_named(const char *line, const char *name)
{
    size_t len = strlen(name);

    return !strncmp(line, name, len) && line[len] == ':';
}

static const char *next_line(const char *line, const char *end)
{
    const char *newline = memchr(line, '\n', end - line);

    return newline ? newline + 1 : end;
}

void smaps_numbers_add(SmapsNumbers *sum, const char *text, const char *end,
                       bool is_whole)
{
    const char *line = text;

    if (!sum->text) {
        sum->text = text;
        sum->end = end;
    }
    for (int i = 0; is_whole && line < end && i < SMAPS_LINES; i++) {
        const char *colon = memchr(line, ':', end - line);

        if (colon) {
            sum->value[i] += g_ascii_strtoull(colon + 1, NULL, 10);
        }
        line = next_line(line, end);
    }
}

void smaps_numbers_join(SmapsNumbers *sum, const SmapsNumbers *other)
{
    for (int i = 0; i < SMAPS_LINES; i++) {
        sum->value[i] += other->value[i];
    }
}

static void append(GByteArray *out, const char *text, size_t len)
{
    g_byte_array_append(out, (const uint8_t *)text, len);
}

static void append_flag(GByteArray *out, const char *flag)
{
    append(out, flag, 2);
    append(out, " ", 1);
}

/* In the kernel's order; what the host says of access is not the guest's. */
static void append_flags(GByteArray *out, const char *flags, const char *end,
                         const SmapsMapping *m)
{
    static const char ours[] = "rd wr ex sh ms gd ";

    append(out, "VmFlags: ", 9);
    if (m->prot & PROT_READ) {
        append_flag(out, "rd");
    }
    if (m->prot & PROT_WRITE) {
        append_flag(out, "wr");
    }
    if (m->prot & PROT_EXEC) {
        append_flag(out, "ex");
    }
    if (m->is_shared) {
        append_flag(out, "sh");
    }
    for (; flags + 3 <= end && *flags != '\n'; flags += 3) {
        char flag[4] = { flags[0], flags[1], ' ' };

        if (strstr(ours, flag)) {
            continue;
        }
        append_flag(out, flag);
        if (!strncmp(flag, "me", 2)) {
            if (m->is_shared) {
                append_flag(out, "ms");
            }
            if (m->grows_down) {
                append_flag(out, "gd");
            }
        }
    }
    append(out, "\n", 1);
}

static void append_number(GByteArray *out, const char *line, uint64_t value)
{
    int len = strchr(line, ':') + 1 - line;
    char text[80];

    append(out, text, snprintf(text, sizeof(text), "%-16.*s%8" PRIu64 " kB\n",
                               MIN(len, 32), line, value));
}

void smaps_numbers_write(const SmapsNumbers *sum, const SmapsMapping *m,
                         GByteArray *out)
{
    const char *line = sum->text ?: no_numbers;
    const char *end = sum->text ? sum->end
                                : no_numbers + sizeof(no_numbers) - 1;

    for (int i = 0; line < end && i < SMAPS_LINES; i++) {
        const char *next = next_line(line, end);

        if (is_named(line, "VmFlags")) {
            append_flags(out, line + strlen("VmFlags: "), end, m);
        } else if (is_named(line, "Size")) {
            append_number(out, line, m->size >> 10);
        } else if (is_named(line, "KernelPageSize") ||
                   is_named(line, "MMUPageSize")) {
            append_number(out, line, m->page_size >> 10);
        } else if (memmem(line, next - line, " kB\n", 4)) {
            append_number(out, line, sum->value[i]);
        } else {
            append(out, line, next - line);
        }
        line = next;
    }
}
