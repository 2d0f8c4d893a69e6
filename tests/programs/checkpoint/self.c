/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * self.c: the checkpointer's own place in memory
 */
#include <asm/errno.h>
#include <link.h>
#include <linux/mman.h>
#include "agent.h"

/*
 * Find out about ourselves; auxv is the process's.
 */
void agent_init(const uintptr_t *auxv)
{
    for (; auxv[0] != AT_NULL; auxv += 2) {
        if (auxv[0] == AT_PAGESZ) {
            agent.page_size = auxv[1];
        }
    }
    agent.start = (uintptr_t)__ehdr_start;
    agent.end = agent_page_up((uintptr_t)_end);
}

/*
 * Replace our own file's mappings by copies, so that the file is no longer
 * mapped and may stop being the executable.  Dies when it cannot: nothing
 * has been lost by then.
 */
void agent_detach(void)
{
    const ElfW(Ehdr) *ehdr = (const ElfW(Ehdr) *)__ehdr_start;
    const ElfW(Phdr) *ph = (const void *)(__ehdr_start + ehdr->e_phoff);
    long to = -ENOMEM;

    for (int i = 0; i < ehdr->e_phnum; i++) {
        uintptr_t from = ph[i].p_vaddr & -agent.page_size;
        uintptr_t end = ph[i].p_vaddr + ph[i].p_memsz;
        size_t len = agent_page_up(end) - from;
        int prot = PROT_READ | (ph[i].p_flags & PF_W ? PROT_WRITE : 0) |
                   (ph[i].p_flags & PF_X ? PROT_EXEC : 0);

        if (ph[i].p_type != PT_LOAD) {
            continue;
        }
        to = agent_mmap(0, len, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (!agent_is_error(to)) {
            /* From here on no static variable may change. */
            memcpy((void *)to, (const void *)from, end - from);
            sys(__NR_mprotect, to, len, prot);
            to = sys(__NR_mremap, to, len, len,
                     MREMAP_MAYMOVE | MREMAP_FIXED, from);
        }
        if (agent_is_error(to)) {
            say(error_text(to), "our own memory");
            sys(__NR_exit_group, 1);
        }
    }
}

/*
 * What an image must be like to be restored here.
 */
void agent_host(ImageHost *host)
{
    const ElfW(Ehdr) *ehdr = (const ElfW(Ehdr) *)__ehdr_start;
    const ElfW(Phdr) *ph = (const void *)(__ehdr_start + ehdr->e_phoff);

    while (ph->p_type != PT_LOAD) {
        ph++;
    }
    host->machine = ARCH_MACHINE;
    host->word = sizeof(long);
    host->page_size = agent.page_size;
    host->agent_start = agent.start;
    host->agent_end = agent.end;
    host->agent_sum = image_sum(0, __ehdr_start, ph->p_filesz & -8UL);
    host->top = sizeof(long) == 4 ? 0xffffffff & -agent.page_size : 1ULL << 63;
}
