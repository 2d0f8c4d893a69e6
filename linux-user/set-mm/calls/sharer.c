/*
 * Processes that share the guest's memory, and the emulator with it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include "qemu/atomic.h"
#include "qemu/rcu.h"
#include "qemu.h"
#include "user-internals.h"
#include "signal-common.h"
#if QEMU_VERSION_MAJOR >= 10
#include "user/signal.h"
#endif
#include "set-mm/calls/guest-exec.h"
#include "set-mm/calls/guest-namespace.h"
#include "set-mm/calls/sharer.h"
#include "set-mm/host/clone-lock.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/host/held-locks.h"
#include "set-mm/host/own-table.h"
#include "set-mm/host/vfork-child.h"
#include "set-mm/state/guest-signal.h"
#include "set-mm/state/public-state.h"

enum {
    /* For what the thread calls while the child has the stack below. */
    STACK_GAP = 8 * 1024,
    OF_SHARERS = CLONE_VM | CLONE_VFORK | CLONE_SIGHAND | CLONE_SYSVSEM |
                 CLONE_PTRACE | CLONE_UNTRACED,
};

/* The innermost, of children that run as the calling thread. */
static __thread Sharer *innermost;

/* A forked child has none, and is a process like any other. */
static void forget_in_child(void)
{
    innermost = NULL;
    guest_signal_forked();
    vfork_forget();
}

static QemuMutex unused;

static void __attribute__((constructor)) sharer_init(void)
{
    static const ForkActions at_fork = { .in_child = forget_in_child };

    fork_safety_lock_init(&unused, &at_fork);
}

bool sharer_refuses(unsigned flags)
{
    return guest_fork_refuses(flags & ~OF_SHARERS) ||
           ((flags & CLONE_PIDFD) && (flags & CLONE_PARENT_SETTID));
}

int sharer_depth(void)
{
    return innermost ? innermost->depth + 1 : 0;
}

/* --- Signals -------------------------------------------------------------- */

/* A child has its parent's handlers, so they are set once. */
static bool has_taken;

/* Those of job control are the host's, which knows orphaned process groups. */
static bool is_deadly(int sig)
{
    return sig != TARGET_SIGCHLD && sig != TARGET_SIGURG &&
           sig != TARGET_SIGWINCH && sig != TARGET_SIGCONT &&
           sig != TARGET_SIGKILL && sig != TARGET_SIGSTOP &&
           sig != TARGET_SIGTSTP && sig != TARGET_SIGTTIN &&
           sig != TARGET_SIGTTOU;
}

bool sharer_takes(int sig)
{
    return qatomic_read(&has_taken) && is_deadly(sig);
}

/* QEMU has its handler for those that dump core. */
void sharer_take_signals(void)
{
    struct sigaction act, ignore = { .sa_handler = SIG_IGN };

    if (qatomic_xchg(&has_taken, true)) {
        return;
    }
    sigaction(SIGSEGV, NULL, &act);
    for (int sig = 1; sig <= TARGET_NSIG; sig++) {
        const abi_ulong *handler = &sigact_table[sig - 1]._sa_handler;
        int host_sig = target_to_host_signal(sig);

        if (is_deadly(sig) && host_sig < _NSIG &&
            qatomic_read(handler) == TARGET_SIG_DFL) {
            sigaction(host_sig, &act, NULL);
            /* Another thread can have set it meanwhile. */
            if (qatomic_read(handler) == TARGET_SIG_IGN) {
                sigaction(host_sig, &ignore, NULL);
            }
        }
    }
}

/* --- The child ------------------------------------------------------------ */

void sharer_begin(Sharer *s)
{
    vfork_child_owner = s->owner;
    if (!s->pid) {
        s->pid = getpid();      /* with CLONE_PIDFD the kernel does not tell */
    }
    vfork_child_pid = s->pid;
    vfork_child_keeper = own_table_thread();
    public_state_add_child(vfork_child_pid);
    granted_caps_vfork_child();
}

/* --- The thread that lends all it has ------------------------------------- */

static void give_own(Sharer *s)
{
    s->actions = sigact_table;
    if (!(s->flags & CLONE_SIGHAND)) {
        memcpy(s->own_actions, sigact_table, sizeof(s->own_actions));
        sigact_table = s->own_actions;
    }
    fd_table_vfork(&s->table, s->flags & CLONE_FILES);
    guest_limits_vfork(&s->limits);
    granted_caps_vfork(&s->caps);
    guest_robust_vfork(&s->robust);
}

static void take_back(const Sharer *s)
{
    guest_robust_vfork_end(&s->robust);
    granted_caps_vfork_end(&s->caps);
    guest_limits_vfork_end(&s->limits);
    fd_table_vfork_end(&s->table);
    sigact_table = s->actions;
}

/* The stack below belongs to the child, but for a gap. */
static pid_t __attribute__((noinline)) clone_below(Sharer *s,
                                                   int (*run)(void *),
                                                   void *opaque)
{
    uintptr_t stack = (uintptr_t)__builtin_frame_address(0) - STACK_GAP;
    int flags = s->flags & ~(CSIGNAL | CLONE_SETTLS | CLONE_CHILD_SETTID);
    bool wants_pidfd = flags & CLONE_PIDFD;

    flags |= CLONE_VFORK | CLONE_CHILD_CLEARTID;
    if (!wants_pidfd) {
        flags |= CLONE_PARENT_SETTID;
    }
    return clone(run, (void *)QEMU_ALIGN_DOWN(stack, 64),
                 flags | target_to_host_signal(s->flags & CSIGNAL),
                 opaque, wants_pidfd ? &s->pidfd : &s->pid, NULL, &s->pid);
}

/*
 * A child that is killed while it waits for its own child leaves that one on
 * the stack below.
 */
static void wait_for_inner(const Sharer *s)
{
    for (Sharer *w = innermost; w != s; w = w->outer) {
        pid_t pid = qatomic_read(&w->pid);

        while (qatomic_read(&w->pid)) {
            syscall(__NR_futex, &w->pid, FUTEX_WAIT, pid, NULL, NULL, 0);
        }
        public_state_remove_child(pid);
        vfork_end();
    }
}

/*
 * A child can be killed anywhere, and with a core dump ends in the middle of
 * one.  What a lock is for can be half done.
 */
static void leave_sections(CPUState *cpu, const Sharer *s)
{
    if (guest_clone_locked()) {
        guest_clone_unlock();
    }
    if (held_locks != s->held) {
        fprintf(stderr, "qemu: a child of vfork was killed while it had a lock "
                "of the emulator's\n");
        _exit(EXIT_FAILURE);
    }
    while (cpu_in_exclusive_context(cpu)) {
        end_exclusive();
    }
    if (cpu->running) {
        cpu_exec_end(cpu);
    }
    while (get_ptr_rcu_reader()->depth > s->rcu_depth) {
        rcu_read_unlock();
    }
}

pid_t sharer_run(Sharer *s, CPUState *cpu, int (*run)(void *), void *opaque)
{
    pid_t owner = vfork_child_owner, pid = vfork_child_pid, ret;
    int error;

    s->rcu_depth = get_ptr_rcu_reader()->depth;
    s->held = held_locks;
    s->owner = owner ?: getpid();
    give_own(s);
    s->outer = innermost;
    innermost = s;
    ret = clone_below(s, run, opaque);
    error = errno;
    if (ret > 0) {
        wait_for_inner(s);
    }
    innermost = s->outer;
    vfork_child_owner = owner;
    vfork_child_pid = pid;
    leave_sections(cpu, s);
    take_back(s);
    guest_exec_vfork_end();
    errno = error;
    return ret;
}

void sharer_clear_tid(CPUState *cpu, abi_ulong address)
{
    if (address && !put_user_u32(0, address)) {
        syscall(__NR_futex, g2h(cpu, address), FUTEX_WAKE, 1, NULL, NULL, 0);
    }
}

/* --- Its end -------------------------------------------------------------- */

void __wrap_preexit_cleanup(CPUArchState *env, int code)
{
#ifdef SET_MM_PROFILE
    __gcov_dump();
#endif
    if (!vfork_is_child()) {
        __real_preexit_cleanup(env, code);
    }
}

void __wrap_gdb_signalled(CPUArchState *env, int sig)
{
    if (!vfork_is_child()) {
        __real_gdb_signalled(env, sig);
    }
}
