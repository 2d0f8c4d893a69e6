/*
 * The guest's memory as the kernel reads and writes it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/uio.h>
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "set-mm/state/guest-mem.h"
#include "set-mm/state/memory-walk.h"
#include "set-mm/host/host-proc.h"

/*
 * The host knows what is anonymous; QEMU's page flags forget it in mremap.
 * Without /proc they must do.
 */
static size_t anonymous_prefix(uint64_t addr, size_t len)
{
    size_t known;

    if (!host_proc_own_anonymous((uintptr_t)g2h_untagged(addr), len, &known)) {
        return page_get_flags(addr) & PAGE_ANON ? len : 0;
    }
    return known;
}

/* What the guest made readable; the host's protection may differ. */
static size_t readable_prefix(uint64_t addr, size_t len)
{
    uint64_t at = addr;

    while (at < addr + len && guest_addr_valid_untagged(at) &&
           (page_get_flags(at) & PAGE_READ)) {
        at = (at & TARGET_PAGE_MASK) + TARGET_PAGE_SIZE;
    }
    return MIN(at - addr, len);
}

size_t guest_mem_read_anon(void *buf, uint64_t addr, size_t len)
{
    /* No guest mapping can go away while this lock is held. */
    mmap_lock();
    len = readable_prefix(addr, len);
    if (len) {
        len = anonymous_prefix(addr, len);
        memcpy(buf, g2h_untagged(addr), len);
    }
    mmap_unlock();
    return len;
}

/* Memory that nothing but munmap(2) takes away, as far as QEMU knows. */
static bool is_anonymous(abi_ulong addr, size_t len)
{
    abi_ulong last = addr + len - 1;

    for (addr &= TARGET_PAGE_MASK; addr <= last; addr += TARGET_PAGE_SIZE) {
        if (!(page_get_flags(addr) & PAGE_ANON)) {
            return false;
        }
        if (addr > (abi_ulong)-1 - TARGET_PAGE_SIZE) {
            break;
        }
    }
    return true;
}

typedef ssize_t CopyByHost(pid_t pid, const struct iovec *own,
                           unsigned long own_count,
                           const struct iovec *guests,
                           unsigned long guests_count, unsigned long flags);

/*
 * The host's kernel copies between two places of one process as well, and has
 * an error instead of a signal for us.  Where a filter refuses that, we do it.
 */
static bool copy_by_host(CopyByHost *copy, void *own, void *guests,
                         size_t len, bool *is_refused)
{
    struct iovec from = { own, len }, to = { guests, len };
    ssize_t ret = copy(getpid(), &from, 1, &to, 1, 0);

    *is_refused = ret < 0 && errno != EFAULT && errno != ENOMEM;
    return ret == (ssize_t)len;
}

/*
 * No guest mapping can go away or change while the lock is held, nor be
 * protected as its code is translated.
 */
static bool copy_locked(int type, abi_ulong addr, void *own, size_t len)
{
    CopyByHost *copy = type == VERIFY_READ ? process_vm_readv
                                           : process_vm_writev;
    void *guests = g2h_untagged(addr);
    bool is_refused, ret;

    if (!access_ok_untagged(type, addr, len)) {
        return false;
    }
    if (!is_anonymous(addr, len)) {
        ret = copy_by_host(copy, own, guests, len, &is_refused);
        if (!is_refused) {
            return ret;
        }
    }
    if (type == VERIFY_READ) {
        memcpy(own, guests, len);
    } else {
        memcpy(guests, own, len);
    }
    return true;
}

static bool copy_user(int type, abi_ulong addr, void *own, size_t len)
{
    bool ret;

    if (!len) {
        return true;
    }
    mmap_lock();
    ret = copy_locked(type, cpu_untagged_addr(thread_cpu, addr), own, len);
    mmap_unlock();
    return ret;
}

bool guest_mem_load(void *to, uint64_t from, size_t len)
{
    return copy_user(VERIFY_READ, from, to, len);
}

bool guest_mem_store(uint64_t to, const void *from, size_t len)
{
    return copy_user(VERIFY_WRITE, to, (void *)from, len);
}

bool guest_mem_store_host(void *to, const void *from, size_t len)
{
    if (h2g_valid(to)) {
        return guest_mem_store(h2g_nocheck(to), from, len);
    }
    memcpy(to, from, len);
    return true;
}

bool guest_mem_load_host(void *to, const void *from, size_t len)
{
    if (h2g_valid(from)) {
        return guest_mem_load(to, h2g_nocheck(from), len);
    }
    memcpy(to, from, len);
    return true;
}

/*
 * A page that QEMU protects as it has translated code of it is made writable:
 * where it is shared the host's kernel would refuse to write to it.
 */
ssize_t guest_mem_poke(int mem, uint64_t addr, const void *from, size_t len)
{
    abi_ulong last = addr + len - 1;

    for (abi_ulong page = addr & TARGET_PAGE_MASK; page <= last;
         page += TARGET_PAGE_SIZE) {
        access_ok_untagged(VERIFY_WRITE, page, 1);
        if (page > (abi_ulong)-1 - TARGET_PAGE_SIZE) {
            break;
        }
    }
    forget_code(addr, last);
    return pwrite(mem, from, len, (uintptr_t)g2h_untagged(addr));
}
