/*
 * maps and smaps: [heap] and [stack]; statm, status, comm
 *
 * A label is looked for at an address and not in a line: where one mapping
 * ends and the next begins may differ between a kernel and an emulator.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <pthread.h>
#include <sys/prctl.h>

enum { TEXT_SIZE = 1 << 18, MAX_REGIONS = 400, AREA_PAGES = 32 };

struct region {
    uint64_t start, end;
    char prot[8];
    char name[256];
};

static struct region region[MAX_REGIONS];
static unsigned regions;
static char text[TEXT_SIZE];

/* ------------------------------------------------------------- helpers */

/* A line of smaps that is none of maps has no such range. */
static bool parse_line(const char *line, struct region *r)
{
    int at = 0;

    memset(r, 0, sizeof(*r));
    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %*x %*x:%*x %*u%n",
               &r->start, &r->end, r->prot, &at) != 3 || !at) {
        return false;
    }
    snprintf(r->name, sizeof(r->name), "%s", line + at +
             strspn(line + at, " "));
    return true;
}

static void read_regions(const char *path)
{
    char *line, *save = NULL;

    regions = 0;
    read_text(path, text, sizeof(text));
    for (line = strtok_r(text, "\n", &save); line && regions < MAX_REGIONS;
         line = strtok_r(NULL, "\n", &save)) {
        regions += parse_line(line, &region[regions]);
    }
}

/* Returns: the name at the address, or NULL where nothing is mapped. */
static const char *name_at(uint64_t addr)
{
    for (unsigned i = 0; i < regions; i++) {
        if (region[i].start <= addr && addr < region[i].end) {
            return region[i].name;
        }
    }
    return NULL;
}

static unsigned count_name(const char *name)
{
    unsigned count = 0;

    for (unsigned i = 0; i < regions; i++) {
        count += !strcmp(region[i].name, name);
    }
    return count;
}

static int set_heap(uint64_t start, uint64_t end)
{
    return set_range(START_BRK, start, BRK, end);
}

static int set_stack(uint64_t addr)
{
    struct mm_map map;

    read_map(&map);
    map.f[START_STACK] = addr;
    return set_map(&map);
}

/*
 * The area, by pages:
 *
 *   0 hole   1-2 A   3-4 B   5 hole   6-7 C   8 hole   9-10 file   11 hole
 *
 * A and B touch, but differ in protection, so that they are two.
 */
enum { A = 1, B = 3, C = 6, FILE_PAGE = 9, AREA_END = 12 };

static uint64_t area;

static uint64_t page_addr(unsigned page)
{
    return area + page * page_size();
}

static void make_area(int prot_a, int prot_b)
{
    char path[PATH_MAX + 64];
    size_t page = page_size();
    char *at = mmap(NULL, AREA_PAGES * page, prot_a,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd;

    area = (uintptr_t)at + 8 * page;
    at = (char *)(uintptr_t)area;
    in_dir(path, sizeof(path), "file");
    fd = open(path, O_RDWR | O_CREAT, 0644);
    if (ftruncate(fd, 2 * page)) {
        abort();
    }
    mprotect(at + B * page, 2 * page, prot_b);
    mmap(at + FILE_PAGE * page, 2 * page, PROT_READ, MAP_PRIVATE | MAP_FIXED,
         fd, 0);
    close(fd);
    munmap(at, page);
    munmap(at + 5 * page, page);
    munmap(at + 8 * page, page);
    munmap(at + 11 * page, page);
}

/* ---------------------------------------------------------- which label */

static const struct {
    char letter;
    unsigned page;
} places[] = {
    { 'A', A }, { 'B', B }, { 'C', C }, { 'f', FILE_PAGE },
};

static const char *label_of(uint64_t addr)
{
    const char *name = name_at(addr);

    return !name ? "hole" : !strcmp(name, "[heap]") ? "heap" :
           !strcmp(name, "[stack]") ? "stack" : name[0] ? "named" : "-";
}

/* Such as "A=heap B=- C=- f=named". */
static const char *labels(void)
{
    static char all[120];
    const char *first;

    all[0] = '\0';
    for (int i = 0; i < 4; i++) {
        first = label_of(page_addr(places[i].page));
        if (strcmp(first, label_of(page_addr(places[i].page + 2) - 1))) {
            first = "differ";
        }
        snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%c=%s",
                 i ? " " : "", places[i].letter, first);
    }
    return all;
}

struct label_row {
    const char *id, *text;
    /* In half pages of the area; end only of heaps. */
    int start, end;
    const char *want;
    /* Where kernels differ: the first that has the rule. */
    int major, minor;
};

static const struct label_row heap_rows[] = {
    { "O40", "exactly A", 2, 6, "A=heap B=- C=- f=named", 6, 12 },
    { "O40b", "exactly C", 12, 16, "A=- B=- C=heap f=named", 0, 0 },
    { "O41", "a part of A", 3, 4, "A=heap B=- C=- f=named", 0, 0 },
    { "O41b", "one page of A", 4, 5, "A=heap B=- C=- f=named", 0, 0 },
    { "O42", "a hole, touching nothing", 0, 1, "A=- B=- C=- f=named", 0, 0 },
    { "O42b", "the hole between B and C", 10, 12,
      "A=- B=- C=- f=named", 6, 12 },
    { "O43", "from a hole into A", 1, 3, "A=heap B=- C=- f=named", 0, 0 },
    { "O43b", "from B into the hole", 8, 11, "A=- B=heap C=- f=named", 0, 0 },
    { "O44", "A to C", 3, 15, "A=heap B=heap C=heap f=named", 0, 0 },
    { "O44b", "the whole area", 0, 24, "A=heap B=heap C=heap f=named", 0, 0 },
    { "O44c", "B and C", 8, 14, "A=- B=heap C=heap f=named", 0, 0 },
    { "O45", "exactly B, touching A", 6, 10, "A=- B=heap C=- f=named", 6, 12 },
    { "O46", "empty between A and B", 6, 6, "A=- B=- C=- f=named", 6, 12 },
    { "O47", "empty within A", 4, 4, "A=heap B=- C=- f=named", 0, 0 },
    { "O47b", "empty within C", 13, 13, "A=- B=- C=heap f=named", 0, 0 },
    { "O48", "empty at the start of A", 2, 2, "A=- B=- C=- f=named", 6, 12 },
    { "O48b", "empty at the end of C", 16, 16, "A=- B=- C=- f=named", 6, 12 },
    { "O48c", "empty in a hole", 11, 11, "A=- B=- C=- f=named", 0, 0 },
    { "O49", "ends where C starts", 11, 12, "A=- B=- C=- f=named", 6, 12 },
    { "O49b", "starts where C ends", 16, 17, "A=- B=- C=- f=named", 6, 12 },
    { "O54", "the file alone", 18, 22, "A=- B=- C=- f=named", 0, 0 },
    { "O54b", "within the file", 19, 20, "A=- B=- C=- f=named", 0, 0 },
};

static const struct label_row stack_rows[] = {
    { "O50", "within A", 4, 0, "A=stack B=- C=- f=named", 0, 0 },
    { "O50b", "start of A", 2, 0, "A=stack B=- C=- f=named", 0, 0 },
    { "O50c", "within C", 13, 0, "A=- B=- C=stack f=named", 0, 0 },
    { "O51", "between A and B", 6, 0, "A=stack B=stack C=- f=named", 0, 0 },
    { "O52", "end of B", 10, 0, "A=- B=stack C=- f=named", 0, 0 },
    { "O52b", "end of C", 16, 0, "A=- B=- C=stack f=named", 0, 0 },
    { "O53", "in a hole", 11, 0, "A=- B=- C=- f=named", 0, 0 },
    { "O53b", "in the hole before A", 1, 0, "A=- B=- C=- f=named", 0, 0 },
    { "O54c", "within the file", 19, 0, "A=- B=- C=- f=named", 0, 0 },
    { "O54d", "end of the file", 22, 0, "A=- B=- C=- f=named", 0, 0 },
};

enum { NR_HEAP_ROWS = sizeof(heap_rows) / sizeof(heap_rows[0]),
       NR_STACK_ROWS = sizeof(stack_rows) / sizeof(stack_rows[0]) };

static uint64_t half_page(int halves)
{
    return area + halves * (page_size() / 2);
}

static bool rule_is_older(const char *id, const struct label_row *row)
{
    if (judge.native && !kernel_since(row->major, row->minor)) {
        skip(id, row->text, "older kernels label what merely touches");
        return true;
    }
    return false;
}

static void check_labels(const char *id, const struct label_row *row,
                         const char *path)
{
    char full[160];

    read_regions(path);
    snprintf(full, sizeof(full), "%s: labels in %s", row->text, path);
    check_str(id, full, row->want, labels());
}

/* [heap] goes before [stack], which is left in the program's. */
static void heap_label(const char *id, const void *arg)
{
    const struct label_row *row = arg;

    if (rule_is_older(id, row)) {
        return;
    }
    make_area(PROT_READ | PROT_WRITE, PROT_READ);
    check_err(id, row->text, 0,
              set_heap(half_page(row->start), half_page(row->end)));
    check_labels(id, row, "/proc/self/maps");
    check_labels(id, row, "/proc/self/smaps");
    check_num(id, "one [stack], as before", 1, count_name("[stack]"));
}

static void stack_label(const char *id, const void *arg)
{
    const struct label_row *row = arg;
    uint64_t local = (uintptr_t)&row;

    make_area(PROT_READ | PROT_WRITE, PROT_READ);
    check_err(id, row->text, 0, set_stack(half_page(row->start)));
    check_labels(id, row, "/proc/self/maps");
    check_labels(id, row, "/proc/self/smaps");
    check_str(id, "the program's stack has no label", "-", label_of(local));
}

/* Protection makes no difference. */
static void other_protection(const char *id, const void *arg)
{
    static const struct {
        int a, b;
        const char *text;
    } prots[] = {
        { PROT_NONE, PROT_READ, "PROT_NONE and PROT_READ" },
        { PROT_READ | PROT_EXEC, PROT_NONE, "PROT_EXEC and PROT_NONE" },
        { PROT_READ, PROT_READ | PROT_WRITE | PROT_EXEC,
          "PROT_READ and all" },
    };

    (void)arg;
    for (int i = 0; i < 3; i++) {
        make_area(prots[i].a, prots[i].b);
        set_heap(page_addr(A), page_addr(5) - 1);
        read_regions("/proc/self/maps");
        check_true(id, prots[i].text,
                   !strcmp(label_of(page_addr(A)), "heap") &&
                   !strcmp(label_of(page_addr(B)), "heap"));
    }
}

static void heap_before_stack(const char *id, const void *arg)
{
    struct mm_map map;

    (void)arg;
    make_area(PROT_READ | PROT_WRITE, PROT_READ);
    read_map(&map);
    map.f[START_BRK] = page_addr(A) + 8;
    map.f[BRK] = page_addr(A) + 16;
    map.f[START_STACK] = page_addr(B);
    check_err(id, "[heap] in A, [stack] between A and B", 0, set_map(&map));
    read_regions("/proc/self/maps");
    check_str(id, "A is [heap]", "A=heap B=stack C=- f=named", labels());
}

static void kind_of_memory(const char *id, const char *what, int flags)
{
    char *at = mmap(NULL, 4 * page_size(), PROT_READ | PROT_WRITE, flags, -1,
                    0);
    uint64_t addr = (uintptr_t)at;
    char full[80];

    set_heap(addr, addr + page_size());
    read_regions("/proc/self/maps");
    snprintf(full, sizeof(full), "%s is [heap]", what);
    check_num(id, full, !(flags & MAP_SHARED),
              !strcmp(label_of(addr), "heap"));
}

/* Shared memory has a file of its own. */
static void kinds_of_memory(const char *id, const void *arg)
{
    (void)arg;
    kind_of_memory(id, "private memory", MAP_PRIVATE | MAP_ANONYMOUS);
    kind_of_memory(id, "shared memory", MAP_SHARED | MAP_ANONYMOUS);
}

/*
 * A mapping stays one, whatever mprotect(2) was told about a part of it, as
 * long as that is no change; the label is for all of it.
 */
static void touched_in_part(const char *id, const void *arg)
{
    static const struct {
        int prot;
        const char *text;
    } prots[] = {
        { PROT_READ | PROT_WRITE, "read and write" },
        { PROT_NONE, "PROT_NONE" },
    };

    (void)arg;
    for (int i = 0; i < 2; i++) {
        size_t page = page_size();
        char *at = mmap(NULL, 8 * page, prots[i].prot,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        mprotect(at + 2 * page, 3 * page, prots[i].prot);
        set_heap((uintptr_t)at, (uintptr_t)at + page);
        read_regions("/proc/self/maps");
        check_true(id, prots[i].text,
                   !strcmp(label_of((uintptr_t)at), "heap") &&
                   !strcmp(label_of((uintptr_t)at + 3 * page), "heap") &&
                   !strcmp(label_of((uintptr_t)at + 7 * page), "heap"));
        munmap(at, 8 * page);
    }
}

/* Above it there is nothing that could be the stack. */
static void stack_at_last(const char *id, const void *arg)
{
    uint64_t last = judge.task_size - 8 * page_size();
    char *at;

    (void)arg;
    at = mmap((void *)(uintptr_t)last, 2 * page_size(), PROT_READ,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if ((uintptr_t)at != last) {
        skip(id, "end of the last mapping", "the place is taken");
        return;
    }
    last += 2 * page_size();
    check_err(id, "end of the last mapping", 0, set_stack(last));
    read_regions("/proc/self/maps");
    check_str(id, "is labelled", "stack", label_of(last - 1));
    set_stack(last + 1);
    read_regions("/proc/self/maps");
    check_str(id, "one byte more: is not", "-", label_of(last - 1));
    check_num(id, "nothing is [stack]", 0, count_name("[stack]"));
}

/* -------------------------------------------------------- at the start */

static void labels_at_start(const char *id, const void *arg)
{
    uint64_t local = (uintptr_t)&id;
    uint64_t brk = sys_brk(0), grown = brk + 4 * page_size();

    (void)arg;
    read_regions("/proc/self/maps");
    check_num(id, "one [stack]", 1, count_name("[stack]"));
    check_str(id, "a local variable is on it", "stack", label_of(local));
    check_true(id, "start_stack is on it",
               name_at(read_field(START_STACK)) &&
               !strcmp(label_of(read_field(START_STACK)), "stack"));
    check_str(id, "the program has its path", judge.self,
              name_at((uintptr_t)labels_at_start) ?: "hole");
    check_num(id, "the break grows", grown, sys_brk(grown));
    read_regions("/proc/self/maps");
    check_str(id, "its end is [heap]", "heap", label_of(grown - 1));
    check_str(id, "its start is [heap]", "heap",
              label_of(read_field(START_BRK)));
    check_true(id, "there is nothing behind it",
               !name_at(grown) || strcmp(name_at(grown), "[heap]"));
    check_num(id, "the break shrinks", brk, sys_brk(brk));
    read_regions("/proc/self/maps");
    check_true(id, "what was its end is no more",
               !name_at(grown - 1) || strcmp(name_at(grown - 1), "[heap]"));
    check_num(id, "one [stack] still", 1, count_name("[stack]"));
}

static void labels_move(const char *id, const void *arg)
{
    uint64_t heap = sys_brk(sys_brk(0) + page_size()) - 1;
    uint64_t local = (uintptr_t)&id;
    struct mm_map before, map;

    (void)arg;
    make_area(PROT_READ | PROT_WRITE, PROT_READ);
    read_map(&before);
    map = before;
    map.f[START_BRK] = page_addr(A);
    map.f[BRK] = page_addr(A) + 1;
    map.f[START_STACK] = page_addr(C);
    check_err(id, "both moved", 0, set_map(&map));
    read_regions("/proc/self/maps");
    check_str(id, "where they are", "A=heap B=- C=stack f=named", labels());
    check_str(id, "the old heap has none", "-", label_of(heap));
    check_str(id, "the old stack has none", "-", label_of(local));
    check_num(id, "one [stack]", 1, count_name("[stack]"));
    check_err(id, "both moved back", 0, set_map(&before));
    read_regions("/proc/self/maps");
    check_str(id, "where they were", "A=- B=- C=- f=named", labels());
    check_str(id, "the heap again", "heap", label_of(heap));
    check_str(id, "the stack again", "stack", label_of(local));
}

static void labels_in_child(const char *id, const void *arg)
{
    pid_t pid;

    (void)arg;
    make_area(PROT_READ | PROT_WRITE, PROT_READ);
    set_heap(page_addr(A), page_addr(A) + 1);
    pid = fork();
    if (pid == 0) {
        read_regions("/proc/self/maps");
        check_str(id, "in a child", "A=heap B=- C=- f=named", labels());
        set_heap(page_addr(C), page_addr(C) + 1);
        read_regions("/proc/self/maps");
        check_str(id, "moved in the child", "A=- B=- C=heap f=named",
                  labels());
        _exit(0);
    }
    wait_for(pid);
    read_regions("/proc/self/maps");
    check_str(id, "in the parent", "A=heap B=- C=- f=named", labels());
}

/* ------------------------------------------------------- by other names */

static const char *const ways[] = {
    "/proc/self/%s", "/proc/%d/%s", "/proc/thread-self/%s",
    "/proc/self/task/%d/%s", "/proc/%d/task/%d/%s",
};

static const char *way_path(int way, const char *name)
{
    static char path[120];
    int pid = getpid(), tid = syscall(SYS_gettid);

    switch (way) {
    case 1:
        snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
        break;
    case 3:
        snprintf(path, sizeof(path), "/proc/self/task/%d/%s", tid, name);
        break;
    case 4:
        snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", pid, tid, name);
        break;
    default:
        snprintf(path, sizeof(path), "/proc/%s/%s",
                 way ? "thread-self" : "self", name);
        break;
    }
    return path;
}

static void check_every_way(const char *id, const char *who)
{
    char full[160];

    for (int i = 0; i < 10; i++) {
        const char *name = i % 2 ? "smaps" : "maps";

        read_regions(way_path(i / 2, name));
        snprintf(full, sizeof(full), "%s: %s by way %s", who, name,
                 ways[i / 2]);
        check_str(id, full, "A=heap B=- C=stack f=named", labels());
    }
}

static void *labels_in_thread(void *arg)
{
    check_every_way(arg, "a thread");
    return NULL;
}

static void by_other_names(const char *id, const void *arg)
{
    pthread_t thread;

    (void)arg;
    make_area(PROT_READ | PROT_WRITE, PROT_READ);
    set_heap(page_addr(A), page_addr(A) + 1);
    set_stack(page_addr(C));
    check_every_way(id, "first thread");
    if (pthread_create(&thread, NULL, labels_in_thread, (void *)id) == 0) {
        pthread_join(thread, NULL);
    }
}

static void smaps_has_lines_of_maps(const char *id, const void *arg)
{
    static struct region maps[MAX_REGIONS];
    static char raw[TEXT_SIZE];
    unsigned count, same = 0;
    uint64_t sizes = 0, kb;
    char *line, *save = NULL;

    (void)arg;
    make_area(PROT_READ | PROT_WRITE, PROT_READ);
    set_heap(page_addr(A), page_addr(5) - 1);
    set_stack(page_addr(C));
    read_regions("/proc/self/maps");
    memcpy(maps, region, sizeof(maps));
    count = regions;
    read_text("/proc/self/smaps", raw, sizeof(raw));
    read_regions("/proc/self/smaps");
    check_num(id, "regions of smaps", count, regions);
    for (unsigned i = 0; i < count; i++) {
        same += !memcmp(&maps[i], &region[i], sizeof(maps[i]));
        sizes += (maps[i].end - maps[i].start) / 1024;
    }
    check_num(id, "regions that are the same", count, same);
    for (line = strtok_r(raw, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save)) {
        if (sscanf(line, "Size: %" SCNu64 " kB", &kb) == 1) {
            sizes -= kb;
        }
    }
    check_num(id, "Size of all, less that of maps", 0, sizes);
}

/* Lines are in order, do not overlap, and have the columns of Linux. */
static void lines_of_maps(const char *id, const void *arg)
{
    static char raw[TEXT_SIZE];
    unsigned ordered = 0, column = 0, named = 0, width;
    char *line, *save = NULL;
    struct region r;
    uint64_t end = 0;

    (void)arg;
    read_text("/proc/self/maps", raw, sizeof(raw));
    for (line = strtok_r(raw, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save)) {
        char *name = strpbrk(line, "/[");
        char *dash = strchr(line, '-');

        parse_line(line, &r);
        ordered += r.start < end || r.start >= r.end;
        end = r.end;
        named += name != NULL;
        width = dash - line;
        /* The name begins in column 73, or behind one blank. */
        column += name && name - line != 73 && name[-1] != ' ';
        column += width < 8 || (width > 8 && line[0] == '0');
    }
    check_num(id, "regions out of order", 0, ordered);
    check_num(id, "regions out of their columns", 0, column);
    check_true(id, "regions with a name", named > 1);
}

/* -------------------------------------------------------- statm, status */

struct statm {
    unsigned long size, resident, shared, text, lib, data, dt;
};

static struct statm read_statm(const char *path)
{
    struct statm m;
    char line[200];

    memset(&m, 0xee, sizeof(m));
    read_text(path, line, sizeof(line));
    sscanf(line, "%lu %lu %lu %lu %lu %lu %lu\n", &m.size, &m.resident,
           &m.shared, &m.text, &m.lib, &m.data, &m.dt);
    return m;
}

static unsigned long status_number(const char *name)
{
    char status[8192], key[32];
    char *line;

    read_text("/proc/self/status", status, sizeof(status));
    snprintf(key, sizeof(key), "\n%s:", name);
    line = strstr(status, key);
    return line ? number_in(line + strlen(key)) : ULONG_MAX;
}

static int set_code(uint64_t start, uint64_t end)
{
    return set_range(START_CODE, start, END_CODE, end);
}

/* xtensa has 1 GiB of address space in all. */
static uint64_t much(void)
{
    return judge.task_size > 1u << 30 ? 1u << 30 : 1u << 29;
}

static const char *much_text(void)
{
    return judge.task_size > 1u << 30 ? "1 GiB" : "512 MiB";
}

static void check_text(const char *id, const char *what, uint64_t start,
                       uint64_t end, unsigned long want)
{
    char full[160];

    check_err(id, what, 0, set_code(start, end));
    snprintf(full, sizeof(full), "%s: text of statm", what);
    check_num(id, full, want, read_statm("/proc/self/statm").text);
}

static void statm_text(const char *id, const void *arg)
{
    uint64_t at = (judge.min_addr + page_size() - 1) & -page_size();
    size_t page = page_size();
    struct mm_map map;

    (void)arg;
    read_map(&map);
    check_num(id, "text of statm at start",
              ((map.f[END_CODE] + page - 1) / page) -
              map.f[START_CODE] / page, read_statm("/proc/self/statm").text);
    check_text(id, "one byte", at + 1, at + 2, 1);
    check_text(id, "a page", at, at + page, 1);
    check_text(id, "two bytes of two pages", at + page - 1, at + page + 1, 2);
    check_text(id, "a page and a byte", at, at + page + 1, 2);
    check_text(id, "three pages not aligned", at + 100, at + 3 * page, 3);
    check_text(id, "64 MiB", at, at + (64 << 20), (64 << 20) / page);
    check_text(id, much_text(), at, at + much(), much() / page);
}

static void statm_by_any_name(const char *id, const void *arg)
{
    uint64_t at = (judge.min_addr + page_size() - 1) & -page_size();

    (void)arg;
    set_code(at, at + 77 * page_size());
    for (int i = 0; i < 5; i++) {
        check_num(id, ways[i], 77, read_statm(way_path(i, "statm")).text);
    }
}

static void moves_little(const char *id, const char *what,
                         unsigned long before, unsigned long now,
                         unsigned long much)
{
    check(now + much > before && now < before + much, id, what,
          "was %lu is %lu", before, now);
}

/* What the program really has does not follow what it says. */
static void not_moved(const char *id, const void *arg)
{
    struct statm before = read_statm("/proc/self/statm"), now;
    unsigned long data = status_number("VmData");
    unsigned long stack = status_number("VmStk");
    unsigned long size = status_number("VmSize");
    struct mm_map map;
    char text[40];

    (void)arg;
    read_map(&map);
    map.f[START_DATA] = map.f[START_BRK] = judge.min_addr;
    map.f[END_DATA] = map.f[BRK] = judge.min_addr + much();
    map.f[START_STACK] = judge.min_addr;
    snprintf(text, sizeof(text), "data and heap of %s", much_text());
    check_err(id, text, 0, set_map(&map));
    now = read_statm("/proc/self/statm");
    moves_little(id, "size of statm", before.size, now.size, 16384);
    moves_little(id, "data of statm", before.data, now.data, 16384);
    moves_little(id, "resident of statm", before.resident, now.resident,
                 16384);
    check_num(id, "text of statm", before.text, now.text);
    check_num(id, "lib of statm", 0, now.lib);
    check_num(id, "dt of statm", 0, now.dt);
    moves_little(id, "VmData", data, status_number("VmData"), 65536);
    moves_little(id, "VmStk", stack, status_number("VmStk"), 65536);
    moves_little(id, "VmSize", size, status_number("VmSize"), 65536);
}

/* As accounted by the kernel: executable, and not to be written to. */
static unsigned long executable_kb(void)
{
    uint64_t sum = 0;

    read_regions("/proc/self/maps");
    for (unsigned i = 0; i < regions; i++) {
        if (region[i].prot[2] == 'x' && region[i].prot[1] != 'w' &&
            strcmp(region[i].name, "[vsyscall]")) {
            sum += region[i].end - region[i].start;
        }
    }
    return sum / 1024;
}

static void check_exe_lib(const char *id, const char *what,
                          unsigned long span_kb)
{
    unsigned long sum = executable_kb();
    unsigned long exe = span_kb < sum ? span_kb : sum;
    char full[120];

    snprintf(full, sizeof(full), "%s: VmExe", what);
    check_num(id, full, exe, status_number("VmExe"));
    snprintf(full, sizeof(full), "%s: VmLib", what);
    check_num(id, full, sum - exe, status_number("VmLib"));
}

static void exe_and_lib(const char *id, const void *arg)
{
    uint64_t at = (judge.min_addr + page_size() - 1) & -page_size();
    size_t page = page_size();
    struct mm_map map;

    (void)arg;
    read_map(&map);
    check_exe_lib(id, "at start",
                  (((map.f[END_CODE] + page - 1) & -page) -
                   (map.f[START_CODE] & -page)) / 1024);
    set_code(at + 1, at + 2);
    check_exe_lib(id, "one byte", page / 1024);
    set_code(at + page - 1, at + page + 1);
    check_exe_lib(id, "two pages", 2 * page / 1024);
    set_code(at, at + much());
    check_exe_lib(id, much_text(), much() / 1024);
    mmap(NULL, 1 << 20, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
         -1, 0);
    check_exe_lib(id, "1 MiB more that is executable", much() / 1024);
    set_code(at, at + page);
    check_exe_lib(id, "1 MiB more, code of a page", page / 1024);
    mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE | PROT_EXEC,
         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check_exe_lib(id, "what can be written to does not count", page / 1024);
}

/* ----------------------------------------------------------------- comm */

static const char *status_name(const char *path)
{
    static char name[200];
    char status[8192];
    char *end;

    read_text(path, status, sizeof(status));
    end = strchr(status, '\n');
    if (end) {
        *end = '\0';
    }
    snprintf(name, sizeof(name), "%.100s",
             strncmp(status, "Name:\t", 6) ? "?" : status + 6);
    return name;
}

static const char *comm_text(const char *path)
{
    static char comm[64];

    read_text(path, comm, sizeof(comm));
    return comm;
}

static const char *stat_name(const char *path)
{
    static char comm[64];
    uint64_t value[STAT_FIELDS + 1];

    read_stat_of(path, value, comm);
    return comm;
}

static void check_names(const char *id, const char *when, const char *name,
                        const char *escaped)
{
    char full[160], line[80];

    snprintf(line, sizeof(line), "%s\n", name);
    for (int i = 0; i < 5; i++) {
        snprintf(full, sizeof(full), "%s: comm by %s", when, ways[i]);
        check_str(id, full, line, comm_text(way_path(i, "comm")));
    }
    snprintf(full, sizeof(full), "%s: name in stat", when);
    check_str(id, full, name, stat_name("/proc/self/stat"));
    snprintf(full, sizeof(full), "%s: name in thread-self/stat", when);
    check_str(id, full, name, stat_name("/proc/thread-self/stat"));
    snprintf(full, sizeof(full), "%s: Name in status", when);
    check_str(id, full, escaped, status_name("/proc/self/status"));
    snprintf(full, sizeof(full), "%s: Name in thread-self/status", when);
    check_str(id, full, escaped, status_name("/proc/thread-self/status"));
}

static void comm_at_start(const char *id, const void *arg)
{
    char want[16], name[17] = "";

    (void)arg;
    snprintf(want, sizeof(want), "%.15s", strrchr(judge.self, '/') + 1);
    check_names(id, "at start", want, want);
    prctl(PR_GET_NAME, name);
    check_str(id, "PR_GET_NAME at start", want, name);
}

struct name_row {
    const char *id, *name, *want, *escaped;
};

static const struct name_row name_rows[] = {
    { "C01", "short", "short", "short" },
    { "C02", "longer than fifteen", "longer than fif", "longer than fif" },
    { "C03", "", "", "" },
    { "C04", "new\nline", "new\nline", "new\\nline" },
    { "C05", "back\\slash", "back\\slash", "back\\\\slash" },
    { "C06", "tab\tand \"", "tab\tand \"", "tab\tand \"" },
    { "C07", "(a) b)", "(a) b)", "(a) b)" },
    { "C08", "\xc3\xa4\x01", "\xc3\xa4\x01", "\xc3\xa4\x01" },
    { "C09", "\\n\n\\", "\\n\n\\", "\\\\n\\n\\\\" },
};

static void comm_set(const char *id, const void *arg)
{
    const struct name_row *row = arg;
    char name[17] = "";

    check_err(id, "PR_SET_NAME", 0, err_of(prctl(PR_SET_NAME, row->name)));
    check_names(id, row->name, row->want, row->escaped);
    prctl(PR_GET_NAME, name);
    check_str(id, "PR_GET_NAME", row->want, name);
}

static void comm_written(const char *id, const void *arg)
{
    const struct name_row *row = arg;
    int fd = open("/proc/self/comm", O_WRONLY);

    check_num(id, "write to comm", strlen(row->name),
              write(fd, row->name, strlen(row->name)));
    close(fd);
    check_names(id, row->name, row->want, row->escaped);
}

static struct meeting {
    FUTEX_ALIGNED pthread_barrier_t barrier;
    pid_t tid;
    char name[17];
} meeting;

/* Three times: to be named, to be named from outside, to be told so. */
static void *named_thread(void *arg)
{
    meeting.tid = syscall(SYS_gettid);
    prctl(PR_SET_NAME, "its own");
    pthread_barrier_wait(&meeting.barrier);
    pthread_barrier_wait(&meeting.barrier);
    prctl(PR_GET_NAME, meeting.name);
    pthread_barrier_wait(&meeting.barrier);
    return arg;
}

static const char *task_path(const char *name)
{
    static char path[80];

    snprintf(path, sizeof(path), "/proc/self/task/%d/%s", meeting.tid, name);
    return path;
}

static void check_two_names(const char *id, const char *first,
                            const char *other)
{
    char want[40];

    snprintf(want, sizeof(want), "%s\n", other);
    check_str(id, "the thread's comm", want, comm_text(task_path("comm")));
    check_str(id, "the thread's stat", other, stat_name(task_path("stat")));
    check_str(id, "the thread's status", other,
              status_name(task_path("status")));
    snprintf(want, sizeof(want), "%s\n", first);
    check_str(id, "the process's comm", want, comm_text("/proc/self/comm"));
    check_str(id, "the process's stat", first,
              stat_name("/proc/self/stat"));
    check_str(id, "the process's status", first,
              status_name("/proc/self/status"));
}

static void comm_of_thread(const char *id, const void *arg)
{
    pthread_t thread;
    int fd;

    (void)arg;
    prctl(PR_SET_NAME, "first");
    pthread_barrier_init(&meeting.barrier, NULL, 2);
    if (pthread_create(&thread, NULL, named_thread, NULL)) {
        return;
    }
    pthread_barrier_wait(&meeting.barrier);
    check_two_names(id, "first", "its own");
    fd = open(task_path("comm"), O_WRONLY);
    check_num(id, "write to the thread's comm", 5, write(fd, "other", 5));
    check_two_names(id, "first", "other");
    fd = open("/proc/self/comm", O_WRONLY);
    check_num(id, "write to the process's comm", 3, write(fd, "one", 3));
    check_two_names(id, "one", "other");
    pthread_barrier_wait(&meeting.barrier);
    pthread_barrier_wait(&meeting.barrier);
    check_str(id, "PR_GET_NAME in the thread", "other", meeting.name);
    pthread_join(thread, NULL);
}

static void comm_inherited(const char *id, const void *arg)
{
    char want[16];
    pid_t pid;

    (void)arg;
    snprintf(want, sizeof(want), "%.15s", strrchr(judge.self, '/') + 1);
    pid = fork();
    if (pid == 0) {
        check_names(id, "a child", want, want);
        prctl(PR_SET_NAME, "child");
        check_names(id, "a child, named", "child", "child");
        _exit(0);
    }
    wait_for(pid);
    check_names(id, "the parent afterwards", want, want);
}

/* The executable has a name of its own. */
static void comm_not_exe(const char *id, const void *arg)
{
    char path[PATH_MAX + 64], want[16];

    (void)arg;
    snprintf(want, sizeof(want), "%.15s", strrchr(judge.self, '/') + 1);
    in_dir(path, sizeof(path), "another");
    write_file(path, 0755, "#!/bin/true\n", 12);
    detach_exe();
    check_err(id, "install another file", want_exe_by_map(0),
              set_exe_by_map(open(path, O_RDONLY)));
    check_names(id, "after it", want, want);
}

static void lines_of_status(const char *id, const void *arg)
{
    char status[8192];
    const char *stack, *exe;

    (void)arg;
    read_text("/proc/self/status", status, sizeof(status));
    stack = strstr(status, "\nVmStk:");
    exe = strstr(status, "\nVmExe:");
    check_true(id, "VmExe behind VmStk", stack && exe && stack < exe);
    check_true(id, "VmLib behind VmExe",
               exe && strstr(exe, "\nVmLib:"));
    check_num(id, "Pid", getpid(), status_number("Pid"));
    check_num(id, "Tgid", getpid(), status_number("Tgid"));
    check_num(id, "PPid", getppid(), status_number("PPid"));
    check_num(id, "Threads", 1, status_number("Threads"));
}

/* ------------------------------------------------------- PROCMAP_QUERY */

/* struct procmap_query of <linux/fs.h> since Linux 6.11 */
struct query {
    uint64_t size, flags, addr, start, end, vma_flags, page_size, offset, inode;
    uint32_t major, minor, name_size, id_size;
    uint64_t name, id;
};

enum {
    QUERY_NEXT = 0x10, QUERY_FILE = 0x20,
    QUERY_HEAD = 24,
    /* The same on all architectures. */
    PROCMAP_QUERY_NR = (int)0xc0686611,
};

static long query_maps(int fd, void *query)
{
    return err_of(syscall(SYS_ioctl, fd, PROCMAP_QUERY_NR, query));
}

/* Whether a query says what a line of maps says. */
static bool query_is_as(int fd, const char *line)
{
    char name[PATH_MAX] = "", kinds[5] = "";
    struct query want = { 0 }, q = { .size = sizeof(q), .name_size = PATH_MAX,
                                     .name = (uintptr_t)name };
    unsigned major = 0, minor = 0;
    int at = 0;

    sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64
           " %n", &want.start, &want.end, kinds, &want.offset, &major, &minor,
           &want.inode, &at);
    want.vma_flags = (kinds[0] == 'r') | (kinds[1] == 'w') << 1 |
                     (kinds[2] == 'x') << 2 | (kinds[3] == 's') << 3;
    /* Its last byte belongs to it as the first does. */
    q.addr = want.end - 1;
    return query_maps(fd, &q) == 0 && q.start == want.start &&
           q.end == want.end && q.vma_flags == want.vma_flags &&
           q.offset == want.offset && q.inode == want.inode &&
           q.major == major && q.minor == minor &&
           q.page_size == (uint64_t)page_size() && !q.id_size &&
           q.name_size == (line[at] ? strlen(line + at) + 1 : 0) &&
           (!line[at] || !strcmp(name, line + at));
}

static void procmap_query(const char *id, const void *arg)
{
    static char maps[65536];
    const size_t page = page_size();
    struct { struct query q; uint64_t more; } longer = { .more = 1 };
    char *room = mmap(NULL, 3 * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
                      -1, 0);
    const uint64_t hole = (uintptr_t)room + page;
    struct query q = { .size = sizeof(q), .addr = (uintptr_t)room };
    int fd = open("/proc/self/maps", O_RDONLY);
    char *line, *save = NULL, *bad = NULL;
    unsigned lines = 0;
    char small[2];

    (void)arg;
    munmap(room + page, page);
    if (query_maps(fd, &q) == ENOTTY && judge.native) {
        skip(id, "PROCMAP_QUERY", "this kernel has none");
        return;
    }
    read_text("/proc/self/maps", maps, sizeof(maps));
    for (line = strtok_r(maps, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save)) {
        /* The gate page is nobody's mapping. */
        if (!strstr(line, "[vsyscall]")) {
            lines++;
            bad = bad || query_is_as(fd, line) ? bad : line;
        }
    }
    check_str(id, "a line of maps that a query tells otherwise", "none",
              bad ? bad : "none");
    check_true(id, "there are lines", lines > 2);
    q = (struct query) { .size = sizeof(q), .addr = hole };
    check_err(id, "in a hole", ENOENT, query_maps(fd, &q));
    q.flags = QUERY_NEXT;
    check_err(id, "in a hole, or the next", 0, query_maps(fd, &q));
    check_num(id, "it is the next", hole + page, q.start);
    q = (struct query) { .size = sizeof(q), .addr = (uintptr_t)room,
                         .flags = QUERY_FILE };
    check_err(id, "no file's", ENOENT, query_maps(fd, &q));
    q.flags = 2;
    check_err(id, "not to be written", ENOENT, query_maps(fd, &q));
    q.flags = 0x40;
    check_err(id, "a flag that is none", EINVAL, query_maps(fd, &q));
    q = (struct query) { .size = sizeof(q), .name_size = 1 };
    check_err(id, "a size and no name", EINVAL, query_maps(fd, &q));
    q = (struct query) { .size = sizeof(q), .id = 1 };
    check_err(id, "a build ID without a size", EINVAL, query_maps(fd, &q));
    q = (struct query) { .size = sizeof(q), .name_size = sizeof(small),
                         .name = (uintptr_t)small,
                         .addr = (uintptr_t)procmap_query };
    check_err(id, "no room for the name", ENAMETOOLONG, query_maps(fd, &q));
    q.size = QUERY_HEAD - 1;
    check_err(id, "a structure too short", EINVAL, query_maps(fd, &q));
    q = (struct query) { .size = QUERY_HEAD, .addr = (uintptr_t)room };
    check_err(id, "the shortest that there is", 0, query_maps(fd, &q));
    check_num(id, "nothing is behind it", 0, q.start);
    longer.q = (struct query) { .size = sizeof(longer),
                                .addr = (uintptr_t)room };
    check_err(id, "a structure with more", E2BIG, query_maps(fd, &longer));
    longer.more = 0;
    check_err(id, "more zeros", 0, query_maps(fd, &longer));
    check_err(id, "a bad pointer", EFAULT, query_maps(fd, (void *)BAD_PTR));
    close(fd);
    fd = open("/proc/self/smaps", O_RDONLY);
    q = (struct query) { .size = sizeof(q), .addr = (uintptr_t)room };
    check_err(id, "of smaps", ENOTTY, query_maps(fd, &q));
    close(fd);
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    run_case("M01", labels_at_start, NULL);
    run_case("M02", labels_move, NULL);
    run_case("M03", labels_in_child, NULL);
    for (int i = 0; i < NR_HEAP_ROWS; i++) {
        run_case(heap_rows[i].id, heap_label, &heap_rows[i]);
    }
    for (int i = 0; i < NR_STACK_ROWS; i++) {
        run_case(stack_rows[i].id, stack_label, &stack_rows[i]);
    }
    run_case("M04", other_protection, NULL);
    run_case("M05", heap_before_stack, NULL);
    run_case("M06", kinds_of_memory, NULL);
    run_case("M07", stack_at_last, NULL);
    run_case("M11", touched_in_part, NULL);
    run_case("M08", by_other_names, NULL);
    run_case("M09", smaps_has_lines_of_maps, NULL);
    run_case("M10", lines_of_maps, NULL);
    run_case("O62", statm_text, NULL);
    run_case("M20", statm_by_any_name, NULL);
    run_case("O61", not_moved, NULL);
    run_case("O60", exe_and_lib, NULL);
    run_case("M21", lines_of_status, NULL);
    run_case("C00", comm_at_start, NULL);
    for (size_t i = 0; i < sizeof(name_rows) / sizeof(name_rows[0]); i++) {
        char id[8];

        run_case(name_rows[i].id, comm_set, &name_rows[i]);
        snprintf(id, sizeof(id), "%sw", name_rows[i].id);
        run_case(id, comm_written, &name_rows[i]);
    }
    run_case("C10", comm_of_thread, NULL);
    run_case("C11", comm_inherited, NULL);
    run_case("C12", comm_not_exe, NULL);
    run_case("Q01", procmap_query, NULL);
    return finish();
}
