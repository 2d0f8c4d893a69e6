/*
 * Threads that do all that threads can do to each other, at random
 *
 * usage: stress SEED SECONDS
 *
 * The same seed gives each thread the same calls in the same order; how they
 * meet is another thing each time.  A thread that makes no progress is named
 * ("HANG"), and the program waits then for somebody to look at it.  Prints what
 * was done how often.  Exit status: 0, or 1 if something ended otherwise than
 * on Linux.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include "stress.h"
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

struct shared *shared;
char *self_path;

static double now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec + ts.tv_nsec / 1e9;
}

void complain(const char *fmt, ...)
{
    char text[200];
    va_list ap;
    int len;

    va_start(ap, fmt);
    len = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    __atomic_fetch_add(&shared->complaints, 1, __ATOMIC_SEQ_CST);
    /* One write, whoever else has something to say. */
    if (write(STDOUT_FILENO, text, len) != len) {
        _exit(1);
    }
}

uint32_t next_random(struct worker *w)
{
    w->random = w->random * 6364136223846793005ull + 1442695040888963407ull;
    return w->random >> 33;
}

static void do_one(struct worker *w)
{
    unsigned op = next_random(w) % nr_ops;

    __atomic_store_n(&w->place->op, op, __ATOMIC_RELAXED);
    ops[op].fn(w);
    __atomic_fetch_add(&shared->done[op], 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&w->place->steps, 1, __ATOMIC_RELAXED);
}

static void *work(void *arg)
{
    struct worker *w = arg;

    begin_worker(w);
    while (!__atomic_load_n(&shared->stop, __ATOMIC_RELAXED)) {
        do_one(w);
    }
    /* What is over cannot hang. */
    __atomic_store_n(&w->place->over, true, __ATOMIC_RELAXED);
    return NULL;
}

static int run_threads(uint64_t seed)
{
    static struct worker workers[NR_THREADS];
    pthread_t thread[NR_THREADS];

    for (unsigned i = 0; i < NR_THREADS; i++) {
        workers[i].random = seed * NR_THREADS + i;
        workers[i].place = &shared->place[i];
        workers[i].number = i;
        next_random(&workers[i]);
        if (pthread_create(&thread[i], NULL, work, &workers[i])) {
            perror("pthread_create");
            return 1;
        }
        shared->thread[i] = thread[i];
    }
    shared->threads = NR_THREADS;
    for (unsigned i = 0; i < NR_THREADS; i++) {
        pthread_join(thread[i], NULL);
    }
    return 0;
}

/* Waits until the threads are to end, and names those that do not go on. */
static void watch(pid_t pid, double until)
{
    uint32_t seen[NR_THREADS] = { 0 };
    double since[NR_THREADS];
    int status;

    for (unsigned i = 0; i < NR_THREADS; i++) {
        since[i] = now();
    }
    while (waitpid(pid, &status, WNOHANG) != pid) {
        for (unsigned i = 0; i < NR_THREADS; i++) {
            struct place *p = &shared->place[i];

            if (p->steps != seen[i] || p->over) {
                seen[i] = p->steps;
                since[i] = now();
            } else if (now() > since[i] + PATIENCE) {
                printf("HANG thread %u in %s\n", i, ops[p->op].name);
                fflush(stdout);
                pause();
            }
        }
        if (now() > until) {
            shared->stop = true;
        }
        usleep(100000);
    }
    if (status) {
        complain("BAD the threads' process: wait status 0x%x\n", status);
    }
}

int main(int argc, char **argv)
{
    uint64_t seed;
    pid_t pid;

    if (argc == 2 && !strcmp(argv[1], "leaf")) {
        return LEAF_STATUS;
    }
    if (argc != 3) {
        fprintf(stderr, "usage: %s SEED SECONDS\n", argv[0]);
        return 2;
    }
    seed = strtoull(argv[1], NULL, 0);
    self_path = realpath(argv[0], NULL);
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || !self_path) {
        perror(argv[0]);
        return 2;
    }
    setrlimit(RLIMIT_CORE, &(struct rlimit) { 0, 0 });
    pid = fork();
    if (pid == 0) {
        /* Nobody is left if the watcher is killed. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(run_threads(seed));
    }
    watch(pid, now() + atoi(argv[2]));
    for (unsigned i = 0; i < nr_ops; i++) {
        printf("%s %u\n", ops[i].name, shared->done[i]);
    }
    return shared->complaints != 0;
}
