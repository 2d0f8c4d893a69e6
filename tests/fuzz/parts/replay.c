/*
 * Run a part's fuzzer on inputs that were kept
 *
 * usage: replay FILE...
 *
 * A line of a FILE is an input in hexadecimal, or a comment with a #.  Prints
 * TAP; an input for which something does not hold ends the program.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "part.h"

enum { LONGEST = 1 << 16 };

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c ? strchr(digits, c) : NULL;

    return found ? (int)(found - digits) : -1;
}

/* Returns: the number of bytes, or -1 if it is no input. */
static int parse(const char *line, uint8_t *bytes)
{
    int n = 0;

    for (; digit(line[0]) >= 0 && digit(line[1]) >= 0; line += 2) {
        bytes[n++] = digit(line[0]) << 4 | digit(line[1]);
    }
    return *line == '\n' ? n : -1;
}

int main(int argc, char **argv)
{
    static char line[2 * LONGEST + 2];
    static uint8_t bytes[LONGEST];
    int count = 0;

    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "r");

        if (!file) {
            perror(argv[i]);
            return 1;
        }
        while (fgets(line, sizeof(line), file)) {
            int size = parse(line, bytes);
            uint8_t *exact;

            if (*line == '#') {
                continue;
            }
            if (size < 0) {
                fprintf(stderr, "%s: %s", argv[i], line);
                return 1;
            }
            exact = malloc(size ? size : 1);
            memcpy(exact, bytes, size);
            LLVMFuzzerTestOneInput(exact, size);
            free(exact);
            printf("ok %d - %d bytes\n", ++count, size);
            fflush(stdout);
        }
        fclose(file);
    }
    printf("1..%d\n", count);
    return count ? 0 : 1;
}
