/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * checkpoint: a program that moves from process to process, without ptrace
 *
 *     checkpoint [-m] [-o IMAGE] [-s SIGNAL] [-k] [-x] [-v] PROGRAM [ARGS...]
 *     checkpoint [-m] [-o IMAGE] [-x] --restore IMAGE
 *
 * The first runs PROGRAM, which must be a path, in its own place, as
 * preload.c does, and stays behind in its memory.  On SIGUSR2 it saves the
 * whole process in a file and ends it.  The second becomes that process and
 * goes on with it, in which it can be saved again, into the same file.
 *
 *   -m  stay mapped from our own file, and do not go to anonymous memory at
 *       the start; the executable can then only be replaced where the rule
 *       is relaxed, and is EBUSY elsewhere.  Must be the first option
 *   -o  the image; "checkpoint.image" in the current directory otherwise
 *   -s  another signal, by its number
 *   -k  the process goes on after it has been saved
 *   -x  do not change the executable, for kernels and users that may not
 *   -v  let the program see the vdso; the image can then only be restored
 *       where the vdso is the same
 *
 * Exit status: 2 on wrong usage, 1 when there is nothing to run or restore,
 * with one line on standard error that says why; 0 after saving; otherwise
 * that of PROGRAM.  A saver that fails says so, and PROGRAM goes on.
 *
 * It needs no privilege but, for changing the executable, what Linux asks of
 * PR_SET_MM_MAP: CAP_CHECKPOINT_RESTORE, before 5.9 CAP_SYS_ADMIN.
 *
 * What is restored: memory with its protections and files, break, stack,
 * arguments, environment, aux vector, executable, title, directory and umask;
 * descriptors of files, directories and simple devices with their offsets
 * and flags, pipes within the process, eventfds, and epoll instances; signal
 * actions, masks, alternate stacks, and what waits; timers; threads, with all
 * registers, storage, names, robust lists and restartable sequences; where
 * the vdso is.
 *
 * What is not: process and thread numbers are new (and told where clone()
 * tells them); children; pipes to others, sockets and terminals are the
 * restorer's own; files that have no name any more; memory that was shared
 * with others, file locks, limits, priorities, credentials, namespaces.
 *
 * Where to find what: image.c reads images and trusts nothing in them,
 * save*.c write them, restore*.c become them, agent.c lives in the program,
 * load.c maps it, arch/ has what C cannot say, text.c replaces a C library.
 */
#include <asm/errno.h>
#include <elf.h>
#include "agent.h"

Agent agent;

static int argc;
static char **argv;

/*
 * Report wrong usage and end.
 */
static void __attribute__((noreturn)) usage(void)
{
    say("checkpoint [-m] [-o IMAGE] [-s SIGNAL] [-k] [-x] [-v] PROGRAM "
        "[ARGS...]\n"
        "       checkpoint [-m] [-o IMAGE] [-x] --restore IMAGE", "usage");
    for (;;) {
        sys(__NR_exit_group, 2);
    }
}

/*
 * Say why there is nothing to run, and end.
 */
static void __attribute__((noreturn)) fail(const char *text,
                                           const char *detail)
{
    say(text, detail);
    for (;;) {
        sys(__NR_exit_group, 1);
    }
}

/* The program may change its directory before it is saved. */
static void set_image(const char *path)
{
    size_t used = 0;

    if (path[0] != '/') {
        long got = sys(__NR_getcwd, agent.path, MAX_PATH);

        if (got < 2) {
            fail(error_text(got), "current directory");
        }
        used = got - 1;
        agent.path[used++] = '/';
    }
    if (used + strlen(path) + sizeof(".new") > MAX_PATH) {
        fail("the name is too long", path);
    }
    memcpy(agent.path + used, path, strlen(path) + 1);
}

static bool stays_mapped(void)
{
    return argc > 1 && !strcmp(argv[1], "-m");
}

/* The rest, on a stack that is in nobody's way. */
static void go(void *sp)
{
    const char *output = "checkpoint.image";
    const char *reason, *name;
    uintptr_t stack = (uintptr_t)sp;
    bool chosen = false;
    long ret;
    int i;

    agent.signal = 12;
#ifdef ARCH_ACTION_MIPS
    agent.signal = 17;
#endif
    for (i = 1 + stays_mapped(); i < argc && argv[i][0] == '-'; i++) {
        if (!strcmp(argv[i], "-o") && i + 1 < argc) {
            output = argv[++i];
            chosen = true;
        } else if (!strcmp(argv[i], "-s") && i + 1 < argc) {
            const char *p = argv[++i];

            agent.signal = text_number(&p, 10);
            if (*p || agent.signal < 1 || agent.signal > SIGNALS) {
                usage();
            }
        } else if (!strcmp(argv[i], "-k")) {
            agent.keep_running = true;
        } else if (!strcmp(argv[i], "-x")) {
            agent.keep_exe = true;
        } else if (!strcmp(argv[i], "-v")) {
            agent.keep_vdso = true;
        } else if (!strcmp(argv[i], "--restore") && i + 2 == argc) {
            set_image(chosen ? output : argv[i + 1]);
            restore(argv[i + 1]);
        } else {
            usage();
        }
    }
    if (i >= argc) {
        usage();
    }
    set_image(output);
    name = argv[i];
    reason = load_program(&stack, i);
    if (reason) {
        fail(reason, name);
    }
    ret = agent_listen();
    if (ret < 0) {
        fail(error_text(ret), "signal");
    }
    arch_enter(load_entry(), stack);
}

/*
 * The first C function; sp points to what execve() left: argc, the vectors
 * of arguments and environment, and the aux vector.
 */
void __attribute__((noreturn, used)) start(uintptr_t *sp)
{
    char **p;

    argc = *sp;
    argv = (char **)(sp + 1);
    for (p = argv + argc + 1; *p; p++) {
        continue;
    }
    agent_init((uintptr_t *)(p + 1));
#ifdef ARCH_PREPARE
    ARCH_PREPARE();
#endif
    /* On this stack: the other one is part of what is replaced. */
    if (!stays_mapped()) {
        agent_detach();
    }
    arch_call(go, sp, agent_stack());
}
