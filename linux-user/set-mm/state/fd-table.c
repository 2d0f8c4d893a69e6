/*
 * What is known of the numbers in the guest's tables of descriptors
 *
 * Atomics instead of a lock: they are asked by every read, and a fork must not
 * find a lock held.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/mman.h>
#include "qemu.h"
#include "fd-trans.h"
#include "set-mm/state/fd-table.h"

static FdTable first_table;
__thread FdTable *fd_table_own = &first_table;

static void (*at_end)(const FdTable *table);

void fd_table_at_end(void (*forget)(const FdTable *table))
{
    at_end = forget;
}

/* The first one stays. */
void fd_table_put(FdTable *table)
{
    if (table != &first_table && qatomic_fetch_dec(&table->refs) == 1) {
        at_end(table);
        munmap(table->word, FD_TABLE_SIZE * sizeof(*table->word));
        g_free(table->trans);
        g_free(table);
    }
}

static void drop_table(gpointer table)
{
    fd_table_put(table);
}

/* Has a thread that ends drop its table. */
static GPrivate own_reference = G_PRIVATE_INIT(drop_table);

/* Only what is touched costs memory. */
static uint32_t *new_words(void)
{
    void *words = mmap(NULL, FD_TABLE_SIZE * sizeof(uint32_t),
                       PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return words == MAP_FAILED ? NULL : words;
}

void fd_table_init(void)
{
    first_table.word = new_words();
    if (!first_table.word) {
        fprintf(stderr, "qemu: no memory for the table of descriptors\n");
        exit(EXIT_FAILURE);
    }
}

void fd_table_share(FdTable *table)
{
    fd_table_own = table;
    g_private_replace(&own_reference, table == &first_table ? NULL : table);
}

void fd_table_unshare(void)
{
    FdTable *table = g_new0(FdTable, 1);

    table->word = new_words();
    if (!table->word) {
        fprintf(stderr, "qemu: no memory for a table of descriptors\n");
        exit(EXIT_FAILURE);
    }
    table->refs = 1;
    WITH_QEMU_LOCK_GUARD(&target_fd_trans_lock) {
        table->trans_end = fd_table_own->trans_end;
        table->trans = g_memdup2(fd_table_own->trans,
                                 table->trans_end * sizeof(*table->trans));
    }
    fd_table_share(table);
}

void fd_table_vfork(VforkTable *v, bool is_shared)
{
    v->parents = fd_table_own;
    v->reference = g_private_get(&own_reference);
    g_private_set(&own_reference, NULL);
    if (is_shared) {
        fd_table_share(fd_table_get());
    } else {
        fd_table_unshare();
    }
}

void fd_table_vfork_end(const VforkTable *v)
{
    g_private_replace(&own_reference, NULL);
    g_private_set(&own_reference, v->reference);
    fd_table_own = v->parents;
}

unsigned fd_table_trans_end(unsigned last)
{
    QEMU_LOCK_GUARD(&target_fd_trans_lock);
    return last < fd_table_own->trans_end ? last + 1 : fd_table_own->trans_end;
}

FdTable *fd_table_get(void)
{
    qatomic_inc(&fd_table_own->refs);
    return fd_table_own;
}

void fd_table_note_end(int end)
{
    int old = qatomic_read(&fd_table_own->end);

    while (old < end) {
        int found = qatomic_cmpxchg(&fd_table_own->end, old, end);

        if (found == old) {
            break;
        }
        old = found;
    }
}

void fd_table_note_plain(int fd, uint32_t seen)
{
    if ((seen & FD_STATE) == 0) {
        fd_table_note_end(fd + 1);
        qatomic_cmpxchg(&fd_table_own->word[fd], seen, seen | FD_PLAIN);
    }
}

/* As by a call that never ends. */
void fd_table_distrust(void)
{
    if (!qatomic_xchg(&fd_table_own->is_distrusted, true)) {
        for (int fd = 0; fd < FD_TABLE_SIZE; fd++) {
            fd_table_change(&fd_table_own->word[fd]);
        }
    }
}

/* A range seldom reaches beyond what was ever open. */
static unsigned end_of(unsigned last)
{
    return MIN(MIN(last, FD_TABLE_SIZE - 1) + 1,
               qatomic_read(&fd_table_own->end));
}

void fd_table_begin_range(unsigned first, unsigned last)
{
    for (unsigned fd = first, end = end_of(last); fd < end; fd++) {
        fd_table_begin(fd);
    }
}

void fd_table_end_range(unsigned first, unsigned last)
{
    for (unsigned fd = first, end = end_of(last); fd < end; fd++) {
        fd_table_end(fd);
    }
}
