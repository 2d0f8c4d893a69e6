/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * self-report: say what this process believes about itself
 *
 * Stands in for busybox where scripts/demo cannot fetch it, and so behaves
 * like the applets that the demonstration uses; argv[0] chooses:
 *
 *     readlink FILE     where a symbolic link leads
 *     cat FILE          what a file holds
 *     heap COUNT        /proc/self/maps, then COUNT strings allocated with
 *                       malloc() and "stored COUNT BYTES", then
 *                       /proc/self/maps again
 *
 * Any other argv[0] gives all of them about /proc/self, for people.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_COUNT   40000

/*
 * Print where a symbolic link leads.  Returns the exit status: 1, with a
 * message, when it is none.  Mirrors readlink(1).
 */
static int do_readlink(const char *path)
{
    char buf[PATH_MAX];
    ssize_t len = readlink(path, buf, sizeof(buf) - 1);

    if (len < 0) {
        fprintf(stderr, "self-report: %s: %s\n", path, strerror(errno));
        return 1;
    }
    buf[len] = '\0';
    puts(buf);
    return 0;
}

/*
 * Copy a file to standard output, with separator in the place of NUL bytes.
 * Returns the exit status: 1, with a message, when it cannot be read.
 * Mirrors cat(1).
 */
static int do_cat(const char *path, char separator)
{
    FILE *f = fopen(path, "r");
    int c, status = 0;

    if (!f) {
        fprintf(stderr, "self-report: %s: %s\n", path, strerror(errno));
        return 1;
    }
    while ((c = getc(f)) != EOF) {
        putchar(c ? c : separator);
    }
    if (ferror(f)) {
        fprintf(stderr, "self-report: %s: %s\n", path, strerror(errno));
        status = 1;
    }
    fclose(f);
    return status;
}

/*
 * Store count strings and add up the lengths of what is found there
 * afterwards.  The strings stay allocated, and are small, because large ones
 * would come from mmap() and not from brk().  Returns the number of bytes,
 * 0 when there was no memory.
 */
static unsigned long fill_heap(unsigned long count)
{
    char **strings = calloc(count, sizeof(*strings));
    unsigned long bytes = 0;

    if (!strings) {
        return 0;
    }
    for (unsigned long i = 0; i < count; i++) {
        strings[i] = malloc(101);
        if (!strings[i]) {
            return 0;
        }
        memset(strings[i], 'a' + i % 26, 100);
        strings[i][100] = '\0';
    }
    for (unsigned long i = 0; i < count; i++) {
        bytes += strlen(strings[i]);
    }
    return bytes;
}

/*
 * Show the memory map before and after filling the heap.  Returns the exit
 * status: 1 when there was no memory or no map.
 */
static int do_heap(unsigned long count)
{
    unsigned long bytes;

    if (do_cat("/proc/self/maps", 0)) {
        return 1;
    }
    bytes = fill_heap(count);
    printf("stored %lu %lu\n", count, bytes);
    return do_cat("/proc/self/maps", 0) || !bytes;
}

/*
 * Behave like the program that argv[0] names; see the top of this file.
 */
int main(int argc, char **argv)
{
    const char *name = strrchr(argv[0], '/');
    unsigned long count;
    void *before;
    int status;

    name = name ? name + 1 : argv[0];
    if (argc == 2 && !strcmp(name, "readlink")) {
        return do_readlink(argv[1]);
    }
    if (argc == 2 && !strcmp(name, "cat")) {
        return do_cat(argv[1], 0);
    }
    if (argc == 2 && !strcmp(name, "heap")) {
        return sscanf(argv[1], "%lu", &count) == 1 ? do_heap(count) : 1;
    }

    before = sbrk(0);
    printf("exe: ");
    status = do_readlink("/proc/self/exe");
    printf("cmdline: ");
    status |= do_cat("/proc/self/cmdline", ' ');
    printf("\nstat: ");
    status |= do_cat("/proc/self/stat", 0);
    status |= !fill_heap(DEFAULT_COUNT);
    printf("heap: grew by %td KiB\n",
           ((char *)sbrk(0) - (char *)before) / 1024);
    return status;
}
