/*
 * Dying from a signal
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/memfd.h"
#include "set-mm/host/die.h"

bool host_is_init(void)
{
    return getpid() == 1;
}

/* Reads a page that cannot be read. */
static void touch(int prot, int flags, int fd)
{
    size_t size = qemu_real_host_page_size();
    /* volatile: the read is for its fault. */
    volatile char *page = mmap(NULL, size, prot, flags, fd, 0);

    if (page != MAP_FAILED) {
        (void)*page;
    }
}

static void fault_beyond_end(void)
{
    int fd = memfd_create("", MFD_CLOEXEC);

    if (fd >= 0) {
        touch(PROT_READ, MAP_PRIVATE, fd);
    }
}

static void fault(int sig)
{
    switch (sig) {
    case SIGSEGV:
        touch(PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
        break;
    case SIGBUS:
        fault_beyond_end();
        break;
#if defined(REG_RIP) || defined(REG_EIP)
    case SIGILL:
        asm volatile("ud2");
        break;
    case SIGTRAP:
        asm volatile("int3");
        break;
    case SIGFPE:
        asm volatile("divl %0" : : "r" (0), "a" (1), "d" (0));
        break;
#elif defined(__aarch64__)
    case SIGILL:
        asm volatile(".inst 0");
        break;
    case SIGTRAP:
        asm volatile("brk #0");
        break;
#endif
    }
}

void host_die(int sig, const sigset_t *mask)
{
    while (!host_is_init()) {
        sigsuspend(mask);
    }
    fault(sig);
    _exit(128 + sig);
}
