/*
 * What the parts of fuzz-descriptors share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FUZZ_DESCRIPTORS_H
#define FUZZ_DESCRIPTORS_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    OUTPUT = 1,             /* no operation touches this one */
    WHAT_SIZE = 200,
    LARGEST_LIMIT = 20000,
    MAX_OPEN = 64,
};

/* How a process goes on; what a program that it executes is told. */
typedef struct Sequence {
    uint64_t random;
    uint64_t sum;
    unsigned next;          /* number of the next operation */
    unsigned count;         /* where it ends */
    unsigned first;         /* the first that has a line */
    unsigned depth;         /* how many parents are in it, too */
    unsigned shares_files;  /* whether children can share their parent's */
} Sequence;

/* What was found open when a thread was last looked at. */
typedef struct Table {
    int open[MAX_OPEN];
    int count;
} Table;

/* The calling thread's. */
extern __thread Table *table;
extern Table first_table;

extern Sequence seq;

/* What to execute, and the directory of all files. */
extern char program[256], directory[256];

/* A number from 0 to below - 1. */
uint32_t draw(uint32_t below);

/* One of a list of int. */
#define ANY_OF(...) \
    (((const int[]) { __VA_ARGS__ }) \
        [draw(sizeof((const int[]) { __VA_ARGS__ }) / sizeof(int))])

/* An open number mostly; one that is in the way of a limit; any. */
int any_fd(void);
int any_number(void);

/* Whether reading, writing or moving it could disturb what is printed. */
bool is_output(int fd);

/* Looks at the table; with the name of each file, which is slower. */
void look(bool is_named, char *line, size_t size);

/* A number, or the name of an error, as architectures have other numbers. */
void name_result(long result, char *text, size_t size);

/* Adds to the hash of all that was seen. */
void mix(const char *text);

/* The link of a number without what differs from system to system. */
const char *kind_of(int fd, char *text, size_t size);

/* A new process or thread goes on for some operations; returns its status. */
void go_on_in_child(unsigned operations) __attribute__((noreturn));
void execute(const char *path, unsigned count) __attribute__((nonnull));

/* Whether a child that has its parent's memory is at it. */
extern bool borrowed_memory;

/* descriptor-ops.c: does one; writes what it did and returns what came back. */
long operate(char *what);

/* descriptor-more.c: the same of contents, limits and other processes. */
long operate_more(char *what);

long use_descriptor(char *what);

static inline long error(long ret)
{
    return ret < 0 ? -errno : ret;
}

#endif
