/*
 * Mappings that move: mremap(2), the vdso, what a loader leaves
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <elf.h>
#include <signal.h>
#include <sys/personality.h>

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

static const int rw = PROT_READ | PROT_WRITE;

static char *map_anon(size_t pages, int kind)
{
    return mmap(NULL, pages * page_size(), rw, kind | MAP_ANONYMOUS, -1, 0);
}

/* Returns: whether a page is mapped. */
static bool is_there(const char *at)
{
    unsigned char residence;

    return mincore((void *)at, page_size(), &residence) == 0;
}

/* Permissions and path of the line that an address is in. */
static bool maps_line(const void *at, char *perms, char *path)
{
    unsigned long start, end;
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    bool found = false;

    while (maps && !found && fgets(line, sizeof(line), maps)) {
        *path = '\0';
        if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %200s", &start, &end, perms,
                   path) >= 3) {
            found = start <= (unsigned long)at && (unsigned long)at < end;
        }
    }
    if (maps) {
        fclose(maps);
    }
    return found;
}

static void grows_and_shrinks(const char *id, const void *arg)
{
    const size_t page = page_size();
    char *at = map_anon(8, MAP_PRIVATE), *to;

    (void)arg;
    munmap(at + 4 * page, 4 * page);
    memset(at, 'a', 4 * page);
    check_true(id, "it grows where it is if there is room",
               mremap(at, 4 * page, 6 * page, MREMAP_MAYMOVE) == at);
    check_true(id, "what is new is zero", at[3 * page] == 'a' &&
               !at[4 * page] && !at[6 * page - 1]);
    check_true(id, "it shrinks where it is",
               mremap(at, 6 * page, 2 * page, MREMAP_MAYMOVE) == at);
    check_true(id, "the rest is unmapped", is_there(at + page) &&
               !is_there(at + 2 * page));
    mmap(at + 2 * page, page, PROT_NONE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    to = mremap(at, 2 * page, 5 * page, MREMAP_MAYMOVE);
    check_true(id, "where there is no room it moves", to != MAP_FAILED &&
               to != at && to[0] == 'a' && to[2 * page - 1] == 'a' &&
               !to[2 * page]);
    check_true(id, "and leaves nothing", !is_there(at) &&
               !is_there(at + page) && is_there(at + 2 * page));
}

static void moves_to(const char *id, const void *arg)
{
    const size_t page = page_size();
    char *at = map_anon(4, MAP_PRIVATE), *to = map_anon(8, MAP_PRIVATE);

    (void)arg;
    memset(at, 'a', 4 * page);
    memset(to, 'b', 8 * page);
    check_true(id, "MREMAP_FIXED", mremap(at, 4 * page, 4 * page,
                                          MREMAP_MAYMOVE | MREMAP_FIXED,
                                          to + 2 * page) == to + 2 * page);
    check_true(id, "it has replaced what was there",
               to[2 * page - 1] == 'b' && to[2 * page] == 'a' &&
               to[6 * page - 1] == 'a' && to[6 * page] == 'b');
    check_true(id, "and left nothing", !is_there(at));
    munmap(to, 2 * page);
    check_true(id, "to where nothing is",
               mremap(to + 3 * page, page, page, MREMAP_MAYMOVE |
                      MREMAP_FIXED, to) == to && *to == 'a');
    check_true(id, "a hole is left", !is_there(to + 3 * page) &&
               is_there(to + 2 * page) && is_there(to + 4 * page));
}

static void stays_mapped(const char *id, const void *arg)
{
    const size_t page = page_size();
    char perms[8] = "", path[201];
    char *at = map_anon(2, MAP_PRIVATE), *to;

    (void)arg;
    memset(at, 'a', 2 * page);
    to = mremap(at, 2 * page, 2 * page, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
    check_true(id, "MREMAP_DONTUNMAP moves the pages", to != MAP_FAILED &&
               to != at && to[0] == 'a' && to[2 * page - 1] == 'a');
    check_true(id, "the old place is in maps",
               maps_line(at, perms, path) && !strcmp(perms, "rw-p"));
    check_true(id, "it is zero, and can be used", !at[0] && (at[page] = 1));
    check_true(id, "the pages are apart", to[page] == 'a');
    memset(at, 'c', 2 * page);
    check_true(id, "with MREMAP_FIXED", mremap(at, 2 * page, 2 * page,
                                               MREMAP_MAYMOVE | MREMAP_FIXED |
                                               MREMAP_DONTUNMAP, to) == to &&
               to[0] == 'c' && !at[0]);
}

static void is_duplicated(const char *id, const void *arg)
{
    const size_t page = page_size();
    char *at = map_anon(2, MAP_SHARED), *to;

    (void)arg;
    at[0] = 'a';
    to = mremap(at, 0, 2 * page, MREMAP_MAYMOVE);
    check_true(id, "0 bytes of shared memory are a second mapping",
               to != MAP_FAILED && to != at && to[0] == 'a');
    to[page] = 'b';
    check_true(id, "of the same memory", at[page] == 'b');
}

/* Translated code makes QEMU protect what the guest can write. */
static void code_moves(const char *id, const void *arg)
{
    const size_t page = page_size();
    char perms[8] = "", path[201];
#if defined(i386) || \
    defined(__x86_64__)
    static const unsigned char code[] = { 0xb8, 42, 0, 0, 0, 0xc3 };
#elif defined(__aarch64__)
    static const uint32_t code[] = { 0x52800540, 0xd65f03c0 };
#else
    static const char code[] = "";
#endif
    char *at = mmap(NULL, 4 * page, rw | PROT_EXEC,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *to;
    int (*fn)(void);

    (void)arg;
    if (sizeof(code) < 2) {
        skip(id, "code moves", "none is at hand for this architecture");
        return;
    }
    memset(at, 'a', 4 * page);
    memcpy(at + page, code, sizeof(code));
    __builtin___clear_cache(at, at + 2 * page);
    fn = (int (*)(void))(at + page);
    check_num(id, "code is executed", 42, fn());
    check_true(id, "maps has one line for it",
               maps_line(at, perms, path) && !strcmp(perms, "rwxp") &&
               maps_line(at + page, perms, path) && !strcmp(perms, "rwxp"));
    to = mremap(at, 4 * page, 8 * page, MREMAP_MAYMOVE);
    check_true(id, "its mapping can be moved", to != MAP_FAILED &&
               to[0] == 'a' && to[2 * page] == 'a');
    if (to == MAP_FAILED) {
        return;
    }
    __builtin___clear_cache(to, to + 2 * page);
    fn = (int (*)(void))(to + page);
    check_num(id, "and executed there", 42, fn());
    memcpy(to, to + page, sizeof(code));
    to[0]++;
    check_true(id, "and written", to[0] != to[page]);
}

static volatile sig_atomic_t caught;

static void catch(int sig)
{
    caught = sig;
}

static const struct sigaction action = { .sa_handler = catch };

static unsigned long vdso_size(unsigned long start)
{
    struct range range[256];
    unsigned count = read_maps(range, 256);

    for (unsigned i = 0; i < count; i++) {
        if (range[i].start == start) {
            return range[i].end - start;
        }
    }
    return 0;
}

static void vdso_moves(const char *id, const void *arg)
{
    unsigned long at = getauxval(AT_SYSINFO_EHDR);
    unsigned long size = at ? vdso_size(at) : 0;
    char perms[8], path[201] = "";
    char *to, *now;

    (void)arg;
    if (!size) {
        skip(id, "the vdso moves", "there is none");
        return;
    }
    check_true(id, "maps tells of it", maps_line((void *)at, perms, path) &&
               !strcmp(path, "[vdso]"));
    to = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
#ifdef i386
    /* The next system call would go to where it was. */
    skip(id, "it can be moved", "glibc's calls lead there");
    return;
#endif
    now = mremap((void *)at, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to);
    check_true(id, "it can be moved", now == to);
    check_true(id, "the label goes with it", maps_line(to, perms, path) &&
               !strcmp(path, "[vdso]") && !strcmp(perms, "r-xp"));
    check_true(id, "it is a vdso there", !memcmp(to, ELFMAG, SELFMAG));
    mmap((void *)at, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
         -1, 0);
    check_true(id, "another mapping in the old place has no label",
               maps_line((void *)at, perms, path) && strcmp(path, "[vdso]"));
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    check_num(id, "a signal is handled and returned from", SIGUSR1, caught);
    munmap(to, size);
    to = mmap(to, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
              -1, 0);
    check_true(id, "what is mapped after it was unmapped has no label",
               maps_line(to, perms, path) && strcmp(path, "[vdso]"));
}

/* What maps calls so, or 0. */
static unsigned long find_vdso(void)
{
    struct range range[256];
    unsigned count = read_maps(range, 256);
    char perms[8], path[201];

    for (unsigned i = 0; i < count; i++) {
        if (maps_line((void *)(uintptr_t)range[i].start, perms, path) &&
            !strcmp(path, "[vdso]")) {
            return range[i].start;
        }
    }
    return 0;
}

/* Some architectures have one without AT_SYSINFO_EHDR. */
static void trampoline_moves(const char *id, const void *arg)
{
    unsigned long at = find_vdso();
    unsigned long size = at ? vdso_size(at) : 0;
    char perms[8], path[201] = "";
    char *to;

    (void)arg;
    if (!size || getauxval(AT_SYSINFO_EHDR)) {
        skip(id, "what signals return through", "it is in no page of its own");
        return;
    }
    to = mremap((void *)at, size, size, MREMAP_MAYMOVE | MREMAP_FIXED,
                mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                     0));
    check_true(id, "what signals return through moves", to != MAP_FAILED);
    check_true(id, "the label goes with it", maps_line(to, perms, path) &&
               !strcmp(path, "[vdso]") && !strcmp(perms, "r-xp"));
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    check_num(id, "a signal is handled and returned from", SIGUSR1, caught);
}

static void read_implies_exec(const char *id, const void *arg)
{
    char perms[8] = "", path[201];
    char *at;

    (void)arg;
    personality(READ_IMPLIES_EXEC);
    at = map_anon(1, MAP_PRIVATE);
    check_true(id, "what can be read can be executed",
               maps_line(at, perms, path) && !strcmp(perms, "rwxp"));
    mprotect(at, page_size(), PROT_READ);
    check_true(id, "also by mprotect", maps_line(at, perms, path) &&
               !strcmp(perms, "r-xp"));
    personality(0);
    at = map_anon(1, MAP_PRIVATE);
    check_true(id, "no longer", maps_line(at, perms, path) &&
               !strcmp(perms, "rw-p"));
}

/* QEMU 7.2 gives up what was mapped where a limit is reached. */
static void limited(const char *id, const void *arg)
{
    const size_t page = page_size();
    struct rlimit limit;
    char *at = map_anon(4, MAP_PRIVATE);
    struct range range[64];
    rlim_t most = 16 << 20;

    (void)arg;
    getrlimit(RLIMIT_AS, &limit);
    for (unsigned i = read_maps(range, 64); i > 0; i--) {
        most += range[i - 1].end - range[i - 1].start;
    }
    limit.rlim_cur = most;
    check_err(id, "setrlimit(RLIMIT_AS)", 0,
              err_of(setrlimit(RLIMIT_AS, &limit)));
    check_err(id, "mmap of more", ENOMEM,
              mmap(NULL, 32 << 20, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
              MAP_FAILED ? errno : 0);
    check_err(id, "mremap to more", ENOMEM,
              mremap(at, 4 * page, 32 << 20, MREMAP_MAYMOVE) == MAP_FAILED
              ? errno : 0);
    check_true(id, "mmap in place of what is there",
               mmap(at, 4 * page, rw, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                    -1, 0) == at);
    getrlimit(RLIMIT_AS, &limit);
    check_num(id, "getrlimit tells it", most, limit.rlim_cur);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_AS, &limit);
    check_true(id, "without it mmap of more",
               mmap(NULL, 32 << 20, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
               MAP_FAILED);
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    run_case("M60", grows_and_shrinks, NULL);
    run_case("M61", moves_to, NULL);
    run_case("M62", stays_mapped, NULL);
    run_case("M63", is_duplicated, NULL);
    run_case("M64", code_moves, NULL);
    run_case("M65", vdso_moves, NULL);
    run_case("M68", trampoline_moves, NULL);
    run_case("M66", read_implies_exec, NULL);
    run_case("M67", limited, NULL);
    return finish();
}
