/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * save-fds.c: write this process's descriptors
 *
 * All threads are in our handler meanwhile, so that flags can be changed for a
 * moment, and what is found first is still true at the end.
 */
#include <asm/ioctls.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/stat.h>
#include "save.h"

#ifndef SPLICE_F_NONBLOCK
#define SPLICE_F_NONBLOCK 2
#endif

static uint64_t inodes[MAX_FDS];        /* by place in the table */

/* Do two descriptors of one file share their offset and status? */
static bool same_open_file(int a, int b)
{
    long status = sys(__NR_fcntl, a, F_GETFL);
    bool same;

    if (status < 0 || sys(__NR_fcntl, b, F_GETFL) != status ||
        sys(__NR_fcntl, a, F_SETFL, status ^ O_NONBLOCK) < 0) {
        return false;
    }
    same = sys(__NR_fcntl, b, F_GETFL) != status;
    sys(__NR_fcntl, a, F_SETFL, status);
    return same;
}

/* Our own entries of /proc have another number in the next process. */
static void name_by_self(char path[MAX_PATH])
{
    static const char self[] = "/proc/self";
    char own[32] = "/proc/";
    size_t len;

    len = text_decimal(own + strlen(own), sys(__NR_getpid)) - own;
    if (!memcmp(path, own, len) && (path[len] == '/' || !path[len]) &&
        strlen(path) + sizeof(self) < MAX_PATH) {
        memmove(path + sizeof(self) - 1, path + len, strlen(path + len) + 1);
        memcpy(path, self, sizeof(self) - 1);
    }
}

static bool has_name(unsigned mode, const char *path)
{
    return S_ISREG(mode) || S_ISDIR(mode) || !strcmp(path, "/dev/null") ||
           !strcmp(path, "/dev/zero") || !strcmp(path, "/dev/urandom");
}

static uint64_t kind_of(unsigned mode, const char *path)
{
    if (has_name(mode, path)) {
        return FD_PATH;
    }
    if (text_after(path, "pipe:[")) {
        return FD_PIPE;
    }
    if (!strcmp(path, "anon_inode:[eventfd]")) {
        return FD_EVENTFD;
    }
    return strcmp(path, "anon_inode:[eventpoll]") ? FD_INHERIT : FD_EPOLL;
}

static bool open_details(uint64_t number)
{
    char path[40] = "/proc/self/fdinfo/";

    text_decimal(path + strlen(path), number);
    return lines_open(path);
}

static const char *save_counter(ImageFd *fd)
{
    const char *line, *text;

    if (!open_details(fd->number)) {
        return "an eventfd's counter cannot be read";
    }
    while ((line = lines_next())) {
        if ((text = text_after(line, "eventfd-count:"))) {
            fd->counter = text_number(&text, 16);
        } else if ((text = text_after(line, "eventfd-semaphore:"))) {
            fd->semaphore = text_number(&text, 10);
        }
    }
    lines_close();
    return NULL;
}

/* What a descriptor has in common with those before it. */
static void join(Saver *s, ImageFd *fd)
{
    uint64_t inode = inodes[fd - s->fds];

    fd->pipe = fd->number;
    for (ImageFd *f = s->fds; f < fd; f++) {
        if (f->kind != fd->kind || inodes[f - s->fds] != inode ||
            f->same_as != IMAGE_NONE) {
            continue;
        }
        if (fd->kind == FD_PIPE) {
            fd->pipe = f->number;
            break;
        }
        if (same_open_file(fd->number, f->number)) {
            fd->same_as = f->number;
            break;
        }
    }
}

static const char *save_fd(Saver *s, int number)
{
    uint64_t inode, size, path_inode;
    char link[32] = "/proc/self/fd/";
    unsigned mode;
    ImageFd *fd;
    int64_t offset;

    text_decimal(link + strlen(link), number);
    if (number == s->fd || agent_link_text(link, s->path, MAX_PATH) < 0) {
        return NULL;
    }
    name_by_self(s->path);
    fd = save_entry(s, IMAGE_FD);
    if (!fd || number >= IMAGE_FD_MAX) {
        return "too many descriptors";
    }
    fd->number = number;
    fd->path = save_string(s, s->path);
    fd->status = sys(__NR_fcntl, number, F_GETFL);
    fd->flags = sys(__NR_fcntl, number, F_GETFD);
    fd->kind = FD_INHERIT;
    fd->offset = fd->same_as = IMAGE_NONE;
    if (!agent_status(number, NULL, &inode, &size, &mode)) {
        return NULL;
    }
    inodes[fd - s->fds] = inode;
    fd->kind = kind_of(mode, s->path);
    if (fd->kind == FD_INHERIT) {
        return NULL;
    }
    join(s, fd);
    if (fd->kind == FD_EVENTFD) {
        return save_counter(fd);
    }
    if (fd->kind != FD_PATH) {
        return NULL;
    }
    offset = agent_seek(number, 0, SEEK_CUR);
    fd->offset = offset < 0 ? IMAGE_NONE : (uint64_t)offset;
    if (agent_status(-1, s->path, &path_inode, &size, &mode) &&
        path_inode == inode) {
        return NULL;
    }
    if (number > 2) {
        return text_reason("an open file has no name any more", s->path, NULL);
    }
    /* Standard ones that somebody else has opened can be replaced. */
    fd->kind = FD_INHERIT;
    fd->same_as = IMAGE_NONE;
    return NULL;
}

/* What waits in a pipe stays there; it is copied by way of another pipe. */
static const char *save_content(Saver *s, ImageFd *fd, int from)
{
    int size = 0, copy[2];
    long got = -1;

    if (sys(__NR_ioctl, from, FIONREAD, &size) < 0 || !size) {
        return NULL;
    }
    if (sys(__NR_pipe2, copy, O_CLOEXEC) < 0) {
        return "there is no descriptor for a pipe";
    }
    if (size <= (int)sizeof(agent.buffer) &&
        sys(__NR_tee, from, copy[1], size, SPLICE_F_NONBLOCK) == size) {
        got = sys(__NR_read, copy[0], agent.buffer, size);
    }
    sys(__NR_close, copy[0]);
    sys(__NR_close, copy[1]);
    if (got != size) {
        return "too much waits in a pipe";
    }
    fd->content = save_text(s, agent.buffer, size);
    fd->content_size = size;
    return NULL;
}

/* A pipe that leads to another process is the restorer's own. */
static const char *save_pipe(Saver *s, ImageFd *first)
{
    ImageFd *end = s->fds + s->head.count[IMAGE_FD];
    int ends = 0, from = -1;

    for (ImageFd *f = first; f < end; f++) {
        if (f->kind == FD_PIPE && f->pipe == first->number) {
            ends |= 1 << (f->status & FD_ACCESS);
            if ((f->status & FD_ACCESS) == O_RDONLY) {
                from = f->number;
            }
        }
    }
    if (ends == (1 << O_RDONLY | 1 << O_WRONLY)) {
        return save_content(s, first, from);
    }
    for (ImageFd *f = end; f-- > first;) {
        if (f->kind == FD_PIPE && f->pipe == first->number) {
            f->kind = FD_INHERIT;
        }
    }
    return NULL;
}

/* "tfd: 5 events: 19 data: 2a  pos:0 ino:1f sdev:e" */
static const char *save_watch(Saver *s, ImageFd *fd, const char *text)
{
    uint64_t number = text_number(&text, 10), events = 0, data = 0, inode = 0;
    ImageWatch *w;

    for (; *text; text++) {
        const char *p;

        if ((p = text_after(text, "events:"))) {
            events = text_number(&p, 16);
        } else if ((p = text_after(text, "data:"))) {
            data = text_number(&p, 16);
        } else if ((p = text_after(text, "ino:"))) {
            inode = text_number(&p, 16);
        }
    }
    for (uint64_t i = 0; i < s->head.count[IMAGE_FD]; i++) {
        /* It may have been closed, and the number be another file's. */
        if (s->fds[i].number != number || (inode && inodes[i] != inode)) {
            continue;
        }
        w = save_entry(s, IMAGE_WATCH);
        if (!w) {
            return "epoll instances look at too much";
        }
        w->epoll = fd - s->fds;
        w->fd = i;
        w->events = events;
        w->data = data;
    }
    return NULL;
}

static const char *save_watches(Saver *s, ImageFd *fd)
{
    const char *line, *text, *reason = NULL;

    if (!open_details(fd->number)) {
        return "what an epoll instance looks at cannot be read";
    }
    while (!reason && (line = lines_next())) {
        if ((text = text_after(line, "tfd:"))) {
            reason = save_watch(s, fd, text);
        }
    }
    lines_close();
    return reason;
}

/* What can only be told once all descriptors are known. */
static const char *save_relations(Saver *s)
{
    const char *reason = NULL;

    for (uint64_t i = 0; i < s->head.count[IMAGE_FD] && !reason; i++) {
        ImageFd *fd = &s->fds[i];

        if (fd->kind == FD_PIPE && fd->pipe == fd->number) {
            reason = save_pipe(s, fd);
        } else if (fd->kind == FD_EPOLL && fd->same_as == IMAGE_NONE) {
            reason = save_watches(s, fd);
        }
    }
    return reason;
}

/*
 * Write the descriptors.  Returns NULL, or the reason of a failure.
 */
const char *save_fds(Saver *s)
{
    static uint8_t open[IMAGE_FD_MAX / 8];
    long fd = sys(__NR_openat, AT_FDCWD, "/proc/self/fd",
                  O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    const char *reason = NULL;
    long got;

    if (fd < 0) {
        return "/proc/self/fd cannot be read";
    }
    memset(open, 0, sizeof(open));
    while ((got = sys(__NR_getdents64, fd, agent.buffer,
                      sizeof(agent.buffer))) > 0) {
        for (long i = 0; i < got;) {
            DirEntry *entry = (DirEntry *)(agent.buffer + i);
            const char *p = entry->name;
            unsigned number = text_number(&p, 10);

            if (!*p && number < IMAGE_FD_MAX) {
                open[number / 8] |= 1 << number % 8;
            }
            i += entry->len;
        }
    }
    sys(__NR_close, fd);
    open[fd / 8] &= ~(1 << fd % 8);
    for (int i = 0; i < IMAGE_FD_MAX && !reason; i++) {
        if (open[i / 8] & 1 << i % 8) {
            reason = save_fd(s, i);
        }
    }
    return reason ? reason : save_relations(s);
}
