/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * restore-fds.c: the descriptors of an image
 */
#include <asm/errno.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include "restore.h"

#define CREATION_FLAGS  (O_CREAT | O_EXCL | O_TRUNC)
#define SEMAPHORE       1       /* EFD_SEMAPHORE */

/* The ends of a pipe that is made anew, by the place of its first number. */
static int ends[MAX_FDS][2];

static uint64_t place_of(const Restorer *r, uint64_t number)
{
    uint64_t i = 0;

    while (r->img.fds[i].number != number) {
        i++;
    }
    return i;
}

static long make_pipe(Restorer *r, const ImageFd *fd)
{
    int *end = ends[fd - r->img.fds];
    long ret = sys(__NR_pipe2, end, O_CLOEXEC);

    if (ret < 0) {
        return ret;
    }
    end[0] = restore_raise(r, end[0]);
    end[1] = restore_raise(r, end[1]);
    if (end[0] < 0 || end[1] < 0) {
        return -EMFILE;
    }
    /* No more than fits was ever saved, but any image can say so. */
    sys(__NR_fcntl, end[1], F_SETFL, O_NONBLOCK);
    ret = sys(__NR_write, end[1], r->img.text + fd->content,
              fd->content_size);
    return ret == (long)fd->content_size ? 0 : -EINVAL;
}

/* Returns the number, or a negative errno. */
static long make_again(Restorer *r, const ImageFd *fd)
{
    long ret;

    switch (fd->kind) {
    case FD_INHERIT:
        ret = sys(__NR_fcntl, fd->number, F_GETFD);
        return ret < 0 ? ret : (long)fd->number;
    case FD_PATH:
        return restore_open(r, r->img.text + fd->path,
                            fd->status & ~CREATION_FLAGS);
    case FD_PIPE:
        ret = fd->pipe == fd->number ? make_pipe(r, fd) : 0;
        return ret < 0 ? ret : ends[place_of(r, fd->pipe)]
                                   [fd->status & FD_ACCESS];
    case FD_EVENTFD:
        ret = restore_raise(r, sys(__NR_eventfd2, 0, O_CLOEXEC |
                                   (fd->semaphore ? SEMAPHORE : 0)));
        if (ret >= 0 && fd->counter) {
            uint64_t counter = fd->counter;
            long done = sys(__NR_write, ret, &counter, sizeof(counter));

            return done < 0 ? done : ret;
        }
        return ret;
    default:
        return restore_raise(r, sys(__NR_epoll_create1, O_CLOEXEC));
    }
}

static long watch(const ImageWatch *w, int epoll, int op, int fd)
{
    struct epoll_event event = { .events = w->events, .data = w->data };

    return sys(__NR_epoll_ctl, epoll, op, fd, &event);
}

/* An inherited file may be none that can be looked at. */
static const char *try_watches(Restorer *r)
{
    for (uint64_t i = 0; i < r->img.head.count[IMAGE_WATCH]; i++) {
        const ImageWatch *w = &r->img.watches[i];
        int epoll = r->fds[w->epoll], fd = r->fds[w->fd];
        long ret = watch(w, epoll, EPOLL_CTL_ADD, fd);

        if (ret < 0) {
            return text_reason("a descriptor cannot be looked at again",
                               r->img.text + r->img.fds[w->fd].path,
                               error_text(ret));
        }
        watch(w, epoll, EPOLL_CTL_DEL, fd);
    }
    return NULL;
}

/*
 * Open again what was open, under high numbers in the order of the table,
 * and see that what is to be inherited is there.  Returns NULL, or the
 * reason of a failure.
 */
const char *restore_open_fds(Restorer *r)
{
    for (uint64_t i = 0; i < r->img.head.count[IMAGE_FD]; i++) {
        const ImageFd *fd = &r->img.fds[i];
        long ret = fd->same_as == IMAGE_NONE
                   ? make_again(r, fd) : r->fds[place_of(r, fd->same_as)];

        if (ret < 0) {
            return text_reason("a descriptor cannot be opened again",
                               r->img.text + fd->path, error_text(ret));
        }
        r->fds[i] = ret;
    }
    return try_watches(r);
}

/*
 * Give the descriptors their numbers, flags and offsets, and close all
 * others.  Returns NULL, or the reason of a failure.
 */
const char *restore_place_fds(Restorer *r)
{
    uint64_t count = r->img.head.count[IMAGE_FD];
    const ImageFd *fd = r->img.fds;
    int number = 0;

    for (uint64_t i = 0; i < count; i++, fd++) {
        long ret = 0;

        while (number < (int)fd->number) {
            sys(__NR_close, number++);
        }
        number++;
        if (fd->kind != FD_INHERIT) {
            ret = sys(__NR_dup3, r->fds[i], fd->number, 0);
        }
        if (ret >= 0) {
            ret = sys(__NR_fcntl, fd->number, F_SETFD, fd->flags);
        }
        if (ret >= 0 && (fd->kind == FD_PIPE || fd->kind == FD_EVENTFD)) {
            ret = sys(__NR_fcntl, fd->number, F_SETFL, fd->status);
        }
        if (ret >= 0 && fd->kind == FD_PATH && fd->offset != IMAGE_NONE) {
            ret = agent_seek(fd->number, fd->offset, SEEK_SET) < 0 ? -1 : 0;
        }
        if (ret < 0) {
            return r->img.text + fd->path;
        }
    }
    /* They are told apart by their numbers, so these must be right. */
    for (uint64_t i = 0; i < r->img.head.count[IMAGE_WATCH]; i++) {
        const ImageWatch *w = &r->img.watches[i];

        if (watch(w, r->img.fds[w->epoll].number, EPOLL_CTL_ADD,
                  r->img.fds[w->fd].number) < 0) {
            return r->img.text + r->img.fds[w->fd].path;
        }
    }
    for (number = r->first_fd; number <= r->last_fd; number++) {
        sys(__NR_close, number);
    }
    sys(__NR_close_range, r->first_fd, ~0U, 0);
    return NULL;
}
