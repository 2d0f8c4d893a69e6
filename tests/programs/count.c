/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * count: count, until a file called "stop" is in the current directory
 *
 * Ten lines a second at most, each with who writes it: "7: process 4711
 * (count)".  Stands in for a shell's loop where scripts/journey cannot fetch
 * busybox, and is the program of docs/checkpoint.rst.  Exit status: 0, or 1
 * if /proc/self/stat cannot be read.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
    const struct timespec pause = { .tv_nsec = 100 * 1000 * 1000 };

    for (int n = 1; access("stop", F_OK) < 0; n++) {
        char text[256] = "";
        int fd = open("/proc/self/stat", O_RDONLY);
        char *end, *name;

        if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0) {
            return 1;
        }
        close(fd);
        name = strchr(text, ' ');
        end = strchr(text, ')');
        if (!name || !end) {
            return 1;
        }
        *name++ = end[1] = '\0';
        printf("%d: process %s %s\n", n, text, name);
        fflush(stdout);
        nanosleep(&pause, NULL);
    }
    return 0;
}
