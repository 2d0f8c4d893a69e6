/*
 * The calls that make and remove mappings
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/personality.h>
#include <sys/statvfs.h>
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "target_mman.h"
#include "set-mm/calls/guest-mlock.h"
#include "set-mm/calls/guest-mmap.h"
#include "set-mm/state/guest-as.h"
#include "set-mm/state/guest-claim.h"
#include "set-mm/state/guest-pages.h"
#include "set-mm/state/guest-pieces.h"
#include "set-mm/state/guest-space.h"
#include "set-mm/state/guest-stack.h"

/* QEMU 7.2 does not know it. */
#ifndef TARGET_MAP_FIXED_NOREPLACE
# ifdef TARGET_ALPHA
#  define TARGET_MAP_FIXED_NOREPLACE 0x200000
# else
#  define TARGET_MAP_FIXED_NOREPLACE 0x100000
# endif
#endif

static abi_long fail(int error)
{
    errno = error < 0 ? -error : error;
    return -1;
}

static bool read_implies_exec;

static void note_persona(int persona)
{
    qatomic_set(&read_implies_exec, persona != -1 &&
                (persona & READ_IMPLIES_EXEC));
}

void guest_mmap_init(void)
{
    note_persona(personality(0xffffffff));
}

abi_long guest_personality(abi_ulong persona)
{
    int ret = personality(persona);

    if (ret != -1 && (uint32_t)persona != 0xffffffff) {
        note_persona(persona);
    }
    return ret;
}

int guest_implied_prot(int prot)
{
    return (prot & PROT_READ) && qatomic_read(&read_implies_exec)
           ? prot | PROT_EXEC : prot;
}

/* QEMU does not ask the host to execute. */
static bool is_noexec(int fd)
{
    struct statvfs fs;

    return fstatvfs(fd, &fs) == 0 && (fs.f_flag & ST_NOEXEC);
}

void guest_mmap_replaced(abi_ulong start, abi_ulong len)
{
    guest_stack_remove(start, len);
    guest_mm_vdso_gone(start, len);
}

int guest_mmap_claim(abi_ulong start, abi_ulong len, GArray **claimed)
{
    guest_stack_release(start, len);
    return guest_claim(start, len, claimed);
}

/* Linux forgets bits that mean nothing; QEMU refuses them. */
static int known_prot(int prot)
{
    int known = PROT_READ | PROT_WRITE | PROT_EXEC | TARGET_PROT_SEM;

#ifdef TARGET_PROT_BTI
    known |= TARGET_PROT_BTI;
#endif
#ifdef TARGET_PROT_MTE
    known |= TARGET_PROT_MTE;
#endif
    return prot & known;
}

/* How much of a mapping there is before the page behind a file's last one. */
static abi_ulong bytes_before_end(abi_ulong len, int flags, int fd,
                                  off_t offset)
{
    struct stat st;

    if ((flags & MAP_ANONYMOUS) || fstat(fd, &st) < 0) {
        return len;
    }
    return st.st_size <= offset ? 0 :
           MIN(ROUND_UP((uint64_t)st.st_size - offset, TARGET_PAGE_SIZE), len);
}

/* Returns: 0, or -1 with errno */
static int map_file(void *at, size_t len, int prot, int flags, int fd,
                    off_t offset)
{
    int host_prot = (prot & (PROT_READ | PROT_EXEC) ? PROT_READ : 0) |
                    (prot & PROT_WRITE);
    void *mapped = mmap(at, len, host_prot, flags, fd, offset);

    if (mapped != MAP_FAILED && !at) {
        munmap(mapped, len);
    }
    return mapped == MAP_FAILED ? -1 : 0;
}

/*
 * Where the guest's pages are larger than the host's, QEMU maps memory from
 * the file's end on, as the rest of the last page has to be there.  The pages
 * behind that one are the file's: SIGBUS until it grows.  Called with
 * mmap_lock() held.
 *
 * @aligned: whole pages of the guest's
 */
static abi_long map(abi_ulong start, abi_ulong len, abi_ulong aligned,
                    int prot, int flags, int fd, off_t offset)
{
    abi_ulong before = TARGET_PAGE_SIZE <= qemu_real_host_page_size() ? aligned
                       : bytes_before_end(aligned, flags, fd, offset);
    abi_long ret;

    /* What QEMU would not ask the host for can be impossible. */
    if (!before &&
        map_file(NULL, aligned, prot, flags & ~MAP_FIXED, fd, offset) < 0) {
        return -1;
    }
    ret = target_mmap(start, len, prot, flags, fd, offset);
    if (ret != -1 && before < aligned) {
        map_file(g2h_untagged(ret + before), aligned - before, prot,
                 flags | MAP_FIXED, fd, offset + before);
    }
    return ret;
}

static abi_ulong bytes_free(abi_ulong start, abi_ulong len)
{
    g_autoptr(GArray) holes = guest_ranges_free(start, len);
    abi_ulong sum = 0;

    for (guint i = 0; i < holes->len; i++) {
        const GuestRange *r = &g_array_index(holes, GuestRange, i);

        sum += r->last - r->start + 1;
    }
    return sum;
}

/* Called with mmap_lock() held. */
static abi_long map_fixed(abi_ulong start, abi_ulong len, int prot, int flags,
                          int fd, off_t offset, bool may_replace)
{
    g_autoptr(GArray) before = NULL;
    GArray *claimed;
    abi_long ret;
    int error;

    if (!may_replace) {
        before = guest_ranges_mapped(start, len);
        if (before->len) {
            return fail(EEXIST);
        }
    }
    if (guest_as_is_limited() && !guest_as_may_add(bytes_free(start, len))) {
        return fail(ENOMEM);
    }
    error = guest_mmap_claim(start, len, &claimed);
    if (error) {
        return fail(error == -EEXIST && may_replace ? -ENOMEM : error);
    }
    ret = map(start, len, len, prot, flags | MAP_FIXED, fd, offset);
    guest_claim_end(claimed, ret != -1);
    if (ret != -1) {
        guest_mmap_replaced(start, len);
    }
    return ret;
}

/* MAP_GROWSDOWN, which the host would make true behind QEMU's back. */
static abi_long map_growing(abi_ulong start, abi_ulong len, int prot,
                            int flags, bool is_fixed, bool may_replace)
{
    abi_long ret;

    mmap_lock();
    ret = is_fixed ? map_fixed(start, len, prot, flags, -1, 0, may_replace)
                   : target_mmap(start, len, prot, flags, -1, 0);
    if (ret != -1) {
        guest_stack_add(ret, len);
    }
    mmap_unlock();
    return ret;
}

abi_long guest_mmap(abi_ulong start, abi_ulong len, int prot, int flags,
                    int target_flags, int fd, off_t offset)
{
    bool may_replace = !(target_flags & TARGET_MAP_FIXED_NOREPLACE);
    MemSpace space = guest_space();
    abi_ulong aligned = mem_rules_align(&space, len);
    abi_long ret;

    bool is_fixed = !may_replace || (flags & MAP_FIXED);
    bool is_growing = flags & MAP_GROWSDOWN;

    prot = known_prot(prot);
    flags = (flags & ~(MAP_FIXED_NOREPLACE | MAP_GROWSDOWN)) |
            guest_mlock_flags();
    if (!(flags & MAP_ANONYMOUS)) {
        if (fcntl(fd, F_GETFD) < 0) {
            return fail(EBADF);
        }
        if ((prot & PROT_EXEC) && is_noexec(fd)) {
            return fail(EPERM);
        }
    }
    prot = guest_implied_prot(prot);
    if (aligned && is_fixed) {
        if (!mem_rules_fits(&space, start, aligned)) {
            return fail(ENOMEM);
        }
        if (start & ~TARGET_PAGE_MASK) {
            return fail(EINVAL);
        }
    }
    if (is_growing && aligned) {
        return map_growing(start, aligned, prot, flags, is_fixed, may_replace);
    }
    if (!aligned) {
        return target_mmap(start, len, prot, flags, fd, offset);
    }
    mmap_lock();
    if (is_fixed) {
        ret = map_fixed(start, aligned, prot, flags, fd, offset, may_replace);
    } else if (guest_as_may_add(aligned)) {
        ret = map(start, len, aligned, prot, flags, fd, offset);
    } else {
        ret = fail(ENOMEM);
    }
    mmap_unlock();
    return ret;
}

abi_long guest_munmap(abi_ulong start, abi_ulong len)
{
    g_autoptr(GArray) mapped = NULL;
    MemSpace space = guest_space();
    uint64_t aligned = len;
    int error = mem_rules_munmap(&space, start, &aligned);
    abi_long ret = 0;

    if (error) {
        return fail(error);
    }
    mmap_lock();
    mapped = guest_ranges_mapped(start, aligned);
    for (guint i = 0; i < mapped->len && !ret; i++) {
        const GuestRange *r = &g_array_index(mapped, GuestRange, i);

        ret = target_munmap(r->start, r->last - r->start + 1);
    }
    guest_mmap_replaced(start, aligned);
    mmap_unlock();
    return ret;
}

/*
 * The host changes what is before a mapping that may not be changed, as a
 * segment that was attached to be read.
 */
static abi_long protect_pieces(abi_ulong start, abi_ulong len, int prot)
{
    GuestPieces pieces;
    abi_long ret = 0;
    int error;

    guest_pieces_begin(&pieces, start, len);
    while (!ret && guest_pieces_next(&pieces)) {
        ret = target_mprotect(pieces.start, pieces.len, prot);
    }
    error = errno;
    guest_pieces_end(&pieces);
    errno = error;
    return ret;
}

abi_long guest_mprotect(abi_ulong start, abi_ulong len, int prot)
{
    MemSpace space = guest_space();
    uint64_t aligned = len;
    int error = mem_rules_mprotect(&space, start, &aligned, prot);
    abi_ulong prefix, done;
    abi_long ret = 0;

    if (error || !aligned) {
        return error ? fail(error) : 0;
    }
    mmap_lock();
    if (prot & PROT_GROWSDOWN) {
        abi_ulong lowest;

        if (!guest_range_prefix(start, TARGET_PAGE_SIZE) ||
            !guest_stack_start_of(start, &lowest)) {
            error = guest_range_prefix(start, TARGET_PAGE_SIZE) ? EINVAL
                                                                : ENOMEM;
            mmap_unlock();
            return fail(error);
        }
        aligned += start - lowest;
        start = lowest;
    }
    prot = guest_implied_prot(prot & ~(PROT_GROWSDOWN | PROT_GROWSUP));
    prefix = guest_range_prefix(start, aligned);
    for (abi_ulong at = 0; !ret && at < prefix; at += done) {
        done = guest_range_alike(start + at, prefix - at);
        ret = target_mprotect(start + at, done, prot);
        if (ret == -1 && errno == EACCES) {
            ret = protect_pieces(start + at, done, prot);
        }
    }
    mmap_unlock();
    return ret || prefix == aligned ? ret : fail(ENOMEM);
}
