/*
 * Calls of fuzz-descriptors on contents, limits and processes, and what /proc
 * shows of them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "descriptors.h"

#ifndef PR_SET_MM
#define PR_SET_MM 35
#define PR_SET_MM_EXE_FILE 13
#endif
enum { NR_PIDFD_OPEN = 434, NR_PIDFD_GETFD = 438, STACK_SIZE = 128 * 1024,
       MAX_DEPTH = 4 };

/* --- Contents ------------------------------------------------------------- */

/*
 * A reader with less than six descriptors takes another guest for its emulator.
 */
static bool is_too_poor(int fd)
{
    struct rlimit limit;
    char path[40], name[64] = "", own[40];

    snprintf(path, sizeof(path), "/proc/thread-self/fd/%d", fd);
    snprintf(own, sizeof(own), "/proc/%d/", (int)getpid());
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 6 &&
           readlink(path, name, sizeof(name) - 1) > 0 &&
           !strncmp(name, "/proc/", 6) && strncmp(name, own, strlen(own));
}

/* Only what never waits, and only where no end is near that differs. */
long use_descriptor(char *what)
{
    char data[32] = "12345678901234567890123456789";
    int fd = any_fd(), n = 1 + draw(30), whence = draw(2) ? SEEK_SET : SEEK_CUR;
    struct pollfd is = { fd, POLLIN | POLLOUT, 0 };
    int ready = poll(&is, 1, 0);
    off_t at = lseek(fd, 0, SEEK_CUR);

    if (is_output(fd) || is_too_poor(fd)) {
        sprintf(what, "-");
        return 0;
    }
    if (at > 60) {
        sprintf(what, "lseek %d back", fd);
        return error(lseek(fd, draw(20), SEEK_SET));
    }
    switch (draw(4)) {
    case 0:
        sprintf(what, "lseek %d %d", fd, n);
        return error(lseek(fd, draw(8) ? n : -n, whence));
    case 1:
        sprintf(what, "pread %d %d", fd, n);
        return error(pread(fd, data, n, draw(40)));
    case 2:
        sprintf(what, "read %d %d", fd, n);
        return ready == 1 && (is.revents & (POLLIN | POLLHUP | POLLERR)) ?
               error(read(fd, data, n)) : ready;
    default:
        sprintf(what, "write %d %d", fd, n);
        return ready == 1 && (is.revents & (POLLOUT | POLLERR)) ?
               error(write(fd, data, n)) : ready;
    }
}

/* --- Lists ---------------------------------------------------------------- */

/* Returns how many there are, or how it failed. */
static long list(const char *name)
{
    DIR *dir = opendir(name);
    struct dirent *entry;
    char text[16];
    long count = 0;

    if (!dir) {
        return -errno;
    }
    while ((entry = readdir(dir))) {
        snprintf(text, sizeof(text), "%.12s,", entry->d_name);
        mix(text);
        count++;
    }
    closedir(dir);
    return count;
}

/* What a number leads to where no test of its own has been; its offset. */
static long about(const char *base, int fd, char *text, size_t size)
{
    char path[64], line[64] = "";
    FILE *info;

    kind_of(fd, text, size);
    snprintf(path, sizeof(path), "%s/fdinfo/%d", base, fd);
    info = fopen(path, "re");
    if (!info) {
        return -errno;
    }
    if (!fgets(line, sizeof(line), info)) {
        line[0] = '\0';
    }
    fclose(info);
    return is_output(fd) ? 0 : atol(line + strcspn(line, "\t"));
}

static long list_directories(char *what)
{
    const char *base = draw(2) ? "/proc/self" : "/proc/thread-self";
    char name[64], text[300] = "";
    int fd = any_fd();
    long fds, infos, at;

    snprintf(name, sizeof(name), "%s/fd", base);
    fds = list(name);
    snprintf(name, sizeof(name), "%s/fdinfo", base);
    infos = list(name);
    at = about(base, fd, text, sizeof(text));
    sprintf(what, "list %s %ld %ld, %d %.80s", base, fds, infos, fd, text);
    return at;
}

/* --- Limits --------------------------------------------------------------- */

/* What the kernel says of another process, and of ourselves. */
static void read_limits(pid_t pid, char *text, size_t size)
{
    char path[40], line[200];
    FILE *limits;
    int soft = -1, hard = -1;

    snprintf(path, sizeof(path), "/proc/%d/limits", (int)pid);
    limits = fopen(path, "re");
    while (limits && fgets(line, sizeof(line), limits)) {
        sscanf(line, "Max open files %d %d", &soft, &hard);
    }
    if (limits) {
        fclose(limits);
    }
    snprintf(text, size, "%d %d", soft, hard);
}

static int any_limit(void)
{
    return ANY_OF(3, 4, 5, 10, 64, 256, 1023, 1024, 1025, 4096,
                  LARGEST_LIMIT);
}

static long change_limit(pid_t pid, int soft, int hard)
{
    struct rlimit limit = { soft, hard };

    return error(prlimit(pid, RLIMIT_NOFILE, hard ? &limit : NULL,
                         hard ? NULL : &limit));
}

static long wait_for(pid_t child)
{
    int status;

    if (child < 0) {
        return -errno;
    }
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return -errno;
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

/* A hard limit is rarely lowered: who is not root cannot raise it again. */
static long op_limit(char *what)
{
    struct rlimit limit = { 0, 0 };
    int soft = any_limit();
    int hard = draw(4) ? LARGEST_LIMIT : any_limit();
    char text[40];
    pid_t child;
    long ret;

    getrlimit(RLIMIT_NOFILE, &limit);
    switch (draw(6)) {
    case 0:
        read_limits(getpid(), text, sizeof(text));
        sprintf(what, "limit %d %d, %s", (int)limit.rlim_cur,
                (int)limit.rlim_max, text);
        return sysconf(_SC_OPEN_MAX);
    case 1:
        sprintf(what, "setrlimit %d %d", soft, hard);
        return change_limit(getpid(), soft, hard);
    case 2:
        sprintf(what, "setrlimit above the hard one");
        return change_limit(0, limit.rlim_max + 1, limit.rlim_max);
    case 3 ... 4:
        sprintf(what, "prlimit %d %d from a child", soft, hard);
        if (borrowed_memory) {
            return 0;
        }
        child = fork();
        if (child == 0) {
            _exit(-change_limit(getppid(), soft, hard));
        }
        return wait_for(child);
    default:
        sprintf(what, "setrlimit of a thread %d", soft);
        ret = change_limit(gettid(), soft, limit.rlim_max);
        return ret;
    }
}

/* --- Processes ------------------------------------------------------------ */

static int clone_main(void *opaque)
{
    go_on_in_child(*(int *)opaque);
}

static long op_fork(char *what)
{
    static char stacks[MAX_DEPTH][STACK_SIZE];
    char *stack = stacks[seq.depth % MAX_DEPTH];
    Sequence saved = seq;
    int operations = 1 + draw(6);
    int flags = SIGCHLD | (seq.shares_files && draw(2) ? CLONE_FILES : 0);
    pid_t child;
    long ret;

    if (borrowed_memory || seq.depth >= MAX_DEPTH) {
        sprintf(what, "-");
        return 0;
    }
    seq.random ^= 0x5bd1e995;
    switch (draw(3)) {
    case 0:
        sprintf(what, "fork");
        child = fork();
        if (child == 0) {
            go_on_in_child(operations);
        }
        break;
    case 1:
        sprintf(what, "clone %x", flags & CLONE_FILES);
        child = clone(clone_main, stack + STACK_SIZE, flags, &operations);
        break;
    default:
        sprintf(what, "vfork %x", flags & CLONE_FILES);
        borrowed_memory = true;
        child = clone(clone_main, stack + STACK_SIZE,
                      flags | CLONE_VM | CLONE_VFORK, &operations);
        borrowed_memory = false;
        break;
    }
    saved.random ^= 0x9e3779b9;
    seq = saved;
    ret = wait_for(child);
    return ret;
}

/* An emulator wants a number for the program, if only above the soft limit. */
static bool may_execute(void)
{
    struct rlimit limit;
    rlim_t fd = 0;

    while (fcntl(fd, F_GETFD) >= 0) {
        fd++;
    }
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 && fd < limit.rlim_max;
}

static long op_execute(char *what)
{
    char path[40];
    int fd;

    if (!may_execute()) {
        sprintf(what, "-");
        return 0;
    }

    switch (draw(4)) {
    case 0:
        fd = any_fd();
        sprintf(path, "/proc/self/fd/%d", fd);
        sprintf(what, "execute what %d is", fd);
        execute(path, seq.count);
        break;
    case 1:
        sprintf(what, "execute /proc/self/exe");
        execute("/proc/self/exe", seq.count);
        break;
    case 2:
        sprintf(what, "execute nothing");
        execute("nothing", seq.count);
        break;
    default:
        sprintf(what, "execute");
        execute(program, seq.count);
    }
    return -errno;
}

static long op_pidfd(char *what)
{
    int fd = any_fd();
    int pidfd = syscall(NR_PIDFD_OPEN, getpid(), 0);
    long ret;

    sprintf(what, "pidfd %d, getfd %d", pidfd, fd);
    ret = error(syscall(NR_PIDFD_GETFD, pidfd, fd, 0));
    if (draw(2) && pidfd >= 0) {
        close(pidfd);
    }
    return ret;
}

/*
 * Another executable is nothing that a kernel today lets itself be given, so
 * what comes back is not told.
 */
static long op_set_exe(char *what)
{
    char path[sizeof(directory) + 8];
    int fd;

    sprintf(what, "another executable");
    snprintf(path, sizeof(path), "%s/copy", directory);
    fd = open(draw(2) ? path : program, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, fd, 0, 0);
        close(fd);
    }
    return fd;
}

long operate_more(char *what)
{
    switch (draw(16)) {
    case 0 ... 3:
        return list_directories(what);
    case 4 ... 7:
        return op_limit(what);
    case 8 ... 9:
        return op_fork(what);
    case 10:
        return draw(3) ? op_fork(what) : op_execute(what);
    case 11 ... 13:
        return op_pidfd(what);
    default:
        return op_set_exe(what);
    }
}
