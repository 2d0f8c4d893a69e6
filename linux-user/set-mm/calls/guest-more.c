/*
 * Memory calls that QEMU does not have
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/syscall.h>
#include "qemu/log.h"
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "set-mm/calls/guest-mlock.h"
#include "set-mm/calls/guest-mmap.h"
#include "set-mm/calls/guest-more.h"
#include "set-mm/calls/guest-vm-copy.h"
#include "set-mm/state/guest-ranges.h"
#include "set-mm/state/guest-space.h"

static inline abi_long fail(int error)
{
    errno = error < 0 ? -error : error;
    return -1;
}

/* Of a processor without protection keys: key 0 is all there is. */
static inline abi_long pkey_mprotect_guest(abi_ulong start, abi_ulong len,
                                           int prot, int key)
{
    return key == -1 || key == 0 ? guest_mprotect(start, len, prot)
                                 : fail(EINVAL);
}

/* Since Linux 4.0 it is mmap(2) of a part; its errors are all the same. */
static inline abi_long remap_guest(abi_ulong start, abi_ulong len,
                                   abi_ulong prot, abi_ulong page, int flags)
{
    MemSpace space = guest_space();
    uint64_t aligned = mem_rules_align(&space, len) & space.ulong_max;
    abi_long ret = -1;

    start &= TARGET_PAGE_MASK;
    if (prot || !aligned || !mem_rules_fits(&space, start, aligned)) {
        return fail(EINVAL);
    }
    errno = EINVAL;
    mmap_lock();
    if (guest_range_is_mapped(start, aligned)) {
#ifdef SYS_remap_file_pages
        ret = syscall(SYS_remap_file_pages, g2h_untagged(start), aligned, 0,
                      page * (TARGET_PAGE_SIZE / qemu_real_host_page_size()),
                      flags);
#endif
    }
    mmap_unlock();
    return ret;
}

#ifdef TARGET_NR_mseal
static abi_long mseal_guest(abi_ulong start, abi_ulong len, abi_ulong flags)
{
    MemSpace space = guest_space();
    uint64_t aligned = len;
    int error = flags ? -EINVAL
                      : mem_rules_madvise(&space, start, &aligned);
    abi_long ret = -1;

    if (error || !aligned) {
        return error ? fail(error) : 0;
    }
    errno = ENOMEM;
    mmap_lock();
    if (guest_range_is_mapped(start, aligned)) {
        ret = syscall(462, g2h_untagged(start), aligned, 0);
    }
    mmap_unlock();
    return ret;
}
#endif

abi_long guest_more_syscalls(CPUArchState *env, int num, abi_long arg1,
                             abi_long arg2, abi_long arg3, abi_long arg4,
                             abi_long arg5, abi_long arg6)
{
    CPUState *cpu = env_cpu(env);
    abi_ulong addr = cpu_untagged_addr(cpu, arg1);

    switch (num) {
#ifdef TARGET_NR_mlock2
    case TARGET_NR_mlock2:
        return get_errno(guest_mlock(addr, arg2, arg3));
#endif
#ifdef TARGET_NR_pkey_mprotect
    case TARGET_NR_pkey_mprotect:
        return get_errno(pkey_mprotect_guest(addr, arg2, arg3, arg4));
    case TARGET_NR_pkey_alloc:
        return arg1 || (arg2 & ~3) ? -TARGET_EINVAL : -TARGET_ENOSPC;
    case TARGET_NR_pkey_free:
        return -TARGET_EINVAL;
#endif
#ifdef TARGET_NR_remap_file_pages
    case TARGET_NR_remap_file_pages:
        return get_errno(remap_guest(addr, arg2, arg3, arg4, arg5));
#endif
#ifdef TARGET_NR_mseal
    case TARGET_NR_mseal:
        return get_errno(mseal_guest(addr, arg2, arg3));
#endif
#ifdef TARGET_NR_process_vm_readv
    case TARGET_NR_process_vm_readv:
    case TARGET_NR_process_vm_writev:
        {
            VmCopy copy = { arg1, arg2, arg3, arg4, arg5, arg6,
                            num == TARGET_NR_process_vm_writev };

            return get_errno(guest_vm_copy(&copy));
        }
#endif
    default:
        qemu_log_mask(LOG_UNIMP, "Unsupported syscall: %d\n", num);
        return -TARGET_ENOSYS;
    }
}
