/*
 * The guest's mm_struct
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "elf.h"
#include "qemu.h"
#include "user-internals.h"
#include "signal-common.h"
#include "user-mmap.h"
#include "set-mm/rules/elf-layout.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/state/guest-mm.h"
#include "set-mm/state/guest-ranges.h"
#include "set-mm/state/guest-limits.h"
#include "set-mm/state/memory-walk.h"

static struct {
    QemuMutex lock;
    MMLayout layout;
    GuestAuxv auxv;
    uint64_t min_addr;
    uint64_t vdso;
    uint64_t vdso_last;
    uint64_t highest_at_start;
    bool is_elf;
} mm;

/*
 * The first address that is no user address, of a native kernel; 32-bit
 * guests get the whole space that QEMU gives them, as a 32-bit task does
 * under a 64-bit kernel.
 */
uint64_t guest_mm_arch_end(void)
{
#if defined(TARGET_X86_64)
    return 0x7ffffffff000ull;
#elif defined(TARGET_I386)
    return 0xffffe000u;
#elif TARGET_ABI_BITS == 32
    return 0xfffff000u & TARGET_PAGE_MASK;
#elif defined(TARGET_PPC64)
    return 1ull << 52;
#elif defined(TARGET_S390X)
    return 1ull << 53;
#elif defined(TARGET_RISCV) || defined(TARGET_LOONGARCH64)
    return 1ull << 47;
#elif defined(TARGET_ALPHA)
    return 1ull << 42;
#elif defined(TARGET_SPARC64)
    return -(1ull << 34);
#else
    return 1ull << 48;
#endif
}

/*
 * Where guest_end_keep() could do nothing the host puts mappings above the
 * architecture's limit; what the program has must be acceptable to it.
 * The stack and the vdso show where that is.
 */
uint64_t guest_mm_task_size(void)
{
    uint64_t size = guest_mm_arch_end();
    uint64_t last = GUEST_ADDR_MAX;

    while (size <= mm.highest_at_start && !(size >> 63)) {
        size <<= 1;
    }
    return MIN(size - 1, last) + 1;
}

/*
 * A program linked below the host's mmap_min_addr is moved by guest_base;
 * its own addresses must stay acceptable to it.
 */
static uint64_t effective_min_addr(const MMLayout *layout)
{
    uint64_t lowest = MIN(layout->start_code, layout->start_data);

    return MIN(mmap_min_addr, lowest & TARGET_PAGE_MASK);
}

static abi_ulong end_of_strings(abi_ulong addr, unsigned count)
{
    while (count--) {
        addr += target_strlen(addr) + 1;
    }
    return addr;
}

void guest_mm_prepare(int fd)
{
    mm.is_elf = elf_layout_read(fd, 0, &mm.layout);
}

static void init_layout(const struct image_info *info)
{
    MMLayout *l = &mm.layout;

    if (mm.is_elf) {
        l->start_code += info->load_bias;
        l->end_code += info->load_bias;
        l->start_data += info->load_bias;
        l->end_data += info->load_bias;
    } else {
        /* bFLT knows its segments from its own header. */
        l->start_code = info->start_code;
        l->end_code = info->end_code;
        l->start_data = info->start_data;
        l->end_data = info->end_data;
    }
    l->start_code = (abi_ulong)l->start_code;
    l->end_code = (abi_ulong)l->end_code;
    l->start_data = (abi_ulong)l->start_data;
    l->end_data = (abi_ulong)l->end_data;
    l->start_stack = info->start_stack;
    l->arg_start = info->arg_strings;
    l->arg_end = info->env_strings;
    l->env_start = info->env_strings;
    l->env_end = end_of_strings(info->env_strings, info->envc);
}

/*
 * QEMU 7.2's image_info has no field for it.  Where QEMU has none, it has a
 * page for what signals return through: a part of the vdso on Linux.
 */
static uint64_t find_vdso(void)
{
    for (int i = 0; i < GUEST_AUXV_WORDS && mm.auxv.word[i]; i += 2) {
        if (tswapal(mm.auxv.word[i]) == AT_SYSINFO_EHDR) {
            return tswapal(mm.auxv.word[i + 1]);
        }
    }
    return default_rt_sigreturn & TARGET_PAGE_MASK;
}

static int note_vdso(void *opaque, WalkAddr start, WalkAddr end,
                     WalkFlags flags)
{
    if (start <= mm.vdso && mm.vdso < end) {
        mm.vdso_last = end - 1;
        return 1;
    }
    return 0;
}

void guest_mm_init(const struct image_info *info)
{
    size_t len = MIN(info->auxv_len, sizeof(mm.auxv) - 2 * sizeof(abi_ulong));
    PublicProgram program;

    QEMU_BUILD_BUG_ON(sizeof(GuestAuxv) > PUBLIC_AUXV_MAX);

    fork_safety_lock_init(&mm.lock, NULL);
    init_layout(info);
    mm.min_addr = effective_min_addr(&mm.layout);
    if (copy_from_user(&mm.auxv, info->saved_auxv, len)) {
        memset(&mm.auxv, 0, sizeof(mm.auxv));
    }
    mm.vdso = find_vdso();
    guest_ranges_walk(NULL, note_vdso);
    mm.highest_at_start = MAX(mm.layout.start_stack, mm.vdso_last);
    public_state_set_layout(&mm.layout);
    public_state_set_auxv(&mm.auxv, sizeof(mm.auxv));
    program = guest_mm_program();
    public_state_start(&program);
}

MMLayout *guest_mm_begin(void)
{
    qemu_mutex_lock(&mm.lock);
    return &mm.layout;
}

void guest_mm_end(void)
{
    public_state_set_layout(&mm.layout);
    qemu_mutex_unlock(&mm.lock);
}

MMLayout guest_mm_layout(void)
{
    MMLayout layout;

    qemu_mutex_lock(&mm.lock);
    layout = mm.layout;
    qemu_mutex_unlock(&mm.lock);
    return layout;
}

MMLimits guest_mm_limits(void)
{
    return (MMLimits) {
        .min_addr = mm.min_addr,
        .task_size = guest_mm_task_size(),
        .rlimit_data = guest_limits_data(),
        .ulong_max = (abi_ulong)-1,
    };
}

static int note_end(void *opaque, WalkAddr start, WalkAddr end,
                    WalkFlags flags)
{
    uint64_t *last = opaque;

    if (start < guest_mm_task_size()) {
        *last = MAX(*last, end);
    }
    return 0;
}

uint64_t guest_mm_last_vma_end(void)
{
    uint64_t last = 0;

    guest_ranges_walk(&last, note_end);
    return last;
}

PublicProgram guest_mm_program(void)
{
    return (PublicProgram) {
        .guest_base = guest_base,
        .guest_last = GUEST_ADDR_MAX,
        .vdso = mm.vdso,
        .vdso_last = mm.vdso_last,
#ifdef TARGET_X86_64
        .vsyscall = TARGET_VSYSCALL_PAGE,
#endif
        .page_size = TARGET_PAGE_SIZE,
        .word_size = sizeof(abi_ulong),
    };
}

static void set_vdso(uint64_t start, uint64_t last)
{
    PublicProgram program;

    qemu_mutex_lock(&mm.lock);
    mm.vdso = start;
    mm.vdso_last = last;
    program = guest_mm_program();
    public_state_start(&program);
    qemu_mutex_unlock(&mm.lock);
}

bool guest_mm_vdso_moved(uint64_t from, uint64_t len, uint64_t to)
{
    if (!mm.vdso || mm.vdso - from >= len) {
        return false;
    }
    set_vdso(mm.vdso - from + to, MIN(mm.vdso_last, from + (len - 1)) -
             from + to);
    return true;
}

void guest_mm_vdso_gone(uint64_t start, uint64_t len)
{
    uint64_t last = start + (len - 1);

    if (!mm.vdso || last < mm.vdso || mm.vdso_last < start) {
        return;
    }
    if (start <= mm.vdso && mm.vdso_last <= last) {
        set_vdso(0, 0);
    } else if (start <= mm.vdso) {
        set_vdso(last + 1, mm.vdso_last);
    } else {
        set_vdso(mm.vdso, start - 1);
    }
}

size_t guest_mm_get_auxv(GuestAuxv *auxv)
{
    size_t words = 2;

    qemu_mutex_lock(&mm.lock);
    *auxv = mm.auxv;
    qemu_mutex_unlock(&mm.lock);
    while (words < GUEST_AUXV_WORDS && auxv->word[words - 2]) {
        words += 2;
    }
    return words * sizeof(auxv->word[0]);
}

void guest_mm_set_auxv(const GuestAuxv *auxv)
{
    qemu_mutex_lock(&mm.lock);
    mm.auxv = *auxv;
    memset(&mm.auxv.word[GUEST_AUXV_WORDS - 2], 0, 2 * sizeof(abi_ulong));
    public_state_set_auxv(&mm.auxv, sizeof(mm.auxv));
    qemu_mutex_unlock(&mm.lock);
}
