/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.h: the little that is needed of a C library
 */
#ifndef CHECKPOINT_TEXT_H
#define CHECKPOINT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A line of /proc/self/maps; path points into the line. */
typedef struct MapsLine {
    uintptr_t start, end;
    uint64_t offset, inode;
    int prot;
    bool shared;
    char *path;
} MapsLine;

/* A file that is read line by line.  Only one can be open at a time. */
bool lines_open(const char *path);
char *lines_next(void);
void lines_close(void);

uint64_t text_number(const char **text, unsigned base);
const char *text_after(const char *line, const char *name);
char *text_decimal(char *buf, unsigned long n);
char *text_hex(char *buf, uint64_t n);
bool text_ends_with(const char *text, const char *end);
bool text_maps_line(char *line, MapsLine *map);
bool text_is_vdso(const MapsLine *map);

void say(const char *text, const char *detail);
const char *text_reason(const char *text, const char *object,
                        const char *cause);
const char *error_text(long error);

#endif
