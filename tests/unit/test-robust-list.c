/*
 * Unit tests of robust-list.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>
#include <linux/futex.h>
#include <string.h>
#include "set-mm/rules/robust-list.h"

enum {
    BASE = 0x1000,
    HEAD = BASE,
    SIZE = 0x1000,
    TID = 77,
    OFFSET = -16,
};

/* A thread's memory of SIZE bytes at BASE, and what was done to it. */
static struct memory {
    unsigned word;
    union {
        uint8_t bytes[SIZE];
        uint32_t words[SIZE / 4];
        uint64_t longs[SIZE / 8];
    };
    uint64_t woken[4];
    unsigned wakes;
    unsigned reads;
    /* What another thread does just before a futex is swapped. */
    bool race;
    uint32_t race_value;
} mem;

static bool is_there(uint64_t addr, unsigned size)
{
    return addr >= BASE && addr + size <= BASE + SIZE;
}

static bool read_word(void *opaque, uint64_t addr, uint64_t *value)
{
    mem.reads++;
    g_assert_true(opaque == &mem);
    if (!is_there(addr, mem.word)) {
        return false;
    }
    *value = mem.word == 4 ? mem.words[(addr - BASE) / 4]
                           : mem.longs[(addr - BASE) / 8];
    return true;
}

static bool read_futex(void *opaque, uint64_t addr, uint32_t *value)
{
    if (!is_there(addr, 4)) {
        return false;
    }
    *value = mem.words[(addr - BASE) / 4];
    return true;
}

static bool swap_futex(void *opaque, uint64_t addr, uint32_t *old,
                       uint32_t new)
{
    uint32_t *futex = &mem.words[(addr - BASE) / 4];
    const uint32_t want = *old;

    if (!is_there(addr, 4)) {
        return false;
    }
    if (mem.race) {
        mem.race = false;
        *futex = mem.race_value;
    }
    *old = *futex;
    if (*futex == want) {
        *futex = new;
    }
    return true;
}

static void wake(void *opaque, uint64_t addr)
{
    g_assert_cmpuint(mem.wakes, <, G_N_ELEMENTS(mem.woken));
    mem.woken[mem.wakes++] = addr;
}

static const RobustMemory memory = { read_word, read_futex, swap_futex, wake };

static void poke(uint64_t addr, uint64_t value)
{
    if (mem.word == 4) {
        mem.words[(addr - BASE) / 4] = value;
    } else {
        mem.longs[(addr - BASE) / 8] = value;
    }
}

static uint32_t *futex_of(uint64_t entry)
{
    return &mem.words[(entry + OFFSET - BASE) / 4];
}

/* A head whose first entry is @first. */
static void begin(unsigned word, uint64_t first, uint64_t pending)
{
    memset(&mem, 0, sizeof(mem));
    mem.word = word;
    poke(HEAD, first);
    poke(HEAD + word, (int64_t)OFFSET);
    poke(HEAD + 2 * word, pending);
}

static void entry(uint64_t addr, uint64_t next, uint32_t futex)
{
    poke(addr, next);
    *futex_of(addr) = futex;
}

static void walk(void)
{
    robust_list_walk(&memory, &mem, HEAD, mem.word, TID);
}

static void check_owned(gconstpointer word)
{
    begin(GPOINTER_TO_UINT(word), 0x1100, 0);
    entry(0x1100, 0x1200, TID);
    entry(0x1200, HEAD, TID | FUTEX_WAITERS);
    walk();
    g_assert_cmpuint(*futex_of(0x1100), ==, FUTEX_OWNER_DIED);
    g_assert_cmpuint(*futex_of(0x1200), ==, FUTEX_OWNER_DIED | FUTEX_WAITERS);
    g_assert_cmpuint(mem.wakes, ==, 1);
    g_assert_cmpuint(mem.woken[0], ==, 0x1200 + OFFSET);
}

static void check_foreign(gconstpointer word)
{
    begin(GPOINTER_TO_UINT(word), 0x1100, 0);
    entry(0x1100, HEAD, (TID + 1) | FUTEX_WAITERS);
    walk();
    g_assert_cmpuint(*futex_of(0x1100), ==, (TID + 1) | FUTEX_WAITERS);
    g_assert_cmpuint(mem.wakes, ==, 0);
}

/* What inherits priority is woken by the kernel; its bit is in the pointer. */
static void check_pi(gconstpointer word)
{
    begin(GPOINTER_TO_UINT(word), 0x1101, 0);
    entry(0x1100, 0x1200, TID | FUTEX_WAITERS);
    entry(0x1200, HEAD, TID);
    walk();
    g_assert_cmpuint(*futex_of(0x1100), ==, FUTEX_OWNER_DIED | FUTEX_WAITERS);
    g_assert_cmpuint(*futex_of(0x1200), ==, FUTEX_OWNER_DIED);
    g_assert_cmpuint(mem.wakes, ==, 0);
}

static void check_pending(gconstpointer word)
{
    /* Taken, but not in the list yet. */
    begin(GPOINTER_TO_UINT(word), HEAD, 0x1100);
    *futex_of(0x1100) = TID;
    walk();
    g_assert_cmpuint(*futex_of(0x1100), ==, FUTEX_OWNER_DIED);
    g_assert_cmpuint(mem.wakes, ==, 0);
    /* Let go, and nobody woken yet. */
    begin(GPOINTER_TO_UINT(word), HEAD, 0x1100);
    walk();
    g_assert_cmpuint(*futex_of(0x1100), ==, 0);
    g_assert_cmpuint(mem.wakes, ==, 1);
    /* So also if it is in the list. */
    begin(GPOINTER_TO_UINT(word), 0x1100, 0x1100);
    entry(0x1100, HEAD, TID);
    walk();
    g_assert_cmpuint(*futex_of(0x1100), ==, FUTEX_OWNER_DIED);
}

static void check_race(gconstpointer word)
{
    begin(GPOINTER_TO_UINT(word), 0x1100, 0);
    entry(0x1100, HEAD, TID);
    mem.race = true;
    mem.race_value = TID | FUTEX_WAITERS;
    walk();
    g_assert_cmpuint(*futex_of(0x1100), ==, FUTEX_OWNER_DIED | FUTEX_WAITERS);
    g_assert_cmpuint(mem.wakes, ==, 1);
}

static void check_nonsense(gconstpointer word)
{
    /* A circle. */
    begin(GPOINTER_TO_UINT(word), 0x1100, 0);
    entry(0x1100, 0x1100, TID);
    walk();
    g_assert_cmpuint(*futex_of(0x1100), ==, FUTEX_OWNER_DIED);
    g_assert_cmpuint(mem.reads, <=, ROBUST_LIST_LIMIT + 4);
    /* Entries and futexes that are not there; what is before them counts. */
    begin(GPOINTER_TO_UINT(word), 0x1100, 0x1200);
    entry(0x1100, 0x100000, TID);
    *futex_of(0x1200) = TID;
    walk();
    g_assert_cmpuint(*futex_of(0x1100), ==, FUTEX_OWNER_DIED);
    g_assert_cmpuint(*futex_of(0x1200), ==, TID);
    /* No head. */
    begin(GPOINTER_TO_UINT(word), 0x1100, 0);
    robust_list_walk(&memory, &mem, 8, mem.word, TID);
    /* Not aligned. */
    begin(GPOINTER_TO_UINT(word), 0x1102, 0);
    walk();
    g_assert_cmpuint(mem.wakes, ==, 0);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        GTestDataFunc fn;
    } tests[] = {
        { "owned", check_owned }, { "foreign", check_foreign },
        { "pi", check_pi }, { "pending", check_pending },
        { "race", check_race }, { "nonsense", check_nonsense },
    };

    g_test_init(&argc, &argv, NULL);
    for (unsigned word = 4; word <= 8; word += 4) {
        for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
            g_autofree char *path = g_strdup_printf("/robust-list/%u/%s",
                                                    word * 8, tests[i].name);

            g_test_add_data_func(path, GUINT_TO_POINTER(word), tests[i].fn);
        }
    }
    return g_test_run();
}
