/*
 * The process as a debugger, a core dump and a crash message show it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/prctl.h>
#include "qemu/log.h"
#include "qemu/rcu.h"
#include "qemu.h"
#include "user-internals.h"
#include "set-mm/views/debug-view.h"
#include "set-mm/state/exe-file.h"
#include "set-mm/state/guest-mem.h"
#include "set-mm/state/guest-mm.h"
#include "set-mm/rules/same-file.h"
#include "set-mm/rules/task-comm.h"

/* Bytes of pr_psargs, with a NUL. */
enum { PSARGS_SIZE = 80 };

/* What was executed. */
static struct stat started;

/* One a thread: the answers are used in the middle of expressions. */
static __thread char answer[PATH_MAX];

void debug_init(void)
{
    exe_file_stat(&started);
}

const char *debug_exe_name(void)
{
    return exe_file_name(answer) ? answer : exec_path;
}

static bool leads_to_exe(const char *path)
{
    struct stat exe, by_path;

    exe_file_stat(&exe);
    return stat(path, &by_path) == 0 && same_file(&exe, &by_path);
}

/* QEMU sends the path as it is; gdb's protocol has a meaning for these. */
static bool can_be_sent(const char *path)
{
    return !strpbrk(path, "#$*}");
}

const char *debug_exe_path(void)
{
    const char *name = debug_exe_name();

    if (leads_to_exe(name) && can_be_sent(name)) {
        return name;
    }
    snprintf(answer, sizeof(answer), "/proc/%d/exe", (int)getpid());
    return answer;
}

size_t debug_auxv_size(void)
{
    GuestAuxv auxv;

    return guest_mm_get_auxv(&auxv);
}

void debug_auxv_read(void *buf, size_t offset, size_t len)
{
    GuestAuxv auxv;
    size_t there;

    guest_mm_get_auxv(&auxv);
    there = offset < sizeof(auxv) ? MIN(len, sizeof(auxv) - offset) : 0;
    memset(buf, 0, len);
    memcpy(buf, (char *)&auxv + offset, there);
}

/* Of a gdb that wants to know of an execve(2). */
static struct {
    DebugStop *stop;
    DebugAttached *attached;
    struct stat known;
} gdb;

void debug_offer_exec_events(const char *asked, GString *answer,
                             DebugStop *stop, DebugAttached *attached)
{
    if (strstr(asked, "exec-events+")) {
        exe_file_stat(&gdb.known);
        gdb.stop = stop;
        gdb.attached = attached;
        g_string_append(answer, ";exec-events+");
    }
}

/* gdb takes them for gone with the old program, and does not remove them. */
static void remove_breakpoints(void)
{
    CPUState *cpu;

    WITH_RCU_READ_LOCK_GUARD() {
        CPU_FOREACH(cpu) {
            cpu_breakpoint_remove_all(cpu, BP_GDB);
        }
    }
}

static void report_exec(const char *path)
{
    g_autoptr(GString) reason = g_string_new("exec:");

    for (; *path; path++) {
        g_string_append_printf(reason, "%02x", (uint8_t)*path);
    }
    g_string_append_c(reason, ';');
    gdb.stop(thread_cpu, TARGET_SIGTRAP, reason->str, NULL, 0);
}

void debug_exe_changed(void)
{
    struct stat now;

    /* One that has detached may still be there, and would not answer. */
    if (!gdb.stop || !gdb.attached()) {
        return;
    }
    exe_file_stat(&now);
    if (!same_file(&now, &gdb.known)) {
        gdb.known = now;
        remove_breakpoints();
        report_exec(debug_exe_path());
    }
}

size_t core_args_size(void)
{
    MMLayout layout = guest_mm_layout();

    return MIN(layout.arg_end - layout.arg_start, PSARGS_SIZE - 1);
}

bool core_read_args(char *args, size_t len)
{
    MMLayout layout = guest_mm_layout();

    return guest_mem_load(args, layout.arg_start, len);
}

char *core_comm(void)
{
    char comm[TASK_COMM_LEN] = "";

    prctl(PR_GET_NAME, comm);
    return g_strndup(comm, sizeof(comm));
}

char *core_exe_name(void)
{
    return g_path_get_basename(debug_exe_name());
}

static struct {
    gsize taken;
    GuestAuxv auxv;
    size_t size;
} core;

const void *core_auxv(void)
{
    if (g_once_init_enter(&core.taken)) {
        core.size = guest_mm_get_auxv(&core.auxv);
        g_once_init_leave(&core.taken, 1);
    }
    return &core.auxv;
}

size_t core_auxv_size(void)
{
    core_auxv();
    return core.size;
}

void crash_name_exe(void)
{
    struct stat now;

    exe_file_stat(&now);
    if (!same_file(&now, &started)) {
        const char *name = debug_exe_name();

        fprintf(stderr, "Failing executable: %s\n", name);
        if (qemu_log_separate()) {
            qemu_log("Failing executable: %s\n", name);
        }
    }
}
