/*
 * What is known of the numbers in the guest's tables of descriptors
 *
 * Nothing but whether a number is a file of which nothing need be decided, so
 * that reading it costs a comparison.  Whoever does not know asks the host.
 * QEMU's own notes of what it translates are here as they, too, are about the
 * numbers of a table.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_FD_TABLE_H
#define LINUX_USER_FD_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include "qemu/atomic.h"

/* Of numbers from here on nothing is known. */
enum { FD_TABLE_SIZE = 1 << 20 };

/*
 * A number's word.  While somebody changes what the number means nobody may
 * note what it was before, and afterwards nobody who looked before.
 */
enum {
    FD_PLAIN = 1,
    FD_CHANGING = 2,        /* times the calls that are under way */
    FD_STATE = 1023,        /* both */
    FD_VERSION = 1024,      /* how often it has changed, times this */
};

typedef struct FdTable {
    uint32_t *word;
    int refs;
    int end;                /* no number from here on was noted */
    bool is_distrusted;     /* see fd_table_distrust() */
    struct TargetFdTrans **trans;   /* QEMU's, under its lock */
    unsigned trans_end;             /* it has as many */
} FdTable;

/* The calling thread's; read by the functions below and by fd-trans.h. */
extern __thread FdTable *fd_table_own;

/* What QEMU has a variable for. */
#define FD_TRANS_END (fd_table_own->trans_end)

/* fd_table_init: before any other function here */
void fd_table_init(void);

/**
 * fd_table_unshare: the calling thread has a table of its own from now on
 * fd_table_share: it shares another thread's, as a new thread does
 * @table: fd_table_get() of that thread, whose reference passes
 * fd_table_put: drop a reference that nobody has taken
 */
void fd_table_unshare(void);
void fd_table_share(FdTable *table);
FdTable *fd_table_get(void);
void fd_table_put(FdTable *table);

/* What a thread had before it made a child by vfork(2). */
typedef struct VforkTable {
    FdTable *parents;
    FdTable *reference;
} VforkTable;

/**
 * fd_table_vfork: the calling thread is about to make a child by vfork(2)
 * @is_shared: the child has the same table, else a copy
 * fd_table_vfork_end: the child is gone
 */
void fd_table_vfork(VforkTable *v, bool is_shared);
void fd_table_vfork_end(const VforkTable *v);

/**
 * fd_table_at_end: who else knows something of a table's numbers
 * @forget: called when nobody has the table any more, as the next one can be
 *          in its place in memory; set at start-up
 */
void fd_table_at_end(void (*forget)(const FdTable *table));

/* fd_table_trans_end: behind the last number up to @last that may have one */
unsigned fd_table_trans_end(unsigned last);

/**
 * fd_table_distrust: nothing is remembered from now on, as another process is
 * about to share the table
 */
void fd_table_distrust(void);

/* fd_table_is_shared: may another process share the calling thread's? */
static inline bool fd_table_is_shared(void)
{
    return qatomic_read(&fd_table_own->is_distrusted);
}

/* fd_table_word: what is known of a number, to be noted or compared later */
static inline uint32_t fd_table_word(int fd)
{
    return (unsigned)fd < FD_TABLE_SIZE ? qatomic_read(&fd_table_own->word[fd])
                                        : FD_CHANGING;
}

/* fd_table_is_plain: asked by every read of the guest */
static inline bool fd_table_is_plain(int fd)
{
    return (fd_table_word(fd) & FD_STATE) == FD_PLAIN;
}

/**
 * fd_table_note_plain: nothing need be decided of a number
 * @seen: fd_table_word() before that was found out
 */
void fd_table_note_plain(int fd, uint32_t seen);

/* fd_table_note_end: no number from @end on was noted */
void fd_table_note_end(int end);

/* fd_table_change: a number's word, for a call that changes what it means */
static inline void fd_table_change(uint32_t *word)
{
    uint32_t old = qatomic_read(word), found;

    while ((found = qatomic_cmpxchg(word, old,
                                    (old & ~FD_PLAIN) + FD_CHANGING)) != old) {
        old = found;
    }
}

/**
 * fd_table_begin: a number is about to be closed or replaced
 * fd_table_end: it has been done, or has failed
 */
static inline void fd_table_begin(unsigned fd)
{
    FdTable *table = fd_table_own;

    if (fd >= FD_TABLE_SIZE) {
        return;
    }
    if (unlikely((int)fd >= qatomic_read(&table->end))) {
        fd_table_note_end(fd + 1);
    }
    fd_table_change(&table->word[fd]);
}

/* What was noted for the first time meanwhile was opened meanwhile. */
static inline void fd_table_end(unsigned fd)
{
    FdTable *table = fd_table_own;

    if (fd < FD_TABLE_SIZE &&
        (qatomic_read(&table->word[fd]) & (FD_STATE & ~FD_PLAIN))) {
        qatomic_add(&table->word[fd], FD_VERSION - FD_CHANGING);
    }
}

/**
 * fd_table_begin_range: the same for numbers, the last one included
 * fd_table_end_range: it has been done, or has failed
 */
void fd_table_begin_range(unsigned first, unsigned last);
void fd_table_end_range(unsigned first, unsigned last);

#endif /* LINUX_USER_FD_TABLE_H */
