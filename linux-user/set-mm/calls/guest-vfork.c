/*
 * vfork(2), and clone(2) with CLONE_VM and CLONE_VFORK
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sched.h>
#include "qemu.h"
#include "user-internals.h"
#include "signal-common.h"
#include "target_cpu.h"
#if QEMU_VERSION_MAJOR >= 10
#include "user/cpu_loop.h"
#include "user/signal.h"
#endif
#include "set-mm/calls/guest-vfork.h"
#include "set-mm/calls/sharer.h"
#include "set-mm/host/own-table.h"
#include "set-mm/host/vfork-child.h"
#include "set-mm/state/public-state.h"

enum {
    /* A thread's stack has room for so many children within children. */
    DEEPEST = 8,
    VFORK = CLONE_VM | CLONE_VFORK,
};

/* On its parent's stack. */
typedef struct Vfork {
    Sharer sharer;
    CPUArchState *env;
    abi_ulong newsp;
    abi_ulong newtls;
    abi_ulong parent_tid;
    abi_ulong child_tid;
    /* What the parent has, to be put back. */
    CPUArchState *registers;
    TaskState *task;
    int32_t exception;
    uint32_t cflags;
} Vfork;

bool guest_vfork_wants(unsigned flags)
{
    return (flags & VFORK) == VFORK;
}

static void begin_task(TaskState *ts, const Vfork *v)
{
    ts->ts_tid = qemu_get_thread_id();
    ts->child_tidptr = 0;
    if (v->sharer.flags & CLONE_CHILD_CLEARTID) {
        ts->child_tidptr = v->child_tid;
    }
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
    unsigned flags = v->sharer.flags;

    sharer_begin(&v->sharer);
    begin_task(env_cpu(env)->opaque, v);
    cpu_clone_regs_child(env, v->newsp, flags);
    if (flags & CLONE_SETTLS) {
        cpu_set_tls(env, v->newtls);
    }
    if (flags & CLONE_PARENT_SETTID) {
        put_user_u32(vfork_child_pid, v->parent_tid);
    }
    if (flags & CLONE_CHILD_SETTID) {
        put_user_u32(qemu_get_thread_id(), v->child_tid);
    }
    cpu_loop(env);
}

static void save(Vfork *v, const TaskState *ts)
{
    v->registers = g_memdup2(v->env, sizeof(*v->env));
    v->task = g_memdup2(ts, sizeof(*ts));
    v->exception = env_cpu(v->env)->exception_index;
    v->cflags = env_cpu(v->env)->cflags_next_tb;
}

static void put_back(const Vfork *v, TaskState *ts)
{
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
    abi_ulong cleared;
    abi_long ret;

    save(v, ts);
    ret = get_errno(sharer_run(&v->sharer, cpu, run_child, v));
    cleared = ts->child_tidptr;
    put_back(v, ts);
    if (ret > 0) {
        public_state_remove_child(ret);
        sharer_clear_tid(cpu, cleared);
        if (v->sharer.flags & CLONE_PIDFD) {
            put_user_u32(v->sharer.pidfd, v->parent_tid);
        }
    }
    return ret;
}

abi_long guest_vfork(CPUArchState *env, unsigned flags, abi_ulong newsp,
                     abi_ulong parent_tid, abi_ulong newtls,
                     abi_ulong child_tid)
{
    Vfork v = {
        .sharer = { .flags = flags, .depth = sharer_depth() },
        .env = env,
        .newsp = newsp,
        .newtls = newtls,
        .parent_tid = parent_tid,
        .child_tid = child_tid,
    };
    abi_long ret;

    if (sharer_refuses(flags)) {
        return -TARGET_EINVAL;
    }
    if (v.sharer.depth >= DEEPEST) {
        return -TARGET_EAGAIN;
    }
    if (block_signals()) {
        return -QEMU_ERESTARTSYS;
    }
    own_table_begin();
    sharer_take_signals();
    ret = vfork_begin() ? make_child(&v) : -TARGET_EAGAIN;
    vfork_end();
    if (ret >= 0) {
        cpu_clone_regs_parent(env, flags);
    }
    return ret;
}
