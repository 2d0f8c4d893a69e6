/*
 * Mappings that grow downwards
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/resource.h>
#include "qemu/units.h"
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "loader.h"
#include "set-mm/state/guest-as.h"
#include "set-mm/state/guest-claim.h"
#include "set-mm/state/guest-pages.h"
#include "set-mm/state/guest-stack.h"

/* As the kernel has them: fs/exec.c, mm/mmap.c. */
enum {
    FIRST_ROOM = 128 * KiB,
    GUARD_PAGES = 256,
    /* Nothing tells how far beyond the access; each growth has its price. */
    STEP = 64 * KiB,
    STRINGS = 8 * MiB,
    LEAST_KEPT = 128 * MiB,
    /* For the emulator's own, which RLIMIT_STACK applies to as well. */
    OWN_STACK = 512 * KiB,
};

typedef struct Growing {
    uint64_t start;
    uint64_t last;
    bool is_main;
} Growing;

#ifdef TARGET_HPPA
static const bool can_grow;
#else
static const bool can_grow = true;
#endif

/* Protected by mmap_lock(). */
static GArray *growing;
/* What the host keeps free for the stack: [kept, kept_end). */
static uint64_t kept, kept_end;
/* Of QEMU's mapping, with its guard. */
static abi_ulong mapping_start;
static uint64_t wanted;

/* A page far down makes the host's stack as long as it ever has to be. */
static void __attribute__((noinline)) reach_down(size_t len)
{
    /* Lest the compiler leaves out what nobody reads. */
    volatile char *page = __builtin_alloca(len);

    *page = 0;
}

/* Beyond RLIMIT_AS the kernel would kill the process without a word. */
static void check_room(size_t len)
{
    void *room = mmap(NULL, len, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (room == MAP_FAILED) {
        fprintf(stderr, "qemu: no memory for the stack\n");
        exit(EXIT_FAILURE);
    }
    munmap(room, len);
}

void guest_stack_prepare(void)
{
    struct rlimit limit;

    wanted = MAX(guest_stack_size, LEAST_KEPT);
    check_room(OWN_STACK);
    if (getrlimit(RLIMIT_STACK, &limit) == 0) {
        reach_down(MIN(OWN_STACK, limit.rlim_cur / 4));
    }
    if (can_grow) {
        guest_stack_size = MIN(guest_stack_size, STRINGS);
    }
}

/* It has no page flags, or hidden ones where the host has the whole space. */
static void keep(abi_ulong start, abi_ulong len)
{
    mmap(g2h_untagged(start), len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS |
         MAP_NORESERVE | MAP_FIXED, -1, 0);
    if (reserved_va) {
        set_page_flags(start, start + (len - 1), PAGE_VALID);
        guest_pages_hide(start, len);
    } else {
        guest_range_set_flags(start, len, 0);
    }
}

/* Asks for less and less, as the host's own limits count it. */
abi_long guest_stack_map(abi_ulong len, int prot)
{
    uint64_t most = reserved_va ? reserved_va / 16 : wanted;
    uint64_t room = can_grow ? MIN(wanted, most) : 0;
    abi_ulong start;
    abi_long ret;

    len = TARGET_PAGE_ALIGN(len);
    mmap_lock();
    for (;; room /= 2) {
        room = room < MiB ? 0 : ROUND_UP(room, MiB);
        start = mmap_find_vma(0, room + len, TARGET_PAGE_SIZE);
        if (start != (abi_ulong)-1 || !room) {
            break;
        }
    }
    ret = start == (abi_ulong)-1 ? -1 :
          target_mmap(start + room, len, prot,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (ret != -1) {
        mapping_start = ret;
        kept = start;
        kept_end = ret;
        if (room) {
            keep(start, room);
        }
    }
    mmap_unlock();
    return ret;
}

void guest_stack_start(const struct image_info *info)
{
    abi_ulong size = MAX(guest_stack_size, 32 * TARGET_PAGE_SIZE);
    abi_ulong top = TARGET_PAGE_ALIGN(info->stack_limit + size);
    abi_ulong low = (info->start_stack & TARGET_PAGE_MASK) - FIRST_ROOM;

    if (!mapping_start || !can_grow) {
        return;
    }
    low = ROUND_UP(MAX(low, info->stack_limit), qemu_real_host_page_size());
    mmap_lock();
    keep(mapping_start, low - mapping_start);
    kept_end = low;
    guest_stack_add(low, top - low);
    g_array_index(growing, Growing, 0).is_main = true;
    mmap_unlock();
}

void guest_stack_add(abi_ulong start, abi_ulong len)
{
    Growing g = { .start = start, .last = start + (len - 1) };

    if (!growing) {
        growing = g_array_new(false, false, sizeof(Growing));
    }
    g_array_append_val(growing, g);
}

/* What is left of one grows only if its lowest page is. */
void guest_stack_remove(abi_ulong start, abi_ulong len)
{
    uint64_t last = start + (len - 1);

    for (guint i = 0; growing && i < growing->len; i++) {
        Growing *g = &g_array_index(growing, Growing, i);

        if (g->last < start || last < g->start) {
            continue;
        }
        if (start <= g->start && g->last <= last) {
            g_array_remove_index_fast(growing, i--);
        } else if (start <= g->start) {
            g->start = last + 1;
        } else if (last < g->last) {
            Growing above = { last + 1, g->last, g->is_main };

            g->last = start - 1;
            g_array_append_val(growing, above);
        } else {
            g->last = start - 1;
        }
    }
}

bool guest_stack_start_of(abi_ulong addr, abi_ulong *start)
{
    for (guint i = 0; growing && i < growing->len; i++) {
        const Growing *g = &g_array_index(growing, Growing, i);

        if (g->start <= addr && addr <= g->last) {
            *start = g->start;
            return true;
        }
    }
    return false;
}

/* Gives up a part of what is kept. */
static void give_up(uint64_t from, uint64_t end)
{
    if (reserved_va) {
        guest_pages_show(from, end - from);
    } else {
        munmap(g2h_untagged(from), end - from);
    }
}

/* What is below the new mapping is of no use to the stack any more. */
void guest_stack_release(abi_ulong start, abi_ulong len)
{
    uint64_t end = MIN((uint64_t)start + len, kept_end);

    if (start < kept_end && end > kept) {
        give_up(kept, end);
        kept = end;
    }
}

static bool is_hole(abi_ulong addr)
{
    return !guest_range_prefix(addr & TARGET_PAGE_MASK, TARGET_PAGE_SIZE);
}

static Growing *lowest_above(abi_ulong addr)
{
    Growing *found = NULL;

    for (guint i = 0; growing && i < growing->len; i++) {
        Growing *g = &g_array_index(growing, Growing, i);

        if (g->start > addr && (!found || g->start < found->start)) {
            found = g;
        }
    }
    return found;
}

static bool is_accessible(abi_ulong addr)
{
    abi_ulong start;

    return (page_get_flags(addr) & (PAGE_READ | PAGE_WRITE_ORG | PAGE_EXEC)) &&
           !guest_stack_start_of(addr, &start);
}

/* Is there a mapping between, or one that is nearer than the guard gap? */
static bool is_free(abi_ulong page, abi_ulong start)
{
    abi_ulong gap = MIN(page, GUARD_PAGES * TARGET_PAGE_SIZE);
    g_autoptr(GArray) near = guest_ranges_mapped(page - gap,
                                                 start - (page - gap));
    const GuestRange *highest;

    if (!near->len) {
        return true;
    }
    highest = &g_array_index(near, GuestRange, near->len - 1);
    return highest->last < page && !is_accessible(highest->last);
}

static bool is_allowed(const Growing *g, abi_ulong page)
{
    struct rlimit limit;

    return page >= mmap_min_addr && is_free(page, g->start) &&
           guest_as_may_add(g->start - page) &&
           (getrlimit(RLIMIT_STACK, &limit) < 0 ||
            g->last - page < limit.rlim_cur);
}

static bool grow_to(Growing *g, abi_ulong page)
{
    int prot = page_get_flags(g->start) & (PAGE_READ | PAGE_WRITE_ORG |
                                           PAGE_EXEC);
    abi_ulong end = g->start;
    GArray *claimed = NULL;
    bool done;

    if (prot & PAGE_WRITE_ORG) {
        prot = (prot & ~PAGE_WRITE_ORG) | PAGE_WRITE;
    }
    /* What is kept need not be claimed, and lies right below. */
    if (kept_end == g->start) {
        end = MAX(page, kept);
        if (reserved_va && end < kept_end) {
            guest_pages_show(end, kept_end - end);
        }
    }
    if (page < end && guest_claim(page, end - page, &claimed) < 0) {
        return false;
    }
    done = target_mmap(page, g->start - page, prot, MAP_FIXED | MAP_PRIVATE |
                       MAP_ANONYMOUS, -1, 0) != -1;
    guest_claim_end(claimed, done);
    if (done) {
        if (kept_end == g->start) {
            kept_end = end;
        }
        g->start = page;
    }
    return done;
}

/* Called with mmap_lock() held. */
static bool grow(abi_ulong addr)
{
    abi_ulong page = addr & TARGET_PAGE_MASK & -qemu_real_host_page_size();
    Growing *g = lowest_above(addr);
    abi_ulong more;

    if (!g || is_hole(g->start) || !is_allowed(g, page)) {
        return false;
    }
    more = g->is_main && g->start > STEP ? MIN(page, g->start - STEP) : page;
    return (more != page && is_allowed(g, more) && grow_to(g, more)) ||
           grow_to(g, page);
}

/* Another thread may have been faster. */
static bool has_grown(abi_ulong addr)
{
    const int rw = PAGE_READ | PAGE_WRITE;
    abi_ulong start;

    return guest_stack_start_of(addr, &start) &&
           (page_get_flags(addr) & rw) == rw;
}

bool guest_stack_fault(abi_ulong addr, siginfo_t *info)
{
    bool ret = false;

    if (info->si_signo == SIGSEGV && h2g_valid(info->si_addr)) {
        mmap_lock();
        if (is_hole(addr)) {
            ret = grow(addr);
            /* QEMU would go by the page flags of what is hidden. */
            info->si_code = SEGV_MAPERR;
        } else {
            ret = has_grown(addr);
        }
        mmap_unlock();
    }
    return ret;
}

bool guest_stack_access(int type, abi_ulong addr, abi_ulong size)
{
    bool ret = false;

    mmap_lock();
    if (size && is_hole(addr) && grow(addr)) {
        ret = has_page_flags(addr, size, type);
    }
    mmap_unlock();
    return ret;
}

bool guest_stack_probe(int access_type, abi_ulong addr)
{
    int type = access_type == MMU_DATA_STORE ? PAGE_READ | PAGE_WRITE
                                             : PAGE_READ;

    return access_type != MMU_INST_FETCH && guest_stack_access(type, addr, 1);
}
