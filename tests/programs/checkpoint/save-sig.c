/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * save-sig.c: write what this process wants to hear of, and when
 */
#include <asm/signal.h>
#include <asm/siginfo.h>
#include <linux/time.h>
#include "save.h"

/*
 * Write what is done with signals.  Returns NULL, or the reason of a failure.
 */
const char *save_actions(Saver *s)
{
    for (int sig = 1; sig <= SIGNALS; sig++) {
        KernelAction action;
        ImageAction *a;

        memset(&action, 0, sizeof(action));
        if (sig == SIGKILL || sig == SIGSTOP ||
            sys(__NR_rt_sigaction, sig, NULL, &action, MASK_SIZE) < 0) {
            continue;
        }
        a = save_entry(s, IMAGE_ACTION);
        if (!a) {
            return "too many signals";
        }
        a->signal = sig;
        a->handler = action.handler;
        a->flags = action.flags;
#if !defined(ARCH_ACTION_MIPS) && !defined(ARCH_ACTION_WITHOUT_RESTORER)
        a->restorer = action.restorer;
#endif
        memcpy(a->mask, action.mask, MASK_SIZE);
    }
    return NULL;
}

/* The thread with a number, in the table. */
static uint64_t thread_of(const Saver *s, uint64_t tid)
{
    for (uint64_t i = 0; i < s->head.count[IMAGE_THREAD]; i++) {
        if (s->threads[i].tid == tid) {
            return i;
        }
    }
    return IMAGE_NONE;
}

/* Take one waiting signal out of set.  Returns whether there was one. */
static bool take_signal(const void *set, ImageSignal *pending)
{
    static siginfo_t info;
    long zero[2] = { 0, 0 };
    long sig = sys(__NR_rt_sigtimedwait, set, &info, zero, MASK_SIZE);

    if (sig <= 0) {
        return false;
    }
    pending->thread = IMAGE_NONE;
    pending->signal = sig;
    memcpy(pending->info, &info, sizeof(pending->info));
    return true;
}

/*
 * Note in agent.pending the signals that wait for the calling thread alone,
 * whose number is tid.  Only the thread itself may send them again; it does
 * that at once, but for the one that saves and will call save_pending().
 * What waits for the process can be taken by any thread, so only those are
 * asked for that /proc tells of.
 */
void save_private(int tid, bool saves)
{
    int first = agent.pending_count;
    char path[64] = "/proc/self/task/";
    unsigned long set[MASK_SIZE / sizeof(long)];
    const char *text;
    uint64_t bits = 0;
    char *line;

    memcpy(text_decimal(path + strlen(path), tid), "/status", 8);
    if (!lines_open(path)) {
        return;
    }
    while ((line = lines_next())) {
        text = text_after(line, "SigPnd:");
        if (text) {
            bits = text_number(&text, 16);
        }
    }
    lines_close();
    for (int sig = 1; sig <= 64; sig++) {
        if (!(bits >> (sig - 1) & 1) || sig == agent.signal) {
            continue;
        }
        memset(set, 0, sizeof(set));
        set[(sig - 1) / (8 * sizeof(long))] |=
            1UL << (sig - 1) % (8 * sizeof(long));
        if (agent.pending_count < MAX_PENDING) {
            ImageSignal *pending = &agent.pending[agent.pending_count];

            if (take_signal(set, pending)) {
                pending->thread = tid;
                agent.pending_count++;
            }
        }
    }
    for (int i = first; i < agent.pending_count && !saves; i++) {
        agent_send(&agent.pending[i], tid);
    }
}

/*
 * Write the signals that wait, and send them again: the process may go on.
 * Returns NULL, or the reason of a failure.
 */
const char *save_pending(Saver *s)
{
    static ImageSignal pending;
    unsigned long all[MASK_SIZE / sizeof(long)];
    ImageSignal *entry;

    memset(all, -1, sizeof(all));
    while (take_signal(all, &pending)) {
        /* Another call for what is being done. */
        if (pending.signal == (uint64_t)agent.signal) {
            continue;
        }
        entry = save_entry(s, IMAGE_SIGNAL);
        if (!entry) {
            return "too many signals wait";
        }
        *entry = pending;
    }
    for (uint64_t i = 0; i < s->head.count[IMAGE_SIGNAL]; i++) {
        agent_send(&s->signals[i], IMAGE_NONE);
    }
    for (int i = 0; i < agent.pending_count; i++) {
        const ImageSignal *own = &agent.pending[i];

        entry = save_entry(s, IMAGE_SIGNAL);
        if (!entry) {
            return "too many signals wait";
        }
        *entry = *own;
        entry->thread = thread_of(s, own->thread);
        if (own->thread == (uint64_t)sys(__NR_gettid)) {
            agent_send(own, own->thread);
        }
    }
    return NULL;
}

/* One number of a line "name: value[/value]". */
static uint64_t value_of(const char *line, const char *name, unsigned base)
{
    const char *text = text_after(line, name);

    return text ? text_number(&text, base) : 0;
}

/* "notify: signal/pid.1234", "thread/...", "none/..."; or with tid.1234 */
static void take_notify(const Saver *s, ImageTimer *t, const char *text)
{
    t->notify = *text == 's' ? SIGEV_SIGNAL : *text == 't' ? SIGEV_THREAD
                                                           : SIGEV_NONE;
    while (*text && *text != '/') {
        text++;
    }
    if (text_after(text, "/tid.")) {
        t->notify |= SIGEV_THREAD_ID;
        t->thread = thread_of(s, value_of(text, "/tid.", 10));
    }
}

static void take_line(const Saver *s, ImageTimer *t, const char *line)
{
    const char *signal = text_after(line, "signal:");
    const char *notify = text_after(line, "notify:");
    const char *clock = text_after(line, "ClockID:");

    if (signal) {
        t->signal = text_number(&signal, 10);
        signal++;
        t->sigval = text_number(&signal, 16);
    } else if (notify) {
        take_notify(s, t, notify);
    } else if (clock) {
        /* Of a process's or thread's time they are negative. */
        t->clock = *clock == '-' ? -value_of(clock, "-", 10)
                                 : text_number(&clock, 10);
    }
}

/* A new entry; the kernel lists the newest first, the image the lowest. */
static ImageTimer *insert_timer(Saver *s, uint64_t id)
{
    ImageTimer *t = save_entry(s, IMAGE_TIMER);

    if (!t) {
        return NULL;
    }
    while (t > s->timers && t[-1].kind == TIMER_POSIX && t[-1].id > id) {
        t[0] = t[-1];
        t--;
    }
    memset(t, 0, sizeof(*t));
    t->kind = TIMER_POSIX;
    t->id = id;
    t->thread = IMAGE_NONE;
    return t;
}

/* The kernel lists timers, but not what is left of their time. */
static const char *save_posix(Saver *s)
{
    ImageTimer *t = NULL;
    char *line;

    if (!lines_open("/proc/self/timers")) {
        return NULL;
    }
    while ((line = lines_next())) {
        if (text_after(line, "ID:")) {
            int id = value_of(line, "ID:", 10);
            long now[4];

            if (sys(__NR_timer_gettime, id, now) < 0) {
                lines_close();
                return "a timer cannot be read";
            }
            t = insert_timer(s, id);
            if (!t) {
                lines_close();
                return "too many timers";
            }
            t->interval[0] = now[0];
            t->interval[1] = now[1];
            t->value[0] = now[2];
            t->value[1] = now[3];
        } else if (t) {
            take_line(s, t, line);
        }
    }
    lines_close();
    return NULL;
}

/*
 * Write the timers.  Returns NULL, or the reason of a failure.
 */
const char *save_timers(Saver *s)
{
    for (int kind = 0; kind < TIMER_POSIX; kind++) {
        ImageTimer *t;
        long now[4];

        if (sys(__NR_getitimer, kind, now) < 0 || (!now[2] && !now[3])) {
            continue;
        }
        t = save_entry(s, IMAGE_TIMER);
        t->kind = kind;
        t->interval[0] = now[0];
        t->interval[1] = now[1];
        t->value[0] = now[2];
        t->value[1] = now[3];
        t->thread = IMAGE_NONE;
    }
    return save_posix(s);
}
