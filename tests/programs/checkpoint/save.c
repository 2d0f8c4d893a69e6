/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * save.c: write an image of this process
 */
#include <linux/fcntl.h>
#include "save.h"

#define DUPLICATE_FROM  512     /* descriptors that programs rarely have */

static Saver saver;

/* The tables, in the order in which they are written. */
static const struct {
    void *start;
    uint64_t max;
} tables[IMAGE_KINDS] = {
    { &saver.process, 1 },
    { saver.areas, MAX_AREAS },
    { saver.runs, MAX_RUNS },
    { saver.fds, MAX_FDS },
    { saver.watches, MAX_WATCHES },
    { saver.actions, 128 },
    { saver.signals, MAX_SIGNALS },
    { saver.timers, MAX_TIMERS },
    { saver.threads, MAX_THREADS },
    { saver.text, MAX_TEXT },
};

/*
 * A new entry, all zero, in the table of a kind, or NULL when it is full.
 */
void *save_entry(Saver *s, int kind)
{
    uint64_t i = s->head.count[kind];
    char *entry = (char *)tables[kind].start + i * image_entry_size(kind);

    if (i >= tables[kind].max) {
        return NULL;
    }
    s->head.count[kind]++;
    memset(entry, 0, image_entry_size(kind));
    return entry;
}

/*
 * Put len bytes into the text.  Returns where they are; when there is no
 * room, that is the empty string, and too_much() will find out.
 */
uint64_t save_text(Saver *s, const void *text, size_t len)
{
    uint64_t used = s->head.count[IMAGE_TEXT];

    if (len > MAX_TEXT - 8 - used) {
        s->head.count[IMAGE_TEXT] = MAX_TEXT;
        return 0;
    }
    memcpy(s->text + used, text, len);
    s->head.count[IMAGE_TEXT] += len;
    return used;
}

/*
 * Put a string into the text.  Returns its number.
 */
uint64_t save_string(Saver *s, const char *text)
{
    return *text ? save_text(s, text, strlen(text) + 1) : 0;
}

/* Write tables and, last, the header. */
static const char *finish(Saver *s)
{
    uint64_t pos = s->head.data_end, sum;

    while (s->head.count[IMAGE_TEXT] % 8 || s->text[0]) {
        s->text[s->head.count[IMAGE_TEXT]++] = '\0';
    }
    sum = image_head_sum(&s->head, NULL, 0);
    for (int i = 0; i < IMAGE_KINDS; i++) {
        size_t len = s->head.count[i] * image_entry_size(i);

        sum = image_sum(sum, tables[i].start, len);
        if (!agent_write(s->fd, pos, tables[i].start, len)) {
            return "cannot write the image";
        }
        pos += len;
    }
    s->head.sum = sum;
    return agent_write(s->fd, 0, &s->head, sizeof(s->head))
           ? NULL : "cannot write the image";
}

/* A thread may have given the kernel any address, which only it looks at. */
static void forget_bad_addresses(Saver *s)
{
    Image img = { .head = s->head, .areas = s->areas };

    for (uint64_t i = 0; i < s->head.count[IMAGE_THREAD]; i++) {
        uint64_t *addr = &s->threads[i].tid_address;

        if (*addr && (*addr % 4 || !image_is_writable(&img, *addr))) {
            *addr = IMAGE_NONE;
        }
    }
}

static const char *write_image(Saver *s)
{
    const char *(*const steps[])(Saver *) = {
        save_process, save_fds, save_threads, save_actions, save_timers,
        save_memory, save_pending
    };
    const char *reason = NULL;
    ImageHost host;

    agent_host(&host);
    memset(&s->head, 0, sizeof(s->head));
    memset(&s->process, 0, sizeof(s->process));
    memcpy(s->head.magic, IMAGE_MAGIC, sizeof(s->head.magic));
    s->head.byte_order = IMAGE_BYTE_ORDER;
    s->head.machine = host.machine;
    s->head.word = host.word;
    s->head.page_size = host.page_size;
    s->head.agent_start = host.agent_start;
    s->head.agent_end = host.agent_end;
    s->head.agent_sum = host.agent_sum;
    s->head.data_end = IMAGE_DATA_START;
    s->head.count[IMAGE_PROCESS] = 1;
    s->head.count[IMAGE_TEXT] = 1;

    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps) && !reason; i++) {
        reason = steps[i](s);
    }
    if (!reason && s->head.count[IMAGE_TEXT] > MAX_TEXT - 8) {
        reason = "too many names";
    }
    if (reason) {
        return reason;
    }
    forget_bad_addresses(s);
    return finish(s);
}

/*
 * Save this process, all of whose threads are in our handler, under
 * agent.path; until the image is complete it has another name.  Returns
 * NULL, or the reason of a failure, after which the process can go on.
 */
const char *save(void)
{
    static char temporary[MAX_PATH];
    Saver *s = &saver;
    const char *reason;
    long fd;

    memcpy(temporary, agent.path, strlen(agent.path) + 1);
    memcpy(temporary + strlen(temporary), ".new", 5);
    fd = sys(__NR_openat, AT_FDCWD, temporary,
             O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_LARGEFILE, 0600);
    if (fd < 0) {
        return error_text(fd);
    }
    s->fd = sys(__NR_fcntl, fd, F_DUPFD_CLOEXEC, DUPLICATE_FROM);
    if (s->fd < 0) {
        s->fd = fd;
    } else {
        sys(__NR_close, fd);
    }
    reason = write_image(s);
    sys(__NR_close, s->fd);
    if (!reason && sys(__NR_renameat2, AT_FDCWD, temporary, AT_FDCWD,
                       agent.path, 0) < 0) {
        reason = "cannot rename the image";
    }
    if (reason) {
        sys(__NR_unlinkat, AT_FDCWD, temporary, 0);
    }
    return reason;
}
