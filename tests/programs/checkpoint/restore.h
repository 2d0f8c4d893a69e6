/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * restore.h: what the parts of the restorer share
 */
#ifndef CHECKPOINT_RESTORE_H
#define CHECKPOINT_RESTORE_H

#include "agent.h"

typedef struct Restorer {
    Image img;
    int fd;                     /* of the image; it and all others that the */
    int first_fd;               /* restorer opens have numbers from here on */
    int last_fd;
    int exe_fd;                 /* -1: leave the executable */
    bool has_heap;              /* brk() has made it */
    int fds[MAX_FDS];           /* by place in the table */
    int tids[MAX_THREADS];      /* the threads' new numbers */
} Restorer;

/* These return NULL or a reason, and nothing has been given up by then. */
const char *restore_find_files(Restorer *r);
const char *restore_find_place(Restorer *r);
const char *restore_open_fds(Restorer *r);
int restore_raise(Restorer *r, long fd);
int restore_open(Restorer *r, const char *path, int flags);

uintptr_t restore_own_top(void);

/* After a reason from one of these there is no way back. */
const char *restore_move_vdso(Restorer *r, uintptr_t *start, uintptr_t *end);
const char *restore_memory(Restorer *r);
const char *restore_heap(Restorer *r);
const char *restore_layout(Restorer *r);
const char *restore_place_fds(Restorer *r);
const char *restore_actions(Restorer *r);
const char *restore_threads(Restorer *r);
const char *restore_timers(Restorer *r);
const char *restore_pending(Restorer *r);
void restore_go(Restorer *r) __attribute__((noreturn));

#endif
