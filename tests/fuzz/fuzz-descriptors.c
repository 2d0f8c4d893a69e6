/*
 * Random calls on descriptors; what each answers and what the table is then
 *
 * usage: fuzz-descriptors SEED COUNT [FIRST]
 *
 * Two kernels that are alike print the same, for any architecture.  From
 * operation FIRST on each one has a line, with the whole table; before it only
 * one of a hundred.  The files are made in the working directory.  Standard
 * output must be a regular file, as its number can be polled.
 *
 * Children, threads with a table that is shared or their own, and programs that
 * are executed go on with the sequence; of several threads only one runs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "descriptors.h"

enum { THREADS = 3, LINE = 8192 };

Sequence seq;
char program[256], directory[256];
bool borrowed_memory;

typedef struct Thread {
    pthread_t id;
    pid_t tid;
    sem_t turn;
    bool is_there, ends, leaves;
    Table table;
} Thread;

static Thread threads[THREADS];
static sem_t main_turn;

/* xorshift64* */
uint32_t draw(uint32_t below)
{
    seq.random ^= seq.random >> 12;
    seq.random ^= seq.random << 25;
    seq.random ^= seq.random >> 27;
    return (seq.random * 0x2545f4914f6cdd1dull >> 33) % below;
}

void mix(const char *text)
{
    for (; *text; text++) {
        seq.sum = (seq.sum ^ (unsigned char)*text) * 0x100000001b3;
    }
}

/* --- One operation after the other ---------------------------------------- */

static void tell(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static void tell(const char *format, ...)
{
    static char line[LINE + WHAT_SIZE + 100];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (write(OUTPUT, line, len) != len) {
        _exit(111);
    }
}

/* The table of the thread that calls is looked at. */
static void step(void)
{
    static char line[LINE];
    char what[WHAT_SIZE] = "", number[40];
    unsigned i = seq.next++;
    long result = operate(what);

    name_result(result, number, sizeof(number));
    mix(what);
    mix(number);
    look(i % 8 == 0, line, sizeof(line));
    mix(line);
    if (i >= seq.first) {
        look(true, line, sizeof(line));
        tell("%u.%u %s = %s %016" PRIx64 "%s\n", i, seq.depth, what, number,
             seq.sum, line);
    } else if (i % 100 == 99 && !seq.depth) {
        tell("%u %016" PRIx64 "\n", i, seq.sum);
    }
}

static void wait_for_turn(sem_t *turn)
{
    while (sem_wait(turn)) {
    }
}

static void *thread_main(void *opaque)
{
    Thread *me = opaque;

    me->tid = gettid();
    table = &me->table;
    if (me->leaves && unshare(CLONE_FILES)) {
        mix("unshare");
    }
    for (;;) {
        sem_post(&main_turn);
        wait_for_turn(&me->turn);
        if (me->ends) {
            return NULL;
        }
        step();
    }
}

static void add_thread(Thread *thread)
{
    pthread_attr_t attr;

    memset(thread, 0, sizeof(*thread));
    thread->leaves = draw(2);
    sem_init(&thread->turn, 0, 0);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 256 * 1024);
    thread->is_there = !pthread_create(&thread->id, &attr, thread_main,
                                       thread);
    pthread_attr_destroy(&attr);
    if (thread->is_there) {
        wait_for_turn(&main_turn);
    }
    mix(thread->is_there ? thread->leaves ? "own" : "shared" : "none");
}

/* It is joined before its table is gone. */
static void end_thread(Thread *thread)
{
    thread->ends = true;
    sem_post(&thread->turn);
    pthread_join(thread->id, NULL);
    while (tgkill(getpid(), thread->tid, 0) == 0) {
        sched_yield();
    }
    thread->is_there = false;
}

/* Which thread is next; children of vfork have their parent's. */
static void run(void)
{
    while (seq.next < seq.count) {
        Thread *thread = &threads[draw(THREADS)];
        unsigned turn = borrowed_memory ? 9 : draw(10);

        if (turn < 2 && thread->is_there) {
            sem_post(&thread->turn);
            wait_for_turn(&main_turn);
        } else if (turn == 2 && !draw(8)) {
            if (thread->is_there) {
                end_thread(thread);
            } else {
                add_thread(thread);
            }
        } else {
            step();
        }
    }
}

/* Its other threads are not there. */
void go_on_in_child(unsigned operations)
{
    if (!borrowed_memory) {
        memset(threads, 0, sizeof(threads));
        sem_init(&main_turn, 0, 0);
        table = &first_table;
    }
    seq.depth++;
    seq.count = seq.next + operations;
    run();
    _exit(seq.sum & 255);
}

void execute(const char *path, unsigned count)
{
    char words[7][24];
    char *argv[] = {
        "fuzz-descriptors", words[0], words[1], words[2], words[3], words[4],
        words[5], words[6], program, directory, NULL,
    };

    sprintf(words[0], "%" PRIu64, seq.random);
    sprintf(words[1], "%u", count);
    sprintf(words[2], "%u", seq.first);
    sprintf(words[3], "%u", seq.next);
    sprintf(words[4], "%" PRIu64, seq.sum);
    sprintf(words[5], "%u", seq.depth);
    sprintf(words[6], "%u", seq.shares_files);
    execve(path, argv, environ);
}

static void set_limits(void)
{
    static const int some[] = { 3, 4, 5, 10, 64, 1024, 4096, 20000 };
    struct rlimit limit;

    limit.rlim_cur = limit.rlim_max = some[draw(8)];
    if (draw(3)) {
        limit.rlim_max = LARGEST_LIMIT;
    }
    if (setrlimit(RLIMIT_NOFILE, &limit)) {
        perror("fuzz-descriptors: setrlimit");
        exit(1);
    }
    tell("limits %d %d\n", (int)limit.rlim_cur, (int)limit.rlim_max);
}

static void start(char **argv)
{
    ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);

    seq.random = strtoull(argv[1], NULL, 0) * 0x9e3779b97f4a7c15ull + 1;
    program[len < 0 ? 0 : len] = '\0';
    seq.shares_files = draw(2);
    if (len < 0 || !getcwd(directory, sizeof(directory))) {
        perror("fuzz-descriptors");
        exit(1);
    }
    for (char name[] = "f0"; name[1] < '4'; name[1]++) {
        unlink(name);
    }
    set_limits();
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: fuzz-descriptors SEED COUNT [FIRST]\n");
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    sem_init(&main_turn, 0, 0);
    seq.count = strtoul(argv[2], NULL, 0);
    seq.first = argc > 3 ? strtoul(argv[3], NULL, 0) : seq.count;
    if (argc == 10) {
        /* Executed by itself. */
        seq.random = strtoull(argv[1], NULL, 0);
        seq.next = strtoul(argv[4], NULL, 0);
        seq.sum = strtoull(argv[5], NULL, 0);
        seq.depth = strtoul(argv[6], NULL, 0);
        seq.shares_files = strtoul(argv[7], NULL, 0);
        strcpy(program, argv[8]);
        strcpy(directory, argv[9]);
    } else {
        start(argv);
    }
    run();
    if (seq.depth) {
        _exit(seq.sum & 255);
    }
    tell("%u %016" PRIx64 "\n", seq.count, seq.sum);
    _exit(0);
}
