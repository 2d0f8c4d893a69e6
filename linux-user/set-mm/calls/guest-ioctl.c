/*
 * ioctl(2) of files that are the guest's own
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/ioctl.h>
#include "qemu.h"
#include "user-internals.h"
#include "set-mm/calls/guest-ioctl.h"
#include "set-mm/rules/procmap-query.h"
#include "set-mm/state/guest-mem.h"
#include "set-mm/views/proc-io.h"

/* BUILD_ID_SIZE_MAX of the kernel */
enum { BUILD_ID_MAX = 20 };

static void swap_query(ProcmapQuery *q)
{
    uint64_t *const wide[] = {
        &q->size, &q->query_flags, &q->query_addr, &q->vma_start, &q->vma_end,
        &q->vma_flags, &q->vma_page_size, &q->vma_offset, &q->inode,
        &q->vma_name_addr, &q->build_id_addr,
    };
    uint32_t *const narrow[] = {
        &q->dev_major, &q->dev_minor, &q->vma_name_size, &q->build_id_size,
    };

    for (int i = 0; i < ARRAY_SIZE(wide); i++) {
        *wide[i] = tswap64(*wide[i]);
    }
    for (int i = 0; i < ARRAY_SIZE(narrow); i++) {
        *narrow[i] = tswap32(*narrow[i]);
    }
}

/* As the kernel's copy_struct_from_user().  Returns: 0 or a negative errno. */
static int load_query(ProcmapQuery *q, abi_ulong addr)
{
    uint64_t size;
    uint8_t rest;

    if (!guest_mem_load(&size, addr, sizeof(size))) {
        return -EFAULT;
    }
    size = tswap64(size);
    if (size > TARGET_PAGE_SIZE) {
        return -E2BIG;
    }
    if (size < PROCMAP_QUERY_MIN) {
        return -EINVAL;
    }
    memset(q, 0, sizeof(*q));
    if (!guest_mem_load(q, addr, MIN(size, sizeof(*q)))) {
        return -EFAULT;
    }
    for (uint64_t at = sizeof(*q); at < size; at++) {
        if (!guest_mem_load(&rest, addr + at, 1)) {
            return -EFAULT;
        }
        if (rest) {
            return -E2BIG;
        }
    }
    swap_query(q);
    q->size = size;
    return procmap_query_check(q);
}

/* Returns: 0 or a negative errno. */
static int store_name(ProcmapQuery *q, const char *name)
{
    const size_t size = name ? strlen(name) + 1 : 0;

    if (!q->vma_name_size) {
        return 0;
    }
    if (size > q->vma_name_size) {
        return -ENAMETOOLONG;
    }
    q->vma_name_size = size;
    return guest_mem_store(q->vma_name_addr, name, size) ? 0 : -EFAULT;
}

/* Returns: 0 or a negative errno. */
static int store_build_id(ProcmapQuery *q, int fd, bool is_own)
{
    uint8_t id[BUILD_ID_MAX];
    ProcmapQuery hosts = {
        .size = sizeof(hosts),
        .query_addr = (uintptr_t)g2h_untagged(q->vma_start),
        .build_id_size = sizeof(id),
        .build_id_addr = (uintptr_t)id,
    };

    if (!q->build_id_size) {
        return 0;
    }
    if (!is_own || ioctl(fd, PROCMAP_QUERY_IOCTL, &hosts) < 0) {
        hosts.build_id_size = 0;
    }
    if (hosts.build_id_size > q->build_id_size) {
        return -ENAMETOOLONG;
    }
    q->build_id_size = hosts.build_id_size;
    return guest_mem_store(q->build_id_addr, id, q->build_id_size)
           ? 0 : -EFAULT;
}

static int answer_query(int fd, bool is_own, const char *maps,
                        abi_ulong addr)
{
    g_autofree char *name = NULL;
    ProcmapQuery q;
    uint64_t size;
    int error = load_query(&q, addr);

    if (!error) {
        error = procmap_query_find(&q, maps, TARGET_PAGE_SIZE, &name);
    }
    if (!error) {
        error = store_build_id(&q, fd, is_own);
    }
    if (!error) {
        error = store_name(&q, name);
    }
    if (error) {
        return error;
    }
    size = MIN(q.size, sizeof(q));
    swap_query(&q);
    return guest_mem_store(addr, &q, size) ? 0 : -EFAULT;
}

abi_long guest_ioctl(QemuIoctl *qemu, int fd, int cmd, abi_long arg)
{
    g_autoptr(GByteArray) maps = NULL;
    bool is_own = false;
    int error;

    if (cmd != (int)PROCMAP_QUERY_IOCTL) {
        return qemu(fd, cmd, arg);
    }
    maps = proc_file_maps(fd, &is_own);
    if (!maps) {
        /* QEMU 7.2 has ENOSYS for what it does not know. */
        return get_errno(ioctl(fd, PROCMAP_QUERY_IOCTL, NULL));
    }
    error = answer_query(fd, is_own, (const char *)maps->data, arg);
    errno = -error;
    return get_errno(error ? -1 : 0);
}
