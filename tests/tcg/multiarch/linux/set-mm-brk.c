/*
 * brk(2) after prctl(PR_SET_MM, ...) has moved the break
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"

enum { AREA = 48 << 20 };

/* Away from where an emulator keeps memory of its own. */
static uint64_t free_area(void)
{
    uintptr_t hint = sizeof(long) == 8 ? (uintptr_t)0x2000000000ull
                                       : 0x50000000;
    void *area = mmap((void *)hint, AREA, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    munmap(area, AREA);
    return (uintptr_t)area;
}

static bool is_mapped(uint64_t addr)
{
    struct range found;

    return find_mapping(addr, addr + 1, &found);
}

/* One letter a page: mapped, or a dot. */
static void check_pages(const char *id, const char *text, uint64_t base,
                        const char *want)
{
    char now[32] = "";

    for (size_t i = 0; i < strlen(want); i++) {
        now[i] = is_mapped(base + i * page_size()) ? 'M' : '.';
    }
    check_str(id, text, want, now);
}

static void map_at(uint64_t addr, unsigned pages)
{
    mmap((void *)(uintptr_t)addr, pages * page_size(),
         PROT_READ | PROT_WRITE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

/* In bytes: a page is what the judge has. */
struct brk_row {
    const char *id, *text;
    /* Pages and bytes, relative to the area. */
    struct place {
        int pages, bytes;
    } start_brk, brk, request;
    /* A mapping in the area, pages from and count. */
    int mapped_from, mapped_count;
    bool granted;
    const char *pages;
};

static const struct brk_row rows[] = {
    { "O70", "brk(0)", { 0, 0 }, { 8, 0 }, { -1, 0 }, 0, 0, false,
      ".........." },
    { "O72", "request one byte below start_brk",
      { 2, 0 }, { 8, 0 }, { 2, -1 }, 0, 0, false, ".........." },
    { "O73", "request one page below start_brk",
      { 2, 0 }, { 8, 0 }, { 1, 0 }, 0, 0, false, ".........." },
    { "O74", "request between an old start_brk and a new one",
      { 8, 0 }, { 8, 0 }, { 4, 0 }, 0, 8, false, "MMMMMMMM.." },
    { "O75", "grow to an odd address", { 0, 0 }, { 4, 0 }, { 4, 5 },
      0, 0, true, "....M....." },
    { "O76", "shrink where nothing is mapped",
      { 0, 0 }, { 8, 0 }, { 4, 0 }, 0, 0, false, ".........." },
    { "O76b", "shrink within an unmapped page",
      { 0, 0 }, { 8, -10 }, { 8, -100 }, 0, 0, true, ".........." },
    { "O76c", "shrink unmaps", { 0, 0 }, { 8, 0 }, { 4, 1 }, 0, 8, true,
      "MMMMM....." },
    { "O76d", "shrink unmaps whatever is there",
      { 0, 0 }, { 8, 0 }, { 4, 0 }, 6, 1, true, ".........." },
    { "O76e", "shrink to start_brk", { 2, 0 }, { 8, 0 }, { 2, 0 }, 2, 6, true,
      ".........." },
    { "O77", "grow maps from the break only",
      { 0, 0 }, { 4, 0 }, { 6, 0 }, 0, 0, true, "....MM...." },
    { "O77b", "grow from an odd break in an unmapped page",
      { 0, 0 }, { 0, 100 }, { 1, 100 }, 0, 0, true, ".M........" },
    { "O78", "grow up to a mapping",
      { 0, 0 }, { 2, 0 }, { 8, 0 }, 8, 1, false, "........M." },
    { "O78b", "grow to the page before a mapping's guard",
      { 0, 0 }, { 2, 0 }, { 7, 1 }, 8, 1, false, "........M." },
    { "O78c", "grow over a mapping",
      { 0, 0 }, { 2, 0 }, { 9, 0 }, 5, 1, false, ".....M...." },
    { "O79", "grow up to one free page before a mapping",
      { 0, 0 }, { 2, 0 }, { 7, 0 }, 8, 1, true, "..MMMMM.M." },
    { "O82", "odd start_brk and break",
      { 0, 123 }, { 1, 471 }, { 0, 122 }, 0, 0, false, ".........." },
    { "O83", "grow within an unmapped page",
      { 0, 0 }, { 0, 100 }, { 0, 200 }, 0, 0, true, ".........." },
};

static uint64_t address(uint64_t base, struct place place)
{
    return base + (int64_t)place.pages * (int64_t)page_size() + place.bytes;
}

/* What brk(2) answers to a request that it refuses. */
static uint64_t refused(uint64_t brk, uint64_t request)
{
    /* As OSF/1: an error, ENOMEM, unless nothing was asked for. */
    return runs_on("alpha") && request ? (unsigned long)-1 : brk;
}

static void run_row(const char *id, const void *arg)
{
    const struct brk_row *row = arg;
    uint64_t base = free_area();
    uint64_t brk = address(base, row->brk);
    uint64_t request = row->request.pages < 0 ? 0
                                              : address(base, row->request);
    uint64_t want = row->granted || request == brk ? request
                                                   : refused(brk, request);
    uint64_t got;

    if (row->mapped_count) {
        map_at(base + row->mapped_from * page_size(), row->mapped_count);
    }
    if (!check_err(id, "MAP start_brk and brk", 0,
                   set_range(START_BRK, address(base, row->start_brk), BRK,
                             brk))) {
        return;
    }
    check_num(id, "brk(0) is the break that was set", brk, sys_brk(0));
    got = sys_brk(request);
    check(got == want, id, row->text, "expected 0x%" PRIx64 " (%s) got 0x%"
          PRIx64, want, row->granted ? "granted" : "refused", got);
    check_num(id, "brk(0) afterwards", row->granted ? request : brk,
              sys_brk(0));
    check_pages(id, "the mapped pages", base, row->pages);
}

static void new_pages_are_zero(const char *id, const void *arg)
{
    uint64_t base = free_area();
    const char *page = (const char *)(uintptr_t)base;
    bool zero = true;

    (void)arg;
    if (!check_err(id, "MAP start_brk and brk", 0,
                   set_range(START_BRK, base, BRK, base)) ||
        !check_num(id, "grow by a page", base + page_size(),
                   sys_brk(base + page_size()))) {
        return;
    }
    memset((char *)(uintptr_t)base, 'x', page_size());
    sys_brk(base);
    check_num(id, "grow again", base + page_size(),
              sys_brk(base + page_size()));
    for (size_t i = 0; i < page_size(); i++) {
        zero = zero && !page[i];
    }
    check_true(id, "the page is zero", zero);
}

/*
 * The rule counts from the fields, so a large unmapped distance is enough;
 * the pages that really are there stay far below.
 */
static void data_limit(const char *id, const void *arg)
{
    const uint64_t distance = 32 << 20;
    uint64_t base = free_area();
    uint64_t brk = base + distance;
    uint64_t request = brk + page_size();
    struct mm_map map;
    struct rlimit limit;

    (void)arg;
    read_map(&map);
    map.f[START_BRK] = base;
    map.f[BRK] = brk;
    if (!check_err(id, "MAP start_brk and brk", 0, set_map(&map))) {
        return;
    }
    getrlimit(RLIMIT_DATA, &limit);
    limit.rlim_cur = request - base + map.f[END_DATA] - map.f[START_DATA] - 1;
    setrlimit(RLIMIT_DATA, &limit);
    check_num(id, "one byte over RLIMIT_DATA: refused",
              refused(brk, request), sys_brk(request));
    limit.rlim_cur++;
    setrlimit(RLIMIT_DATA, &limit);
    check_num(id, "exactly RLIMIT_DATA: granted", request, sys_brk(request));
    limit.rlim_cur = 0;
    setrlimit(RLIMIT_DATA, &limit);
    check_num(id, "shrink over RLIMIT_DATA: refused",
              refused(request, brk), sys_brk(brk));
}

/* The length of the data segment counts, too. */
static void data_limit_of_data(const char *id, const void *arg)
{
    uint64_t base = free_area();
    uint64_t brk = base + (16 << 20);
    struct mm_map map;
    struct rlimit limit;

    (void)arg;
    read_map(&map);
    map.f[START_BRK] = base;
    map.f[BRK] = brk;
    map.f[END_DATA] = map.f[START_DATA] + (16 << 20);
    if (!check_err(id, "MAP with a long data segment", 0, set_map(&map))) {
        return;
    }
    getrlimit(RLIMIT_DATA, &limit);
    limit.rlim_cur = 32 << 20;
    setrlimit(RLIMIT_DATA, &limit);
    check_num(id, "grow over RLIMIT_DATA: refused",
              refused(brk, brk + page_size()),
              sys_brk(brk + page_size()));
    map.f[END_DATA]--;
    map.f[END_DATA] -= page_size();
    check_err(id, "MAP with a shorter one", 0, set_map(&map));
    check_num(id, "grow: granted", brk + page_size(),
              sys_brk(brk + page_size()));
}

static void stat_follows(const char *id, const void *arg)
{
    uint64_t base = free_area();

    (void)arg;
    if (!check_err(id, "MAP odd start_brk and brk", 0,
                   set_range(START_BRK, base + 3, BRK, base + 7))) {
        return;
    }
    sys_brk(base + 5 * page_size());
    check_num(id, "start_brk does not follow brk(2)", base + 3,
              read_field(START_BRK));
    check_num(id, "identity after brk(2)", 0,
              set_range(START_BRK, base + 3, BRK, base + 5 * page_size()));
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        run_case(rows[i].id, run_row, &rows[i]);
    }
    run_case("O77c", new_pages_are_zero, NULL);
    run_case("O80", data_limit, NULL);
    run_case("O81", data_limit_of_data, NULL);
    run_case("O84", stat_follows, NULL);
    return finish();
}
