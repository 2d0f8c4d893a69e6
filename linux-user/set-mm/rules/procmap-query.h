/*
 * ioctl(PROCMAP_QUERY): one mapping of a text of maps
 *
 * Nothing of QEMU is included, so that the rules can be tested alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_PROCMAP_QUERY_H
#define LINUX_USER_PROCMAP_QUERY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>

/*
 * struct procmap_query of Linux 6.11, later than many a C library's headers;
 * the same on all architectures, as is the request's number.
 */
typedef struct ProcmapQuery {
    uint64_t size;
    uint64_t query_flags;
    uint64_t query_addr;
    uint64_t vma_start;
    uint64_t vma_end;
    uint64_t vma_flags;
    uint64_t vma_page_size;
    uint64_t vma_offset;
    uint64_t inode;
    uint32_t dev_major;
    uint32_t dev_minor;
    uint32_t vma_name_size;
    uint32_t build_id_size;
    uint64_t vma_name_addr;
    uint64_t build_id_addr;
} ProcmapQuery;

#define PROCMAP_QUERY_IOCTL _IOWR('f', 17, ProcmapQuery)

enum {
    PROCMAP_READABLE = 0x01,
    PROCMAP_WRITABLE = 0x02,
    PROCMAP_EXECUTABLE = 0x04,
    PROCMAP_SHARED = 0x08,
    PROCMAP_COVERING_OR_NEXT = 0x10,
    PROCMAP_FILE_BACKED = 0x20,
    /* The least that the kernel takes: up to query_addr. */
    PROCMAP_QUERY_MIN = 24,
};

/**
 * procmap_query_check: as do_procmap_query() of fs/proc/task_mmu.c does first
 *
 * Returns: 0 or -EINVAL.
 */
int procmap_query_check(const ProcmapQuery *query);

/**
 * procmap_query_find: answer from a text
 * @maps: what maps says, with a NUL
 * @page_size: in bytes
 * @name: gets the name with a NUL, for free(); NULL if there is none
 *
 * Sizes of name and build ID stay what the caller has room for.
 *
 * Returns: 0, or -ENOENT without a mapping that matches; then @query stays.
 */
int procmap_query_find(ProcmapQuery *query, const char *maps,
                       uint64_t page_size, char **name);

#endif /* LINUX_USER_PROCMAP_QUERY_H */
