/*
 * A thread's signals, as the kernel's /proc tells of them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/rcu.h"
#include "qemu.h"
#include "user-internals.h"
#include "signal-common.h"
#include "set-mm/state/guest-signal.h"
#include "set-mm/views/proc-signals.h"

/* Of the host's kernel. */
enum { HOST_SIGNALS = 64 };

static void add(SignalSets *sets, SignalLine line, int sig)
{
    if (sig >= 1 && sig <= TARGET_NSIG) {
        sets->set[line][(sig - 1) / 64] |= 1ull << (sig - 1) % 64;
    }
}

static void read_handlers(SignalSets *sets)
{
    for (int sig = 1; sig <= TARGET_NSIG; sig++) {
        abi_ulong handler = sigact_table[sig - 1]._sa_handler;

        if (handler == TARGET_SIG_IGN) {
            add(sets, SIGNALS_IGNORED, sig);
        } else if (handler != TARGET_SIG_DFL) {
            add(sets, SIGNALS_CAUGHT, sig);
        }
    }
}

/* Only tgkill(2) is for a thread; the upper half of a code is QEMU's. */
static void add_pending(SignalSets *sets, const struct emulated_sigtable *kept,
                        int sig)
{
    if (qatomic_read(&kept->pending)) {
        add(sets, (int16_t)kept->info.si_code == SI_TKILL
                  ? SIGNALS_PENDING : SIGNALS_SHARED, sig);
    }
}

static void read_thread(SignalSets *sets, const TaskState *ts)
{
    const sigset_t *blocked = ts->in_sigsuspend ? &ts->sigsuspend_mask
                                                : &ts->signal_mask;

    for (int sig = 1; sig <= HOST_SIGNALS; sig++) {
        if (sigismember(blocked, sig) == 1) {
            add(sets, SIGNALS_BLOCKED, host_to_target_signal(sig));
        }
    }
    for (int sig = 1; sig <= TARGET_NSIG; sig++) {
        add_pending(sets, &ts->sigtab[sig - 1], sig);
    }
}

void proc_signals_read(pid_t thread, SignalSets *sets)
{
    const TaskState *ts = thread_cpu->opaque;
    CPUState *cpu;

    memset(sets, 0, sizeof(*sets));
    read_handlers(sets);
    WITH_RCU_READ_LOCK_GUARD() {
        CPU_FOREACH(cpu) {
            const TaskState *other = cpu->opaque;

            if (other && other->ts_tid == thread) {
                ts = other;
            }
        }
        read_thread(sets, ts);
    }
}

static void add_hosts(SignalSets *sets, SignalLine line, uint64_t hosts)
{
    for (int sig = 1; sig <= HOST_SIGNALS; sig++) {
        if (hosts >> (sig - 1) & 1) {
            add(sets, line, host_to_target_signal(sig));
        }
    }
}

/* As fs/proc/array.c:render_sigset_t() */
static void write_set(GString *out, const char *name, const uint64_t *set)
{
    g_string_append(out, name);
    for (int word = TARGET_NSIG / 64 - 1; word >= 0; word--) {
        g_string_append_printf(out, "%016" PRIx64, set[word]);
    }
    g_string_append_c(out, '\n');
}

bool proc_signals_write_mask(GString *out, const char *name, const char *line)
{
    SignalSets sets = { 0 };

    if (!g_str_has_prefix(line, name)) {
        return false;
    }
    add_hosts(&sets, SIGNALS_BLOCKED,
              g_ascii_strtoull(line + strlen(name), NULL, 16));
    write_set(out, name, sets.set[SIGNALS_BLOCKED]);
    return true;
}

bool proc_signals_write_timer(GString *out, const char *line)
{
    int sig, rest;

    if (sscanf(line, "signal: %d%n", &sig, &rest) != 1) {
        return false;
    }
    g_string_append_printf(out, "signal: %d%s\n", host_to_target_signal(sig),
                           line + rest);
    return true;
}

bool proc_signals_write_line(GString *out, const SignalSets *sets,
                             const char *line)
{
    static const char *const names[NR_SIGNAL_LINES] = {
        "SigPnd:\t", "ShdPnd:\t", "SigBlk:\t", "SigIgn:\t", "SigCgt:\t",
    };
    SignalSets all = *sets;

    for (SignalLine i = 0; i < NR_SIGNAL_LINES; i++) {
        if (!g_str_has_prefix(line, names[i])) {
            continue;
        }
        if (i <= SIGNALS_SHARED) {
            add_hosts(&all, i, g_ascii_strtoull(line + strlen(names[i]), NULL,
                                                16));
        }
        write_set(out, names[i], all.set[i]);
        return true;
    }
    return false;
}
