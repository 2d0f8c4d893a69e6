/*
 * Looks for leaks when a guest ends
 *
 * QEMU ends by a system call of its own, so that nothing is called at exit.
 * Linked into emulators with AddressSanitizer (scripts/cc-sanitized) with
 * --wrap=preexit_cleanup.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <unistd.h>
#include <sanitizer/lsan_interface.h>

void __real_preexit_cleanup(void *env, int code);
void __wrap_preexit_cleanup(void *env, int code);

static pid_t started;

static void __attribute__((constructor)) note_start(void)
{
    started = getpid();
}

/*
 * Not in forked children: LeakSanitizer knows threads that they do not have,
 * waits for them, and misses what was on their stacks.
 */
void __wrap_preexit_cleanup(void *env, int code)
{
    const char *wanted = getenv("SET_MM_LEAKS");

    __real_preexit_cleanup(env, code);
    if (wanted && *wanted && getpid() == started) {
        __lsan_do_recoverable_leak_check();
    }
}
