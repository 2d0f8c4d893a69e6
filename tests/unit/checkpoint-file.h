/*
 * A good image in memory, for those who try the reader
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CHECKPOINT_FILE_H
#define CHECKPOINT_FILE_H

#include <string.h>
#include "../programs/checkpoint/image.h"

enum {
    PAGE = 4096,
    AGENT = 0x60000000,
    TOP = 0x7ffffffff000,
};

static const ImageHost host = {
    .machine = 62,
    .word = 8,
    .page_size = PAGE,
    .agent_start = AGENT,
    .agent_end = AGENT + 4 * PAGE,
    .agent_sum = 99,
    .top = TOP,
};

#define ENTRIES(table) (sizeof(table) / sizeof((table)[0]))

/* An image as it is in a file; the text ends the tables. */
typedef struct Tables {
    ImageProcess process;
    ImageArea areas[3];
    ImageRun runs[3];
    ImageFd fds[6];
    ImageWatch watches[1];
    ImageAction actions[2];
    ImageSignal signals[1];
    ImageTimer timers[2];
    ImageThread threads[2];
    char text[64];
} Tables;

typedef struct File {
    union {
        ImageHeader head;
        char page[IMAGE_DATA_START];
    };
    char data[4 * PAGE];
    Tables tables;
    size_t size;
} File;

static File file;
static char tables[IMAGE_TABLES_MAX] __attribute__((aligned(8)));
static Image image;

static int read_file(void *opaque, uint64_t pos, void *buf, size_t len)
{
    const File *f = opaque;

    if (pos > f->size || len > f->size - pos) {
        return -1;
    }
    memcpy(buf, (const char *)f + pos, len);
    return 0;
}

/* Make the sums right, so that what is behind them is looked at. */
static void seal(void)
{
    file.head.data_sum = image_sum(0, file.data, sizeof(file.data));
    file.head.sum = image_head_sum(&file.head, &file.tables,
                                   sizeof(file.tables));
}

/* Make the file a good image. */
static void make(void)
{
    Tables *t = &file.tables;

    memset(&file, 0, sizeof(file));
    memset(file.data, 0x5a, sizeof(file.data));
    file.size = offsetof(File, size);
    memcpy(file.head.magic, IMAGE_MAGIC, 8);
    file.head.byte_order = IMAGE_BYTE_ORDER;
    file.head.machine = host.machine;
    file.head.word = host.word;
    file.head.page_size = host.page_size;
    file.head.agent_start = host.agent_start;
    file.head.agent_end = host.agent_end;
    file.head.agent_sum = host.agent_sum;
    file.head.data_end = IMAGE_DATA_START + sizeof(file.data);
    file.head.count[IMAGE_PROCESS] = 1;
    file.head.count[IMAGE_AREA] = ENTRIES(t->areas);
    file.head.count[IMAGE_RUN] = ENTRIES(t->runs);
    file.head.count[IMAGE_FD] = ENTRIES(t->fds);
    file.head.count[IMAGE_WATCH] = ENTRIES(t->watches);
    file.head.count[IMAGE_ACTION] = ENTRIES(t->actions);
    file.head.count[IMAGE_SIGNAL] = ENTRIES(t->signals);
    file.head.count[IMAGE_TIMER] = ENTRIES(t->timers);
    file.head.count[IMAGE_THREAD] = ENTRIES(t->threads);
    file.head.count[IMAGE_TEXT] = sizeof(t->text);

    for (int i = 0; i < MM_FIELDS; i++) {
        t->process.mm[i] = 0x400000 + i * 16;
    }
    t->process.auxv = 16;
    t->process.auxv_size = 32;
    t->process.exe = 1;
    t->process.signal = 12;
    t->process.vdso_start = 0x7ffff0000000;
    t->process.vdso_end = 0x7ffff0002000;
    strcpy(t->text + 1, "/bin/true");

    t->areas[0] = (ImageArea) { 0x400000, 0x404000, 5, 0, 1, PAGE, 7, 0, 2 };
    t->areas[1] = (ImageArea) { 0x404000, 0x405000, 0, 0, 0, 0, 0, 2, 0 };
    t->areas[2] = (ImageArea) { 0x7fffe0000000, 0x7fffe0004000, 3, AREA_STACK,
                                0, 0, 0, 2, 1 };
    t->runs[0] = (ImageRun) { 0x400000, 0x401000, IMAGE_DATA_START };
    t->runs[1] = (ImageRun) { 0x402000, 0x404000, IMAGE_DATA_START + PAGE };
    t->runs[2] = (ImageRun) { 0x7fffe0003000, 0x7fffe0004000,
                              IMAGE_DATA_START + 3 * PAGE };
    for (size_t i = 0; i < ENTRIES(t->fds); i++) {
        t->fds[i] = (ImageFd) { .path = 1, .offset = IMAGE_NONE,
                                .same_as = IMAGE_NONE };
    }
    t->fds[0].kind = FD_INHERIT;
    t->fds[1].number = 3;
    t->fds[1].offset = 77;
    t->fds[2].number = 9;
    t->fds[2].offset = 77;
    t->fds[2].same_as = 3;
    t->fds[3].kind = t->fds[4].kind = FD_PIPE;
    t->fds[3].number = t->fds[3].pipe = t->fds[4].pipe = 10;
    t->fds[3].content = 1;
    t->fds[3].content_size = 4;
    t->fds[4].number = 11;
    t->fds[4].status = 1;
    t->fds[5].number = 12;
    t->fds[5].kind = FD_EPOLL;
    t->watches[0] = (ImageWatch) { 5, 3, 1, 2 };
    t->actions[0].signal = 1;
    t->actions[1].signal = 64;
    t->signals[0].thread = IMAGE_NONE;
    t->signals[0].signal = 34;
    t->timers[0].thread = IMAGE_NONE;
    t->timers[1].kind = TIMER_POSIX;
    t->timers[1].thread = 1;
    t->threads[0].frame = 0x7fffe0003f00;
    t->threads[0].tid_address = IMAGE_NONE;
    t->threads[1].frame = 0x7fffe0000000;
    t->threads[1].tid_address = 0x7fffe0003ffc;
    seal();
}

#endif
