/*
 * prctl(PR_SET_MM, ...): arguments, their limits and the order of the errors
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"

enum { FULL_MAP = -1 };

/* ------------------------------------------- rows A and B: the dispatch */

enum address {
    ADDR_NULL,
    ADDR_BAD,
    ADDR_START_CODE,
    ADDR_MAP,
    ADDR_AUXV,
    ADDR_UINT,
};

struct arg_row {
    const char *id, *text;
    unsigned long opt;
    enum address addr;
    long arg4;
    unsigned long arg5;
    int want;
    bool privileged;
};

#define PRIVILEGED true

static const struct arg_row arg_rows[] = {
    { "A01", "START_CODE, arg5=1",
      PR_SET_MM_START_CODE, ADDR_START_CODE, 0, 1, EINVAL, false },
    { "A02", "START_CODE, arg4=1",
      PR_SET_MM_START_CODE, ADDR_START_CODE, 1, 0, EINVAL, false },
    { "A03", "AUXV valid, arg5=1",
      PR_SET_MM_AUXV, ADDR_AUXV, 16, 1, EINVAL, false },
    { "A04", "MAP valid, arg5=1",
      PR_SET_MM_MAP, ADDR_MAP, FULL_MAP, 1, EINVAL, false },
    { "A05", "MAP_SIZE, arg5=1",
      PR_SET_MM_MAP_SIZE, ADDR_UINT, 0, 1, EINVAL, false },
    { "A06", "MAP_SIZE, arg4=12345",
      PR_SET_MM_MAP_SIZE, ADDR_UINT, 12345, 0, 0, false },
    { "A07", "EXE_FILE, arg4=1",
      PR_SET_MM_EXE_FILE, ADDR_NULL, 1, 0, EINVAL, false },
    { "A08", "unknown option 0",
      0, ADDR_START_CODE, 0, 0, EINVAL, PRIVILEGED },
    { "A09", "unknown option 16",
      16, ADDR_START_CODE, 0, 0, EINVAL, PRIVILEGED },
    { "A10", "unknown option 16, arg4=1",
      16, ADDR_START_CODE, 1, 0, EINVAL, false },
    { "A11", "unknown option -1",
      -1, ADDR_START_CODE, 0, 0, EINVAL, PRIVILEGED },
    { "A13", "unknown option 16, address 0",
      16, ADDR_NULL, 0, 0, EINVAL, PRIVILEGED },
    { "A14", "START_CODE, address 0",
      PR_SET_MM_START_CODE, ADDR_NULL, 0, 0, EINVAL, PRIVILEGED },
    { "A15", "MAP bad pointer, bad size, arg5=1",
      PR_SET_MM_MAP, ADDR_BAD, 1, 1, EINVAL, false },
    { "B01", "MAP_SIZE",
      PR_SET_MM_MAP_SIZE, ADDR_UINT, 0, 0, 0, false },
    { "B02", "MAP_SIZE to NULL",
      PR_SET_MM_MAP_SIZE, ADDR_NULL, 0, 0, EFAULT, false },
    { "C01", "MAP identity, exe_fd=-1",
      PR_SET_MM_MAP, ADDR_MAP, FULL_MAP, 0, 0, false },
    { "C02", "MAP size 0",
      PR_SET_MM_MAP, ADDR_MAP, 0, 0, EINVAL, false },
    { "C05", "MAP bad pointer and bad size",
      PR_SET_MM_MAP, ADDR_BAD, 99, 0, EINVAL, false },
    { "C06", "MAP bad pointer",
      PR_SET_MM_MAP, ADDR_BAD, FULL_MAP, 0, EFAULT, false },
    { "C07", "MAP NULL",
      PR_SET_MM_MAP, ADDR_NULL, FULL_MAP, 0, EFAULT, false },
};

static unsigned long encode_identity(union mm_map_buf *buf, size_t *size)
{
    struct mm_map map;

    read_map(&map);
    *size = encode_map(buf, &map);
    return (unsigned long)buf;
}

static void run_arg_row(const char *id, const void *arg)
{
    const struct arg_row *row = arg;
    union mm_map_buf buf;
    unsigned long auxv[16] = { 1, 2 };
    unsigned value = 0;
    size_t size;
    unsigned long map = encode_identity(&buf, &size);
    unsigned long addr[] = {
        [ADDR_NULL] = 0,
        [ADDR_BAD] = BAD_PTR,
        [ADDR_START_CODE] = read_field(START_CODE),
        [ADDR_MAP] = map,
        [ADDR_AUXV] = (unsigned long)auxv,
        [ADDR_UINT] = (unsigned long)&value,
    };
    int got = set_mm(row->opt, addr[row->addr],
                     row->arg4 == FULL_MAP ? (long)size : row->arg4,
                     row->arg5);

    check_err(id, row->text, row->privileged ? want_one(row->want) : row->want,
              got);
    if (row->addr == ADDR_UINT) {
        check_num(id, "value stored", row->want ? 0 : size, value);
    }
}

static void high_option_bits(const char *id, const void *arg)
{
    union mm_map_buf buf;
    size_t size;
    unsigned long map = encode_identity(&buf, &size);

    (void)arg;
    check_err(id, "MAP with bit 32 set in arg2", 0,
              set_mm(with_bit(PR_SET_MM_MAP, 32), map, size, 0));
}

static void misaligned_size(const char *id, const void *arg)
{
    unsigned char bytes[12];
    unsigned size;
    union mm_map_buf buf;
    size_t want;

    (void)arg;
    encode_identity(&buf, &want);
    memset(bytes, 0xff, sizeof(bytes));
    check_err(id, "MAP_SIZE misaligned pointer", 0,
              set_mm(PR_SET_MM_MAP_SIZE, (unsigned long)bytes + 1, 0, 0));
    memcpy(&size, bytes + 1, sizeof(size));
    check_num(id, "value stored", want, size);
    check_num(id, "byte before is untouched", 0xff, bytes[0]);
    check_num(id, "byte behind is untouched", 0xff, bytes[5]);
}

static void read_only_size(const char *id, const void *arg)
{
    void *page = mmap(NULL, page_size(), PROT_READ,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)arg;
    check_err(id, "MAP_SIZE to read-only memory", EFAULT,
              set_mm(PR_SET_MM_MAP_SIZE, (unsigned long)page, 0, 0));
}

/* The neighbours of the size, and the size that another ABI has. */
static void wrong_size(const char *id, const void *arg)
{
    union mm_map_buf buf[2];
    size_t size;
    unsigned long map = encode_identity(buf, &size);
    int how = *(const int *)arg;
    size_t wrong = how ? size + how : size == 100 ? 104 : 100;
    char text[60];

    snprintf(text, sizeof(text), "MAP size %d where %d is right", (int)wrong,
             (int)size);
    check_err(id, text, EINVAL, set_mm(PR_SET_MM_MAP, map, wrong, 0));
}

/* ------------------------------- rows C: what a map has to be made of */

struct map_row {
    const char *id, *text;
    void (*edit)(struct mm_map *map);
    int want;
    bool names_exe;
};

static void c20(struct mm_map *m)
{
    m->f[START_CODE] = m->f[END_CODE];
}

static void c21(struct mm_map *m)
{
    m->f[START_CODE] = m->f[END_CODE] + 1;
}

static void c22(struct mm_map *m)
{
    m->f[START_CODE] = m->f[END_CODE] - 1;
}

static void c23(struct mm_map *m)
{
    m->f[START_DATA] = m->f[END_DATA];
}

static void c24(struct mm_map *m)
{
    m->f[START_DATA] = m->f[END_DATA] + 1;
}

static void c25(struct mm_map *m)
{
    m->f[START_BRK] = m->f[BRK];
}

static void c26(struct mm_map *m)
{
    m->f[START_BRK] = m->f[BRK] + 1;
}

static void c27(struct mm_map *m)
{
    m->f[ARG_START] = m->f[ARG_END];
}

static void c28(struct mm_map *m)
{
    m->f[ARG_START] = m->f[ARG_END] + 1;
}

static void c29(struct mm_map *m)
{
    m->f[ENV_START] = m->f[ENV_END];
}

static void c30(struct mm_map *m)
{
    m->f[ENV_START] = m->f[ENV_END] + 1;
}

static void c31(struct mm_map *m)
{
    m->f[START_BRK] = judge.min_addr;
    m->f[BRK] = judge.min_addr;
}

static void c32(struct mm_map *m)
{
    m->f[START_BRK] = m->f[START_DATA];
    m->f[BRK] = m->f[END_DATA];
}

static void c33(struct mm_map *m)
{
    m->f[ENV_START] = m->f[ARG_START];
    m->f[ENV_END] = m->f[ARG_END];
}

static void c34(struct mm_map *m)
{
    m->f[ARG_START] = judge.min_addr + 16;
    m->f[ARG_END] = judge.min_addr + 32;
    m->f[START_STACK] = judge.min_addr + 64;
}

static void c35(struct mm_map *m)
{
    m->f[ARG_END] = judge.task_size - 1;
}

static void c36(struct mm_map *m)
{
    m->f[ARG_END] = judge.task_size;
}

static void c37(struct mm_map *m)
{
    m->f[START_CODE] = judge.min_addr;
}

static void c38(struct mm_map *m)
{
    m->f[START_CODE] = judge.min_addr - 1;
}

static void c54(struct mm_map *m)
{
    m->f[START_CODE] = 0;
    m->exe_fd = NOT_OPEN;
}

static void c60(struct mm_map *m)
{
    m->auxv_size = 8;
}

static void c64(struct mm_map *m)
{
    m->auxv = BAD_PTR;
    m->auxv_size = 16;
}

static void c66(struct mm_map *m)
{
    m->f[START_CODE] = 0;
    c64(m);
}

static void c67(struct mm_map *m)
{
    m->auxv_size = UINT16_MAX;
    m->exe_fd = NOT_OPEN;
}

static void c68(struct mm_map *m)
{
    c64(m);
    m->exe_fd = NOT_OPEN;
}

static void c70(struct mm_map *m)
{
    m->exe_fd = NOT_OPEN;
}

static void c75(struct mm_map *m)
{
    m->auxv = (uintptr_t)m;
    m->auxv_size = UINT32_MAX;
}

static void c76(struct mm_map *m)
{
    c28(m);
    c54(m);
}

static void c77(struct mm_map *m)
{
    m->exe_fd = INT_MAX;
}

static const struct map_row map_rows[] = {
    { "C20", "MAP start_code==end_code", c20, EINVAL, false },
    { "C21", "MAP start_code>end_code", c21, EINVAL, false },
    { "C22", "MAP start_code==end_code-1", c22, 0, false },
    { "C23", "MAP start_data==end_data", c23, 0, false },
    { "C24", "MAP start_data>end_data", c24, EINVAL, false },
    { "C25", "MAP start_brk==brk", c25, 0, false },
    { "C26", "MAP start_brk>brk", c26, EINVAL, false },
    { "C27", "MAP arg_start==arg_end", c27, 0, false },
    { "C28", "MAP arg_start>arg_end", c28, EINVAL, false },
    { "C29", "MAP env_start==env_end", c29, 0, false },
    { "C30", "MAP env_start>env_end", c30, EINVAL, false },
    { "C31", "MAP start_brk=brk=mmap_min_addr", c31, 0, false },
    { "C32", "MAP brk range inside the data segment", c32, 0, false },
    { "C33", "MAP arg range == env range", c33, 0, false },
    { "C34", "MAP arg and start_stack at unmapped memory", c34, 0, false },
    { "C35", "MAP arg_end=TASK_SIZE-1", c35, 0, false },
    { "C36", "MAP arg_end=TASK_SIZE", c36, EINVAL, false },
    { "C37", "MAP start_code=mmap_min_addr", c37, 0, false },
    { "C38", "MAP start_code=mmap_min_addr-1", c38, EINVAL, false },
    { "C60", "MAP auxv=NULL auxv_size=8", c60, EINVAL, false },
    { "C64", "MAP auxv bad pointer", c64, EFAULT, false },
    { "C66", "MAP start_code=0 + bad auxv pointer", c66, EINVAL, false },
    { "C67", "MAP auxv NULL + too big + bad exe_fd", c67, EINVAL, false },
    { "C68", "MAP bad auxv pointer + bad exe_fd", c68, EFAULT, false },
    { "C69", "MAP start_code=0 + bad exe_fd", c54, EINVAL, false },
    { "C70", "MAP exe_fd not open", c70, EBADF, true },
    { "C75", "MAP auxv_size=0xffffffff", c75, EINVAL, false },
    { "C76", "MAP bad order + field 0 + bad exe_fd", c76, EINVAL, false },
    { "C77", "MAP exe_fd=0x7fffffff", c77, EBADF, true },
};

static bool layout_is(const struct mm_map *want)
{
    struct mm_map now;

    read_map(&now);
    return !memcmp(now.f, want->f, sizeof(now.f));
}

static void run_map_row(const char *id, const void *arg)
{
    const struct map_row *row = arg;
    struct mm_map before, map;
    int want = row->names_exe ? want_exe_by_map(row->want) : row->want;

    read_map(&before);
    map = before;
    row->edit(&map);
    check_err(id, row->text, want, set_map(&map));
    check_true(id, want ? "nothing has changed" : "the values are visible",
               layout_is(want ? &before : &map));
}

/* Each member in turn: 0, mmap_min_addr - 1, TASK_SIZE. */
static void run_bounds(const char *id, const void *arg)
{
    struct mm_map map;
    char text[80];

    (void)arg;
    read_map(&map);
    snprintf(text, sizeof(text), "MAP %s=%s", field_name(id[2] - 'a'),
             id[3] == '0' ? "0" :
             id[3] == '1' ? "mmap_min_addr-1" : "TASK_SIZE");
    map.f[id[2] - 'a'] = id[3] == '0' ? 0 :
                         id[3] == '1' ? judge.min_addr - 1 : judge.task_size;
    check_err(id, text, EINVAL, set_map(&map));
}

static void all_bounds(void)
{
    for (int i = 0; i < NR_FIELDS * 3; i++) {
        char id[] = { 'C', '1', 'a' + i / 3, '0' + i % 3, '\0' };

        run_case(id, run_bounds, NULL);
    }
}

/* A 32-bit kernel takes the low half of each address and no other. */
static void high_halves(const char *id, const void *arg)
{
    struct mm_map before, map;
    int want = 0;

    (void)arg;
    read_map(&before);
    map = before;
    map.f[ARG_END] |= 1ull << 63;
    if (wide_addresses() && map.f[ARG_END] >= judge.task_size) {
        want = EINVAL;
    }
    check_err(id, "MAP arg_end with bit 63 set", want, set_map(&map));
    if (wide_addresses() && !want) {
        check_true(id, "it is an address of sparc64", layout_is(&map));
    } else {
        check_true(id, "nothing has changed", layout_is(&before));
    }
}

static void bit_32(const char *id, const void *arg)
{
    struct mm_map before, map;
    bool is_long = sizeof(long) == 8;
    int want = is_long || !wide_addresses() ? 0 : EINVAL;

    (void)arg;
    read_map(&before);
    map = before;
    map.f[START_CODE] |= 1ull << 32;
    map.f[END_CODE] |= 1ull << 32;
    check_err(id, "MAP start_code, end_code with bit 32 set", want,
              set_map(&map));
    check_true(id, "visible where an address has that bit",
               layout_is(is_long ? &map : &before));
}

/* ----------------------------------------------- rows C5x: RLIMIT_DATA */

static void limit_data(uint64_t bytes)
{
    struct rlimit limit;

    getrlimit(RLIMIT_DATA, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_DATA, &limit);
}

static void rlimit_rows(const char *id, const void *arg)
{
    struct mm_map map;
    uint64_t need;
    int got;

    (void)arg;
    read_map(&map);
    need = map.f[BRK] - map.f[START_BRK] + map.f[END_DATA] - map.f[START_DATA];
    switch (id[2]) {
    case '0':
        limit_data(0);
        check_err(id, "MAP identity, RLIMIT_DATA=0", EINVAL, set_map(&map));
        break;
    case '1':
        limit_data(need);
        check_err(id, "MAP RLIMIT_DATA exactly what is needed", 0,
                  set_map(&map));
        break;
    case '2':
        limit_data(need - 1);
        check_err(id, "MAP RLIMIT_DATA one byte short", EINVAL,
                  set_map(&map));
        break;
    case '3':
        map.f[START_BRK] = map.f[BRK];
        map.f[START_DATA] = map.f[END_DATA];
        limit_data(0);
        got = set_map(&map);
        check_err(id, "MAP empty data and brk, RLIMIT_DATA=0", 0, got);
        break;
    case '4':
        map.exe_fd = NOT_OPEN;
        limit_data(0);
        check_err(id, "MAP RLIMIT_DATA=0 + bad exe_fd", EINVAL,
                  set_map(&map));
        break;
    default:
        c64(&map);
        limit_data(0);
        check_err(id, "MAP RLIMIT_DATA=0 + bad auxv pointer", EINVAL,
                  set_map(&map));
        break;
    }
}

/* ------------------------------------------------- rows C6x: the auxv */

static ssize_t read_auxv(unsigned char *buf, size_t size)
{
    return read_whole("/proc/self/auxv", buf, size);
}

static void auxv_too_long(const char *id, const void *arg)
{
    struct mm_map map;
    unsigned char buf[4096];

    (void)arg;
    read_map(&map);
    map.auxv = (uintptr_t)buf;
    map.auxv_size = judge.auxv_size + 1;
    check_err(id, "MAP auxv_size=sizeof+1", EINVAL, set_map(&map));
}

static void auxv_full(const char *id, const void *arg)
{
    struct mm_map map;
    unsigned char buf[4096], now[4096];
    long size = judge.auxv_size;
    ssize_t pair = 2 * auxv_word();
    static const unsigned char zero[16];

    (void)arg;
    if (size < 2 * pair || size > (long)sizeof(buf)) {
        check(false, id, "the kernel's vector has a size", "got %ld", size);
        return;
    }
    memset(buf, 'B', sizeof(buf));
    memset(now, 'x', sizeof(now));
    read_map(&map);
    map.auxv = (uintptr_t)buf;
    map.auxv_size = size;
    check_err(id, "MAP auxv_size=sizeof, no AT_NULL", 0, set_map(&map));
    check_num(id, "length of /proc/self/auxv", size,
              read_auxv(now, sizeof(now)));
    if (has_get_auxv()) {
        check_num(id, "PR_GET_AUXV's answer", size,
                  get_auxv(now, sizeof(now), 0, 0));
    }
    check_true(id, "all but the last pair is as given",
               !memcmp(now, buf, size - pair));
    check_true(id, "the last pair is AT_NULL",
               !memcmp(now + size - pair, zero, pair));
}

static void auxv_none(const char *id, const void *arg)
{
    struct mm_map map;
    unsigned char before[4096], now[4096];
    ssize_t len = read_auxv(before, sizeof(before));

    (void)arg;
    read_map(&map);
    map.auxv = BAD_PTR;
    check_err(id, "MAP auxv_size=0, auxv=8", 0, set_map(&map));
    check_num(id, "length of /proc/self/auxv is unchanged", len,
              read_auxv(now, sizeof(now)));
    check_true(id, "/proc/self/auxv is unchanged",
               len > 0 && !memcmp(before, now, len));
}

static void auxv_odd(const char *id, const void *arg)
{
    struct mm_map map;
    unsigned char want[64] = "AAAAAAA", now[4096];
    ssize_t len = 4 * auxv_word();

    (void)arg;
    read_map(&map);
    map.auxv = (uintptr_t)"AAAAAAAAAAAAAAAA";
    map.auxv_size = 7;
    check_err(id, "MAP auxv_size=7", 0, set_map(&map));
    check_num(id, "length of /proc/self/auxv", len,
              read_auxv(now, sizeof(now)));
    check_true(id, "seven bytes, then zeros", !memcmp(now, want, len));
}

/* ---------------------------------------- rows C7x: all or nothing */

static void failed_map_changes_nothing(const char *id, const void *arg)
{
    struct mm_map before, map;
    unsigned char old[4096], now[4096];
    char exe[PATH_MAX], after[PATH_MAX];
    ssize_t len = read_auxv(old, sizeof(old));

    (void)arg;
    read_map(&before);
    read_link("/proc/self/exe", exe, sizeof(exe));
    map = before;
    map.f[ARG_END]--;
    map.auxv = (uintptr_t)"AAAAAAAAAAAAAAAA";
    map.auxv_size = 8;
    map.exe_fd = NOT_OPEN;
    check_err(id, "MAP changes all, exe_fd not open", want_exe_by_map(EBADF),
              set_map(&map));
    check_true(id, "the fields are unchanged", layout_is(&before));
    check_true(id, "auxv is unchanged",
               read_auxv(now, sizeof(now)) == len && len > 0 &&
               !memcmp(old, now, len));
    check_str(id, "exe is unchanged", exe,
              read_link("/proc/self/exe", after, sizeof(after)));
}

static void map_names_exe(const char *id, const void *arg)
{
    const char kind = *(const char *)arg;
    struct mm_map map;
    char path[PATH_MAX + 64], now[PATH_MAX];
    bool ok = kind != 'x';
    int want = want_exe_by_map(kind == 'x' ? EACCES :
                               kind == 'm' ? want_busy(EBUSY, 0) : 0);

    in_dir(path, sizeof(path), "new1");
    write_file(path, ok ? 0755 : 0644, "#!/bin/true\n", 12);
    if (kind == 'u') {
        detach_exe();
    }
    read_map(&map);
    map.f[ARG_END]--;
    map.exe_fd = open(path, O_RDONLY);
    check_err(id, kind == 'x' ? "MAP exe_fd of a file without x bit" :
              kind == 'm' ? "MAP exe_fd, old executable mapped" :
              "MAP exe_fd, old executable unmapped", want, set_map(&map));
    if (want) {
        check_num(id, "arg_end is unchanged", map.f[ARG_END] + 1,
                  read_field(ARG_END));
    } else {
        check_num(id, "arg_end is set", map.f[ARG_END], read_field(ARG_END));
        check_str(id, "exe is set", path,
                  read_link("/proc/self/exe", now, sizeof(now)));
    }
}

/* ---------------------------------------------------------- the limits */

/* What the kernel (or the emulator) of each architecture can answer. */
static const uint64_t task_sizes[] = {
#ifdef i386
    0xffffe000, 0xc0000000,
#elif defined(__x86_64__)
    0x7ffffffff000, 0xfffffffffff000,
#elif defined(__aarch64__)
    1ull << 48, 1ull << 52, 1ull << 39, 1ull << 42, 1ull << 47,
#elif defined(__riscv) && __riscv_xlen == 32
    0xfffff000,
#elif defined(__riscv)
    1ull << 47, 1ull << 38, 1ull << 56,
#elif defined(__powerpc64__)
    1ull << 52, 1ull << 47,
#elif defined(__s390x__)
    1ull << 53, 1ull << 42, 0xfffffffffffff000,
#elif defined(__mips__) && _MIPS_SIM == _ABI64
    1ull << 48, 1ull << 40,
#elif defined(__mips__)
    /* The upper half is the kernel's, by the architecture. */
    0x80000000, 0x7fff8000,
#elif defined(__arm__)
    0xfffff000, 0xbf000000,
#elif defined(__powerpc__)
    0xfffff000, 0xc0000000,
#elif defined(__alpha__)
    1ull << 42,
#elif defined(__loongarch64)
    1ull << 47,
#elif defined(__sparc__) && defined(__LP64__)
    0xfffffffc00000000,
#elif defined(__sparc__)
    0xfffff000, 0xf0000000,
#elif defined(__hppa__)
    0xfffff000, 0xfff00000,
#elif defined(__m68k__)
    0xfffff000, 0xf0000000,
#elif defined(__xtensa__)
    0x40000000,
#elif defined(__sh__) || defined(__or1k__) || defined(__hexagon__)
    0xfffff000,
#else
    0,
#endif
};

/* The emulators' is the first; they have no second. */
static bool is_task_size(uint64_t value)
{
    size_t count = sizeof(task_sizes) / sizeof(task_sizes[0]);

    for (size_t i = 0; i < (judge.native ? count : 1); i++) {
        /* A whole number of pages, which can be large. */
        if (value == (task_sizes[i] & -(uint64_t)page_size())) {
            return true;
        }
    }
    return false;
}

static void limits(void)
{
    check(is_task_size(judge.task_size), "L01", "TASK_SIZE as probed",
          "expected 0x%" PRIx64 " got 0x%" PRIx64, task_sizes[0],
          judge.task_size);
    check(judge.min_addr >= 4096 && judge.min_addr <= 65536 &&
          judge.min_addr % 4096 == 0, "L02", "mmap_min_addr as probed",
          "expected 4096 to 65536 got 0x%" PRIx64, judge.min_addr);
}

int main(int argc, char **argv)
{
    static const int wrong[] = { -1, 1, 0 };

    begin(argc, argv);
    limits();
    for (size_t i = 0; i < sizeof(arg_rows) / sizeof(arg_rows[0]); i++) {
        run_case(arg_rows[i].id, run_arg_row, &arg_rows[i]);
    }
    if (sizeof(long) == 8) {
        run_case("A12", high_option_bits, NULL);
    }
    run_case("B03", misaligned_size, NULL);
    run_case("B04", read_only_size, NULL);
    run_case("C03", wrong_size, &wrong[0]);
    run_case("C04", wrong_size, &wrong[1]);
    run_case("C08", wrong_size, &wrong[2]);
    all_bounds();
    for (size_t i = 0; i < sizeof(map_rows) / sizeof(map_rows[0]); i++) {
        run_case(map_rows[i].id, run_map_row, &map_rows[i]);
    }
    run_case("C39", high_halves, NULL);
    run_case("C40", bit_32, NULL);
    run_case("C50", rlimit_rows, NULL);
    run_case("C51", rlimit_rows, NULL);
    run_case("C52", rlimit_rows, NULL);
    run_case("C53", rlimit_rows, NULL);
    run_case("C54", rlimit_rows, NULL);
    run_case("C55", rlimit_rows, NULL);
    run_case("C61", auxv_too_long, NULL);
    run_case("C62", auxv_full, NULL);
    run_case("C63", auxv_none, NULL);
    run_case("C65", auxv_odd, NULL);
    run_case("C71", failed_map_changes_nothing, NULL);
    run_case("C72", map_names_exe, "x");
    run_case("C73", map_names_exe, "m");
    run_case("C74", map_names_exe, "u");
    return finish();
}
