/*
 * What goes wrong on one architecture and not on another: sign extension,
 * pointers in the upper half, 64-bit offsets in pairs of registers, byte order,
 * the way that the stack grows, the size of a page, the end of the address
 * space
 *
 * Also run with a guest_base (QEMU_GUEST_BASE) and with an address space of
 * another size (QEMU_RESERVED_VA), which the program then sees as well.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"

/* Bit 31 is set: a 32-bit value that must not become negative on the way. */
#define HIGH_ADDR 0x90000000u
#define HIGH_SIZE (1u << 20)

/* Where the address space is too small for it, the highest that there is. */
static char *map_high(void)
{
    uint64_t at = HIGH_ADDR;
    void *high;

    if (at + HIGH_SIZE > judge.task_size) {
        at = judge.task_size - 16 * HIGH_SIZE;
    }
    high = mmap((void *)(uintptr_t)at, HIGH_SIZE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    return high == MAP_FAILED ? NULL : high;
}

static void four_bytes_of_size(const char *id, const void *arg)
{
    struct {
        uint32_t before, size, after;
    } at = { 0x5a5a5a5a, 0xa5a5a5a5, 0x5a5a5a5a };

    (void)arg;
    check_err(id, "MAP_SIZE", 0,
              set_mm(PR_SET_MM_MAP_SIZE, (unsigned long)&at.size, 0, 0));
    check_true(id, "the size is a plausible one",
               at.size >= 100 && at.size <= 104);
    check_num(id, "nothing is written before it", 0x5a5a5a5a, at.before);
    check_num(id, "nothing is written behind it", 0x5a5a5a5a, at.after);
}

static void high_pointers(const char *id, const void *arg)
{
    char *high = map_high();
    union mm_map_buf *buf = (void *)high;
    unsigned *size = (void *)(high + 1024);
    unsigned long *auxv = (void *)(high + 2048);
    struct mm_map map;

    (void)arg;
    check_true(id, "a mapping with the highest bit in its address", high);
    if (!high) {
        return;
    }
    check_err(id, "MAP_SIZE to there", 0,
              set_mm(PR_SET_MM_MAP_SIZE, (unsigned long)size, 0, 0));
    read_map(&map);
    auxv[0] = AT_PAGESZ;
    auxv[1] = 0x5a5a;
    map.auxv = (uintptr_t)auxv;
    map.auxv_size = 2 * sizeof(long);
    check_num(id, "the size is there", encode_map(buf, &map), *size);
    check_err(id, "MAP from there, auxv there", 0,
              set_mm(PR_SET_MM_MAP, (unsigned long)buf, *size, 0));
    memset(auxv, 0, 1024);
    if (has_get_auxv()) {
        check_true(id, "PR_GET_AUXV to there", get_auxv(auxv, 1024, 0, 0) > 0);
        check_num(id, "it is what was set", 0x5a5a, auxv[1]);
    }
}

static void high_values(const char *id, const void *arg)
{
    char *high = map_high(), text[64];
    static const char args[] = "one\0two";
    uint64_t at = (uintptr_t)high;

    (void)arg;
    if (!high) {
        check_true(id, "a mapping with the highest bit in its address", false);
        return;
    }
    memcpy(high, args, sizeof(args));
    check_err(id, "MAP, arguments there", 0,
              set_range(ARG_START, at, ARG_END, at + sizeof(args)));
    check_num(id, "arg_start reads back", at, read_field(ARG_START));
    check_num(id, "arg_end reads back", at + sizeof(args),
              read_field(ARG_END));
    check_num(id, "cmdline has their length", sizeof(args),
              read_whole("/proc/self/cmdline", text, sizeof(text)));
    check_true(id, "cmdline has them", !memcmp(text, args, sizeof(args)));
    check_err(id, "START_STACK there", want_one(0),
              set_mm(PR_SET_MM_START_STACK, (unsigned long)high, 0, 0));
    if (may_set_one()) {
        check_num(id, "start_stack reads back", at, read_field(START_STACK));
    }
}

static void break_is_high(const char *id, const void *arg)
{
    char *high = map_high();
    uint64_t at = (uintptr_t)high + 65536;
    struct mm_map map;

    (void)arg;
    munmap(high, HIGH_SIZE);
    read_map(&map);
    map.f[START_BRK] = at;
    map.f[BRK] = at;
    check_err(id, "MAP, the break there", 0, set_map(&map));
    check_num(id, "brk(0) is there", at, sys_brk(0));
    check_num(id, "the break can be moved", at + 100, sys_brk(at + 100));
    memset((void *)(uintptr_t)at, 1, 100);
    check_num(id, "start_brk reads back", at, read_field(START_BRK));
}

/*
 * narrow-offset: of an offset in cmdline and environ a 32-bit kernel takes the
 * lower half, the emulator all.
 */
static bool sw_narrow_offset(const char *name)
{
    return judge.native && sizeof(long) == 4 && !sw_wide_map() &&
           (!strcmp(name, "cmdline") || !strcmp(name, "environ"));
}

/*
 * n32-offsets: QEMU takes 32 bits of each of n32's registers, so an offset
 * loses its upper half.
 */
static bool sw_whole_registers(void)
{
#if defined(_MIPS_SIM) && _MIPS_SIM == _ABIN32
    return judge.native;
#else
    return true;
#endif
}

/* From 2 GiB less one. */
static void look_far(const char *id, const char *name, int fd, bool ends)
{
    const off_t far = (off_t)1 << 32;
    char text[80], buf[64];

    snprintf(text, sizeof(text), "%s: pread at 4 GiB", name);
    check_num(id, text, sw_narrow_offset(name) ? sizeof(buf) : 0,
              pread(fd, buf, sizeof(buf), far));
    snprintf(text, sizeof(text), "%s: lseek to 4 GiB", name);
    check_err(id, text, ends ? EINVAL : 0,
              err_of(lseek(fd, far, SEEK_SET) == far ? 0 : -1));
    snprintf(text, sizeof(text), "%s: lseek by one more", name);
    check_num(id, text, ends ? -1 : far + 1, lseek(fd, 1, SEEK_CUR));
    snprintf(text, sizeof(text), "%s: nothing is there either", name);
    check_num(id, text, 0, read(fd, buf, sizeof(buf)));
}

/*
 * An offset of 4 GiB is not 0 in one register of two.  What is not written out
 * as a whole ends at 2 GiB for lseek(2).
 */
static void wide_offsets(const char *id, const void *arg)
{
    static const struct {
        const char *name;
        bool ends;
    } files[] = {
        { "cmdline", true }, { "environ", true }, { "auxv", true },
        { "stat", false }, { "maps", false },
    };
    char path[64], text[80], first[64], second[64];

    (void)arg;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        const char *name = files[i].name;
        int fd;

        snprintf(path, sizeof(path), "/proc/self/%s", name);
        fd = open(path, O_RDONLY);
        snprintf(text, sizeof(text), "%s: lseek to 2 GiB less one", name);
        check_num(id, text, INT32_MAX, lseek(fd, INT32_MAX, SEEK_SET));
        snprintf(text, sizeof(text), "%s: nothing is there", name);
        check_num(id, text, 0, read(fd, first, sizeof(first)));
        if (sw_whole_registers()) {
            look_far(id, name, fd, files[i].ends);
        }
        snprintf(text, sizeof(text), "%s: pread at 3 is read from there",
                 name);
        check_true(id, text,
                   pread(fd, first, 20, 0) == 20 &&
                   pread(fd, second, 16, 3) == 16 &&
                   !memcmp(first + 3, second, 16));
        close(fd);
    }
}

static bool in_stack(uint64_t addr)
{
    static char maps[65536];
    char *line, *save = NULL;
    uint64_t start, end;

    read_text("/proc/self/maps", maps, sizeof(maps));
    for (line = strtok_r(maps, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save)) {
        if (strstr(line, "[stack]") &&
            sscanf(line, "%" SCNx64 "-%" SCNx64, &start, &end) == 2) {
            return start <= addr && addr < end;
        }
    }
    return false;
}

static void stack_and_strings(const char *id, const void *arg)
{
    struct mm_map map;
    uint64_t local = (uintptr_t)&map;

    (void)arg;
    read_map(&map);
    if (stack_grows_up()) {
        check_true(id, "the stack grows upward", local > map.f[START_STACK]);
    } else {
        check_true(id, "the stack grows downward", local < map.f[START_STACK]);
    }
    check_true(id, "start_stack is in the stack",
               in_stack(map.f[START_STACK]));
    check_true(id, "a local variable is in the stack", in_stack(local));
    check_true(id, "the arguments are in the stack",
               in_stack(map.f[ARG_START]) && in_stack(map.f[ARG_END] - 1));
    check_true(id, "the environment is in the stack",
               in_stack(map.f[ENV_START]) && in_stack(map.f[ENV_END] - 1));
    check_true(id, "arguments and environment have an order",
               map.f[ARG_START] < map.f[ARG_END] &&
               map.f[ARG_END] <= map.f[ENV_START] &&
               map.f[ENV_START] < map.f[ENV_END]);
    check_num(id, "the first argument is argv[0]",
              (uintptr_t)judge.shared->value[0], map.f[ARG_START]);
}

/* Of the file as well: each word is one of the architecture's. */
static void auxv_words(const char *id, const void *arg)
{
    static unsigned long file[1024], call[1024];
    ssize_t len = read_whole("/proc/self/auxv", file, sizeof(file));
    unsigned long page = 0, phnum = 0;

    (void)arg;
    for (size_t i = 0; i + 1 < len / sizeof(long) && file[i]; i += 2) {
        page = file[i] == AT_PAGESZ ? file[i + 1] : page;
        phnum = file[i] == AT_PHNUM ? file[i + 1] : phnum;
    }
    check_num(id, "AT_PAGESZ in the file", getauxval(AT_PAGESZ), page);
    check_num(id, "AT_PHNUM in the file", getauxval(AT_PHNUM), phnum);
    if (has_get_auxv()) {
        check_true(id, "PR_GET_AUXV begins with the same",
                   get_auxv(call, sizeof(call), 0, 0) >= len &&
                   !memcmp(call, file, len));
    }
}

/* Nothing in a map needs to begin with a page, of whatever size. */
static void parts_of_pages(const char *id, const void *arg)
{
    unsigned long page = page_size();
    struct mm_map map;
    char *area = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char text[64];

    (void)arg;
    check_true(id, "a page is a power of two", page && !(page & (page - 1)));
    check_num(id, "mmap gives whole pages", 0, (uintptr_t)area % page);
    memset(area, 'x', 4 * page);
    read_map(&map);
    /* Across the border of two pages. */
    map.f[ARG_START] = (uintptr_t)area + page - 3;
    map.f[ARG_END] = (uintptr_t)area + page + 4;
    check_err(id, "MAP, arguments across two pages", 0, set_map(&map));
    area[page + 3] = '\0';
    check_num(id, "cmdline has seven bytes", 7,
              read_whole("/proc/self/cmdline", text, sizeof(text)));
    check_true(id, "cmdline has both parts", !memcmp(text, "xxxxxx", 7));
}

static void end_of_space(const char *id, const void *arg)
{
    const char *reserved = getenv("QEMU_RESERVED_VA");
    struct mm_map map;
    int64_t size;

    (void)arg;
    if (reserved && !judge.native && sscanf(reserved, "%" SCNi64, &size) == 1) {
        check_num(id, "TASK_SIZE is what was reserved", size, judge.task_size);
    }
    read_map(&map);
    map.f[ARG_END] = judge.task_size - 1;
    check_err(id, "MAP, arg_end=TASK_SIZE-1", 0, set_map(&map));
    check_num(id, "it reads back", judge.task_size - 1, read_field(ARG_END));
    map.f[ARG_END] = judge.task_size;
    check_err(id, "MAP, arg_end=TASK_SIZE", EINVAL, set_map(&map));
    if (runs_on("x86_64") && sizeof(long) == 8) {
        map.f[ARG_END] = 0xffffffffff600000;
        check_err(id, "MAP, arg_end=vsyscall page", EINVAL, set_map(&map));
    }
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    judge.shared->value[0] = (uintptr_t)argv[0];
    run_case("U01", four_bytes_of_size, NULL);
    run_case("U02", high_pointers, NULL);
    run_case("U03", high_values, NULL);
    run_case("U04", break_is_high, NULL);
    run_case("U05", wide_offsets, NULL);
    run_case("U06", stack_and_strings, NULL);
    run_case("U07", auxv_words, NULL);
    run_case("U08", parts_of_pages, NULL);
    run_case("U09", end_of_space, NULL);
    return finish();
}
