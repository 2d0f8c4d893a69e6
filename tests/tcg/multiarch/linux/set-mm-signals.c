/*
 * Signals are not late: each call that can sleep ends when one comes, also when
 * it comes just before; and what init of a PID namespace gets
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-ends.h"
#include <linux/futex.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

enum {
    CALL_MS = 200,
    /* Nobody's signal is that late. */
    LATE_MS = 10000,
};

static struct sleepers {
    int empty[2];
    int full[2];
    int file;
    int socket;
    int listener;
    int epoll;
    int locked;
    int queue;
    int semaphore;
    mqd_t mq;
    uint32_t futex;
    char fifo[PATH_MAX + 64];
    pid_t child;
} on;

static unsigned handled;
static bool stop;

static void handle(int sig)
{
    (void)sig;
    __atomic_fetch_add(&handled, 1, __ATOMIC_SEQ_CST);
}

/* ---------------------------------------------------- calls that sleep */

static char buf[4096];
static struct iovec vec = { buf, 100 };

static void do_read(void)
{
    (void)!read(on.empty[0], buf, 100);
}

static void do_readv(void)
{
    (void)!readv(on.empty[0], &vec, 1);
}

static void do_write(void)
{
    (void)!write(on.full[1], buf, sizeof(buf));
}

static void do_writev(void)
{
    (void)!writev(on.full[1], &vec, 1);
}

static void do_splice(void)
{
    (void)!splice(on.empty[0], NULL, on.full[1], NULL, 100, 0);
}

static void do_tee(void)
{
    (void)!tee(on.empty[0], on.full[1], 100, 0);
}

static void do_vmsplice(void)
{
    (void)!vmsplice(on.full[1], &vec, 1, 0);
}

static void do_sendfile(void)
{
    (void)!sendfile(on.full[1], on.file, NULL, 100);
}

static void do_open(void)
{
    close(open(on.fifo, O_WRONLY));
}

static void do_creat(void)
{
    close(creat(on.fifo, 0600));
}

static void do_recv(void)
{
    (void)!recv(on.socket, buf, 100, 0);
}

static void do_recvmsg(void)
{
    struct msghdr msg = { .msg_iov = &vec, .msg_iovlen = 1 };

    (void)!recvmsg(on.socket, &msg, 0);
}

static void do_accept(void)
{
    close(accept(on.listener, NULL, NULL));
}

static void do_poll(void)
{
    struct pollfd fd = { .fd = on.empty[0], .events = POLLIN };

    poll(&fd, 1, -1);
}

static void do_select(void)
{
    fd_set set;

    FD_ZERO(&set);
    FD_SET(on.empty[0], &set);
    select(on.empty[0] + 1, &set, NULL, NULL, NULL);
}

static void do_epoll_wait(void)
{
    struct epoll_event event;

    epoll_wait(on.epoll, &event, 1, -1);
}

static void do_nanosleep(void)
{
    nanosleep(&(struct timespec) { 1000, 0 }, NULL);
}

static void do_futex(void)
{
    syscall(SYS_futex, &on.futex, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static void do_wait(void)
{
    waitpid(on.child, NULL, 0);
}

static void do_waitid(void)
{
    siginfo_t info;

    waitid(P_PID, on.child, &info, WEXITED);
}

static void do_flock(void)
{
    flock(on.locked, LOCK_EX);
}

static void do_lock(void)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

    fcntl(on.locked, F_SETLKW, &lock);
}

static void do_msgrcv(void)
{
    (void)!msgrcv(on.queue, buf, 100, 0, 0);
}

static void do_semop(void)
{
    struct sembuf op = { .sem_op = -1 };

    semop(on.semaphore, &op, 1);
}

static void do_mq_receive(void)
{
    (void)!mq_receive(on.mq, buf, sizeof(buf), NULL);
}

static void do_sigwait(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigwaitinfo(&set, NULL);
}

static void do_pause(void)
{
    pause();
}

static const struct sleep_call {
    const char *text;
    void (*fn)(void);
} sleep_calls[] = {
    { "read", do_read }, { "readv", do_readv }, { "write", do_write },
    { "writev", do_writev }, { "splice", do_splice }, { "tee", do_tee },
    { "vmsplice", do_vmsplice }, { "sendfile", do_sendfile },
    { "open of a FIFO", do_open }, { "creat of a FIFO", do_creat },
    { "recv", do_recv }, { "recvmsg", do_recvmsg }, { "accept", do_accept },
    { "poll", do_poll }, { "select", do_select },
    { "epoll_wait", do_epoll_wait }, { "nanosleep", do_nanosleep },
    { "futex", do_futex }, { "wait4", do_wait }, { "waitid", do_waitid },
    { "flock", do_flock }, { "fcntl of F_SETLKW", do_lock },
    { "msgrcv", do_msgrcv }, { "semop", do_semop },
    { "mq_timedreceive", do_mq_receive }, { "sigwaitinfo", do_sigwait },
    { "pause", do_pause },
};

/* ------------------------------------------------------------- sleepers */

static void fill(int fd)
{
    fcntl(fd, F_SETFL, O_NONBLOCK);
    while (write(fd, buf, sizeof(buf)) > 0) {
        continue;
    }
    while (write(fd, buf, 1) > 0) {
        continue;
    }
    fcntl(fd, F_SETFL, 0);
}

static void lock_in_child(const char *path)
{
    int ready[2];

    if (pipe(ready)) {
        _exit(90);
    }
    on.child = fork();
    if (on.child == 0) {
        struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
        int fd = open(path, O_RDWR);

        flock(fd, LOCK_EX);
        fcntl(fd, F_SETLKW, &lock);
        close(ready[1]);
        sleep(CASE_SECONDS);
        _exit(0);
    }
    close(ready[1]);
    (void)!read(ready[0], buf, 1);
    close(ready[0]);
}

static void make_sleepers(void)
{
    struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 64 };
    struct epoll_event event = { .events = EPOLLIN };
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int pair[2];
    char path[PATH_MAX + 64];
    char name[40];

    in_dir(path, sizeof(path), "file");
    in_dir(on.fifo, sizeof(on.fifo), "fifo");
    write_file(path, 0600, buf, sizeof(buf));
    if (pipe(on.empty) || pipe(on.full) || mkfifo(on.fifo, 0600) ||
        socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) {
        _exit(91);
    }
    fill(on.full[1]);
    on.socket = pair[0];
    on.file = open(path, O_RDONLY);
    on.locked = open(path, O_RDWR);
    on.listener = socket(AF_UNIX, SOCK_STREAM, 0);
    /* A name that the kernel chooses. */
    bind(on.listener, (struct sockaddr *)&addr, sizeof(addr.sun_family));
    listen(on.listener, 1);
    on.epoll = epoll_create1(0);
    epoll_ctl(on.epoll, EPOLL_CTL_ADD, on.empty[0], &event);
    on.queue = msgget(IPC_PRIVATE, 0600);
    on.semaphore = semget(IPC_PRIVATE, 1, 0600);
    snprintf(name, sizeof(name), "/set-mm-%d", getpid());
    on.mq = mq_open(name, O_RDWR | O_CREAT, 0600, &attr);
    mq_unlink(name);
    lock_in_child(path);
}

static void remove_sleepers(void)
{
    msgctl(on.queue, IPC_RMID, NULL);
    semctl(on.semaphore, 0, IPC_RMID);
    kill(on.child, SIGKILL);
    wait_for(on.child);
}

static void *call_again(void *arg)
{
    const struct sleep_call *call = arg;

    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
        call->fn();
    }
    return NULL;
}

/* Returns: whether a signal was handled before the patience was over. */
static bool interrupt(pthread_t thread)
{
    const unsigned before = __atomic_load_n(&handled, __ATOMIC_SEQ_CST);
    const double end = seconds() + LATE_MS / 1e3;

    pthread_kill(thread, SIGUSR1);
    while (__atomic_load_n(&handled, __ATOMIC_SEQ_CST) == before) {
        if (seconds() > end) {
            return false;
        }
        sched_yield();
    }
    return true;
}

static void interrupt_call(const char *id, const struct sleep_call *call)
{
    enum { FEWEST = 2 };
    const double end = seconds() + CALL_MS / 1e3;
    unsigned signals = 0;
    bool in_time = true;
    pthread_t thread;

    stop = false;
    pthread_create(&thread, NULL, call_again, (void *)call);
    while (in_time && (signals < FEWEST || seconds() < end)) {
        in_time = interrupt(thread);
        signals++;
    }
    __atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
    /* One that comes while it sleeps ends any of them. */
    while (pthread_tryjoin_np(thread, NULL)) {
        pthread_kill(thread, SIGUSR1);
        usleep(1000);
    }
    check_answer(in_time, id, call->text, call->text,
                 in_time ? "in time" : "late",
                 "expected a signal in time got none after %u", signals);
}

static void run_sleepers(const char *id, const void *unused)
{
    struct sigaction action = { .sa_handler = handle };

    (void)unused;
    sigaction(SIGUSR1, &action, NULL);
    make_sleepers();
    for (size_t i = 0; i < sizeof(sleep_calls) / sizeof(sleep_calls[0]);
         i++) {
        interrupt_call(id, &sleep_calls[i]);
    }
    remove_sleepers();
}

/* ----------------------------------------------------------------- init */

static void fault_segv(void)
{
    /* volatile: it is done for its fault. */
    *(volatile int *)BAD_PTR = 1;
}

static void fault_bus(void)
{
    char path[PATH_MAX + 64];
    int fd;

    in_dir(path, sizeof(path), "empty");
    fd = open(path, O_RDWR | O_CREAT, 0600);
    /* volatile: so is this. */
    *(volatile char *)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
}

#if defined(i386) || \
    defined(__x86_64__)
static void fault_ill(void)
{
    asm volatile("ud2");
}

static void fault_fpe(void)
{
    asm volatile("divl %0" : : "r" (0), "a" (1), "d" (0));
}

static void fault_trap(void)
{
    asm volatile("int3");
}
#endif

static void get_signals(void)
{
    static const int signals[] = {
        SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGTERM, SIGHUP, SIGXCPU, SIGKILL,
    };

    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        if (kill(getpid(), signals[i])) {
            _exit(1);
        }
    }
    _exit(7);
}

static void (*init_fn)(void);

static void be_init(void)
{
    pid_t pid;
    int status;

    if (unshare(CLONE_NEWPID)) {
        _exit(80);
    }
    pid = fork();
    if (pid == 0) {
        if (getpid() != 1) {
            _exit(81);
        }
        init_fn();
        _exit(0);
    }
    status = wait_for(pid);
    if (WIFSIGNALED(status)) {
        _exit(100 + WTERMSIG(status));
    }
    _exit(WEXITSTATUS(status));
}

static void run_init(const char *id, const void *unused)
{
    static const struct {
        const char *text;
        void (*fn)(void);
        int want;
    } ends[] = {
        { "init gets no signal whose action is the default", get_signals, 7 },
        { "init dies of SIGSEGV", fault_segv, 100 + SIGSEGV },
        { "init dies of SIGBUS", fault_bus, 100 + SIGBUS },
#if defined(i386) || \
    defined(__x86_64__)
        { "init dies of SIGILL", fault_ill, 100 + SIGILL },
        { "init dies of SIGFPE", fault_fpe, 100 + SIGFPE },
        { "init dies of SIGTRAP", fault_trap, 100 + SIGTRAP },
        { "abort(3) in init", abort, 100 + SIGSEGV },
#endif
    };
    int status;

    (void)unused;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        init_fn = ends[i].fn;
        status = run_to_end(be_init);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 80) {
            skip(id, ends[i].text, "no PID namespaces for this user");
            continue;
        }
        check_status(id, ends[i].text, ends[i].want << 8, status);
    }
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    run_case("S01", run_sleepers, NULL);
    run_case("S02", run_init, NULL);
    return finish();
}
