/*
 * The checkpointer's reader of images against what image.h promises
 *
 * An input is the file itself, or changes to a good one whose sums are made
 * right again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "part.h"
#include "../../unit/checkpoint-file.h"

enum { RAW = 0xff, MAX_SIGNAL = 128 };

/* Where areas may not be, and others are. */
static uint64_t place(Input *in)
{
    const uint64_t places[] = {
        0, AGENT, TOP, file.tables.process.vdso_start,
        file.tables.areas[0].start, file.tables.areas[2].start, INT64_MAX,
        UINT64_MAX & -PAGE,
    };

    return places[take(in, 1) % ENTRIES(places)] +
           (int64_t)(int8_t)take(in, 1) * PAGE;
}

static void change(Input *in)
{
    uint64_t *words = (uint64_t *)&file.tables;
    unsigned count = sizeof(file.tables) / 8;
    unsigned how = take(in, 1);

    if (how & 1) {
        words = (uint64_t *)&file.head;
        count = offsetof(ImageHeader, sum) / 8;
    }
    words += take(in, 2) % count;
    switch (how >> 1 & 7) {
    case 0:
        *words = take(in, 8);
        break;
    case 1:
        *words += (int64_t)(int8_t)take(in, 1) * PAGE;
        break;
    case 2:
        *words += (int8_t)take(in, 1);
        break;
    case 3:
        *words = place(in);
        break;
    default:
        *words ^= 1ULL << take(in, 1) % 64;
        break;
    }
}

static bool is_string(uint64_t at)
{
    return at < image.head.count[IMAGE_TEXT] &&
           memchr(image.text + at, '\0', image.head.count[IMAGE_TEXT] - at);
}

static bool is_thread(uint64_t thread)
{
    return thread == IMAGE_NONE || thread < image.head.count[IMAGE_THREAD];
}

static bool is_writable(uint64_t addr)
{
    for (uint64_t i = 0; i < image.head.count[IMAGE_AREA]; i++) {
        const ImageArea *a = &image.areas[i];

        if (a->start <= addr && addr < a->end && (a->prot & 3) == 3) {
            return true;
        }
    }
    return false;
}

static void check_areas(void)
{
    const ImageProcess *p = image.process;
    uint64_t last = 0, pos = IMAGE_DATA_START, run = 0;

    for (uint64_t i = 0; i < image.head.count[IMAGE_AREA]; i++) {
        const ImageArea *a = &image.areas[i];

        CHECK(last <= a->start && a->start < a->end && a->end <= TOP);
        CHECK(a->start % PAGE == 0 && a->end % PAGE == 0);
        CHECK(a->end <= AGENT || host.agent_end <= a->start);
        CHECK(a->end <= p->vdso_start || p->vdso_end <= a->start);
        CHECK(a->prot <= 7 && a->flags <= AREA_FLAGS);
        CHECK(is_string(a->path) && a->offset % PAGE == 0);
        CHECK(a->first_run == run);
        for (last = a->start; run < a->first_run + a->runs; run++) {
            const ImageRun *r = &image.runs[run];

            CHECK(run < image.head.count[IMAGE_RUN]);
            CHECK(last <= r->start && r->start < r->end && r->end <= a->end);
            CHECK(r->start % PAGE == 0 && r->end % PAGE == 0);
            CHECK(r->pos == pos);
            last = r->end;
            pos += r->end - r->start;
        }
        last = a->end;
    }
    CHECK(run == image.head.count[IMAGE_RUN] && pos == image.head.data_end);
}

static void check_process(void)
{
    const ImageProcess *p = image.process;

    for (int i = 0; i < MM_FIELDS; i++) {
        CHECK(p->mm[i] < TOP);
    }
    CHECK(p->mm[MM_START_BRK] <= p->mm[MM_BRK]);
    CHECK(p->mm[MM_ARG_START] <= p->mm[MM_ARG_END]);
    CHECK(p->mm[MM_ENV_START] <= p->mm[MM_ENV_END]);
    CHECK(p->auxv_size <= image.head.count[IMAGE_TEXT] &&
          p->auxv <= image.head.count[IMAGE_TEXT] - p->auxv_size);
    CHECK(is_string(p->exe) && is_string(p->cwd));
    CHECK(p->vdso_start <= p->vdso_end && p->vdso_end <= TOP);
    CHECK(p->umask <= 0777 && p->keep_running <= 1);
    CHECK(p->signal && p->signal <= MAX_SIGNAL);
}

/* The descriptors, and what the restorer looks for by their numbers. */
static void check_fds(void)
{
    uint64_t n = image.head.count[IMAGE_FD];

    for (uint64_t i = 0; i < n; i++) {
        const ImageFd *fd = &image.fds[i];
        bool found = fd->same_as == IMAGE_NONE;
        bool has_pipe = fd->kind != FD_PIPE;

        for (uint64_t j = 0; j <= i; j++) {
            const ImageFd *f = &image.fds[j];

            CHECK(j == i || f->number < fd->number);
            found = found || (j < i && f->number == fd->same_as &&
                              f->kind == fd->kind);
            has_pipe = has_pipe || (f->number == fd->pipe &&
                                    f->pipe == fd->pipe &&
                                    f->kind == FD_PIPE);
        }
        CHECK(found && fd->number < IMAGE_FD_MAX && fd->kind < FD_KINDS);
        CHECK(has_pipe && (fd->kind != FD_PIPE ||
                           (fd->status & FD_ACCESS) <= 1));
        CHECK(fd->content_size <= image.head.count[IMAGE_TEXT] &&
              fd->content <= image.head.count[IMAGE_TEXT] - fd->content_size);
        CHECK(is_string(fd->path));
    }
    for (uint64_t i = 0; i < image.head.count[IMAGE_WATCH]; i++) {
        const ImageWatch *w = &image.watches[i];

        CHECK(w->epoll < n && w->fd < n);
        CHECK(image.fds[w->epoll].kind == FD_EPOLL);
    }
}

static void check_rest(void)
{
    for (uint64_t i = 0; i < image.head.count[IMAGE_ACTION]; i++) {
        CHECK(image.actions[i].signal && image.actions[i].signal <= MAX_SIGNAL);
    }
    for (uint64_t i = 0; i < image.head.count[IMAGE_SIGNAL]; i++) {
        CHECK(image.signals[i].signal && image.signals[i].signal <= MAX_SIGNAL);
        CHECK(is_thread(image.signals[i].thread));
    }
    for (uint64_t i = 0; i < image.head.count[IMAGE_TIMER]; i++) {
        CHECK(image.timers[i].kind <= TIMER_POSIX);
        CHECK(is_thread(image.timers[i].thread));
    }
    CHECK(image.head.count[IMAGE_THREAD]);
    for (uint64_t i = 0; i < image.head.count[IMAGE_THREAD]; i++) {
        const ImageThread *t = &image.threads[i];

        CHECK(is_writable(t->frame));
        CHECK(!t->tid_address || t->tid_address == IMAGE_NONE ||
              (t->tid_address % 4 == 0 && is_writable(t->tid_address)));
        CHECK(memchr(t->name, '\0', sizeof(t->name)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input in = { data, size };
    const char *reason;
    char buffer[PAGE];

    make();
    if (size && data[0] == RAW) {
        file.size = size - 1 < file.size ? size - 1 : file.size;
        memcpy(&file, data + 1, file.size);
    } else {
        while (in.left) {
            change(&in);
        }
        seal();
    }
    reason = image_open(&image, &host, read_file, &file, tables);
    if (!reason) {
        check_process();
        check_areas();
        check_fds();
        check_rest();
        reason = image_check_data(&image, buffer, sizeof(buffer));
    }
    CHECK(size || !reason);
    return 0;
}
