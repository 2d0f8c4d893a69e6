/*
 * What the parts of the fuzzing guest share
 *
 * The guest carries out a sequence of random operations and writes a line for
 * each.  A sequence follows from its number alone, and a line says the same on
 * every system: addresses are in an area of the guest's own, or are named
 * after what they were made from.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FUZZ_GUEST_H
#define FUZZ_GUEST_H

#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <link.h>
#include <sys/prctl.h>
#include <sched.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../tcg/multiarch/linux/set-mm-process.h"

enum {
    PAGE = 4096,
    /* Below every stack, above every program. */
    AREA = 0x30000000,
    AREA_PAGES = 64,
    AREA_END = AREA + AREA_PAGES * PAGE,
    TOP = AREA_END + 0x400000,
    NR_NAMES = 10,
    NR_SLOTS = 6,
    /* The first of the guest's descriptors. */
    FIRST_SLOT = 100,
    MAX_SYMBOLS = 512,
    LOG_SIZE = 1 << 20,
    MAX_DEPTH = 2,
};

/* What a run is told, and what follows from its number. */
struct setup {
    uint64_t seed;
    unsigned ops;
    bool wide;          /* values of more than 32 bits */
    bool orig;          /* the program lies below the area, its stack above */
    bool getauxv;       /* the kernel has PR_GET_AUXV */
    bool last;          /* the last mapping ends well below TASK_SIZE */
};

/* What the system is like; found out once. */
struct system {
    char cwd[PATH_MAX];
    size_t cwd_len;
    uint64_t min_addr;
    uint64_t task_size;
    uint64_t orig[NR_FIELDS];
    size_t auxv_words;  /* of the kernel's copy */
    bool has_getauxv;
    bool has_orig;
    bool has_last;
};

/* A value and what it is called in the log. */
struct value {
    unsigned long v;
    char sym[40];
};

/* What the guest believes of a page of its area. */
struct page {
    unsigned char prot;
    bool mapped;
    bool anon;
    bool may_write;     /* without SIGBUS */
};

struct state {
    struct page page[AREA_PAGES];
    uint64_t field[NR_FIELDS];
    /* What processes that wait for this one execute. */
    ino_t exe[MAX_DEPTH + 1];
    dev_t exe_dev[MAX_DEPTH + 1];
    unsigned depth;
    bool has_thread;
};

/* Shared with the children, which wait for nobody and are waited for. */
struct log {
    size_t len;
    unsigned ops;
    unsigned symbols;
    struct value symbol[MAX_SYMBOLS];
    char text[LOG_SIZE];
};

struct rng {
    uint64_t s;
};

extern struct setup setup;
extern struct system sys;
extern struct state st;
extern struct log *out;

/* world.c */
uint64_t rng_next(struct rng *r);
unsigned pick(struct rng *r, unsigned n);
bool one_in(struct rng *r, unsigned n);
struct rng rng_of(uint64_t seed, uint64_t index);

void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void say_errno(long ret);
const char *errno_name(int error);
uint64_t hash_of(const void *data, size_t len);
void remember(const struct value *v);
const char *name_of(uint64_t v);
const char *option_name(int opt);
const char *field_name(unsigned field);

void find_system(void);
void make_world(void);
ssize_t read_file(const char *path, void *buf, size_t size);
bool read_stat(uint64_t value[53]);
uint64_t last_mapping_end(void);
const char *without_cwd(const char *path);
int set_mm(unsigned long opt, unsigned long arg3, unsigned long arg4,
           unsigned long arg5);
int set_map(const uint64_t field[NR_FIELDS], const void *auxv,
            unsigned auxv_size, unsigned exe_fd);
size_t own_exe(dev_t *dev, ino_t *ino);
bool is_in_area(uint64_t v);
bool is_executed(const struct stat *file);
struct value any_address(struct rng *r, unsigned field);
struct value beside(uint64_t v, long step);
char *slot_path(char buf[64], unsigned name);

/* ops-mm.c */
void make_edge(void);

/* ops-*.c: one operation each, which says what it did and what came back. */
typedef void operation(struct rng *r);

operation op_field, op_auxv, op_exe, op_map, op_map_size, op_bad_call;
operation op_limited, op_brk, op_get_auxv;
operation op_mmap, op_munmap, op_mprotect, op_mremap, op_write;
operation op_open, op_close, op_dup, op_rename, op_unlink, op_link, op_create;
operation op_chmod, op_memfd, op_comm, op_stack_limit;
operation see_exe, see_exe_file, see_cmdline, see_environ, see_auxv, see_stat;
operation see_statm, see_maps, see_slot, see_comm, see_brk;

#endif
