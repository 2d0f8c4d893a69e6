/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * save-proc.c: write what the kernel knows of this process but its memory
 */
#include <linux/fcntl.h>
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
