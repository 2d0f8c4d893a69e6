/*
 * Sets of signals, as files tell of them: in the numbers of the architecture
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <inttypes.h>
#include <signal.h>
#include <sys/signalfd.h>

static const int some[] = { SIGUSR1, SIGCHLD, SIGWINCH, SIGSYS };

enum { SOME = sizeof(some) / sizeof(some[0]) };

/* Signals 1 to 64: mips has 128, and the last digits are the first signals. */
static uint64_t signals_of(const char *path, const char *line)
{
    char text[4096] = "";
    const char *at, *end;
    uint64_t set = 0;

    read_whole(path, text, sizeof(text) - 1);
    at = strstr(text, line);
    end = at ? strchr(at, '\n') : NULL;
    if (end) {
        sscanf(end - 16, "%" SCNx64, &set);
    }
    return set;
}

static uint64_t bit_of(int sig)
{
    return UINT64_C(1) << (sig - 1);
}

static uint64_t fill(sigset_t *mask, int last)
{
    uint64_t set = bit_of(last);

    sigemptyset(mask);
    sigaddset(mask, last);
    for (int i = 0; i < SOME; i++) {
        sigaddset(mask, some[i]);
        set |= bit_of(some[i]);
    }
    return set;
}

static void of_descriptor(const char *id, const void *arg)
{
    char path[64], link[64];
    sigset_t mask;
    uint64_t set;
    int fd;

    (void)arg;
    set = fill(&mask, SIGRTMIN);
    fd = signalfd(-1, &mask, 0);
    check_true(id, "a signalfd", fd >= 0);
    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    check_num(id, "its signals", set, signals_of(path, "sigmask:"));
    snprintf(path, sizeof(path), "/proc/thread-self/fdinfo/%d", fd);
    check_num(id, "by the thread", set, signals_of(path, "sigmask:"));
    set = fill(&mask, SIGRTMIN + 4);
    check_num(id, "others are set", fd, signalfd(fd, &mask, 0));
    check_num(id, "the others", set, signals_of(path, "sigmask:"));
    snprintf(link, sizeof(link), "fdinfo.%d", fd);
    check_err(id, "a link", 0, err_of(symlink(path, link)));
    check_num(id, "by the link", set, signals_of(link, "sigmask:"));
    unlink(link);
    snprintf(link, sizeof(link), "%d", fd);
    check_err(id, "chdir", 0, err_of(chdir("/proc/self/fdinfo")));
    check_num(id, "from the directory", set, signals_of(link, "sigmask:"));
}

static void of_thread(const char *id, const void *arg)
{
    static const char status[] = "/proc/thread-self/status";
    struct sigaction action = { .sa_handler = SIG_IGN };
    uint64_t ignored = signals_of(status, "SigIgn:");
    sigset_t mask;
    uint64_t set = fill(&mask, SIGRTMIN);

    (void)arg;
    sigprocmask(SIG_SETMASK, &mask, NULL);
    check_num(id, "blocked", set, signals_of(status, "SigBlk:"));
    for (int i = 0; i < SOME; i++) {
        syscall(SYS_tgkill, getpid(), getpid(), some[i]);
    }
    kill(getpid(), SIGRTMIN);
    set = bit_of(SIGUSR1) | bit_of(SIGSYS) | bit_of(SIGCHLD) |
          bit_of(SIGWINCH);
    check_num(id, "pending for the thread", set,
              signals_of(status, "SigPnd:"));
    check_num(id, "for the process", bit_of(SIGRTMIN),
              signals_of(status, "ShdPnd:"));
    sigaction(SIGRTMIN, &action, NULL);
    check_num(id, "ignored", bit_of(SIGRTMIN),
              signals_of(status, "SigIgn:") & (~ignored | bit_of(SIGRTMIN)));
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    run_case("S01", of_descriptor, NULL);
    run_case("S02", of_thread, NULL);
    return finish();
}
