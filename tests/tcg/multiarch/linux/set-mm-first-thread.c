/*
 * A process whose first thread has ended while another one goes on
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <pthread.h>
#include <sys/uio.h>

static const char *const entries[] = {
    "cmdline", "environ", "auxv", "maps", "smaps",
};

enum { ENTRIES = sizeof(entries) / sizeof(entries[0]), LATER = 40 };

static const char *the_id;
static char name[128];
static ssize_t len_before[ENTRIES];

static char *entry_of(const char *dir, const char *entry)
{
    static char path[128];

    snprintf(path, sizeof(path), "%s/%s", dir, entry);
    return path;
}

/* Whether the whole can be read: a text of any length. */
static ssize_t length(const char *dir, const char *entry)
{
    char text[4096];
    ssize_t len, all = 0;
    int fd = open(entry_of(dir, entry), O_RDONLY);

    if (fd < 0) {
        return -errno;
    }
    while ((len = read(fd, text, sizeof(text))) > 0) {
        all += len;
    }
    close(fd);
    return len < 0 ? -errno : all;
}

static char state_of(const char *dir, unsigned *threads)
{
    char text[4096] = "", state = '?';
    const char *at;

    read_whole(entry_of(dir, "stat"), text, sizeof(text) - 1);
    at = strrchr(text, ')');
    *threads = 0;
    if (at) {
        sscanf(at, ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d "
               "%*d %*d %*d %u", &state, threads);
    }
    return state;
}

static unsigned status_threads(const char *dir)
{
    char text[8192] = "";
    const char *at;

    read_whole(entry_of(dir, "status"), text, sizeof(text) - 1);
    at = strstr(text, "Threads:");
    return at ? atoi(at + strlen("Threads:")) : 0;
}

static void check_counts(const char *dir, char state)
{
    unsigned threads;
    char found = state_of(dir, &threads);

    snprintf(name, sizeof(name), "%s: state", dir);
    check_true(the_id, name, state ? found == state : found != 'Z');
    snprintf(name, sizeof(name), "%s: threads in stat", dir);
    check_num(the_id, name, 2, threads);
    snprintf(name, sizeof(name), "%s: threads in status", dir);
    check_num(the_id, name, 2, status_threads(dir));
}

static void check_gone(const char *dir)
{
    char text[256] = "";
    struct stat st;

    check_counts(dir, 'Z');
    snprintf(name, sizeof(name), "%s: exe", dir);
    check_str(the_id, name, "ENOENT", read_link(entry_of(dir, "exe"), text,
                                                sizeof(text)));
    snprintf(name, sizeof(name), "%s: what exe leads to", dir);
    check_err(the_id, name, ENOENT, err_of(stat(entry_of(dir, "exe"), &st)));
    for (int i = 0; i < ENTRIES; i++) {
        /* Newer kernels open none of a task without memory. */
        snprintf(name, sizeof(name), "%s: %s", dir, entries[i]);
        check_true(the_id, name, length(dir, entries[i]) <= 0);
    }
    memset(text, 0, sizeof(text));
    read_whole(entry_of(dir, "statm"), text, sizeof(text) - 1);
    snprintf(name, sizeof(name), "%s: statm", dir);
    check_str(the_id, name, "0 0 0 0 0 0 0\n", text);
}

static void check_there(const char *dir)
{
    char text[PATH_MAX];
    struct stat st;

    check_counts(dir, 0);
    snprintf(name, sizeof(name), "%s: exe", dir);
    check_str(the_id, name, judge.self, read_link(entry_of(dir, "exe"), text,
                                                  sizeof(text)));
    snprintf(name, sizeof(name), "%s: what exe leads to", dir);
    check_err(the_id, name, 0, err_of(stat(entry_of(dir, "exe"), &st)));
    for (int i = 0; i < ENTRIES; i++) {
        snprintf(name, sizeof(name), "%s: %s", dir, entries[i]);
        if (i < 3) {
            check_num(the_id, name, len_before[i], length(dir, entries[i]));
        } else {
            check_true(the_id, name, length(dir, entries[i]) > 0);
        }
    }
}

static void await_first(void)
{
    unsigned threads;

    for (int i = 0; i < 2000 && state_of("/proc/self", &threads) != 'Z'; i++) {
        usleep(1000);
    }
}

static void *look(void *arg)
{
    char dir[64];
    struct stat st;

    (void)arg;
    await_first();
    check_gone("/proc/self");
    snprintf(dir, sizeof(dir), "/proc/%d", (int)getpid());
    check_gone(dir);
    snprintf(dir, sizeof(dir), "/proc/self/task/%d", (int)getpid());
    check_gone(dir);
    check_there("/proc/thread-self");
    snprintf(dir, sizeof(dir), "/proc/self/task/%d", (int)syscall(SYS_gettid));
    check_there(dir);
    check_num(the_id, "links of task", 4,
              stat("/proc/self/task", &st) ? 0 : st.st_nlink);
    check_num(the_id, "entries of task", 2, count_entries("/proc/self/task"));
    fflush(stdout);
    _exit(7);
}

static void begin_case(const char *id)
{
    the_id = id;
    for (int i = 0; i < ENTRIES; i++) {
        len_before[i] = length("/proc/self", entries[i]);
    }
}

/* In a process whose first thread ends as soon as there is another one. */
static int run_by_other(void *(*fn)(void *))
{
    pthread_t thread;
    pid_t pid = fork();

    if (pid == 0) {
        pthread_create(&thread, NULL, fn, NULL);
        syscall(SYS_exit, 3);
    }
    return wait_for(pid);
}

static void first_ends(const char *id, const void *arg)
{
    (void)arg;
    begin_case(id);
    check_num(id, "the process ends as the other one does", 7 << 8,
              run_by_other(look));
}

/* It has a first thread of its own. */
static void *fork_then(void *arg)
{
    char text[PATH_MAX];
    pid_t pid = fork();

    (void)arg;
    if (pid == 0) {
        check_str(the_id, "exe of a child", judge.self,
                  read_link("/proc/self/exe", text, sizeof(text)));
        check_num(the_id, "cmdline of a child", len_before[0],
                  length("/proc/self", "cmdline"));
        check_num(the_id, "threads of a child", 1,
                  status_threads("/proc/self"));
        fflush(stdout);
        _exit(5);
    }
    check_num(the_id, "the child", 5 << 8, wait_for(pid));
    fflush(stdout);
    _exit(7);
}

static void child_of_other(const char *id, const void *arg)
{
    (void)arg;
    begin_case(id);
    check_num(id, "the process ends", 7 << 8, run_by_other(fork_then));
}

/* What was the first thread's may be used anew, by calls of any size. */
static void use_memory_anew(void)
{
    static unsigned char byte;
    struct iovec vec[1024];
    int fd = open("/dev/zero", O_RDONLY);

    for (int i = 0; i < 1024; i++) {
        vec[i] = (struct iovec) { &byte, 1 };
    }
    for (int count = 1; count <= 1024; count++) {
        readv(fd, vec, count);
    }
    close(fd);
}

/* Code that nobody has run before: s390x's emulator asks for its model. */
static unsigned clear_bits(volatile unsigned char *byte)
{
    *byte &= 0x7f;
    *byte &= 0xfe;
    *byte |= 0x10;
    *byte &= 0xdf;
    return *byte;
}

static FUTEX_ALIGNED pthread_barrier_t all_have;

static void *run_new_code(void *arg)
{
    unsigned char byte = 0xff;

    (void)arg;
    use_memory_anew();
    pthread_barrier_wait(&all_have);
    return (void *)(uintptr_t)clear_bits(&byte);
}

/* So many that some have the memory of the first one. */
static void *make_others(void *arg)
{
    pthread_t thread[LATER];
    int right = 0;

    (void)arg;
    await_first();
    pthread_barrier_init(&all_have, NULL, LATER);
    for (int i = 0; i < LATER; i++) {
        if (pthread_create(&thread[i], NULL, run_new_code, NULL)) {
            _exit(1);
        }
    }
    for (int i = 0; i < LATER; i++) {
        void *result = NULL;

        pthread_join(thread[i], &result);
        right += (uintptr_t)result == 0x5e;
    }
    check_num(the_id, "later threads that compute", LATER, right);
    fflush(stdout);
    _exit(7);
}

static void later_threads(const char *id, const void *arg)
{
    (void)arg;
    begin_case(id);
    check_num(id, "the process ends", 7 << 8, run_by_other(make_others));
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    run_case("Y01", first_ends, NULL);
    run_case("Y02", child_of_other, NULL);
    run_case("Y03", later_threads, NULL);
    return finish();
}
