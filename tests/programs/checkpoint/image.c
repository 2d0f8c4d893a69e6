/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * image.c: the pure reader of images; see image.h
 */
#include <string.h>
#include "image.h"

#define MAX_SIGNAL  128     /* mips has that many */
#define MAX_PROT    7

static const size_t entry_size[IMAGE_KINDS] = {
    sizeof(ImageProcess), sizeof(ImageArea), sizeof(ImageRun),
    sizeof(ImageFd), sizeof(ImageWatch), sizeof(ImageAction),
    sizeof(ImageSignal), sizeof(ImageTimer), sizeof(ImageThread), 1,
};

/*
 * Go on with a sum over len bytes at buf, which must be a multiple of 8; the
 * first part starts with sum 0.  It finds accidents, not forgers: an image
 * is as trusted as a program.
 */
uint64_t image_sum(uint64_t sum, const void *buf, size_t len)
{
    const uint8_t *p = buf;

    for (size_t i = 0; i < len; i += 8) {
        uint64_t word;

        memcpy(&word, p + i, 8);
        sum = (sum ^ word) * 0x9e3779b97f4a7c15;
        sum ^= sum >> 29;
    }
    return sum;
}

/*
 * The sum of a header, but for the place where it is kept, and of the len
 * bytes of tables.
 */
uint64_t image_head_sum(const ImageHeader *head, const void *tables,
                        size_t len)
{
    uint64_t sum = image_sum(0, head, offsetof(ImageHeader, sum));

    return image_sum(sum, tables, len);
}

/*
 * The size of an entry in the table of this kind.
 */
size_t image_entry_size(int kind)
{
    return entry_size[kind];
}

static bool is_page(const Image *img, uint64_t addr)
{
    return !(addr & (img->head.page_size - 1));
}

/* Is [start, end) made of pages, and at least one? */
static bool is_range(const Image *img, uint64_t start, uint64_t end)
{
    return start < end && is_page(img, start) && is_page(img, end);
}

static bool overlap(uint64_t start, uint64_t end, uint64_t a, uint64_t b)
{
    return start < b && a < end;
}

static bool is_text(const Image *img, uint64_t start)
{
    return start < img->head.count[IMAGE_TEXT];
}

static const char *check_head(Image *img, const ImageHost *host)
{
    const ImageHeader *head = &img->head;

    if (memcmp(head->magic, IMAGE_MAGIC, sizeof(head->magic))) {
        return "not an image";
    }
    if (head->byte_order != IMAGE_BYTE_ORDER ||
        head->machine != host->machine || head->word != host->word) {
        return "an image for another machine";
    }
    if (head->page_size != host->page_size) {
        return "an image with another page size";
    }
    if (head->agent_start != host->agent_start ||
        head->agent_end != host->agent_end ||
        head->agent_sum != host->agent_sum) {
        return "made by another checkpointer";
    }
    if (head->data_end < IMAGE_DATA_START ||
        !is_page(img, head->data_end - IMAGE_DATA_START)) {
        return "the image is damaged: header";
    }
    return NULL;
}

static const char *read_tables(Image *img, char *tables)
{
    const void *start[IMAGE_KINDS];
    ImageHeader *head = &img->head;
    size_t size = 0;

    for (int i = 0; i < IMAGE_KINDS; i++) {
        if (head->count[i] > (IMAGE_TABLES_MAX - size) / entry_size[i]) {
            return "the image is damaged: header";
        }
        start[i] = tables + size;
        size += head->count[i] * entry_size[i];
    }
    if (size % 8) {
        return "the image is damaged: header";
    }
    if (img->read(img->opaque, head->data_end, tables, size)) {
        return "the image is truncated";
    }
    if (head->sum != image_head_sum(head, tables, size)) {
        return "the image is damaged: checksum of its tables";
    }
    if (head->count[IMAGE_PROCESS] != 1 || !head->count[IMAGE_THREAD] ||
        !head->count[IMAGE_TEXT] || tables[size - 1]) {
        return "the image is damaged: header";
    }
    img->process = start[IMAGE_PROCESS];
    img->areas = start[IMAGE_AREA];
    img->runs = start[IMAGE_RUN];
    img->fds = start[IMAGE_FD];
    img->watches = start[IMAGE_WATCH];
    img->actions = start[IMAGE_ACTION];
    img->signals = start[IMAGE_SIGNAL];
    img->timers = start[IMAGE_TIMER];
    img->threads = start[IMAGE_THREAD];
    img->text = start[IMAGE_TEXT];
    return NULL;
}

static bool good_process(const Image *img, uint64_t top)
{
    static const uint8_t pairs[] = {
        MM_START_CODE, MM_START_DATA, MM_START_BRK, MM_ARG_START, MM_ENV_START
    };
    const ImageProcess *p = img->process;

    for (int i = 0; i < MM_FIELDS; i++) {
        if (p->mm[i] >= top) {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof(pairs); i++) {
        if (p->mm[pairs[i]] > p->mm[pairs[i] + 1]) {
            return false;
        }
    }
    if (p->vdso_end && (!is_range(img, p->vdso_start, p->vdso_end) ||
                        p->vdso_end > top)) {
        return false;
    }
    return (p->vdso_end || !p->vdso_start) &&
           p->auxv < img->head.count[IMAGE_TEXT] &&
           p->auxv_size <= img->head.count[IMAGE_TEXT] - p->auxv &&
           p->auxv_size % (2 * img->head.word) == 0 &&
           is_text(img, p->exe) && is_text(img, p->cwd) &&
           p->umask <= 0777 && p->keep_running <= 1 &&
           p->signal && p->signal <= MAX_SIGNAL;
}

/*
 * Whether an address is in an area that can be read and written.  Only the
 * areas of img need to be there, and they need not have been checked.
 */
bool image_is_writable(const Image *img, uint64_t addr)
{
    for (uint64_t i = 0; i < img->head.count[IMAGE_AREA]; i++) {
        const ImageArea *a = &img->areas[i];

        if (addr >= a->start && addr < a->end && (a->prot & 3) == 3) {
            return true;
        }
    }
    return false;
}

/* Runs lie in their area, in order, and in the data, in order, too. */
static bool good_runs(const Image *img, const ImageArea *area, uint64_t *pos)
{
    uint64_t last = area->start;

    for (uint64_t i = 0; i < area->runs; i++) {
        const ImageRun *run = &img->runs[area->first_run + i];

        if (!is_range(img, run->start, run->end) || run->start < last ||
            run->end > area->end || run->pos != *pos ||
            run->end - run->start > img->head.data_end - *pos) {
            return false;
        }
        last = run->end;
        *pos += run->end - run->start;
    }
    return true;
}

static bool good_areas(const Image *img, uint64_t top)
{
    const ImageProcess *p = img->process;
    uint64_t last = img->head.page_size, runs = 0, pos = IMAGE_DATA_START;

    for (uint64_t i = 0; i < img->head.count[IMAGE_AREA]; i++) {
        const ImageArea *a = &img->areas[i];

        if (!is_range(img, a->start, a->end) || a->start < last ||
            a->end > top || a->prot > MAX_PROT || a->flags > AREA_FLAGS ||
            !is_text(img, a->path) || !is_page(img, a->offset) ||
            a->offset > INT64_MAX - (a->end - a->start) ||
            overlap(a->start, a->end, img->head.agent_start,
                    img->head.agent_end) ||
            overlap(a->start, a->end, p->vdso_start, p->vdso_end)) {
            return false;
        }
        if (a->first_run != runs ||
            a->runs > img->head.count[IMAGE_RUN] - runs ||
            !good_runs(img, a, &pos)) {
            return false;
        }
        last = a->end;
        runs += a->runs;
    }
    return runs == img->head.count[IMAGE_RUN] && pos == img->head.data_end;
}

/* What a descriptor says of those before it, and in the text. */
static bool good_fd(const Image *img, const ImageFd *fd)
{
    bool has_same = fd->same_as == IMAGE_NONE;
    bool has_pipe = fd->kind != FD_PIPE || fd->pipe == fd->number;

    for (const ImageFd *f = img->fds; f < fd; f++) {
        if (f->number == fd->same_as && f->kind == fd->kind) {
            has_same = true;
        }
        if (f->number == fd->pipe && f->kind == FD_PIPE &&
            f->pipe == f->number) {
            has_pipe = true;
        }
    }
    return has_same && has_pipe && fd->number < IMAGE_FD_MAX &&
           fd->kind < FD_KINDS && is_text(img, fd->path) &&
           (fd->offset == IMAGE_NONE || fd->offset <= INT64_MAX) &&
           fd->content_size <= img->head.count[IMAGE_TEXT] &&
           fd->content <= img->head.count[IMAGE_TEXT] - fd->content_size &&
           fd->semaphore <= 1 &&
           (fd->kind != FD_PIPE || (fd->status & FD_ACCESS) <= 1);
}

static bool good_fds(const Image *img)
{
    uint64_t n = img->head.count[IMAGE_FD], next = 0;

    for (uint64_t i = 0; i < n; i++) {
        if (img->fds[i].number < next || !good_fd(img, &img->fds[i])) {
            return false;
        }
        next = img->fds[i].number + 1;
    }
    for (uint64_t i = 0; i < img->head.count[IMAGE_WATCH]; i++) {
        const ImageWatch *w = &img->watches[i];

        if (w->epoll >= n || w->fd >= n || w->events > UINT32_MAX ||
            img->fds[w->epoll].kind != FD_EPOLL) {
            return false;
        }
    }
    return true;
}

static bool good_thread(const Image *img, uint64_t thread)
{
    return thread == IMAGE_NONE || thread < img->head.count[IMAGE_THREAD];
}

static bool good_signals(const Image *img)
{
    uint64_t next = 1;

    for (uint64_t i = 0; i < img->head.count[IMAGE_ACTION]; i++) {
        uint64_t sig = img->actions[i].signal;

        if (sig < next || sig > MAX_SIGNAL) {
            return false;
        }
        next = sig + 1;
    }
    for (uint64_t i = 0; i < img->head.count[IMAGE_SIGNAL]; i++) {
        const ImageSignal *s = &img->signals[i];

        if (!s->signal || s->signal > MAX_SIGNAL ||
            !good_thread(img, s->thread)) {
            return false;
        }
    }
    return true;
}

static bool good_timers(const Image *img)
{
    uint64_t next = 0;

    for (uint64_t i = 0; i < img->head.count[IMAGE_TIMER]; i++) {
        const ImageTimer *t = &img->timers[i];

        if (t->kind > TIMER_POSIX || t->value[1] >= 1000000000 ||
            t->interval[1] >= 1000000000 || !good_thread(img, t->thread)) {
            return false;
        }
        if (t->kind == TIMER_POSIX) {
            if (t->id < next || t->id > INT32_MAX) {
                return false;
            }
            next = t->id + 1;
        }
    }
    return true;
}

/* Frames are read and numbers written where they say. */
static bool good_threads(const Image *img)
{
    for (uint64_t i = 0; i < img->head.count[IMAGE_THREAD]; i++) {
        const ImageThread *t = &img->threads[i];

        if (!image_is_writable(img, t->frame) ||
            (t->tid_address != IMAGE_NONE && t->tid_address &&
             (t->tid_address % 4 || !image_is_writable(img, t->tid_address))) ||
            t->name[sizeof(t->name) - 1]) {
            return false;
        }
    }
    return true;
}

/*
 * Read an image's header and tables with read(opaque, ...) and check all of
 * them against each other and against host.  tables is aligned memory of
 * IMAGE_TABLES_MAX bytes that the caller owns and that img keeps pointing to.
 * Returns NULL, or a reason in words; img is of no use then.
 */
const char *image_open(Image *img, const ImageHost *host, ImageRead *read,
                       void *opaque, void *tables)
{
    const char *reason;

    img->read = read;
    img->opaque = opaque;
    if (read(opaque, 0, &img->head, sizeof(img->head))) {
        return "not an image: too short";
    }
    reason = check_head(img, host);
    if (!reason) {
        reason = read_tables(img, tables);
    }
    if (reason) {
        return reason;
    }
    if (!good_process(img, host->top)) {
        return "the image is damaged: process";
    }
    if (!good_areas(img, host->top)) {
        return "the image is damaged: memory";
    }
    if (!good_fds(img)) {
        return "the image is damaged: descriptors";
    }
    if (!good_signals(img)) {
        return "the image is damaged: signals";
    }
    if (!good_timers(img)) {
        return "the image is damaged: timers";
    }
    return good_threads(img) ? NULL : "the image is damaged: threads";
}

/*
 * Read all data of an opened image once, by way of buf, whose len is a
 * multiple of 8, and compare the sum, before anything is given up for it.
 * Returns NULL, or a reason in words.
 */
const char *image_check_data(const Image *img, void *buf, size_t len)
{
    uint64_t pos = IMAGE_DATA_START, sum = 0;

    while (pos < img->head.data_end) {
        size_t part = len;

        if (part > img->head.data_end - pos) {
            part = img->head.data_end - pos;
        }
        if (img->read(img->opaque, pos, buf, part)) {
            return "the image is truncated";
        }
        sum = image_sum(sum, buf, part);
        pos += part;
    }
    return sum == img->head.data_sum ? NULL
                                     : "the image is damaged: memory checksum";
}
