/*
 * vfork(2), and clone(2) with CLONE_VM and CLONE_VFORK
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
#include "target_cpu.h"
#if QEMU_VERSION_MAJOR >= 10
#include "user/cpu_loop.h"
#include "user/signal.h"
#endif
#include "set-mm/calls/guest-exec.h"
#include "set-mm/calls/guest-namespace.h"
#include "set-mm/calls/guest-robust.h"
#include "set-mm/calls/guest-vfork.h"
#include "set-mm/host/clone-lock.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/host/held-locks.h"
#include "set-mm/host/own-table.h"
#include "set-mm/host/vfork-child.h"
#include "set-mm/state/fd-table.h"
#include "set-mm/state/granted-caps.h"
#include "set-mm/state/guest-limits.h"
#include "set-mm/state/guest-signal.h"
#include "set-mm/state/public-state.h"

enum {
    /* A thread's stack has room for so many children within children. */
    DEEPEST = 8,
    /* For what the parent calls while the child has the stack below. */
    STACK_GAP = 8 * 1024,
    VFORK = CLONE_VM | CLONE_VFORK,
};

/* On its parent's stack. */
typedef struct Vfork {
    struct Vfork *outer;        /* whose child makes this one, or NULL */
    int depth;
    CPUArchState *env;
    unsigned flags;
    abi_ulong newsp;
    abi_ulong newtls;
    abi_ulong parent_tid;
    abi_ulong child_tid;
    pid_t owner;
    pid_t pid;                  /* of the child; a futex: 0 once it is gone */
    int pidfd;
    /* What the parent has, to be put back. */
    CPUArchState *registers;
    TaskState *task;
    int32_t exception;
    uint32_t cflags;
    unsigned rcu_depth;
    int held;
    VforkTable table;
    VforkLimits limits;
    VforkCaps caps;
    VforkRobust robust;
    struct target_sigaction *parents_actions;
    struct target_sigaction actions[TARGET_NSIG];
} Vfork;

/* The innermost, of children that run as the calling thread. */
static __thread Vfork *innermost;

/* A forked child has none, and is a process like any other. */
static void forget_in_child(void)
{
    innermost = NULL;
    guest_signal_forked();
    vfork_forget();
}

static QemuMutex unused;

static void __attribute__((constructor)) vfork_init(void)
{
    static const ForkActions at_fork = { .in_child = forget_in_child };

    fork_safety_lock_init(&unused, &at_fork);
}

bool guest_vfork_wants(unsigned flags)
{
    return (flags & VFORK) == VFORK;
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

bool guest_vfork_takes(int sig)
{
    return qatomic_read(&has_taken) && is_deadly(sig);
}

/* QEMU has its handler for those that dump core. */
static void take_signals(void)
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

static void begin_task(TaskState *ts, const Vfork *v)
{
    ts->ts_tid = qemu_get_thread_id();
    ts->child_tidptr = v->flags & CLONE_CHILD_CLEARTID ? v->child_tid : 0;
    ts->in_sigsuspend = 0;
    ts->sync_signal.pending = 0;
    for (int i = 0; i < TARGET_NSIG; i++) {
        ts->sigtab[i].pending = 0;
    }
}

static int run_child(void *opaque)
{
    Vfork *v = opaque;
    CPUArchState *env = v->env;

    vfork_child_owner = v->owner;
    if (!v->pid) {
        v->pid = getpid();      /* with CLONE_PIDFD the kernel does not tell */
    }
    vfork_child_pid = v->pid;
    vfork_child_keeper = own_table_thread();
    public_state_add_child(vfork_child_pid);
    begin_task(env_cpu(env)->opaque, v);
    granted_caps_vfork_child();
    cpu_clone_regs_child(env, v->newsp, v->flags);
    if (v->flags & CLONE_SETTLS) {
        cpu_set_tls(env, v->newtls);
    }
    if (v->flags & CLONE_PARENT_SETTID) {
        put_user_u32(vfork_child_pid, v->parent_tid);
    }
    if (v->flags & CLONE_CHILD_SETTID) {
        put_user_u32(qemu_get_thread_id(), v->child_tid);
    }
    cpu_loop(env);
}

/* --- The parent ----------------------------------------------------------- */

/* The stack below belongs to the child, but for a gap. */
static pid_t __attribute__((noinline)) clone_below(Vfork *v)
{
    uintptr_t stack = (uintptr_t)__builtin_frame_address(0) - STACK_GAP;
    int flags = v->flags & ~(CSIGNAL | CLONE_SETTLS | CLONE_CHILD_SETTID);
    bool wants_pidfd = flags & CLONE_PIDFD;

    flags |= CLONE_CHILD_CLEARTID | (wants_pidfd ? 0 : CLONE_PARENT_SETTID);
    return clone(run_child, (void *)QEMU_ALIGN_DOWN(stack, 64),
                 flags | target_to_host_signal(v->flags & CSIGNAL),
                 v, wants_pidfd ? &v->pidfd : &v->pid, NULL, &v->pid);
}

/*
 * A child that is killed while it waits for its own child leaves that one on
 * the stack below.
 */
static void wait_for_inner(const Vfork *v)
{
    for (Vfork *w = innermost; w != v; w = w->outer) {
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
static void leave_sections(CPUState *cpu, const Vfork *v)
{
    if (guest_clone_locked()) {
        guest_clone_unlock();
    }
    if (held_locks != v->held) {
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
    while (get_ptr_rcu_reader()->depth > v->rcu_depth) {
        rcu_read_unlock();
    }
}

static void save(Vfork *v, TaskState *ts)
{
    v->registers = g_memdup2(v->env, sizeof(*v->env));
    v->task = g_memdup2(ts, sizeof(*ts));
    v->exception = env_cpu(v->env)->exception_index;
    v->cflags = env_cpu(v->env)->cflags_next_tb;
    v->rcu_depth = get_ptr_rcu_reader()->depth;
    v->held = held_locks;
    v->owner = vfork_is_child() ? vfork_child_owner : getpid();
    v->parents_actions = sigact_table;
    memcpy(v->actions, sigact_table, sizeof(v->actions));
    sigact_table = v->actions;
    fd_table_vfork(&v->table, v->flags & CLONE_FILES);
    guest_limits_vfork(&v->limits);
    granted_caps_vfork(&v->caps);
    guest_robust_vfork(&v->robust);
}

static void put_back(const Vfork *v, TaskState *ts)
{
    guest_robust_vfork_end(&v->robust);
    granted_caps_vfork_end(&v->caps);
    guest_limits_vfork_end(&v->limits);
    fd_table_vfork_end(&v->table);
    sigact_table = v->parents_actions;
    *ts = *v->task;
    g_free(v->task);
    memcpy(v->env, v->registers, sizeof(*v->env));
    g_free(v->registers);
    env_cpu(v->env)->exception_index = v->exception;
    env_cpu(v->env)->cflags_next_tb = v->cflags;
}

static abi_long make_child(Vfork *v)
{
    CPUState *cpu = env_cpu(v->env);
    TaskState *ts = cpu->opaque;
    pid_t owner = vfork_child_owner, pid = vfork_child_pid;
    abi_ulong cleared;
    abi_long ret;

    save(v, ts);
    v->outer = innermost;
    innermost = v;
    ret = clone_below(v);
    if (ret < 0) {
        ret = get_errno(ret);
    } else {
        wait_for_inner(v);
    }
    innermost = v->outer;
    if (ret > 0) {
        public_state_remove_child(ret);
    }
    vfork_child_owner = owner;
    vfork_child_pid = pid;
    leave_sections(cpu, v);
    cleared = ts->child_tidptr;
    put_back(v, ts);
    guest_exec_vfork_end();
    if (ret >= 0) {
        if (cleared && !put_user_u32(0, cleared)) {
            syscall(__NR_futex, g2h(cpu, cleared), FUTEX_WAKE, 1, NULL, NULL,
                    0);
        }
        if (v->flags & CLONE_PIDFD) {
            put_user_u32(v->pidfd, v->parent_tid);
        }
    }
    return ret;
}

abi_long guest_vfork(CPUArchState *env, unsigned flags, abi_ulong newsp,
                     abi_ulong parent_tid, abi_ulong newtls,
                     abi_ulong child_tid)
{
    Vfork v = {
        .depth = innermost ? innermost->depth + 1 : 0,
        .env = env,
        .flags = flags,
        .newsp = newsp,
        .newtls = newtls,
        .parent_tid = parent_tid,
        .child_tid = child_tid,
    };
    abi_long ret;

    if (guest_fork_refuses(flags & ~VFORK) ||
        ((flags & CLONE_PIDFD) && (flags & CLONE_PARENT_SETTID))) {
        return -TARGET_EINVAL;
    }
    if (v.depth >= DEEPEST) {
        return -TARGET_EAGAIN;
    }
    if (block_signals()) {
        return -QEMU_ERESTARTSYS;
    }
    own_table_begin();
    take_signals();
    ret = vfork_begin() ? make_child(&v) : -TARGET_EAGAIN;
    vfork_end();
    if (ret >= 0) {
        cpu_clone_regs_parent(env, flags);
    }
    return ret;
}

/* --- Its end -------------------------------------------------------------- */

void __wrap_preexit_cleanup(CPUArchState *env, int code)
{
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
