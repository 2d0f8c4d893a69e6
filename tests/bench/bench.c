/*
 * Time one operation, from inside a guest
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/*
 *   bench --list                 the names of the operations, one a line
 *   bench OPERATION calibrate    how many calls take about SLICE_NS
 *   bench OPERATION COUNT        nanoseconds a call, in each of up to SLICES
 *                                loops of COUNT calls
 *   bench OPERATION COUNT only   just make COUNT calls, between two marks that
 *                                strace shows: lseek(-1, MARK, SEEK_SET)
 *
 * To be run in a directory made by tests/bench/measure.  An operation that
 * fails prints "fails ERRNO" instead; that is an answer like any other, as
 * not every kernel and emulator has all of them.  Exit status: 0, or 1 with
 * the reason on standard error.
 */
#define _GNU_SOURCE

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/prctl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

enum {
    /* Some of many short loops are not interrupted, even on a busy machine. */
    SLICES = 15,
    FEWEST_SLICES = 3,
    SLICE_NS = 1000000,
    ALL_SLICES_NS = 2 * SLICES * SLICE_NS,
    MAX_COUNT = 1 << 24,
    MARK = 4711,
    DUP2_FD = 100,
    PROCESSES = 400,
};

static int file_fd;
static int exe_fd[2];
static struct prctl_mm_map mm_map;
static char buf[65536];
/* By operations that measure a part of themselves, since the last loop. */
static int64_t *part_ns;
static char parent_exe[32], parent_stat[32];
static pid_t processes[PROCESSES];
static unsigned long first_break;
/* volatile, as nothing else wants what was computed. */
static volatile uint64_t sink;

static void die(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* ------------------------------------------------------------ set-up */

static void set_up_file(long unused)
{
    file_fd = open("file", O_RDONLY);
    if (file_fd < 0) {
        die("file");
    }
}

/* A page is a mapping if its neighbours may be used differently. */
static void set_up_mappings(long n)
{
    size_t page = sysconf(_SC_PAGESIZE);
    char *p = mmap(NULL, n * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                   0);

    if (p == MAP_FAILED) {
        die("mmap");
    }
    for (long i = 1; i < n; i += 2) {
        if (mprotect(p + i * page, page, PROT_READ | PROT_WRITE) < 0) {
            die("mprotect");
        }
    }
}

static void set_up_exe(long mappings)
{
    exe_fd[0] = open("exe-a", O_RDONLY);
    exe_fd[1] = open("exe-b", O_RDONLY);
    if (exe_fd[0] < 0 || exe_fd[1] < 0) {
        die("exe-a, exe-b");
    }
    set_up_mappings(mappings);
}

/* What /proc/self/stat says, numbered as in proc(5). */
static unsigned long long stat_field(int number)
{
    char text[4096];
    int fd = open("/proc/self/stat", O_RDONLY);
    ssize_t n = read(fd, text, sizeof(text) - 1);
    char *p;

    if (n <= 0) {
        die("/proc/self/stat");
    }
    close(fd);
    text[n] = '\0';
    p = strrchr(text, ')') + 1;
    for (int i = 3; i < number; i++) {
        p = strchr(p + 1, ' ');
        if (!p) {
            return 0;
        }
    }
    return strtoull(p, NULL, 10);
}

static void set_up_map(long mappings)
{
    set_up_exe(mappings);
    mm_map.start_code = stat_field(26);
    mm_map.end_code = stat_field(27);
    mm_map.start_stack = stat_field(28);
    mm_map.start_data = stat_field(45);
    mm_map.end_data = stat_field(46);
    mm_map.start_brk = stat_field(47);
    mm_map.brk = (uintptr_t)sbrk(0);
    mm_map.arg_start = stat_field(48);
    mm_map.arg_end = stat_field(49);
    mm_map.env_start = stat_field(50);
    mm_map.env_end = stat_field(51);
}

static void set_up_descriptors(long n)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    for (long i = 0; i < n; i++) {
        if (dup(STDIN_FILENO) < 0) {
            die("dup");
        }
    }
}

/* Who starts us is no guest. */
static void set_up_parent(long unused)
{
    snprintf(parent_exe, sizeof(parent_exe), "/proc/%d/exe", (int)getppid());
    snprintf(parent_stat, sizeof(parent_stat), "/proc/%d/stat",
             (int)getppid());
}

/* The host's own programs, which end with us. */
static void set_up_processes(long n)
{
    for (long i = 0; i < n; i++) {
        processes[i] = fork();
        if (processes[i] < 0) {
            die("fork");
        }
        if (processes[i] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            execl("/bin/sleep", "sleep", "600", NULL);
            _exit(1);
        }
    }
}

static void set_up_heap(long mib)
{
    size_t size = (size_t)mib << 20;
    void *heap = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (heap == MAP_FAILED) {
        die("mmap");
    }
    memset(heap, 1, size);
}

static void set_up_forks(long mappings)
{
    part_ns = mmap(NULL, sizeof(*part_ns), PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (part_ns == MAP_FAILED) {
        die("mmap");
    }
    set_up_mappings(mappings);
}

static void set_up_break(long unused)
{
    first_break = syscall(SYS_brk, 0);
}

/* -------------------------------------------------------- operations */

static int op_getppid(const char *arg)
{
    return syscall(SYS_getppid);
}

static int op_prctl(const char *arg)
{
    return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
}

static int op_open(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    return fd < 0 ? fd : close(fd);
}

static int op_stat(const char *path)
{
    struct stat st;

    return stat(path, &st);
}

static int op_access_f(const char *path)
{
    return access(path, F_OK);
}

static int op_access_r(const char *path)
{
    return access(path, R_OK);
}

static int op_access_w(const char *path)
{
    return access(path, W_OK);
}

static int op_readlink(const char *path)
{
    return readlink(path, buf, sizeof(buf));
}

static int op_pread(const char *arg)
{
    return pread(file_fd, buf, 1, 0);
}

static int op_dup_close(const char *arg)
{
    int fd = dup(file_fd);

    return fd < 0 ? fd : close(fd);
}

static int op_dup2(const char *arg)
{
    return dup2(file_fd, DUP2_FD);
}

static int op_fcntl(const char *arg)
{
    return fcntl(file_fd, F_GETFD);
}

static int op_chmod(const char *path)
{
    return chmod(path, 0644);
}

static int op_utimensat(const char *path)
{
    static const struct timespec times[2] = { { 1000000000 }, { 1000000000 } };

    return utimensat(AT_FDCWD, path, times, 0);
}

static int op_getxattr(const char *path)
{
    return getxattr(path, "user.bench", buf, sizeof(buf));
}

static int op_truncate(const char *path)
{
    return truncate(path, 100);
}

static int op_statfs(const char *path)
{
    struct statfs st;

    return statfs(path, &st);
}

/* What it costs to look at a name, as nothing is executed. */
static int op_execve(const char *path)
{
    char *argv[] = { (char *)path, NULL };

    execve(path, argv, argv + 1);
    return errno == ENOENT ? 0 : -1;
}

static int op_getdents(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY);
    long n;

    if (fd < 0) {
        return -1;
    }
    do {
        n = syscall(SYS_getdents64, fd, buf, sizeof(buf));
    } while (n > 0);
    close(fd);
    return n;
}

static int op_read(const char *path)
{
    int fd = open(path, O_RDONLY);
    ssize_t n;

    if (fd < 0) {
        return -1;
    }
    do {
        n = read(fd, buf, sizeof(buf));
    } while (n > 0);
    close(fd);
    return n;
}

/* The other one than the call before. */
static int next_exe(void)
{
    static unsigned turn;

    return exe_fd[turn++ & 1];
}

static int op_set_exe(const char *arg)
{
    return prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, next_exe(), 0, 0);
}

static int op_set_map(const char *arg)
{
    mm_map.exe_fd = next_exe();
    return prctl(PR_SET_MM, PR_SET_MM_MAP, &mm_map, sizeof(mm_map), 0);
}

static int wait_for(pid_t pid)
{
    int status;

    return pid < 0 || waitpid(pid, &status, 0) < 0 ? -1 : status;
}

static int op_fork(const char *arg)
{
    pid_t pid = fork();

    if (pid == 0) {
        _exit(0);
    }
    return wait_for(pid);
}

/* The kernel's own, whatever the guest is. */
static int op_spawn(const char *arg)
{
    char *args[] = { "true", NULL };
    pid_t pid;

    errno = posix_spawn(&pid, "/bin/true", NULL, NULL, args, environ);
    return errno ? -1 : wait_for(pid);
}

static int op_vfork(const char *arg)
{
    pid_t pid = vfork();

    if (pid == 0) {
        _exit(0);
    }
    return wait_for(pid);
}

static int64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static int map_and_measure(void)
{
    int64_t from = now();
    void *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    *part_ns += now() - from;
    return p == MAP_FAILED ? -1 : munmap(p, 4096);
}

static int op_map_in_child(const char *arg)
{
    pid_t pid = fork();

    if (pid == 0) {
        _exit(map_and_measure() != 0);
    }
    return wait_for(pid) ? -1 : 0;
}

static int op_map_in_parent(const char *arg)
{
    return op_fork(NULL) == 0 ? map_and_measure() : -1;
}

/* What ps(1) reads of each. */
static int op_look_at_processes(const char *arg)
{
    static const char *const names[] = { "stat", "status", "cmdline" };
    char path[64];

    for (int i = 0; i < PROCESSES; i++) {
        for (int name = 0; name < 3; name++) {
            snprintf(path, sizeof(path), "/proc/%d/%s", (int)processes[i],
                     names[name]);
            if (op_read(path) < 0) {
                return -1;
            }
        }
    }
    return 0;
}

/* Linux leaves the break where it is, as nothing is mapped below it. */
static int op_break(const char *arg)
{
    if (prctl(PR_SET_MM, PR_SET_MM_BRK, first_break + (UINT64_C(256) << 30), 0,
              0) < 0) {
        return -1;
    }
    syscall(SYS_brk, first_break);
    return 0;
}

static int op_compute(const char *arg)
{
    uint64_t x = 88172645463325252, sum = 0;
    uint64_t *words = (uint64_t *)buf;

    for (int i = 0; i < 10000; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        words[x % 1024] += x;
        sum += words[(x >> 32) % 1024];
    }
    sink = sum;
    return 0;
}

static const struct operation {
    const char *name;
    int (*call)(const char *arg);
    const char *arg;
    void (*set_up)(long n);
    long n;
    long most;              /* calls a loop, if it measures but a part */
} operations[] = {
    { "getppid", op_getppid },
    { "prctl", op_prctl },
    { "stat", op_stat, "file" },
    { "access-f", op_access_f, "file" },
    { "access-r", op_access_r, "file" },
    { "access-w", op_access_w, "file" },
    { "readlink", op_readlink, "link" },
    { "pread", op_pread, NULL, set_up_file },
    { "dup-close", op_dup_close, NULL, set_up_file },
    { "dup2", op_dup2, NULL, set_up_file },
    { "fcntl", op_fcntl, NULL, set_up_file },
    { "getdents", op_getdents, "directory" },
    { "execve", op_execve, "nothing" },
    { "fork", op_fork },
    { "vfork", op_vfork },
    { "spawn", op_spawn },
    { "spawn-256", op_spawn, NULL, set_up_heap, 256 },
    { "spawn-1024", op_spawn, NULL, set_up_heap, 1024 },
    { "open-etc", op_open, "/etc/passwd" },
    { "open-deep", op_open, "d1/d2/d3/d4/d5/d6/d7/d8/file" },
    { "open-maps", op_open, "directory/maps" },
    { "stat-maps", op_stat, "directory/maps" },
    { "chmod", op_chmod, "file" },
    { "utimensat", op_utimensat, "file" },
    { "getxattr", op_getxattr, "file" },
    { "truncate", op_truncate, "file" },
    { "statfs", op_statfs, "file" },
    { "proc-stat", op_read, "/proc/self/stat" },
    { "proc-cmdline", op_read, "/proc/self/cmdline" },
    { "proc-environ", op_read, "/proc/self/environ" },
    { "proc-auxv", op_read, "/proc/self/auxv" },
    { "proc-statm", op_read, "/proc/self/statm" },
    { "proc-status", op_read, "/proc/self/status" },
    { "proc-comm", op_read, "/proc/self/comm" },
    { "proc-maps", op_read, "/proc/self/maps" },
    { "maps-10000", op_read, "/proc/self/maps", set_up_mappings, 10000 },
    { "exe-readlink", op_readlink, "/proc/self/exe" },
    { "exe-open", op_open, "/proc/self/exe" },
    { "exe-stat", op_stat, "/proc/self/exe" },
    { "proc-fd", op_getdents, "/proc/self/fd" },
    { "set-exe-10", op_set_exe, NULL, set_up_exe, 10 },
    { "set-exe-1000", op_set_exe, NULL, set_up_exe, 1000 },
    { "set-exe-60000", op_set_exe, NULL, set_up_exe, 60000 },
    { "set-map-10", op_set_map, NULL, set_up_map, 10 },
    { "set-map-1000", op_set_map, NULL, set_up_map, 1000 },
    { "set-map-60000", op_set_map, NULL, set_up_map, 60000 },
    { "status-15000", op_read, "/proc/self/status", set_up_descriptors, 15000 },
    { "brk-moved", op_break, NULL, set_up_break },
    { "other-exe", op_readlink, parent_exe, set_up_parent },
    { "other-stat", op_read, parent_stat, set_up_parent },
    { "ps-400", op_look_at_processes, NULL, set_up_processes, PROCESSES },
    { "map-child", op_map_in_child, NULL, set_up_forks, 20000, 5 },
    { "map-parent", op_map_in_parent, NULL, set_up_forks, 20000, 5 },
    { "compute", op_compute },
};

/* -------------------------------------------------------------- loop */

static const char *errno_name(int err)
{
    const char *name = strerrorname_np(err);

    return name ? name : "?";
}

/* An operation that fails once in a while is no faster for it. */
static void loop(const struct operation *op, long count)
{
    for (long i = 0; i < count; i++) {
        if (op->call(op->arg) < 0) {
            printf("fails %s\n", errno_name(errno));
            exit(0);
        }
    }
}

static int64_t timed_loop(const struct operation *op, long count)
{
    int64_t from = now();

    if (op->most) {
        *part_ns = 0;
        loop(op, count);
        return *part_ns;
    }
    loop(op, count);
    return now() - from;
}

static int64_t fastest_loop(const struct operation *op, long count)
{
    int64_t fastest = INT64_MAX;

    for (int i = 0; i < FEWEST_SLICES; i++) {
        int64_t ns = timed_loop(op, count);

        fastest = ns < fastest ? ns : fastest;
    }
    return fastest;
}

/* The first loop that is long enough to be believed says how many. */
static long calibrate(const struct operation *op)
{
    if (op->most) {
        loop(op, 1);
        return op->most;
    }
    for (long count = 1; ; count *= 4) {
        int64_t ns = fastest_loop(op, count);

        if (ns >= SLICE_NS / 4 || count >= MAX_COUNT) {
            double exact = (double)count * SLICE_NS / (ns ? ns : 1);

            return exact < 1 ? 1 : exact > MAX_COUNT ? MAX_COUNT : exact;
        }
    }
}

int main(int argc, char **argv)
{
    const struct operation *op = operations;
    const struct operation *end = op + sizeof(operations) / sizeof(*op);
    int64_t ns, total = 0;
    long count;

    if (argc == 2 && !strcmp(argv[1], "--list")) {
        for (; op < end; op++) {
            puts(op->name);
        }
        return 0;
    }
    if (argc < 3) {
        fprintf(stderr, "usage: bench --list\n"
                        "       bench OPERATION calibrate|COUNT [only]\n");
        return 1;
    }
    while (op < end && strcmp(op->name, argv[1])) {
        op++;
    }
    if (op == end) {
        fprintf(stderr, "bench: no operation %s\n", argv[1]);
        return 1;
    }

    if (op->set_up) {
        op->set_up(op->n);
    }
    if (!strcmp(argv[2], "calibrate")) {
        /* After the first, all code is translated. */
        calibrate(op);
        printf("%ld\n", calibrate(op));
        return 0;
    }
    count = strtol(argv[2], NULL, 10);
    if (count < 1) {
        fprintf(stderr, "bench: %s is no number of calls\n", argv[2]);
        return 1;
    }
    if (argc > 3) {
        loop(op, 1);
        lseek(-1, MARK, SEEK_SET);
        loop(op, count);
        lseek(-1, MARK, SEEK_SET);
        return 0;
    }
    loop(op, count / 2 + 1);
    for (int i = 0; i < SLICES &&
                    (i < FEWEST_SLICES || total < ALL_SLICES_NS); i++) {
        ns = timed_loop(op, count);
        total += ns;
        printf("%.2f\n", (double)ns / count);
    }
    return 0;
}
