/*
 * What the parts of the stress program share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STRESS_H
#define STRESS_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    NR_THREADS = 6,
    NR_OPS_MAX = 40,
    /* Of all threads at a time; each may have a few threads. */
    MAX_CHILDREN = 12,
    PATIENCE = 60,
    LEAF_STATUS = 7,
};

/* Where a thread is, for the watcher. */
struct place {
    uint32_t steps;
    uint32_t op;
    bool over;
};

struct shared {
    struct place place[NR_THREADS];
    pthread_t thread[NR_THREADS];
    unsigned threads;
    uint32_t done[NR_OPS_MAX];
    int children;
    unsigned complaints;
    bool stop;
    pthread_mutex_t robust;
};

struct worker {
    uint64_t random;
    struct place *place;
    unsigned number;
    /* A page with code that the thread changes, and one that comes and goes. */
    unsigned char *code;
    char *page;
};

struct op {
    const char *name;
    void (*fn)(struct worker *w);
};

extern struct shared *shared;
extern char *self_path;
extern const struct op ops[];
extern const unsigned nr_ops;

uint32_t next_random(struct worker *w);
void begin_worker(struct worker *w);

/* Says what was otherwise than on Linux: one line. */
void __attribute__((format(printf, 1, 2))) complain(const char *fmt, ...);

#endif
