/*
 * Operations of the fuzzing guest: PR_SET_MM, PR_GET_AUXV and brk(2)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "guest.h"

/* Of sub-option N: the field, or -1. */
static int field_of_option(int opt)
{
    static const signed char field[] = {
        -1, START_CODE, END_CODE, START_DATA, END_DATA, START_STACK,
        START_BRK, BRK, ARG_START, ARG_END, ENV_START, ENV_END,
    };

    return opt >= 0 && opt < (int)sizeof(field) ? field[opt] : -1;
}

/* Bits that an int does not have. */
static unsigned long with_garbage(struct rng *r, unsigned long v)
{
    return setup.wide && one_in(r, 8)
           ? v | (unsigned long)(0xdeadull << 32) : v;
}

/* ------------------------------------------------------- bad pointers */

/* A page with nothing behind it. */
static struct {
    char *page;
} edge;

void make_edge(void)
{
    edge.page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(edge.page + PAGE, PAGE, PROT_NONE);
}

/* Puts @len bytes where the kernel can, or cannot, get them. */
static void *place(struct rng *r, const void *data, size_t len,
                   const char **what)
{
    static unsigned long buf[256];
    unsigned kind = pick(r, 24);

    switch (kind) {
    case 0:
        *what = "null";
        return NULL;
    case 1:
        *what = "page 0";
        return (void *)8;
    case 2:
        *what = "max";
        return (void *)-1ul;
    case 3:
        *what = "no access";
        return edge.page + PAGE;
    case 4:
        *what = "half";
        len = len < 8 ? len : len - 4;
        memcpy(edge.page + PAGE - len, data, len);
        return edge.page + PAGE - len + (len < 8 ? 1 : 0);
    case 5:
        *what = "T";
        return (void *)(uintptr_t)sys.task_size;
    case 6:
        *what = "up to the edge";
        memcpy(edge.page + PAGE - len, data, len);
        return edge.page + PAGE - len;
    case 7:
        *what = "odd";
        memcpy((char *)buf + 1, data, len);
        return (char *)buf + 1;
    default:
        *what = "good";
        memcpy(buf, data, len);
        return buf;
    }
}

/* ------------------------------------------------------- single fields */

/* The rules that need no mapping are enough for our own idea of the state. */
static void believe(int opt, uint64_t v, int ret)
{
    if (ret == 0 && field_of_option(opt) >= 0) {
        st.field[field_of_option(opt)] = v;
    }
}

static void set_field(struct rng *r, const char *how)
{
    int opt = 1 + pick(r, 11);
    struct value v = any_address(r, field_of_option(opt));
    unsigned long arg2 = with_garbage(r, opt);
    int ret;

    ret = set_mm(arg2, v.v, 0, 0);
    say("%s%s%s %s", how, option_name(opt),
        arg2 == (unsigned long)opt ? "" : "+garbage",
        v.sym);
    say_errno(ret);
    say("\n");
    believe(opt, v.v, ret);
}

void op_field(struct rng *r)
{
    set_field(r, "");
}

/* Arguments that must be zero, options that are none. */
void op_bad_call(struct rng *r)
{
    static const int opts[] = {
        0, 16, 17, -1, 99, INT_MAX, INT_MIN,
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    };
    int opt = opts[pick(r, 22)];
    struct value v = any_address(r, ARG_END);
    unsigned long arg4 = one_in(r, 2) ? 0 : one_in(r, 2) ? 1 : -1ul;
    unsigned long arg5 = one_in(r, 2) ? 0 : one_in(r, 2) ? 1 : -1ul;
    int ret;

    /* With good arguments these are calls of their own. */
    if (opt >= 1 && arg4 == 0 && arg5 == 0 && opt <= 15) {
        arg5 = 5;
    }
    if ((opt == 12 || opt == 14 || opt == 15) && arg5 == 0) {
        arg5 = 7;
    }
    ret = set_mm((long)opt, v.v, arg4, arg5);
    say("bad call %s %s arg4 %ld arg5 %ld", option_name(opt), v.sym,
        (long)arg4, (long)arg5);
    say_errno(ret);
    say("\n");
}

/* ------------------------------------------------------------ aux vector */

/*
 * Words whose bytes are all the same read alike in either byte order and in
 * words of either length.
 */
static size_t fill_auxv(struct rng *r, unsigned long *auxv, const char **what)
{
    size_t words = sys.auxv_words;
    unsigned kind = pick(r, 8);
    static char text[40];
    size_t n, bytes, null_at;
    unsigned char byte = 1 + pick(r, 200);

    for (size_t i = 0; i < words + 4; i++) {
        memset(&auxv[i], byte + i % 3, sizeof(*auxv));
    }
    switch (kind) {
    case 0:
        n = 0;
        snprintf(text, sizeof(text), "0 words");
        break;
    case 1:
        n = words;
        snprintf(text, sizeof(text), "S words");
        break;
    case 2:
        n = words - 1;
        snprintf(text, sizeof(text), "S-1 words");
        break;
    case 3:
        n = words + 1;
        snprintf(text, sizeof(text), "S+1 words");
        break;
    default:
        n = 1 + pick(r, 40);
        snprintf(text, sizeof(text), "%zu words", n);
    }
    if (one_in(r, 2) && n >= 4 && n <= 40) {
        null_at = 2 * pick(r, n / 2);
        auxv[null_at] = 0;
        auxv[null_at + 1] = 0;
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 " null at %zu", null_at);
    }
    bytes = n * sizeof(*auxv);
    if (one_in(r, 5)) {
        n = 1 + pick(r, 3);
        bytes += n;
        snprintf(text + strlen(text), sizeof(text) - strlen(text), " + %zu",
                 n);
    }
    snprintf(text + strlen(text), sizeof(text) - strlen(text), " of %u", byte);
    *what = text;
    return bytes;
}

void op_auxv(struct rng *r)
{
    unsigned long auxv[256];
    const char *what, *where;
    size_t len = fill_auxv(r, auxv, &what);
    void *at = place(r, auxv, len < sizeof(auxv) ? len : sizeof(auxv), &where);
    int ret = set_mm(PR_SET_MM_AUXV, (unsigned long)at, len, 0);

    say("AUXV %s: %s", where, what);
    say_errno(ret);
    say("\n");
}

/* The bytes of each word, however many it has. */
static void say_words(const unsigned char *byte, size_t bytes)
{
    const size_t word = sizeof(long);
    size_t words = bytes / word;
    unsigned char sum[2] = { 0, 0 };
    uint64_t hash = 0;

    for (size_t i = 0; i < words; i++) {
        sum[0] = byte[i * word];
        sum[1] = 0;
        /* How many bytes of it are there: a whole word is one of any size. */
        for (size_t j = 0; j < word; j++) {
            sum[1] += byte[i * word + j] == sum[0] && sum[0];
        }
        if (sum[1] == word) {
            sum[1] = 'w';
        }
        hash = hash * 31 + hash_of(sum, sizeof(sum));
        /* Behind the longest of these there is nothing but the end. */
        if (i == 47) {
            break;
        }
    }
    if (words <= 42) {
        say(" %zu words", words);
    } else {
        say(" S-%zd words", (ssize_t)(sys.auxv_words - words));
    }
    if (bytes % word) {
        say(" + %zu", bytes % word);
    }
    say(" %" PRIx64, words <= 42 ? hash : 0);
}

void op_get_auxv(struct rng *r)
{
    unsigned long buf[256];
    static const char *const names[] = { "S", "0", "1 word", "huge", "S-1" };
    unsigned kind = pick(r, 5);
    size_t words = kind == 0 ? sys.auxv_words
                   : kind == 1 ? 0 : kind == 2 ? 1 : kind == 3 ? 250
                   : sys.auxv_words - 1;
    unsigned long arg4 = one_in(r, 10), arg5 = one_in(r, 10);
    void *at = buf;
    long ret;

    if (one_in(r, 8)) {
        at = one_in(r, 2) ? NULL : (void *)8;
    }
    memset(buf, 0xee, sizeof(buf));
    if (!setup.getauxv) {
        say("GET_AUXV: not there\n");
        return;
    }
    ret = syscall(SYS_prctl, PR_GET_AUXV, at, words * sizeof(long), arg4,
                  arg5);
    say("GET_AUXV %s%s %lu %lu", names[kind], at == buf ? "" : " bad", arg4,
        arg5);
    if (ret < 0) {
        say_errno(ret);
    } else {
        say(" = S%+ld", ret / (long)sizeof(long) - (long)sys.auxv_words);
        if (at == buf) {
            words = words < sys.auxv_words ? words : sys.auxv_words;
            /* What is common to all sizes of the copy. */
            say_words((unsigned char *)buf,
                      (words < 40 ? words : 40) * sizeof(long));
            say(" untouched %d", buf[words] == buf[255]);
        }
    }
    say("\n");
}

void see_auxv(struct rng *r)
{
    static unsigned char buf[4096];
    static const unsigned sizes[] = { 4096, 4096, 16, 8, 64 };
    unsigned size = sizes[pick(r, 5)];
    unsigned skip = one_in(r, 4) ? 2 * pick(r, 20) : 0;
    int fd = open("/proc/self/auxv", O_RDONLY | O_CLOEXEC);
    ssize_t len;

    /* In words of the process's own. */
    if (size < 4096) {
        size = size / 8 * sizeof(long);
    }
    len = pread(fd, buf, size, skip * sizeof(long));
    say("see auxv %u from %u:", size == 4096 ? 0 : size / (int)sizeof(long),
        skip);
    if (len < 0) {
        say_errno(len);
    } else if (len == 0) {
        say(" end");
    } else if (skip && size == 4096 && len / sizeof(long) + skip > 42) {
        say(" S-%zd", (ssize_t)(sys.auxv_words - skip - len / sizeof(long)));
    } else {
        say_words(buf, len);
    }
    say("\n");
    close(fd);
}

/* ------------------------------------------------------------ executable */

static const struct {
    unsigned fd;
    const char *name;
} no_fds[] = {
    { -1u, "-1" }, { -2u, "-2" }, { 0x7fffffff, "INT_MAX" },
    { 0x80000000, "INT_MIN" }, { 50, "50" }, { 1000000, "1000000" },
};

static unsigned any_fd(struct rng *r, char name[24])
{
    unsigned i = pick(r, 8);

    if (i < 7) {
        i = pick(r, NR_SLOTS);
        snprintf(name, 24, "slot %u", i);
        return FIRST_SLOT + i;
    }
    i = pick(r, 6);
    snprintf(name, 24, "%s", no_fds[i].name);
    return no_fds[i].fd;
}

void op_exe(struct rng *r)
{
    char name[24];
    unsigned fd = any_fd(r, name);
    unsigned long arg3 = with_garbage(r, fd);
    int ret;

    ret = set_mm(PR_SET_MM_EXE_FILE, arg3, 0, 0);
    say("EXE_FILE %s%s", name, arg3 == fd ? "" : "+garbage");
    say_errno(ret);
    say("\n");
}

/* ------------------------------------------------------------------ map */

static void say_change(unsigned field, const struct value *v)
{
    say(" %s=%s", field_name(field), v->sym);
}

/* Two ends of a range as they were, which no single field could get to. */
static void mutate_pair(struct rng *r, uint64_t field[NR_FIELDS])
{
    static const unsigned char first[] = {
        START_CODE, START_DATA, ARG_START, ENV_START
    };
    unsigned a = first[pick(r, 4)], b = a + 1;
    struct value v = any_address(r, a);
    struct value w = any_address(r, b);

    if (one_in(r, 2) && setup.orig && !(a == START_DATA && !setup.wide)) {
        for (unsigned i = a; i <= b; i++) {
            struct value *value = i == a ? &v : &w;

            value->v = sys.orig[i];
            snprintf(value->sym, sizeof(value->sym), "%s", field_name(i));
            remember(value);
        }
    } else if (v.v > w.v) {
        struct value swap = v;

        v = w;
        w = swap;
    }
    field[a] = v.v;
    field[b] = w.v;
    say_change(a, &v);
    say_change(b, &w);
}

static void mutate(struct rng *r, uint64_t field[NR_FIELDS])
{
    unsigned n = pick(r, 4);

    if (one_in(r, 3)) {
        mutate_pair(r, field);
        return;
    }
    while (n--) {
        unsigned which = pick(r, NR_FIELDS);
        struct value v = any_address(r, which);

        field[which] = v.v;
        /* A 64-bit kernel looks at all bits, a 32-bit one at half of them. */
        if (setup.wide && one_in(r, 20)) {
            v.v |= (unsigned long)((uint64_t)1 << 40);
            snprintf(v.sym + strlen(v.sym), sizeof(v.sym) - strlen(v.sym),
                     "|2^40");
            remember(&v);
            field[which] = v.v;
        }
        say_change(which, &v);
    }
}

static void encode(struct prctl_mm_map *map, const uint64_t f[NR_FIELDS])
{
    memset(map, 0, sizeof(*map));
    map->start_code = f[START_CODE];
    map->end_code = f[END_CODE];
    map->start_data = f[START_DATA];
    map->end_data = f[END_DATA];
    map->start_brk = f[START_BRK];
    map->brk = f[BRK];
    map->start_stack = f[START_STACK];
    map->arg_start = f[ARG_START];
    map->arg_end = f[ARG_END];
    map->env_start = f[ENV_START];
    map->env_end = f[ENV_END];
}

static unsigned long map_size(struct rng *r)
{
    static const short change[] = { -1, 1, 8, -8, 1000 };
    unsigned long size = sizeof(struct prctl_mm_map);
    unsigned i;

    if (!one_in(r, 16)) {
        return size;
    }
    i = pick(r, 7);
    say(" size %u", i);
    return i < 5 ? size + change[i] : i == 5 ? 0 : -1ul;
}

static void change_auxv(struct rng *r, struct prctl_mm_map *map)
{
    static unsigned long auxv[256];
    const char *what, *where = "";
    size_t len;

    if (!one_in(r, 3)) {
        return;
    }
    len = fill_auxv(r, auxv, &what);
    map->auxv_size = len;
    map->auxv = (void *)auxv;
    if (one_in(r, 6)) {
        map->auxv = one_in(r, 2) ? NULL : (void *)8;
        where = map->auxv ? "bad " : "null ";
    }
    if (one_in(r, 20)) {
        map->auxv_size = -1u;
        what = "2^32-1";
    }
    say(" auxv %s%s", where, what);
}

static void do_map(struct rng *r, const uint64_t field[NR_FIELDS])
{
    struct prctl_mm_map map;
    char name[24];
    const char *where;
    unsigned long size;
    void *at;
    int ret;

    encode(&map, field);
    map.exe_fd = -1;
    change_auxv(r, &map);
    if (one_in(r, 3)) {
        map.exe_fd = any_fd(r, name);
        say(" exe %s", name);
    }
    size = map_size(r);
    at = place(r, &map, sizeof(map), &where);
    if (strcmp(where, "good")) {
        say(" at %s", where);
    }
    ret = set_mm(PR_SET_MM_MAP, (unsigned long)at, size, 0);
    say_errno(ret);
    if (ret == 0) {
        memcpy(st.field, field, sizeof(st.field));
    }
}

void op_map(struct rng *r)
{
    uint64_t field[NR_FIELDS];

    memcpy(field, st.field, sizeof(field));
    say("MAP");
    mutate(r, field);
    do_map(r, field);
    say("\n");
}

void op_map_size(struct rng *r)
{
    unsigned before[2] = { 0x5a5a5a5a, 0x5a5a5a5a }, after[2] = { 0 };
    const char *where;
    unsigned *at = place(r, before, sizeof(before), &where);
    unsigned long arg4 = one_in(r, 3) ? -1ul : 0;
    int ret = set_mm(PR_SET_MM_MAP_SIZE, (unsigned long)at, arg4, 0);

    say("MAP_SIZE %s %ld", where, (long)arg4);
    say_errno(ret);
    if (ret == 0) {
        /* Where only the first few bytes are there, they are enough. */
        memcpy(after, at, sizeof(after[0]));
        say(" right %d", after[0] == sizeof(struct prctl_mm_map));
    }
    say("\n");
}

/* ----------------------------------------------------------- RLIMIT_DATA */

static unsigned long data_used(const uint64_t f[NR_FIELDS])
{
    return (f[BRK] - f[START_BRK]) + (f[END_DATA] - f[START_DATA]);
}

/* Else the sum can be anything, such as what stands for "no limit". */
static bool has_size(const uint64_t f[NR_FIELDS])
{
    return f[BRK] >= f[START_BRK] && f[END_DATA] >= f[START_DATA] &&
           (f[BRK] > f[START_BRK] || f[END_DATA] > f[START_DATA]);
}

/*
 * Only while nothing is mapped: how many pages count as data is each
 * system's own, and an emulator does not count them.
 */
void op_limited(struct rng *r)
{
    uint64_t field[NR_FIELDS];
    struct rlimit old, new;
    static const char *const name[] = { "0", "used-1", "used", "used+1" };
    unsigned kind = pick(r, 4);

    memcpy(field, st.field, sizeof(field));
    getrlimit(RLIMIT_DATA, &old);
    say("limited");
    if (one_in(r, 2)) {
        mutate(r, field);
    }
    new = old;
    new.rlim_cur = kind == 0 ? 0 : data_used(field) + kind - 2;
    if (!has_size(field)) {
        new.rlim_cur = kind = 0;
    }
    say(" to %s", name[kind]);
    say_errno(setrlimit(RLIMIT_DATA, &new));
    if (one_in(r, 2)) {
        do_map(r, field);
    } else {
        set_field(r, ", ");
        out->len--;
    }
    setrlimit(RLIMIT_DATA, &old);
    say("\n");
}

/* ------------------------------------------------------------------- brk */

static uint64_t round_up(uint64_t v)
{
    return (v + PAGE - 1) & -(uint64_t)PAGE;
}

/* What brk(2) would unmap or map must be the area's. */
static bool is_harmless(uint64_t request)
{
    uint64_t now = st.field[BRK];

    return request < st.field[START_BRK] ||
           round_up(request) == round_up(now) ||
           (now >= AREA && now <= AREA_END &&
            request >= AREA && request <= AREA_END);
}

static void believe_brk(uint64_t now)
{
    uint64_t old_end = round_up(st.field[BRK]), end = round_up(now);
    bool grows = end > old_end;
    uint64_t from = grows ? old_end : end, to = grows ? end : old_end;

    for (uint64_t at = from; at < to; at += PAGE) {
        if (at >= AREA && at < AREA_END) {
            st.page[(at - AREA) / PAGE] = grows
                ? (struct page) { PROT_READ | PROT_WRITE, true, true, true }
                : (struct page) { 0 };
        }
    }
    st.field[BRK] = now;
}

void op_brk(struct rng *r)
{
    static const long steps[] = { 0, 1, -1, PAGE, -PAGE, 2 * PAGE, 100 };
    struct value v;
    uint64_t now;
    struct rlimit old, new;
    bool limited = one_in(r, 8);

    if (one_in(r, 2)) {
        v = any_address(r, BRK);
    } else {
        /* Outside of the area a step must neither wrap nor leave the page. */
        v = beside(st.field[BRK],
                   steps[pick(r, is_in_area(st.field[BRK]) ? 7 : 3)]);
    }
    if (!is_harmless(v.v)) {
        say("brk %s: not done\n", v.sym);
        return;
    }
    getrlimit(RLIMIT_DATA, &old);
    new = old;
    if (limited) {
        uint64_t field[NR_FIELDS];

        /* Refused for sure, or asking for no more pages. */
        memcpy(field, st.field, sizeof(field));
        field[BRK] = v.v;
        limited = has_size(field);
        if (limited) {
            new.rlim_cur = data_used(field);
            new.rlim_cur -= round_up(v.v) > round_up(st.field[BRK]) ||
                            one_in(r, 2);
            setrlimit(RLIMIT_DATA, &new);
        }
    }
    now = (unsigned long)syscall(SYS_brk, v.v);
    if (limited) {
        setrlimit(RLIMIT_DATA, &old);
    }
    say("brk %s%s = %s\n", v.sym, limited ? " limited" : "", name_of(now));
    if (now != st.field[BRK] && now == v.v) {
        believe_brk(now);
    }
}

void see_brk(struct rng *r)
{
    (void)r;
    say("see brk: %s\n", name_of((unsigned long)syscall(SYS_brk, 0)));
}
