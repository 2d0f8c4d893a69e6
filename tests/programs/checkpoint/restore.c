/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * restore.c: become the process in an image
 *
 * First everything that can fail is tried, as long as there is a process to
 * say so: the image is read and compared with its sums, its files are opened,
 * its addresses found free.  Only then is anything given up.  From there on
 * the order is that of need: addresses before contents, contents before the
 * kernel's record of them, threads before the timers that send them signals,
 * and everything before a signal may be handled.
 */
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/prctl.h>
#include "restore.h"

static Restorer restorer;
static char tables[IMAGE_TABLES_MAX] __attribute__((aligned(8)));

static int read_image(void *opaque, uint64_t pos, void *buf, size_t len)
{
    Restorer *r = opaque;

    return agent_read(r->fd, pos, buf, len) ? 0 : -1;
}

/*
 * Give a descriptor a number that the image does not use; or fd is a negative
 * errno.  Returns the number, or a negative errno.
 *
 * What else is open there will be closed anyway.  F_DUPFD would not do: QEMU
 * forgets that a copy is of an eventfd, whose bytes it has to swap.
 */
int restore_raise(Restorer *r, long fd)
{
    if (fd >= 0 && fd < r->first_fd) {
        long high = r->last_fd < r->first_fd ? r->first_fd : r->last_fd + 1;

        high = sys(__NR_dup3, fd, high, O_CLOEXEC);
        sys(__NR_close, fd);
        fd = high;
    }
    if (fd > r->last_fd) {
        r->last_fd = fd;
    }
    return fd;
}

/*
 * Open a file under such a number.  Returns it, or a negative errno.
 */
int restore_open(Restorer *r, const char *path, int flags)
{
    return restore_raise(r, sys(__NR_openat, AT_FDCWD, path,
                                flags | O_CLOEXEC | O_LARGEFILE, 0));
}

/* Read the image, which may be anything.  Returns NULL, or the reason. */
static const char *open_image(Restorer *r, const char *path)
{
    const char *reason;
    ImageHost host;

    r->fd = restore_open(r, path, O_RDONLY);
    if (r->fd < 0) {
        return error_text(r->fd);
    }
    agent_host(&host);
    reason = image_open(&r->img, &host, read_image, r, tables);
    if (!reason) {
        reason = image_check_data(&r->img, agent.buffer,
                                  sizeof(agent.buffer));
    }
    if (!reason && (r->img.head.count[IMAGE_THREAD] > MAX_THREADS ||
                    r->img.head.count[IMAGE_FD] > MAX_FDS)) {
        reason = "too many threads or descriptors";
    }
    if (!reason && r->img.head.count[IMAGE_FD]) {
        uint64_t last = r->img.head.count[IMAGE_FD] - 1;

        r->first_fd = r->img.fds[last].number + 1;
        sys(__NR_close, r->fd);
        r->fd = restore_open(r, path, O_RDONLY);
        if (r->fd < 0) {
            return error_text(r->fd);
        }
    }
    return reason;
}

/* Try what can be tried.  Returns NULL, or the reason. */
static const char *prepare(Restorer *r)
{
    const ImageProcess *p = r->img.process;
    const char *exe = r->img.text + p->exe;
    const char *reason = restore_find_files(r);
    unsigned size;
    long ret = sys(__NR_prctl, PR_SET_MM, PR_SET_MM_MAP_SIZE, &size, 0, 0);

    if (ret < 0) {
        return text_reason("this kernel cannot do it", "PR_SET_MM_MAP_SIZE",
                           error_text(ret));
    }
    if (!reason) {
        reason = restore_find_place(r);
    }
    if (!reason) {
        reason = restore_open_fds(r);
    }
    if (reason) {
        return reason;
    }
    r->exe_fd = -1;
    if (!agent.keep_exe) {
        r->exe_fd = restore_open(r, exe, O_RDONLY);
        if (r->exe_fd < 0) {
            return text_reason("its executable cannot be opened", exe,
                               error_text(r->exe_fd));
        }
    }
    ret = sys(__NR_chdir, r->img.text + p->cwd);
    if (ret < 0) {
        return text_reason("its current directory cannot be entered",
                           r->img.text + p->cwd, error_text(ret));
    }
    return NULL;
}

/* Give the kernel a record of the process, with some break and executable. */
static long set_layout(Restorer *r, uint64_t brk, int exe_fd)
{
    const ImageProcess *p = r->img.process;
    struct prctl_mm_map map = {
        .start_code = p->mm[MM_START_CODE],
        .end_code = p->mm[MM_END_CODE],
        .start_data = p->mm[MM_START_DATA],
        .end_data = p->mm[MM_END_DATA],
        .start_brk = p->mm[MM_START_BRK],
        .brk = brk,
        .start_stack = p->mm[MM_START_STACK],
        .arg_start = p->mm[MM_ARG_START],
        .arg_end = p->mm[MM_ARG_END],
        .env_start = p->mm[MM_ENV_START],
        .env_end = p->mm[MM_ENV_END],
        .auxv = (void *)(r->img.text + p->auxv),
        .auxv_size = p->auxv_size,
        .exe_fd = exe_fd,
    };

    return sys(__NR_prctl, PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0);
}

/*
 * Make an empty heap and let it grow to its size: what mmap() puts there the
 * kernel would merge with the bss.  Nothing else is mapped yet.  Returns
 * NULL, or the reason of a failure.
 */
const char *restore_heap(Restorer *r)
{
    const ImageProcess *p = r->img.process;
    long ret = set_layout(r, p->mm[MM_START_BRK], -1);

    if (ret < 0) {
        return text_reason("the heap cannot be moved", "PR_SET_MM_MAP",
                           error_text(ret));
    }
    return (unsigned long)sys(__NR_brk, (uintptr_t)p->mm[MM_BRK]) ==
           p->mm[MM_BRK] ? NULL : "the heap cannot grow";
}

/*
 * Give the kernel the process's record of itself in one call.  Returns NULL,
 * or the reason of a failure.
 */
const char *restore_layout(Restorer *r)
{
    const ImageProcess *p = r->img.process;
    long ret = set_layout(r, p->mm[MM_BRK], r->exe_fd);

    sys(__NR_umask, p->umask);
    return ret < 0 ? error_text(ret) : NULL;
}

/*
 * Become the process in the image at path, or say why not and end.
 */
void restore(const char *path)
{
    static const struct {
        const char *(*fn)(Restorer *);
        const char *what;
    } steps[] = {
        { restore_memory, "memory" },
        { restore_layout, "PR_SET_MM_MAP" },
        { restore_place_fds, "descriptors" },
        { restore_actions, "signals" },
        { restore_threads, "threads" },
        { restore_timers, "timers" },
        { restore_pending, "signals" },
    };
    Restorer *r = &restorer;
    const char *reason, *what = path;
    unsigned long all[MASK_SIZE / sizeof(long)];

    reason = open_image(r, path);
    if (!reason) {
        reason = prepare(r);
    }
    if (!reason) {
        memset(all, -1, sizeof(all));
        sys(__NR_rt_sigprocmask, SIG_SETMASK, all, NULL, MASK_SIZE);
        for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
            what = steps[i].what;
            reason = steps[i].fn(r);
            if (reason) {
                break;
            }
        }
    }
    if (reason) {
        say(reason, what);
        for (;;) {
            sys(__NR_exit_group, 1);
        }
    }
    agent.signal = r->img.process->signal;
    agent.keep_running = r->img.process->keep_running;
    agent.keep_vdso = r->img.process->vdso_sum != 0;
    restore_go(r);
}
