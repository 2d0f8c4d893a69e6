/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * save-mem.c: write the memory of this process
 *
 * What a file holds is not repeated, nor are empty pages; the image says for
 * each area which of its pages are different.
 */
#include <linux/fcntl.h>
#include <linux/mman.h>
#include "save.h"

#define GAP     8       /* equal pages that do not end a run */

#define BATCH   512     /* pages that are asked about at once */

/* Of /proc/PID/pagemap: the page is in memory, or in swap space. */
#define IS_USED (UINT64_C(3) << 62)

static char from_file[65536] __attribute__((aligned(16)));
static int pagemap;     /* -1: it cannot be had */

/* Areas of the kernel's, and the checkpointer itself. */
static bool is_special(const MapsLine *map)
{
    return text_is_vdso(map) || !strcmp(map->path, "[vsyscall]") ||
           !strcmp(map->path, "[vectors]") ||
           !strcmp(map->path, "[sigpage]");
}

/* Note where the kernel's own pages are, which lie together. */
static void note_vdso(ImageProcess *p, const MapsLine *map)
{
    if (!text_is_vdso(map)) {
        return;
    }
    if (!p->vdso_end || map->start < p->vdso_start) {
        p->vdso_start = map->start;
    }
    if (map->end > p->vdso_end) {
        p->vdso_end = map->end;
    }
    if (agent.keep_vdso && !strcmp(map->path, "[vdso]")) {
        p->vdso_sum = image_sum(0, (void *)map->start, map->end - map->start);
    }
}

/* The file of an area, if it can be found under its name; or -1. */
static int open_file(const MapsLine *map)
{
    uint64_t inode, size;
    unsigned mode;
    long fd;

    if (map->path[0] != '/' || !map->inode ||
        text_ends_with(map->path, " (deleted)")) {
        return -1;
    }
    fd = sys(__NR_openat, AT_FDCWD, map->path,
             O_RDONLY | O_CLOEXEC | O_LARGEFILE, 0);
    if (fd >= 0 && (!agent_status(fd, NULL, &inode, &size, &mode) ||
                    inode != map->inode)) {
        sys(__NR_close, fd);
        fd = -1;
    }
    return fd < 0 ? -1 : fd;
}

/*
 * Has a page of anonymous memory ever been used?  A program may reserve much
 * that it never touches, which would take memory and time to look at.
 */
static bool is_used(const ImageArea *area, uintptr_t page)
{
    static uint64_t bits[BATCH];
    size_t i = (page - area->start) / agent.page_size % BATCH;

    if (pagemap < 0) {
        return true;
    }
    if (!i) {
        size_t n = (area->end - page) / agent.page_size;

        if (n > BATCH) {
            n = BATCH;
        }
        if (!agent_read(pagemap, page / agent.page_size * sizeof(*bits), bits,
                        n * sizeof(*bits))) {
            memset(bits, -1, sizeof(bits));
        }
    }
    return bits[i] & IS_USED;
}

/* Append one page to the area's last run, or begin a run with it. */
static const char *add_page(Saver *s, ImageArea *area, uintptr_t page)
{
    size_t size = agent.page_size;
    ImageRun *run = NULL;
    uintptr_t from = page;

    if (area->runs) {
        run = &s->runs[area->first_run + area->runs - 1];
        if (page - run->end <= GAP * size) {
            from = run->end;
        } else {
            run = NULL;
        }
    }
    if (!run) {
        run = save_entry(s, IMAGE_RUN);
        if (!run) {
            return "too much scattered memory";
        }
        area->runs++;
        run->start = page;
        run->pos = s->head.data_end;
    }
    /* By way of a buffer: the kernel may change a page at any time (rseq). */
    for (; from <= page; from += size) {
        memcpy(agent.buffer, (void *)from, size);
        if (!agent_write(s->fd, s->head.data_end, agent.buffer, size)) {
            return "cannot write the image";
        }
        s->head.data_sum = image_sum(s->head.data_sum, agent.buffer, size);
        s->head.data_end += size;
    }
    run->end = page + size;
    return NULL;
}

/*
 * Compare an area with its file, or with nothing if fd is -1, and write what
 * is different.  What lies behind the end of the file cannot be touched.
 */
static const char *save_pages(Saver *s, ImageArea *area, int fd,
                              bool anonymous)
{
    uint64_t len = area->end - area->start;
    const char *reason = NULL;

    if (fd >= 0 && !agent_in_file(fd, area->offset, &len)) {
        return "a mapped file cannot be read";
    }
    memset(from_file, 0, agent.page_size);
    for (uint64_t pos = 0; pos < len && !reason; pos += agent.page_size) {
        uintptr_t page = area->start + pos;

        if (fd >= 0) {
            memset(from_file, 0, agent.page_size);
            agent_read(fd, area->offset + pos, from_file, agent.page_size);
            area->file_sum = image_sum(area->file_sum, from_file,
                                       agent.page_size);
        } else if (anonymous && !is_used(area, page)) {
            continue;
        }
        if (memcmp((void *)page, from_file, agent.page_size)) {
            reason = add_page(s, area, page);
        }
    }
    return reason;
}

/* An area whose pages are only in the file is not looked into. */
static const char *save_area(Saver *s, const MapsLine *map)
{
    ImageArea *area = save_entry(s, IMAGE_AREA);
    const char *reason = NULL;
    int fd = open_file(map);

    if (!area) {
        return "too many areas of memory";
    }
    area->start = map->start;
    area->end = map->end;
    area->prot = map->prot;
    area->flags = (map->shared ? AREA_SHARED : 0) |
                  (strcmp(map->path, "[stack]") ? 0 : AREA_STACK);
    area->first_run = s->head.count[IMAGE_RUN];
    if (fd >= 0) {
        area->path = save_string(s, map->path);
        area->offset = map->offset;
    }
    if (fd < 0 || !map->shared) {
        if (!(map->prot & PROT_READ)) {
            sys(__NR_mprotect, map->start, map->end - map->start,
                map->prot | PROT_READ);
        }
        reason = save_pages(s, area, fd, !map->shared && !map->inode);
        if (!(map->prot & PROT_READ)) {
            sys(__NR_mprotect, map->start, map->end - map->start, map->prot);
        }
    }
    if (fd >= 0) {
        sys(__NR_close, fd);
    }
    return reason;
}

/*
 * Write all areas but our own and the kernel's.  Returns NULL, or the reason
 * of a failure.
 *
 * The list is read completely first: to look into an area changes it.
 */
const char *save_memory(Saver *s)
{
    static MapsLine maps[MAX_AREAS];
    static char names[MAX_TEXT];
    size_t count = 0, used = 0;
    const char *reason = NULL;
    char *line;

    if (!lines_open("/proc/self/maps")) {
        return "/proc/self/maps cannot be read";
    }
    while ((line = lines_next())) {
        MapsLine *map = &maps[count];
        size_t len;

        if (count == MAX_AREAS || !text_maps_line(line, map)) {
            reason = "too many areas of memory";
            break;
        }
        if (is_special(map)) {
            note_vdso(&s->process, map);
            continue;
        }
        if (map->start >= agent.start && map->start < agent.end) {
            continue;
        }
        len = strlen(map->path) + 1;
        if (len > sizeof(names) - used) {
            reason = "too many names";
            break;
        }
        map->path = memcpy(names + used, map->path, len);
        used += len;
        count++;
    }
    lines_close();
    pagemap = sys(__NR_openat, AT_FDCWD, "/proc/self/pagemap",
                  O_RDONLY | O_CLOEXEC | O_LARGEFILE, 0);
    for (size_t i = 0; i < count && !reason; i++) {
        reason = save_area(s, &maps[i]);
    }
    if (pagemap >= 0) {
        sys(__NR_close, pagemap);
    }
    return reason;
}
