/*
 * process_vm_readv(2) and process_vm_writev(2)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/uio.h>
#include <sys/syscall.h>
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "set-mm/calls/guest-task.h"
#include "set-mm/calls/guest-vm-copy.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/state/guest-mem.h"
#include "set-mm/state/guest-ranges.h"
#include "set-mm/state/guest-space.h"
#include "set-mm/views/sibling.h"

enum { MAX_VECS = 1024 };

/* As the kernel has MAX_RW_COUNT. */
#define MAX_COUNT (INT32_MAX & TARGET_PAGE_MASK)

/* Addresses of a process and what is known of them. */
typedef struct Side {
    struct iovec vec[MAX_VECS];     /* bases are the process's own */
    size_t n, at;
    bool is_own, is_local;
    const GArray *regions;          /* NULL: every address is the host's */
    uintptr_t base;                 /* of the process in its emulator */
} Side;

static int import(Side *side, abi_ulong addr, abi_ulong count)
{
    g_autofree abi_ulong *raw = NULL;
    MemSpace space = guest_space();

    if (count > MAX_VECS) {
        return -EINVAL;
    }
    raw = g_new(abi_ulong, 2 * count + 1);
    if (!guest_mem_load(raw, addr, 2 * count * sizeof(*raw))) {
        return -EFAULT;
    }
    for (size_t i = 0; i < count; i++) {
        abi_ulong base = tswapal(raw[2 * i]), len = tswapal(raw[2 * i + 1]);

        if ((abi_long)len < 0) {
            return -EINVAL;
        }
        if (side->is_local &&
            !mem_rules_fits(&space, cpu_untagged_addr(thread_cpu, base),
                            len)) {
            return -EFAULT;
        }
        side->vec[i] = (struct iovec) { (void *)(uintptr_t)base, len };
    }
    side->n = count;
    return 0;
}

static bool region_has(const GArray *regions, uint64_t start, uint64_t len,
                       int prot)
{
    for (guint i = 0; i < regions->len && len; i++) {
        const Region *r = &g_array_index(regions, Region, i);

        if (r->start <= start && start <= r->last) {
            uint64_t part = MIN(len, r->last - start + 1);

            if ((r->prot & prot) != prot) {
                return false;
            }
            start += part;
            len -= part;
        }
    }
    return !len;
}

static bool can_access(const Side *side, uintptr_t addr, size_t len, int prot)
{
    if (side->is_own) {
        return access_ok(thread_cpu, prot & PROT_WRITE ? VERIFY_WRITE
                                                       : VERIFY_READ,
                         addr, len);
    }
    return !side->regions || region_has(side->regions, addr, len, prot);
}

/*
 * How much of the present vectors is accessible, to the end of a page.  The
 * host must be asked for all of it at once: it takes hold of all pages that it
 * reads before it writes, which shows where the two overlap.
 */
static size_t accessible(const Side *side, size_t len, int prot)
{
    uintptr_t addr = (uintptr_t)side->vec[side->at].iov_base;
    size_t part = MIN(len, -(addr | TARGET_PAGE_MASK)), done = 0;

    if (can_access(side, addr, len, prot)) {
        return len;
    }
    while (part && can_access(side, addr + done, part, prot)) {
        done += part;
        part = MIN(len - done, TARGET_PAGE_SIZE);
    }
    return done;
}

static void *host_address(const Side *side)
{
    uintptr_t addr = (uintptr_t)side->vec[side->at].iov_base;

    return side->is_own ? g2h(thread_cpu, addr)
                        : (void *)(addr + side->base);
}

static void advance(Side *side, size_t len)
{
    struct iovec *v = &side->vec[side->at];

    v->iov_base = (char *)v->iov_base + len;
    v->iov_len -= len;
}

static bool skip_empty(Side *side)
{
    while (side->at < side->n && !side->vec[side->at].iov_len) {
        side->at++;
    }
    return side->at < side->n;
}

static ssize_t copy_part(const VmCopy *c, const Side *own, const Side *other,
                         size_t len)
{
    struct iovec local = { host_address(own), len };
    struct iovec remote = { host_address(other), len };

    return c->is_write ? process_vm_writev(c->pid, &local, 1, &remote, 1, 0)
                       : process_vm_readv(c->pid, &local, 1, &remote, 1, 0);
}

static abi_long copy_all(const VmCopy *c, Side *own, Side *other)
{
    size_t total = 0;
    int error = 0;

    while (!error && skip_empty(own) && skip_empty(other) &&
           total < MAX_COUNT) {
        size_t len = MIN(own->vec[own->at].iov_len,
                         other->vec[other->at].iov_len);
        ssize_t done;

        len = accessible(own, MIN(len, MAX_COUNT - total),
                         c->is_write ? PROT_READ : PROT_WRITE);
        len = len ? accessible(other, len,
                               c->is_write ? PROT_WRITE : PROT_READ) : 0;
        /* Without a byte the host says whether the process may be asked. */
        done = copy_part(c, own, other, len);
        error = done < 0 ? errno : done < len || !len ? EFAULT : 0;
        if (done > 0) {
            total += done;
            advance(own, done);
            advance(other, done);
        }
    }
    if (!total && error) {
        errno = error;
        return -1;
    }
    return total;
}

/* Returns: as sibling_regions() */
static GArray *regions_of(const Sibling *sibling, pid_t pid)
{
    char name[sizeof("/maps") + 3 * sizeof(pid)];
    g_autofree char *maps = NULL;
    size_t len;

    snprintf(name, sizeof(name), "%d/maps", (int)pid);
    maps = host_proc_read(name, &len);
    return maps ? sibling_regions(sibling, maps) : NULL;
}

abi_long guest_vm_copy(const VmCopy *c)
{
    g_autofree Side *own = g_new0(Side, 1), *other = g_new0(Side, 1);
    g_autoptr(GArray) regions = NULL;
    Sibling sibling;
    int error;

    own->is_own = true;
    own->is_local = true;
    error = c->flags ? -EINVAL : import(own, c->local, c->local_count);
    if (!error && !skip_empty(own)) {
        return 0;
    }
    if (!error) {
        other->is_own = guest_task_is_own(c->pid);
        error = import(other, c->remote, c->remote_count);
    }
    if (error) {
        errno = -error;
        return -1;
    }
    if (!other->is_own && sibling_find_process(&sibling, c->pid)) {
        regions = regions_of(&sibling, c->pid);
        other->regions = regions;
        other->base = sibling.state.program.guest_base;
        sibling_put(&sibling);
    }
    return copy_all(c, own, other);
}
