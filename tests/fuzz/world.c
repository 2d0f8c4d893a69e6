/*
 * The fuzzing guest's world: its area of memory, its files, the log
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdarg.h>
#include "guest.h"

struct setup setup;
struct system sys;
struct state st;
struct log *out;

/* ------------------------------------------------------------- chance */

/* splitmix64: any two numbers that differ give unrelated sequences. */
uint64_t rng_next(struct rng *r)
{
    uint64_t z = (r->s += 0x9e3779b97f4a7c15ull);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

unsigned pick(struct rng *r, unsigned n)
{
    return (rng_next(r) >> 32) % n;
}

bool one_in(struct rng *r, unsigned n)
{
    return pick(r, n) == 0;
}

/* Each operation has a stream of its own, so that one can be left out. */
struct rng rng_of(uint64_t seed, uint64_t index)
{
    struct rng r = { seed * 0x2545f4914f6cdd1dull + index };

    rng_next(&r);
    return r;
}

/* ---------------------------------------------------------------- log */

void say(const char *fmt, ...)
{
    size_t room = LOG_SIZE - out->len;
    va_list ap;
    int len;

    va_start(ap, fmt);
    len = vsnprintf(out->text + out->len, room, fmt, ap);
    va_end(ap);
    out->len += len < (int)room ? len : (int)room - 1;
}

const char *errno_name(int error)
{
    static const struct {
        int error;
        const char *name;
    } names[] = {
        { EPERM, "EPERM" }, { ENOENT, "ENOENT" }, { EBADF, "EBADF" },
        { ENOMEM, "ENOMEM" }, { EACCES, "EACCES" }, { EFAULT, "EFAULT" },
        { EBUSY, "EBUSY" }, { EEXIST, "EEXIST" }, { EXDEV, "EXDEV" },
        { ENODEV, "ENODEV" }, { ENOTDIR, "ENOTDIR" }, { EISDIR, "EISDIR" },
        { EINVAL, "EINVAL" }, { EMFILE, "EMFILE" }, { ENOTTY, "ENOTTY" },
        { ETXTBSY, "ETXTBSY" }, { ENXIO, "ENXIO" }, { ELOOP, "ELOOP" },
        { ENOTEMPTY, "ENOTEMPTY" }, { ENOSYS, "ENOSYS" }, { EROFS, "EROFS" },
        { EAGAIN, "EAGAIN" }, { ESPIPE, "ESPIPE" }, { EIO, "EIO" },
    };
    static char other[32];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].error == error) {
            return names[i].name;
        }
    }
    snprintf(other, sizeof(other), "errno %d", error);
    return other;
}

/* Only whether it worked: what is returned may be the system's own. */
void say_errno(long ret)
{
    say(" = %s", ret == -1 ? errno_name(errno) : "ok");
}

/* Eight bytes at a time: the judge's processor may be emulated, too. */
uint64_t hash_of(const void *data, size_t len)
{
    const unsigned char *byte = data;
    uint64_t hash = 0xcbf29ce484222325ull, word;

    for (; len >= sizeof(word); len -= sizeof(word), byte += sizeof(word)) {
        memcpy(&word, byte, sizeof(word));
        hash = (hash ^ le64toh(word)) * 0x9e3779b97f4a7c15ull;
        hash ^= hash >> 32;
    }
    while (len--) {
        hash = (hash ^ *byte++) * 0x100000001b3ull;
    }
    return hash ^ hash >> 29;
}

/* The newest name of a value counts, on every system the same. */
void remember(const struct value *v)
{
    out->symbol[out->symbols++ % MAX_SYMBOLS] = *v;
}

const char *name_of(uint64_t v)
{
    static char text[4][48];
    static unsigned turn;
    char *buf = text[turn++ % 4];
    unsigned known = out->symbols < MAX_SYMBOLS ? out->symbols : MAX_SYMBOLS;

    if (v >= AREA && v <= AREA_END + PAGE) {
        snprintf(buf, 48, "a+%x", (unsigned)(v - AREA));
        return buf;
    }
    for (unsigned i = 1; i <= known; i++) {
        const struct value *s = &out->symbol[(out->symbols - i) % MAX_SYMBOLS];

        if (s->v == v) {
            return s->sym;
        }
    }
    snprintf(buf, 48, "%" PRIx64, v);
    return buf;
}

const char *option_name(int opt)
{
    static const char *const name[] = {
        "opt0", "START_CODE", "END_CODE", "START_DATA", "END_DATA",
        "START_STACK", "START_BRK", "BRK", "ARG_START", "ARG_END",
        "ENV_START", "ENV_END", "AUXV", "EXE_FILE", "MAP", "MAP_SIZE",
    };
    static char other[32];

    if (opt >= 0 && opt < (int)(sizeof(name) / sizeof(name[0]))) {
        return name[opt];
    }
    snprintf(other, sizeof(other), "opt%d", opt);
    return other;
}

const char *field_name(unsigned field)
{
    static const char *const name[NR_FIELDS] = {
        "start_code", "end_code", "start_data", "end_data", "start_brk",
        "brk", "start_stack", "arg_start", "arg_end", "env_start", "env_end",
    };

    return name[field];
}

/* The one place that is not the same everywhere. */
const char *without_cwd(const char *path)
{
    if (!strncmp(path, sys.cwd, sys.cwd_len) && path[sys.cwd_len] == '/') {
        return path + sys.cwd_len + 1;
    }
    return path;
}

/* ------------------------------------------------------------- system */

ssize_t read_file(const char *path, void *buf, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t len = 0;
    ssize_t n = 0;

    if (fd < 0) {
        return -1;
    }
    while (len < size && (n = read(fd, (char *)buf + len, size - len)) > 0) {
        len += n;
    }
    close(fd);
    return n < 0 ? -1 : (ssize_t)len;
}

bool read_stat(uint64_t value[53])
{
    static char text[4096];
    ssize_t len = read_file("/proc/self/stat", text, sizeof(text) - 1);
    char *at;
    int n = 2;

    memset(value, 0, 53 * sizeof(*value));
    text[len > 0 ? len : 0] = '\0';
    at = strrchr(text, ')');
    for (; at && n < 52 && (at = strchr(at, ' ')); at++) {
        value[++n] = strtoull(at, NULL, 10);
    }
    return n == 52;
}

int set_mm(unsigned long opt, unsigned long arg3, unsigned long arg4,
           unsigned long arg5)
{
    return syscall(SYS_prctl, (unsigned long)PR_SET_MM, opt, arg3, arg4, arg5);
}

int set_map(const uint64_t field[NR_FIELDS], const void *auxv,
            unsigned auxv_size, unsigned exe_fd)
{
    struct prctl_mm_map map;

    memset(&map, 0, sizeof(map));
    map.start_code = field[START_CODE];
    map.end_code = field[END_CODE];
    map.start_data = field[START_DATA];
    map.end_data = field[END_DATA];
    map.start_brk = field[START_BRK];
    map.brk = field[BRK];
    map.start_stack = field[START_STACK];
    map.arg_start = field[ARG_START];
    map.arg_end = field[ARG_END];
    map.env_start = field[ENV_START];
    map.env_end = field[ENV_END];
    map.auxv = (void *)auxv;
    map.auxv_size = auxv_size;
    map.exe_fd = exe_fd;
    return set_mm(PR_SET_MM_MAP, (unsigned long)&map, sizeof(map), 0);
}

static void read_fields(uint64_t field[NR_FIELDS])
{
    static const unsigned char number[NR_FIELDS] = {
        [START_CODE] = 26, [END_CODE] = 27, [START_STACK] = 28,
        [START_DATA] = 45, [END_DATA] = 46, [START_BRK] = 47,
        [ARG_START] = 48, [ARG_END] = 49, [ENV_START] = 50, [ENV_END] = 51,
    };
    uint64_t stat[53];

    read_stat(stat);
    for (int i = 0; i < NR_FIELDS; i++) {
        field[i] = i == BRK ? (unsigned long)syscall(SYS_brk, 0)
                            : stat[number[i]];
    }
}

/* Where the values begin, or end, that the kernel takes for @field. */
static uint64_t bisect(unsigned field, uint64_t good, uint64_t bad)
{
    uint64_t map[NR_FIELDS];

    memcpy(map, sys.orig, sizeof(map));
    while (good != bad && good + 1 != bad && bad + 1 != good) {
        uint64_t mid = good < bad ? good + (bad - good) / 2
                                  : bad + (good - bad) / 2;

        map[field] = mid;
        if (set_map(map, NULL, 0, -1)) {
            bad = mid;
        } else {
            good = mid;
        }
    }
    return good;
}

uint64_t last_mapping_end(void)
{
    static char text[65536];
    ssize_t len = read_file("/proc/self/maps", text, sizeof(text) - 1);
    uint64_t start, end, last = 0;
    char *line;

    text[len > 0 ? len : 0] = '\0';
    for (line = text; *line; line = strchr(line, '\n') + 1) {
        if (sscanf(line, "%" SCNx64 "-%" SCNx64, &start, &end) != 2) {
            break;
        }
        /* The gate page is nobody's mapping. */
        if (end > last && end <= sys.task_size) {
            last = end;
        }
        if (!strchr(line, '\n')) {
            break;
        }
    }
    return last;
}

void find_system(void)
{
    unsigned long buf[128];
    uint64_t last;
    long size;

    if (!getcwd(sys.cwd, sizeof(sys.cwd))) {
        sys.cwd[0] = '\0';
    }
    sys.cwd_len = strlen(sys.cwd);
    if (sys.cwd_len == 1) {
        sys.cwd_len = 0;
    }
    read_fields(sys.orig);
    sys.min_addr = bisect(ARG_START, sys.orig[ARG_START], 0);
    sys.task_size = bisect(ARG_END, sys.orig[ARG_END], ULONG_MAX) + 1;
    set_map(sys.orig, NULL, 0, -1);
    size = syscall(SYS_prctl, PR_GET_AUXV, buf, sizeof(buf), 0, 0);
    sys.has_getauxv = size > 0;
    if (size < 0) {
        /* The largest vector that is taken; the kernel keeps the last pair. */
        memset(buf, 0, sizeof(buf));
        for (size = sizeof(buf); size > 0; size -= sizeof(long)) {
            if (!set_map(sys.orig, buf, size, -1)) {
                break;
            }
        }
    }
    sys.auxv_words = size / sizeof(long);
    last = last_mapping_end();
    sys.has_orig = sys.orig[END_DATA] < AREA && sys.orig[START_BRK] < AREA &&
                   sys.orig[START_STACK] > AREA_END + 0x100000;
    sys.has_last = last + 0x100000 < sys.task_size;
}

/* -------------------------------------------------------------- world */

char *slot_path(char buf[64], unsigned name)
{
    snprintf(buf, 64, "%u", name);
    return buf;
}

static void put_file(unsigned name, mode_t mode, const char *text)
{
    char path[64];
    int fd = open(slot_path(path, name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) ||
        fchmod(fd, mode)) {
        say("cannot make file %u: %s\n", name, errno_name(errno));
    }
    close(fd);
}

/* Of one sequence nothing is left for the next. */
static void make_files(void)
{
    char path[64];

    for (unsigned i = 0; i < NR_NAMES; i++) {
        if (unlink(slot_path(path, i)) && errno == EISDIR) {
            rmdir(path);
        }
    }
    put_file(0, 0755, "the first file\n");
    put_file(1, 0755, "the second file, which is longer\n");
    put_file(2, 0755, "");
    put_file(3, 0111, "executable, but not readable\n");
    put_file(4, 0644, "not executable\n");
    if (mkdir(slot_path(path, 5), 0755) || symlink("1", "6") ||
        mkfifo("7", 0755)) {
        say("cannot make files: %s\n", errno_name(errno));
    }
}

size_t own_exe(dev_t *dev, ino_t *ino)
{
    struct stat file;

    if (stat("/proc/self/exe", &file)) {
        return 0;
    }
    *dev = file.st_dev;
    *ino = file.st_ino;
    return 1;
}

bool is_executed(const struct stat *file)
{
    dev_t dev;
    ino_t ino;

    if (own_exe(&dev, &ino) && dev == file->st_dev && ino == file->st_ino) {
        return true;
    }
    for (unsigned i = 0; i < st.depth; i++) {
        if (st.exe[i] == file->st_ino && st.exe_dev[i] == file->st_dev) {
            return true;
        }
    }
    return false;
}

static const uint64_t first_fields[NR_FIELDS] = {
    [START_CODE] = AREA, [END_CODE] = AREA + 2 * PAGE,
    [START_DATA] = AREA + 2 * PAGE, [END_DATA] = AREA + 4 * PAGE,
    [START_BRK] = AREA + 32 * PAGE, [BRK] = AREA + 34 * PAGE,
    [START_STACK] = AREA + 8 * PAGE + 0x100,
    [ARG_START] = AREA + 5 * PAGE, [ARG_END] = AREA + 5 * PAGE + 0x200,
    [ENV_START] = AREA + 5 * PAGE + 0x200, [ENV_END] = AREA + 6 * PAGE,
};

static void map_first(unsigned page, unsigned pages)
{
    char *at = mmap((void *)(uintptr_t)(AREA + page * PAGE), pages * PAGE,
                    PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    if (at == MAP_FAILED) {
        say("cannot map the area: %s\n", errno_name(errno));
        return;
    }
    for (unsigned i = 0; i < pages; i++) {
        st.page[page + i] = (struct page) {
            PROT_READ | PROT_WRITE, true, true, true
        };
        for (unsigned j = 0; j < PAGE; j++) {
            at[i * PAGE + j] = j % 8 == 7 ? '\0' : 'a' + (j / 8 + i) % 26;
        }
    }
}

/* The same process everywhere. */
void make_world(void)
{
    unsigned long auxv[8];
    int fd;

    make_files();
    make_edge();
    map_first(0, 10);
    map_first(32, 2);
    /* Wherever the stack is, the last mapping is none of the area's. */
    mmap((void *)(uintptr_t)TOP, PAGE, PROT_NONE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    memcpy(st.field, first_fields, sizeof(st.field));
    memset(auxv, 0x11, sizeof(auxv));
    auxv[6] = auxv[7] = 0;
    fd = open("0", O_RDONLY | O_CLOEXEC);
    if (set_map(st.field, auxv, sizeof(auxv), fd) && errno == EBUSY) {
        detach_exe();
    }
    if (set_map(st.field, auxv, sizeof(auxv), fd)) {
        say("the first map: %s\n", errno_name(errno));
    }
    close(fd);
    prctl(PR_SET_NAME, "fuzz");
}

/* ---------------------------------------------------------- addresses */

static struct value named(unsigned long v, const char *base, long delta)
{
    struct value value = { v + delta, "" };

    if (delta) {
        snprintf(value.sym, sizeof(value.sym), "%s%+ld", base, delta);
    } else {
        snprintf(value.sym, sizeof(value.sym), "%s", base);
    }
    remember(&value);
    return value;
}

/* Of a name only so much is left that there is room for another step. */
struct value beside(uint64_t v, long step)
{
    char base[40];

    snprintf(base, sizeof(base), "%.28s", name_of(v));
    return named(v, base, step);
}

static struct value in_area(struct rng *r)
{
    static const unsigned offsets[] = { 0, 0, 0, 1, 8, 0xfff, 0x200 };
    unsigned page = pick(r, AREA_PAGES + 1);
    unsigned offset = one_in(r, 3) ? pick(r, PAGE)
                                   : offsets[pick(r, 7)];
    struct value value;

    if (page == AREA_PAGES) {
        offset = 0;
    }
    value.v = AREA + page * PAGE + offset;
    snprintf(value.sym, sizeof(value.sym), "a+%x",
             (unsigned)(value.v - AREA));
    return value;
}

static long small_step(struct rng *r)
{
    static const short steps[] = { 0, 0, 1, -1, PAGE, -PAGE };

    return steps[pick(r, 6)];
}

/*
 * Sums of two lengths must not wrap on a 32-bit kernel while they do not on
 * another: the ends of these ranges stay in the area.
 */
static bool stays_in_area(unsigned field)
{
    return !setup.wide && (field == START_BRK || field == START_DATA ||
                           field == END_DATA);
}

bool is_in_area(uint64_t v)
{
    return v >= AREA - PAGE && v <= AREA_END + PAGE;
}

static bool is_at_edge(uint64_t v)
{
    return v <= sys.min_addr + PAGE || v >= sys.task_size - PAGE;
}

/*
 * What lies behind the strings that the process was started with is each
 * system's own, and so is what lies at the end of the last mapping.
 */
static bool is_for_strings(unsigned field)
{
    return field >= ARG_START && field <= ENV_END;
}

static bool has_first_strings(void)
{
    return st.field[ARG_START] == sys.orig[ARG_START] ||
           st.field[ENV_START] == sys.orig[ENV_START];
}

static struct value near_field(struct rng *r, unsigned for_field)
{
    unsigned field = pick(r, NR_FIELDS);

    if (!is_in_area(st.field[field]) &&
        (is_for_strings(for_field) || stays_in_area(for_field))) {
        return in_area(r);
    }
    /* Whether two breaks are in one page must not depend on the stack's. */
    if ((for_field == BRK || for_field == START_BRK) &&
        !is_in_area(st.field[field]) && !is_at_edge(st.field[field])) {
        return in_area(r);
    }
    if (!is_in_area(st.field[field])) {
        /* How far the end of its mapping is from there is not known. */
        return beside(st.field[field], pick(r, 3) - 1l);
    }
    return beside(st.field[field], small_step(r));
}

static struct value at_the_edge(struct rng *r, unsigned field)
{
    static const unsigned long absurd[] = { 0, 1, ULONG_MAX, -4096ul };
    static const signed char steps[] = { -1, 0, 1 };
    long step = steps[pick(r, 3)];
    unsigned i;

    switch (pick(r, 4)) {
    case 0:
        if (stays_in_area(field)) {
            step = 1;
        }
        return named(sys.task_size, "T", step);
    case 1:
        if (stays_in_area(field)) {
            step = -1;
        }
        return named(sys.min_addr, "M", step);
    case 2:
        i = pick(r, 4);
        if (i >= 2) {
            return named(ULONG_MAX, "max", absurd[i] - ULONG_MAX);
        }
        return named(absurd[i], i ? "1" : "0", 0);
    default:
        if (!setup.wide) {
            return named(0, "0", 0);
        }
        if (one_in(r, 2)) {
            return named((unsigned long)((uint64_t)1 << 63 | AREA), "a|2^63",
                         0);
        }
        return named((unsigned long)((uint64_t)1 << 56 | AREA), "a|2^56", 0);
    }
}

static struct value as_at_start(struct rng *r, unsigned field)
{
    static const signed char steps[] = { 0, 0, -1, 1 };

    /* How far libc moved the break is its own affair. */
    if (!setup.orig || field == START_BRK || field == BRK ||
        is_for_strings(field) || stays_in_area(field)) {
        return in_area(r);
    }
    return named(sys.orig[field], field_name(field), steps[pick(r, 4)]);
}

static struct value at_the_last(struct rng *r, unsigned field)
{
    static const signed char steps[] = { 1, 0, -1 };
    bool is_start = field == ARG_START || field == ENV_START;

    if (!setup.last || field < START_STACK) {
        return in_area(r);
    }
    return named(last_mapping_end(), "L", steps[pick(r, is_start ? 2 : 3)]);
}

struct value any_address(struct rng *r, unsigned field)
{
    unsigned kind = pick(r, 20);

    if (kind < 12) {
        return in_area(r);
    }
    if (kind < 15) {
        return near_field(r, field);
    }
    if (kind < 18 && is_for_strings(field) && has_first_strings()) {
        return in_area(r);
    }
    if (kind < 17) {
        return at_the_edge(r, field);
    }
    return kind < 18 ? at_the_last(r, field) : as_at_start(r, field);
}
