/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * save.h: an image in the making
 */
#ifndef CHECKPOINT_SAVE_H
#define CHECKPOINT_SAVE_H

#include "agent.h"

#define MAX_AREAS   2048
#define MAX_RUNS    8192
#define MAX_WATCHES 512
#define MAX_SIGNALS 256
#define MAX_TIMERS  128
#define MAX_TEXT    (128 * 1024)

/* The tables are static: there is no stack and no heap to put them. */
typedef struct Saver {
    int fd;
    ImageHeader head;
    ImageProcess process;
    ImageArea areas[MAX_AREAS];
    ImageRun runs[MAX_RUNS];
    ImageFd fds[MAX_FDS];
    ImageWatch watches[MAX_WATCHES];
    ImageAction actions[128];
    ImageSignal signals[MAX_SIGNALS];
    ImageTimer timers[MAX_TIMERS];
    ImageThread threads[MAX_THREADS];
    char text[MAX_TEXT];
    char path[MAX_PATH];        /* for whoever works */
} Saver;

/* save.c */
uint64_t save_text(Saver *s, const void *text, size_t len);
uint64_t save_string(Saver *s, const char *text);
void *save_entry(Saver *s, int kind);

/* The rest; each returns NULL, or the reason of a failure. */
const char *save_memory(Saver *s);
const char *save_process(Saver *s);
const char *save_fds(Saver *s);
const char *save_threads(Saver *s);
const char *save_actions(Saver *s);
const char *save_pending(Saver *s);
const char *save_timers(Saver *s);

#endif
