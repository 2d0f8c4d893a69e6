/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * save-proc.c: write what the kernel knows of this process but its memory
 */
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/stat.h>
#include "save.h"

/*
 * The fields of /proc/self/stat that PR_SET_MM_MAP sets, by their numbers in
 * proc(5); brk comes from brk().
 */
static const char *save_layout(ImageProcess *p)
{
    static const uint8_t fields[MM_FIELDS] = {
        26, 27, 45, 46, 47, 0, 28, 48, 49, 50, 51
    };
    const char *line, *text;

    if (!lines_open("/proc/self/stat")) {
        return "/proc/self/stat cannot be read";
    }
    line = lines_next();
    text = line;
    /* The name, which may contain anything, ends with the last bracket. */
    for (const char *c = line; c && *c; c++) {
        if (*c == ')') {
            text = c;
        }
    }
    for (int field = 2; text && *text; text++) {
        if (*text != ' ') {
            continue;
        }
        field++;
        for (int i = 0; i < MM_FIELDS; i++) {
            if (fields[i] == field) {
                const char *number = text + 1;

                p->mm[i] = text_number(&number, 10);
            }
        }
    }
    lines_close();
    p->mm[MM_BRK] = (unsigned long)sys(__NR_brk, 0);
    return p->mm[MM_START_STACK] ? NULL : "/proc/self/stat cannot be read";
}

/*
 * Write the process's own facts.  Returns NULL, or the reason of a failure.
 */
const char *save_process(Saver *s)
{
    ImageProcess *p = &s->process;
    const char *reason = save_layout(p);
    long fd, len;

    if (reason) {
        return reason;
    }
    fd = sys(__NR_openat, AT_FDCWD, "/proc/self/auxv", O_RDONLY | O_CLOEXEC);
    len = sys(__NR_read, fd, agent.buffer, sizeof(agent.buffer));
    sys(__NR_close, fd);
    if (len < 0) {
        return "/proc/self/auxv cannot be read";
    }
    p->auxv_size = len & -(2 * sizeof(long));
    /* Aligned, because the kernel is given this place. */
    while (s->head.count[IMAGE_TEXT] % sizeof(uint64_t)) {
        save_text(s, "", 1);
    }
    p->auxv = save_text(s, agent.buffer, p->auxv_size);

    if (agent_link_text("/proc/self/exe", s->path, MAX_PATH) < 0) {
        return "/proc/self/exe cannot be read";
    }
    p->exe = save_string(s, s->path);
    if (sys(__NR_getcwd, s->path, MAX_PATH) < 0) {
        return "the current directory has no name";
    }
    p->cwd = save_string(s, s->path);
    p->umask = sys(__NR_umask, 0);
    sys(__NR_umask, p->umask);
    p->signal = agent.signal;
    p->keep_running = agent.keep_running;
    return NULL;
}

/* Do two descriptors share their offset?  Both are regular files. */
static bool same_file(int a, int b)
{
    int64_t before = agent_seek(a, 0, SEEK_CUR);
    int64_t other = agent_seek(b, 0, SEEK_CUR);
    bool same;

    if (before < 0 || before != other) {
        return false;
    }
    agent_seek(a, before + 1, SEEK_SET);
    same = agent_seek(b, 0, SEEK_CUR) == before + 1;
    agent_seek(a, before, SEEK_SET);
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

static const char *save_fd(Saver *s, int number)
{
    static uint64_t inodes[MAX_FDS];
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
    if (!S_ISREG(mode) && !S_ISDIR(mode) && strcmp(s->path, "/dev/null") &&
        strcmp(s->path, "/dev/zero") && strcmp(s->path, "/dev/urandom")) {
        return NULL;
    }
    offset = agent_seek(number, 0, SEEK_CUR);
    fd->offset = offset < 0 ? IMAGE_NONE : (uint64_t)offset;
    for (ImageFd *f = s->fds; f < fd && S_ISREG(mode); f++) {
        if (inodes[f - s->fds] == inode && f->offset == fd->offset &&
            same_file(number, f->number)) {
            fd->same_as = f->number;
            break;
        }
    }
    if (!agent_status(-1, s->path, &path_inode, &size, &mode) ||
        path_inode != inode) {
        /* Standard ones that somebody else has opened can be replaced. */
        return number <= 2 ? NULL
                           : text_reason("an open file has no name any more",
                                         s->path, NULL);
    }
    fd->kind = FD_PATH;
    return NULL;
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
    return reason;
}

/*
 * Write the threads, the leader first.  Returns NULL: all have arrived.
 */
const char *save_threads(Saver *s)
{
    uint64_t pid = sys(__NR_getpid);

    for (int leader = 1; leader >= 0; leader--) {
        for (int i = 0; i < agent.count; i++) {
            if ((agent.threads[i].tid == pid) == leader) {
                ImageThread *t = save_entry(s, IMAGE_THREAD);

                *t = agent.threads[i];
            }
        }
    }
    return NULL;
}
