/*
 * Robust futexes: what becomes of them when their owner dies
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_ROBUST_LIST_H
#define LINUX_USER_ROBUST_LIST_H

#include <stdbool.h>
#include <stdint.h>

/* What a walk does with a thread's memory. */
typedef struct RobustMemory {
    /**
     * read_word: read a pointer, zero-extended
     *
     * Returns: whether it could be read.
     */
    bool (*read_word)(void *opaque, uint64_t addr, uint64_t *value);
    /**
     * read_futex, swap_futex: read a futex; replace @old by @new in one step
     *
     * Return: whether there is memory.  swap_futex() stores in *@old what it
     * found.
     */
    bool (*read_futex)(void *opaque, uint64_t addr, uint32_t *value);
    bool (*swap_futex)(void *opaque, uint64_t addr, uint32_t *old,
                       uint32_t new);
    /* Wakes one that waits for the futex, in whichever process. */
    void (*wake)(void *opaque, uint64_t addr);
} RobustMemory;

/**
 * robust_list_walk: give up what a thread owns
 * @memory: called with @opaque
 * @head: address of the thread's struct robust_list_head, not 0
 * @word: size of a pointer in it, 4 or 8
 * @tid: the thread's number
 *
 * Mirrors exit_robust_list() of kernel/futex/core.c.  The list is the guest's
 * and may be nonsense, or have no end.
 */
void robust_list_walk(const RobustMemory *memory, void *opaque, uint64_t head,
                      unsigned word, uint32_t tid);

#endif /* LINUX_USER_ROBUST_LIST_H */
