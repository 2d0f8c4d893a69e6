/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * restore-mem.c: map and fill the memory of the process in an image
 */
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include "restore.h"

#define MAX_FILES   256

/* The files that are mapped; areas of one file often follow each other. */
static struct {
    uint64_t path;
    bool writable;
    int fd;
} files[MAX_FILES];
static int file_count;

static int find_file(Restorer *r, const ImageArea *area)
{
    bool writable = (area->flags & AREA_SHARED) && (area->prot & PROT_WRITE);
    int fd;

    for (int i = file_count; i-- > 0;) {
        if (files[i].writable == writable &&
            !strcmp(r->img.text + files[i].path, r->img.text + area->path)) {
            return files[i].fd;
        }
    }
    if (file_count == MAX_FILES) {
        return -EMFILE;
    }
    fd = restore_open(r, r->img.text + area->path,
                      writable ? O_RDWR : O_RDONLY);
    if (fd >= 0) {
        files[file_count].path = area->path;
        files[file_count].writable = writable;
        files[file_count++].fd = fd;
    }
    return fd;
}

/* Is the file what it was when the image was made? */
static bool same_file(const ImageArea *area, int fd)
{
    uint64_t len = area->end - area->start, sum = 0;

    if (!agent_in_file(fd, area->offset, &len)) {
        return false;
    }
    for (uint64_t pos = 0; pos < len; pos += agent.page_size) {
        memset(agent.buffer, 0, agent.page_size);
        agent_read(fd, area->offset + pos, agent.buffer, agent.page_size);
        sum = image_sum(sum, agent.buffer, agent.page_size);
    }
    return sum == area->file_sum;
}

/*
 * Open all files that are mapped and compare them with what they were.
 * Returns NULL, or the reason of a failure.
 */
const char *restore_find_files(Restorer *r)
{
    for (uint64_t i = 0; i < r->img.head.count[IMAGE_AREA]; i++) {
        const ImageArea *area = &r->img.areas[i];
        const char *path = r->img.text + area->path;
        int fd;

        if (!*path) {
            continue;
        }
        fd = find_file(r, area);
        if (fd < 0) {
            return text_reason("a mapped file cannot be opened", path,
                               error_text(fd));
        }
        if (!(area->flags & AREA_SHARED) && !same_file(area, fd)) {
            return text_reason("a mapped file has changed", path, NULL);
        }
    }
    return NULL;
}

/* Unmap what is in [start, end) but for [keep_start, keep_end). */
static void unmap(uintptr_t start, uintptr_t end, uintptr_t keep_start,
                  uintptr_t keep_end)
{
    if (keep_start < end && keep_end > start) {
        unmap(start, keep_start, 0, 0);
        start = keep_end;
    }
    if (start < end) {
        sys(__NR_munmap, start, end - start);
    }
}

/* Map one area, writable if there is something to write. */
static bool map_area(Restorer *r, const ImageArea *area, int prot)
{
    int flags = MAP_FIXED |
                (area->flags & AREA_SHARED ? MAP_SHARED : MAP_PRIVATE);
    int fd = -1;

    if (r->img.text[area->path]) {
        fd = find_file(r, area);
    } else {
        flags |= MAP_ANONYMOUS;
    }
    if (area->flags & AREA_STACK) {
        flags |= MAP_GROWSDOWN | MAP_STACK;
    }
    return agent_mmap(area->start, area->end - area->start, prot, flags, fd,
                      area->offset) == (long)area->start;
}

/* Has brk() made it? */
static bool in_heap(const Restorer *r, const ImageArea *area)
{
    const ImageProcess *p = r->img.process;

    return r->has_heap && !area->flags && !area->path &&
           area->start >= agent_page_up(p->mm[MM_START_BRK]) &&
           area->end <= agent_page_up(p->mm[MM_BRK]);
}

static const char *fill_area(Restorer *r, const ImageArea *area)
{
    int prot = area->prot | (area->runs ? PROT_READ | PROT_WRITE : 0);

    if (in_heap(r, area)) {
        prot = PROT_READ | PROT_WRITE;
    } else if (!map_area(r, area, prot)) {
        return "cannot be mapped";
    }
    for (uint64_t i = 0; i < area->runs; i++) {
        const ImageRun *run = &r->img.runs[area->first_run + i];

        if (!agent_read(r->fd, run->pos, (void *)(uintptr_t)run->start,
                        run->end - run->start)) {
            return "cannot be read";
        }
    }
    if (prot != (int)area->prot &&
        sys(__NR_mprotect, area->start, area->end - area->start,
            area->prot) < 0) {
        return "cannot be protected";
    }
    return NULL;
}

/*
 * Make the heap, with the holes that the program has made in it.  Everything
 * below it is there and nothing above: brk() would not like that, and what
 * is mapped later, like the bss, would become part of it.
 */
static const char *make_heap(Restorer *r)
{
    const ImageProcess *p = r->img.process;
    uintptr_t pos = agent_page_up(p->mm[MM_START_BRK]);
    uintptr_t end = agent_page_up(p->mm[MM_BRK]);
    const char *reason = restore_heap(r);

    for (uint64_t i = 0; i < r->img.head.count[IMAGE_AREA]; i++) {
        const ImageArea *area = &r->img.areas[i];

        if (area->end > pos && area->start < end) {
            unmap(pos, area->start, 0, 0);
            pos = area->end;
        }
    }
    unmap(pos, end, 0, 0);
    r->has_heap = true;
    return reason;
}

/*
 * Unmap everything but ourselves and the vdso, gaps included, and map and
 * fill the image's areas.  Returns NULL, or the reason of a failure.
 */
const char *restore_memory(Restorer *r)
{
    uint64_t count = r->img.head.count[IMAGE_AREA];
    uintptr_t top = restore_own_top(), start, end;
    const char *reason = restore_move_vdso(r, &start, &end);
    uint64_t brk = r->img.process->mm[MM_START_BRK];
    const ImageArea *areas = r->img.areas;

    if (count && areas[count - 1].end > top) {
        top = areas[count - 1].end;
    }
    if (!reason) {
        unmap(agent.page_size, agent.start, start, end);
        unmap(agent.end, top, start, end);
    }
    for (uint64_t i = 0; i <= count && !reason; i++) {
        /* An area that has the bss, too, is mapped, as all behind it. */
        if ((!i || areas[i - 1].end <= brk) &&
            (i == count || areas[i].start >= brk)) {
            reason = make_heap(r);
        }
        if (!reason && i < count) {
            reason = fill_area(r, &areas[i]);
        }
    }
    return reason;
}
