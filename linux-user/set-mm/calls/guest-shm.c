/*
 * Segments of System V shared memory
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/shm.h>
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "set-mm/calls/guest-mmap.h"
#include "set-mm/calls/guest-shm.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/state/guest-claim.h"
#include "set-mm/state/guest-space.h"

/* Bytes of a segment as it is mapped, 0 if there is none. */
static abi_ulong segment_size(int id)
{
    struct shmid_ds info;
    uint64_t page = MAX(TARGET_PAGE_SIZE, qemu_real_host_page_size());

    return shmctl(id, IPC_STAT, &info) < 0 ? 0
                                           : ROUND_UP(info.shm_segsz, page);
}

/*
 * SHM_REMAP is MAP_FIXED.  Without it nothing of the guest's may be there; the
 * host sees the reservation of the guest's whole space.
 */
abi_ulong guest_shmat(GuestShmat *shmat, CPUArchState *env, int id,
                      abi_ulong addr, int flags)
{
    MemSpace space = guest_space();
    abi_ulong start = addr & TARGET_PAGE_MASK;
    abi_ulong len = addr ? segment_size(id) : 0;
    GArray *claimed = NULL;
    abi_ulong ret;
    int error = 0;

    if (!addr && (flags & SHM_REMAP)) {
        return -TARGET_EINVAL;
    }
    if (!len || !(flags & SHM_REMAP)) {
        return shmat(env, id, addr, flags);
    }
    if (!mem_rules_fits(&space, start, len)) {
        return -TARGET_EINVAL;
    }
    mmap_lock();
    error = guest_mmap_claim(start, len, &claimed);
    if (error) {
        mmap_unlock();
        return -TARGET_ENOMEM;
    }
    ret = shmat(env, id, addr, flags);
    guest_claim_end(claimed, ret < (abi_ulong)-4096);
    if (ret < (abi_ulong)-4096) {
        guest_mmap_replaced(start, len);
    }
    mmap_unlock();
    return ret;
}

/* Is that what is left of a segment whose first page would be at @start? */
static bool is_part(const HostMapping *m, uint64_t start)
{
    return m->start >= start && m->start - start == m->offset &&
           host_mapping_is_segment(m);
}

/* Does such a part begin there? */
static bool has_part(const char *maps, uint64_t start, uint64_t at)
{
    HostMapping m;

    while (host_mapping_parse(&maps, &m)) {
        if (m.start == at) {
            return is_part(&m, start);
        }
    }
    return false;
}

/*
 * The host knows which parts were attached together (ipc/shm.c:ksys_shmdt()),
 * and what is gone afterwards was unmapped.
 *
 * Returns: 0 or a negative errno.
 */
static int detach(abi_ulong addr, const char *before)
{
    const uint64_t start = (uintptr_t)g2h_untagged(addr);
    g_autofree char *after = NULL;
    HostMapping m;
    size_t len;

    if (shmdt((void *)(uintptr_t)start) < 0) {
        return -errno;
    }
    after = host_proc_read("thread-self/maps", &len);
    while (host_mapping_parse(&before, &m)) {
        if (is_part(&m, start) && !(after && has_part(after, start, m.start))) {
            guest_munmap(addr + m.offset, m.end - m.start);
        }
    }
    return 0;
}

abi_long guest_shmdt(GuestShmdt *shmdt, abi_ulong addr)
{
    g_autofree char *maps = NULL;
    size_t len;
    int error;

    mmap_lock();
    maps = host_proc_read("thread-self/maps", &len);
    if (!maps) {
        mmap_unlock();
        return shmdt(addr);
    }
    error = addr & ~TARGET_PAGE_MASK ? -EINVAL : detach(addr, maps);
    mmap_unlock();
    errno = -error;
    return get_errno(error ? -1 : 0);
}
