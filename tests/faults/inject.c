/*
 * Runs a program whose host system calls fail as told
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/*
 * usage: inject [-a | -n N | -f N] [-e ERRNO] [-r COUNTS] [-t SECONDS]
 *               CALL[,CALL...] COMMAND...
 *
 *   -a          every call fails (default); -n N: the N-th does, counted from
 *               0 over all processes that the command makes; -f N: the N-th
 *               and all after it
 *   -e ERRNO    with what; default: ENOSYS
 *   -r COUNTS   with -n and -f: write there how many calls were made
 *   -t SECONDS  with -n and -f: kill everything then, and exit with 124
 *   CALL        see below, where some mean a call with one argument only
 *
 * A seccomp filter, which programs inherit, answers for every call, or asks
 * us.  Exit status: the command's, or 128 and its signal; 125 with a line on
 * standard error if we could not do our work; 124 after SECONDS.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452
#endif

enum { MAX_CALLS = 64, EXIT_TROUBLE = 125, EXIT_TIME = 124 };

/* @arg: which argument must have @bits; 0 of them: it is not looked at. */
struct call {
    const char *name;
    int number;
    int arg;
    uint32_t mask;
    uint32_t bits;
};

#define CALL(name) { #name, __NR_##name, 0, 0, 0 }

static const struct call known[] = {
    CALL(brk), CALL(capget), CALL(clone), CALL(clone3), CALL(close),
    CALL(close_range), CALL(dup2), CALL(dup3), CALL(execve), CALL(execveat),
    CALL(faccessat), CALL(faccessat2), CALL(fchmodat2), CALL(fcntl),
    CALL(fstat), CALL(ftruncate), CALL(futex), CALL(getdents64),
    CALL(getrandom), CALL(ioctl), CALL(madvise), CALL(memfd_create),
    CALL(mmap), CALL(mprotect), CALL(mremap), CALL(munmap), CALL(newfstatat),
    CALL(open), CALL(openat), CALL(openat2), CALL(prctl), CALL(pread64),
    CALL(prlimit64), CALL(process_vm_readv), CALL(process_vm_writev),
    CALL(read), CALL(readlinkat), CALL(readlink), CALL(rt_sigaction),
    CALL(rt_sigprocmask), CALL(sched_getaffinity), CALL(set_tid_address),
    CALL(setrlimit), CALL(stat), CALL(statx),
    { "procmap_query", __NR_ioctl, 1, ~0u, 0xc0686611 },
    { "set_mm", __NR_prctl, 0, ~0u, PR_SET_MM },
    /* Of other flags the guest's own calls have some. */
    { "execve_check", __NR_execveat, 4, 0x10000, 0x10000 },
    { "set_lease", __NR_fcntl, 1, ~0u, F_SETLEASE },
};

static const struct {
    const char *name;
    int value;
} errors[] = {
    { "EACCES", EACCES }, { "EAGAIN", EAGAIN }, { "EBADF", EBADF },
    { "EFAULT", EFAULT }, { "EINTR", EINTR }, { "EINVAL", EINVAL },
    { "EIO", EIO }, { "EMFILE", EMFILE }, { "ENFILE", ENFILE },
    { "ENOENT", ENOENT }, { "ENOMEM", ENOMEM }, { "ENOSPC", ENOSPC },
    { "ENOSYS", ENOSYS }, { "EPERM", EPERM },
};

/* Between us and the process that is going to be the command. */
static struct shared {
    int listener;       /* its number there, plus 1; or -errno */
    bool may_go;
} *shared;

static void die(const char *what)
{
    fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
    exit(EXIT_TROUBLE);
}

static const struct call *find_call(const char *name)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (!strcmp(known[i].name, name)) {
            return &known[i];
        }
    }
    errno = EINVAL;
    die(name);
    return NULL;
}

static int find_error(const char *name)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (!strcmp(errors[i].name, name)) {
            return errors[i].value;
        }
    }
    errno = EINVAL;
    die(name);
    return 0;
}

/* Returns: the listener, or 0 if the filter asks nobody. */
static int install(char *list, uint32_t action)
{
    struct sock_filter code[6 * MAX_CALLS + 8];
    struct sock_fprog program = { .filter = code };
    unsigned long flags = 0;
    unsigned n = 0;
    char *save = NULL;

    code[n++] = (struct sock_filter)
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    code[n++] = (struct sock_filter)
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
    code[n++] = (struct sock_filter)
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    for (char *name = strtok_r(list, ",", &save); name && n < 6 * MAX_CALLS;
         name = strtok_r(NULL, ",", &save)) {
        const struct call *call = find_call(name);

        code[n++] = (struct sock_filter)
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                     offsetof(struct seccomp_data, nr));
        code[n++] = (struct sock_filter)
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call->number, 0,
                     call->mask ? 4 : 1);
        if (call->mask) {
            code[n++] = (struct sock_filter)
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                         offsetof(struct seccomp_data, args[call->arg]));
            code[n++] = (struct sock_filter)
                BPF_STMT(BPF_ALU | BPF_AND | BPF_K, call->mask);
            code[n++] = (struct sock_filter)
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call->bits, 0, 1);
        }
        code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action);
    }
    code[n++] = (struct sock_filter)
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    program.len = n;
    if (action == SECCOMP_RET_USER_NOTIF) {
        /* A signal must not make the call again, or it counts twice. */
        flags = SECCOMP_FILTER_FLAG_NEW_LISTENER |
                SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    }
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

static void child(char *list, char **command)
{
    int fd;

    setpgid(0, 0);
    fd = install(list, SECCOMP_RET_USER_NOTIF);
    __atomic_store_n(&shared->listener, fd < 0 ? -errno : fd + 1,
                     __ATOMIC_SEQ_CST);
    /* No system call may be made before we are listened to. */
    while (!__atomic_load_n(&shared->may_go, __ATOMIC_SEQ_CST)) {
        continue;
    }
    execvp(command[0], command);
    fprintf(stderr, "inject: %s: %s\n", command[0], strerror(errno));
    _exit(EXIT_TROUBLE);
}

static int take_listener(pid_t pid)
{
    int pidfd = syscall(__NR_pidfd_open, pid, 0);
    int number, fd;

    while (!(number = __atomic_load_n(&shared->listener, __ATOMIC_SEQ_CST))) {
        sched_yield();
    }
    if (number < 0) {
        errno = -number;
        kill(pid, SIGKILL);
        die("seccomp");
    }
    fd = syscall(__NR_pidfd_getfd, pidfd, number - 1, 0);
    if (pidfd < 0 || fd < 0) {
        kill(pid, SIGKILL);
        die("pidfd_getfd");
    }
    close(pidfd);
    return fd;
}

static long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/*
 * Answers until all are gone, or the time is over.  Returns: how many calls
 * there were; the first one is the command's execve and does not count.
 */
static long supervise(int listener, long from, bool once, int error,
                      long seconds, bool skip_first, bool *in_time)
{
    long end = seconds ? now_ms() + seconds * 1000 : 0;
    long count = skip_first ? -1 : 0;

    *in_time = true;
    for (;;) {
        struct pollfd poll_fd = { .fd = listener, .events = POLLIN };
        long left = end ? end - now_ms() : -1;
        struct seccomp_notif request;
        struct seccomp_notif_resp answer;

        if (end && left <= 0) {
            *in_time = false;
            return count;
        }
        if (poll(&poll_fd, 1, left) < 0 && errno != EINTR) {
            die("poll");
        }
        if (!(poll_fd.revents & POLLIN)) {
            if (poll_fd.revents & POLLHUP) {
                return count;
            }
            continue;
        }
        memset(&request, 0, sizeof(request));
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) < 0) {
            /* Whoever made it was killed. */
            continue;
        }
        memset(&answer, 0, sizeof(answer));
        answer.id = request.id;
        if (count >= 0 && (once ? count == from : count >= from)) {
            answer.error = -error;
        } else {
            answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        }
        count++;
        ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    }
}

static bool names(const char *list, const char *call)
{
    const char *at = strstr(list, call);
    size_t len = strlen(call);

    return at && (at == list || at[-1] == ',') &&
           (at[len] == ',' || !at[len]);
}

static void write_count(const char *path, long count)
{
    FILE *out = fopen(path, "w");

    if (!out || fprintf(out, "%ld\n", count) < 0 || fclose(out)) {
        die(path);
    }
}

int main(int argc, char **argv)
{
    int option, status, error = ENOSYS, listener;
    bool all = true, once = false, in_time, skip_first;
    const char *counts = NULL;
    long from = 0, seconds = 0, count;
    pid_t pid;

    while ((option = getopt(argc, argv, "+an:f:e:r:t:")) != -1) {
        switch (option) {
        case 'a':
            all = true;
            break;
        case 'n':
        case 'f':
            all = false;
            once = option == 'n';
            from = atol(optarg);
            break;
        case 'e':
            error = find_error(optarg);
            break;
        case 'r':
            counts = optarg;
            break;
        case 't':
            seconds = atol(optarg);
            break;
        default:
            return EXIT_TROUBLE;
        }
    }
    if (argc - optind < 2) {
        fprintf(stderr, "usage: inject [-a | -n N | -f N] [-e ERRNO] "
                "[-r COUNTS] [-t SECONDS] CALL[,CALL...] COMMAND...\n");
        return EXIT_TROUBLE;
    }
    if (all) {
        if (install(argv[optind], SECCOMP_RET_ERRNO | error) < 0) {
            die("seccomp");
        }
        execvp(argv[optind + 1], argv + optind + 1);
        die(argv[optind + 1]);
    }

    skip_first = names(argv[optind], "execve");
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        die("mmap");
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    pid = fork();
    if (pid < 0) {
        die("fork");
    }
    if (pid == 0) {
        child(argv[optind], argv + optind + 1);
    }
    listener = take_listener(pid);
    __atomic_store_n(&shared->may_go, true, __ATOMIC_SEQ_CST);
    count = supervise(listener, from, once, error, seconds, skip_first,
                      &in_time);
    if (!in_time) {
        kill(-pid, SIGKILL);
    }
    if (waitpid(pid, &status, 0) != pid) {
        die("waitpid");
    }
    kill(-pid, SIGKILL);
    if (counts) {
        write_count(counts, count);
    }
    if (!in_time) {
        return EXIT_TIME;
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
