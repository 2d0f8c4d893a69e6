/*
 * What the fuzzers of single parts share
 *
 * Each compares a part with the same rules written down a second time, as
 * plainly as possible.  libFuzzer calls LLVMFuzzerTestOneInput(); so does
 * replay.c, for the corpus.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FUZZ_PART_H
#define FUZZ_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold; libFuzzer keeps the input for which it does not. */
#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            abort(); \
        } \
    } while (0)

/* What is left of the input. */
typedef struct Input {
    const uint8_t *at;
    size_t left;
} Input;

/* Zero where nothing is left, so that short inputs mean something. */
static inline uint64_t take(Input *in, size_t bytes)
{
    uint64_t value = 0;

    for (size_t i = 0; i < bytes && in->left; i++) {
        value |= (uint64_t)*in->at++ << (8 * i);
        in->left--;
    }
    return value;
}

/* A string of its own, as long as it is, so that a sanitizer sees its end. */
static inline char *take_string(Input *in)
{
    char *text = malloc(in->left + 1);

    memcpy(text, in->at, in->left);
    text[in->left] = '\0';
    in->left = 0;
    return text;
}

#endif
