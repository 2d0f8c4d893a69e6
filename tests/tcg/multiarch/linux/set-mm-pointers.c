/*
 * Pointers that lie: every one that PR_SET_MM, PR_GET_AUXV and reading /proc
 * take leads to where it must not, or to memory that goes away meanwhile
 *
 * Nothing may change by a call that answers EFAULT.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <time.h>

enum { RACE_MS = 400 };

/* --------------------------------------------------------------- the lies */

enum lie {
    LOW, UNMAPPED, NO_ACCESS, PAGE_END, PAST_FILE, TOP, HIGHEST, READ_ONLY,
    NR_LIES
};

static const char *const lie_name[NR_LIES] = {
    "a low address", "unmapped memory", "memory without access",
    "the end of a page before a hole", "a mapping behind the end of its file",
    "the end of the address space", "the highest address",
    "read-only memory",
};

/* Two pages, the second of which is not there; or NULL. */
static char *map_before_hole(int prot)
{
    char *pages = mmap(NULL, 2 * page_size(), prot,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (pages == MAP_FAILED) {
        return NULL;
    }
    munmap(pages + page_size(), page_size());
    return pages;
}

static void *map_past_file(void)
{
    char path[PATH_MAX + 64];
    void *map;
    int fd;

    in_dir(path, sizeof(path), "short");
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    map = mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return map;
}

/* The address of @size bytes that cannot all be reached. */
static unsigned long lie_about(enum lie lie, size_t size)
{
    switch (lie) {
    case LOW:
        return BAD_PTR;
    case UNMAPPED:
        return (unsigned long)map_before_hole(PROT_READ) + page_size();
    case NO_ACCESS:
        return (unsigned long)map_before_hole(PROT_NONE);
    case PAGE_END:
        return (unsigned long)map_before_hole(PROT_READ | PROT_WRITE) +
               page_size() - size + 1;
    case PAST_FILE:
        return (unsigned long)map_past_file();
    case TOP:
        return judge.task_size - size;
    case HIGHEST:
        return -(unsigned long)size + 1;
    default:
        return (unsigned long)map_before_hole(PROT_READ);
    }
}

/* ------------------------------------------------------------ the victims */

struct victim {
    const char *id, *text;
    size_t (*size)(void);
    /* Returns: 0 or errno. */
    int (*call)(unsigned long addr, size_t size);
    bool (*is_allowed)(void);
    bool stores;
};

static bool always(void)
{
    return true;
}

static size_t word_size(void)
{
    return sizeof(unsigned);
}

static size_t map_size(void)
{
    union mm_map_buf buf;
    struct mm_map map;

    read_map(&map);
    return encode_map(&buf, &map);
}

static size_t auxv_size(void)
{
    return judge.auxv_size;
}

static size_t a_few(void)
{
    return 8;
}

static int call_map(unsigned long addr, size_t size)
{
    return set_mm(PR_SET_MM_MAP, addr, size, 0);
}

static int call_map_size(unsigned long addr, size_t size)
{
    (void)size;
    return set_mm(PR_SET_MM_MAP_SIZE, addr, 0, 0);
}

/* Everything else in the map is good, and other than before. */
static int call_map_auxv(unsigned long addr, size_t size)
{
    struct mm_map map;

    read_map(&map);
    map.f[END_CODE]--;
    map.f[ENV_START] = map.f[ENV_END];
    map.auxv = addr;
    map.auxv_size = size;
    return set_map(&map);
}

static int call_auxv(unsigned long addr, size_t size)
{
    return set_mm(PR_SET_MM_AUXV, addr, size, 0);
}

static int call_get_auxv(unsigned long addr, size_t size)
{
    long ret = get_auxv((void *)addr, size, 0, 0);

    return ret < 0 ? -ret : 0;
}

static int call_get_name(unsigned long addr, size_t size)
{
    (void)size;
    return err_of(syscall(SYS_prctl, PR_GET_NAME, addr, 0, 0, 0));
}

static int read_to(const char *path, unsigned long addr, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int error = err_of(syscall(SYS_read, fd, addr, size));

    close(fd);
    return error;
}

static int call_cmdline(unsigned long addr, size_t size)
{
    return read_to("/proc/self/cmdline", addr, size);
}

static int call_environ(unsigned long addr, size_t size)
{
    return read_to("/proc/self/environ", addr, size);
}

static int call_read_auxv(unsigned long addr, size_t size)
{
    return read_to("/proc/self/auxv", addr, size);
}

static int call_stat(unsigned long addr, size_t size)
{
    return read_to("/proc/self/stat", addr, size);
}

static int call_maps(unsigned long addr, size_t size)
{
    return read_to("/proc/self/maps", addr, size);
}

static int call_readv(unsigned long addr, size_t size)
{
    struct iovec vec = { (void *)addr, size };
    int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    int error = err_of(readv(fd, &vec, 1));

    close(fd);
    return error;
}

static int call_link(unsigned long addr, size_t size)
{
    return err_of(syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", addr,
                          size));
}

static const struct victim victims[] = {
    { "L01", "MAP", map_size, call_map, always, false },
    { "L02", "MAP's auxv", auxv_size, call_map_auxv, always, false },
    { "L03", "MAP_SIZE", word_size, call_map_size, always, true },
    { "L04", "AUXV", auxv_size, call_auxv, may_set_one, false },
    { "L05", "PR_GET_AUXV", auxv_size, call_get_auxv, always, true },
    { "L06", "PR_GET_NAME", a_few, call_get_name, always, true },
    { "L07", "cmdline", a_few, call_cmdline, always, true },
    { "L08", "environ", a_few, call_environ, always, true },
    { "L09", "/proc's auxv", a_few, call_read_auxv, always, true },
    { "L10", "stat", a_few, call_stat, always, true },
    { "L11", "maps", a_few, call_maps, always, true },
    { "L12", "stat by readv", a_few, call_readv, always, true },
    { "L13", "the link", a_few, call_link, always, true },
};

enum { NR_VICTIMS = sizeof(victims) / sizeof(victims[0]) };

/* What a call could have changed. */
struct state {
    struct mm_map map;
    char link[PATH_MAX];
    char auxv[AUXV_ROOM];
    long auxv_len;
    char cmdline[4096], environ[16384];
    ssize_t cmdline_len, environ_len;
};

static void read_state(struct state *state)
{
    memset(state, 0, sizeof(*state));
    read_map(&state->map);
    read_link("/proc/self/exe", state->link, sizeof(state->link));
    state->auxv_len = get_auxv(state->auxv, sizeof(state->auxv), 0, 0);
    state->cmdline_len = read_whole("/proc/self/cmdline", state->cmdline,
                                    sizeof(state->cmdline));
    state->environ_len = read_whole("/proc/self/environ", state->environ,
                                    sizeof(state->environ));
}

/* Bytes that lie partly in a hole are written as far as they go, by some. */
static bool may_do_part(const struct victim *victim, enum lie lie)
{
    return victim->stores && lie == PAGE_END && victim->size == a_few;
}

static void run_lies(const char *id, const void *arg)
{
    const struct victim *victim = arg;
    static struct state before, after;
    size_t size = victim->size();
    char text[100];
    int want;

    for (enum lie lie = 0; lie < NR_LIES; lie++) {
        if ((lie == READ_ONLY && !victim->stores) ||
            may_do_part(victim, lie)) {
            continue;
        }
        want = victim->is_allowed() ? EFAULT : EPERM;
        if (victim->call == call_get_auxv && !has_get_auxv()) {
            want = EINVAL;
        }
        snprintf(text, sizeof(text), "%s, %s", victim->text, lie_name[lie]);
        read_state(&before);
        check_err(id, text, want, victim->call(lie_about(lie, size), size));
        read_state(&after);
        snprintf(text, sizeof(text), "%s, %s: nothing has changed",
                 victim->text, lie_name[lie]);
        check_true(id, text, !memcmp(&before, &after, sizeof(before)));
    }
}

/* ------------------------------------------ memory that comes and goes */

static struct race {
    bool stop;
    char *page;
    unsigned flips, calls, wrong;
    int wrong_error;
} race;

static bool stopped(void)
{
    return __atomic_load_n(&race.stop, __ATOMIC_SEQ_CST);
}

/* There, not there, not to be read, of a file that does not reach there. */
static void *flip(void *arg)
{
    char path[PATH_MAX + 64];
    int fd;

    in_dir(path, sizeof(path), "flip");
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    while (!stopped()) {
        mmap(race.page, page_size(), PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        mprotect(race.page, page_size(), PROT_NONE);
        mprotect(race.page, page_size(), PROT_READ);
        mmap(race.page, page_size(), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_FIXED, fd, 0);
        if (ftruncate(fd, page_size()) || ftruncate(fd, 0)) {
            break;
        }
        munmap(race.page, page_size());
        __atomic_fetch_add(&race.flips, 1, __ATOMIC_SEQ_CST);
    }
    close(fd);
    return arg;
}

static void *fall_for_it(void *arg)
{
    unsigned turn = (uintptr_t)arg;

    while (!stopped()) {
        const struct victim *victim = &victims[turn++ % NR_VICTIMS];
        int error = victim->call((unsigned long)race.page + 16, 64);

        /* What is there by chance may be a map that nobody accepts. */
        if (error && error != EFAULT && error != EINVAL && error != EPERM) {
            race.wrong_error = error;
            __atomic_fetch_add(&race.wrong, 1, __ATOMIC_SEQ_CST);
        }
        __atomic_fetch_add(&race.calls, 1, __ATOMIC_SEQ_CST);
    }
    return NULL;
}

static void run_race(const char *id, const void *arg)
{
    struct timespec time = { 0, RACE_MS * 1000000L };
    pthread_t thread[3];
    struct mm_map map;

    (void)arg;
    /* Far from where anybody else gets memory while it is not ours. */
    race.page = mmap((void *)0x30000000, page_size(), PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check_num(id, "threads started", 0,
              pthread_create(&thread[0], NULL, flip, NULL) +
              pthread_create(&thread[1], NULL, fall_for_it, (void *)0) +
              pthread_create(&thread[2], NULL, fall_for_it, (void *)7));
    nanosleep(&time, NULL);
    __atomic_store_n(&race.stop, true, __ATOMIC_SEQ_CST);
    for (int i = 0; i < 3; i++) {
        pthread_join(thread[i], NULL);
    }
    check_true(id, "the memory has come and gone", race.flips > 0);
    check_true(id, "calls were made", race.calls > 0);
    check(!race.wrong, id, "they answer EFAULT or EINVAL, if not OK",
          "%u other answers, the last %s", race.wrong,
          err_name(race.wrong_error));
    read_map(&map);
    check_true(id, "the map is still one that is accepted", !set_map(&map));
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    for (int i = 0; i < NR_VICTIMS; i++) {
        run_case(victims[i].id, run_lies, &victims[i]);
    }
    run_case("L20", run_race, NULL);
    return finish();
}
