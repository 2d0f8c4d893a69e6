/*
 * Threads with a table of descriptors of their own, one after the other
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>

/* An entry of /proc has the number, and is there when the thread ends. */
static void *read_in_own_table(void *arg)
{
    char text[64];
    int fd;

    (void)arg;
    if (unshare(CLONE_FILES) == 0) {
        fd = open("/proc/self/cmdline", O_RDONLY);
        if (fd == 0 && pread(fd, text, sizeof(text), 0) > 0) {
            return NULL;
        }
    }
    return "nothing read";
}

/* And here it is something of which nothing can be read at a place. */
static void *read_socket_in_own_table(void *arg)
{
    int *error = arg;
    char text[64];
    int fd;

    if (unshare(CLONE_FILES) == 0) {
        fd = socket(AF_UNIX, SOCK_STREAM, 0);
        *error = fd ? -1 : err_of(pread(fd, text, sizeof(text), 0));
    }
    return NULL;
}

/* A table can be in the place in memory of one that is gone. */
static void tables_end(const char *id, const void *arg)
{
    unsigned unread = 0, wrong = 0;
    pthread_t thread;
    void *failed;
    int error;

    (void)arg;
    close(0);
    for (int i = 0; i < 20; i++) {
        pthread_create(&thread, NULL, read_in_own_table, NULL);
        pthread_join(thread, &failed);
        unread += failed != NULL;
        /* What serves a thread can end later than the thread. */
        usleep(5000);
        error = -1;
        pthread_create(&thread, NULL, read_socket_in_own_table, &error);
        pthread_join(thread, NULL);
        wrong += error != ESPIPE;
    }
    check_num(id, "entries not read", 0, unread);
    check_num(id, "sockets that were read as entries", 0, wrong);
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    run_case("D01", tables_end, NULL);
    return finish();
}
