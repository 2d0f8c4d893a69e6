/*
 * struct prctl_mm_map as this architecture's own kernel has it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"

/* What the emulator is measured against is the header of the architecture. */
#ifdef _LP64
enum { SIZE = 104, AUXV_AT = 88, AUXV_SIZE_AT = 96, EXE_FD_AT = 100 };
#elif defined(__i386__) || defined(__m68k__) || defined(__sh__) || \
      defined(__or1k__) || defined(__microblaze__)
/* A __u64 is aligned to 4 bytes, or to 2. */
enum { SIZE = 100, AUXV_AT = 88, AUXV_SIZE_AT = 92, EXE_FD_AT = 96 };
#else
enum { SIZE = 104, AUXV_AT = 88, AUXV_SIZE_AT = 92, EXE_FD_AT = 96 };
#endif

_Static_assert(sizeof(struct prctl_mm_map) == SIZE, "size");
_Static_assert(offsetof(struct prctl_mm_map, start_code) == 0, "start_code");
_Static_assert(offsetof(struct prctl_mm_map, brk) == 40, "brk");
_Static_assert(offsetof(struct prctl_mm_map, start_stack) == 48, "stack");
_Static_assert(offsetof(struct prctl_mm_map, env_end) == 80, "env_end");
_Static_assert(offsetof(struct prctl_mm_map, auxv) == AUXV_AT, "auxv");
_Static_assert(offsetof(struct prctl_mm_map, auxv_size) == AUXV_SIZE_AT,
               "auxv_size");
_Static_assert(offsetof(struct prctl_mm_map, exe_fd) == EXE_FD_AT, "exe_fd");

static size_t native_size(void)
{
    return sw_wide_map() ? sizeof(struct mm_map64)
                         : sizeof(struct prctl_mm_map);
}

static void size_is_the_headers(const char *id, const void *arg)
{
    unsigned size = 0;

    (void)arg;
    check_err(id, "MAP_SIZE", 0,
              set_mm(PR_SET_MM_MAP_SIZE, (unsigned long)&size, 0, 0));
    check_num(id, "MAP_SIZE is the struct's", native_size(), size);
}

static void own_size_is_taken(const char *id, const void *arg)
{
    union mm_map_buf buf;
    struct mm_map map;
    size_t own = sizeof(struct prctl_mm_map);

    (void)arg;
    read_map(&map);
    encode_map(&buf, &map);
    check_err(id, "MAP with sizeof(struct prctl_mm_map)",
              own == native_size() ? 0 : EINVAL,
              set_mm(PR_SET_MM_MAP, (unsigned long)&buf, own, 0));
}

/* Values that no two fields share, so that no two can be exchanged. */
static void fields_are_told_apart(const char *id, const void *arg)
{
    struct mm_map map;
    char text[60];

    (void)arg;
    read_map(&map);
    for (int i = 0; i < NR_FIELDS; i++) {
        map.f[i] = judge.min_addr + 0x1000 * i + i;
    }
    check_err(id, "MAP of eleven different values", 0, set_map(&map));
    for (int i = 0; i < NR_FIELDS; i++) {
        snprintf(text, sizeof(text), "%s reads back", field_name(i));
        check_num(id, text, map.f[i], read_field(i));
    }
}

static void auxv_is_found(const char *id, const void *arg)
{
    unsigned long given[4] = { 0x1111, 0x2222, 0x3333, 0x4444 };
    unsigned long now[8] = { 0 };
    struct mm_map map;

    (void)arg;
    read_map(&map);
    map.auxv = (uintptr_t)given;
    map.auxv_size = 3 * sizeof(long);
    check_err(id, "MAP with three words of auxv", 0, set_map(&map));
    if (has_get_auxv()) {
        get_auxv(now, sizeof(now), 0, 0);
    } else {
        read_whole("/proc/self/auxv", now, sizeof(now));
    }
    check_true(id, "the three words are taken",
               !memcmp(now, given, 3 * sizeof(long)));
    check_num(id, "the fourth is not", 0, now[3]);
}

static void exe_fd_is_found(const char *id, const void *arg)
{
    struct mm_map map;
    char path[PATH_MAX + 64], now[PATH_MAX];
    unsigned long given[2] = { 0x1111, 0x2222 };
    int want = want_exe_by_map(EACCES);

    (void)arg;
    in_dir(path, sizeof(path), "no-exec");
    write_file(path, 0644, "x", 1);
    read_map(&map);
    map.auxv = (uintptr_t)given;
    map.auxv_size = sizeof(given);
    map.exe_fd = NOT_OPEN;
    check_err(id, "MAP with auxv and exe_fd not open", want_exe_by_map(EBADF),
              set_map(&map));
    map.exe_fd = open(path, O_RDONLY);
    check_err(id, "MAP with auxv and exe_fd not executable", want,
              set_map(&map));
    detach_exe();
    fchmod(map.exe_fd, 0755);
    check_err(id, "MAP with auxv and exe_fd executable", want_exe_by_map(0),
              set_map(&map));
    read_link("/proc/self/exe", now, sizeof(now));
    check_true(id, "exe_fd is what was installed",
               !strcmp(now, path) == may_set_exe_by_map());
}

static char *page_before_a_hole(void)
{
    char *page = mmap(NULL, 2 * page_size(), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    munmap(page + page_size(), page_size());
    return page + page_size();
}

static void exact_bytes_are_read(const char *id, const void *arg)
{
    union mm_map_buf buf;
    struct mm_map map;
    char *end = page_before_a_hole();
    size_t size;

    (void)arg;
    read_map(&map);
    size = encode_map(&buf, &map);
    memcpy(end - size, &buf, size);
    check_err(id, "MAP at the very end of a mapping", 0,
              set_mm(PR_SET_MM_MAP, (unsigned long)(end - size), size, 0));
    check_err(id, "MAP one byte over the end of a mapping", EFAULT,
              set_mm(PR_SET_MM_MAP, (unsigned long)(end - size + 1), size, 0));
    memmove(end - size - 3, &buf, size);
    check_err(id, "MAP at an odd address", 0,
              set_mm(PR_SET_MM_MAP, (unsigned long)(end - size - 3), size, 0));
}

/* Behind exe_fd, 8-aligned ABIs of 32 bits have four bytes of nothing. */
static void padding_is_ignored(const char *id, const void *arg)
{
    union mm_map_buf buf;
    struct mm_map map;
    size_t used = EXE_FD_AT + sizeof(uint32_t);
    size_t size;

    (void)arg;
    read_map(&map);
    size = encode_map(&buf, &map);
    if (sw_wide_map()) {
        skip(id, "MAP with garbage in the padding",
             "the kernel wants its own struct, which has none");
        return;
    }
    for (size_t i = used; i < size; i++) {
        ((unsigned char *)&buf)[i] = 0xa5;
    }
    check_err(id, "MAP with garbage in the padding", 0,
              set_mm(PR_SET_MM_MAP, (unsigned long)&buf, size, 0));
}

static void high_half_of(const char *id, const void *arg)
{
    struct mm_map before, map, now;
    enum field field = *(const int *)arg;
    char text[60];

    snprintf(text, sizeof(text), "MAP with the upper half of %s set",
             field_name(field));
    read_map(&before);
    map = before;
    /* sparc64's address space ends there, at -16 GiB. */
    map.f[field] |= 0xffffffffull << 32;
    check_err(id, text, wide_addresses() ? EINVAL : 0, set_map(&map));
    read_map(&now);
    check_true(id, "the values are the old ones",
               !memcmp(now.f, before.f, sizeof(now.f)));
}

int main(int argc, char **argv)
{
    static int fields[NR_FIELDS];

    begin(argc, argv);
    check_num("S01", "sizeof(struct prctl_mm_map)", SIZE,
              sizeof(struct prctl_mm_map));
    check_num("S02", "offset of auxv", AUXV_AT,
              offsetof(struct prctl_mm_map, auxv));
    check_num("S03", "offset of auxv_size", AUXV_SIZE_AT,
              offsetof(struct prctl_mm_map, auxv_size));
    check_num("S04", "offset of exe_fd", EXE_FD_AT,
              offsetof(struct prctl_mm_map, exe_fd));
    run_case("S10", size_is_the_headers, NULL);
    run_case("S11", own_size_is_taken, NULL);
    run_case("S12", fields_are_told_apart, NULL);
    run_case("S13", auxv_is_found, NULL);
    run_case("S14", exe_fd_is_found, NULL);
    run_case("S15", exact_bytes_are_read, NULL);
    if (EXE_FD_AT + sizeof(uint32_t) < SIZE) {
        run_case("S16", padding_is_ignored, NULL);
    }
    for (int i = 0; i < NR_FIELDS; i++) {
        char id[8];

        fields[i] = i;
        snprintf(id, sizeof(id), "S%d", 20 + i);
        run_case(id, high_half_of, &fields[i]);
    }
    return finish();
}
