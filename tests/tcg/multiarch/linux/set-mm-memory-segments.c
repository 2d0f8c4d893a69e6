/*
 * Segments of System V shared memory among other mappings
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

#ifndef MREMAP_MAYMOVE
#define MREMAP_MAYMOVE 1
#define MREMAP_FIXED 2
#endif

enum { PAGES = 16, SEGMENT_PAGES = 4 };

/* As shmat(2) rounds to for SHM_RND, which is more than a page on some. */
static size_t unit;
static char *area;          /* PAGES units, all free */
static int segment;

static char *at(unsigned n)
{
    return area + n * unit;
}

static void free_area(void)
{
    size_t size = (PAGES + 1) * unit;
    char *map = mmap(NULL, size, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    munmap(map, size);
    area = (char *)(((uintptr_t)map + unit - 1) / unit * unit);
}

static bool is_mapped(unsigned n)
{
    int ends[2];
    bool ret;

    if (pipe(ends)) {
        return false;
    }
    ret = write(ends[1], at(n), 1) == 1;
    close(ends[0]);
    close(ends[1]);
    return ret;
}

/* Of the first units: a letter for each that is mapped, '.' for a hole. */
static const char *layout(void)
{
    static char text[9];

    for (unsigned n = 0; n < sizeof(text) - 1; n++) {
        text[n] = is_mapped(n) ? *at(n) ? *at(n) : '0' : '.';
    }
    return text;
}

static int attach(unsigned n, int flags)
{
    return err_of(shmat(segment, at(n), flags) == (void *)-1 ? -1 : 0);
}

static int map_page(unsigned n, char content)
{
    if (mmap(at(n), unit, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) {
        return errno;
    }
    *at(n) = content;
    return 0;
}

static int move(unsigned from, unsigned to, unsigned count)
{
    return err_of(syscall(SYS_mremap, at(from), count * unit, count * unit,
                          MREMAP_MAYMOVE | MREMAP_FIXED, at(to)) ==
                  (long)at(to) ? 0 : -1);
}

static bool begin_case(const char *id)
{
    free_area();
    segment = shmget(IPC_PRIVATE, SEGMENT_PAGES * unit, IPC_CREAT | 0600);
    if (segment < 0) {
        skip(id, "segments", "there are none here");
        return false;
    }
    check_err(id, "attached", 0, attach(0, 0));
    shmctl(segment, IPC_RMID, NULL);
    for (unsigned n = 0; n < SEGMENT_PAGES; n++) {
        *at(n) = 'a' + n;
    }
    return true;
}

static void end_case(void)
{
    munmap(area, PAGES * unit);
}

static void detaching(const char *id, const void *arg)
{
    (void)arg;
    if (!begin_case(id)) {
        return;
    }
    check_str(id, "the segment", "abcd....", layout());
    check_err(id, "shmdt of its second page", EINVAL, err_of(shmdt(at(1))));
    check_err(id, "shmdt between pages", EINVAL, err_of(shmdt(at(0) + 1)));
    check_err(id, "a page of it is replaced", 0, map_page(1, 'X'));
    check_err(id, "one is unmapped", 0, err_of(munmap(at(2), unit)));
    check_err(id, "one beside it", 0, map_page(4, 'Y'));
    check_str(id, "what is there", "aX.dY...", layout());
    check_err(id, "shmdt", 0, err_of(shmdt(at(0))));
    check_str(id, "the others stay", ".X..Y...", layout());
    check_err(id, "shmdt again", EINVAL, err_of(shmdt(at(0))));
    end_case();
}

static void without_first(const char *id, const void *arg)
{
    (void)arg;
    if (!begin_case(id)) {
        return;
    }
    check_err(id, "the first page goes", 0, err_of(munmap(at(0), unit)));
    check_err(id, "another moves", 0, move(2, 6, 1));
    check_str(id, "what is there", ".b.d..c.", layout());
    check_err(id, "shmdt", 0, err_of(shmdt(at(0))));
    check_str(id, "what has moved stays", "......c.", layout());
    check_err(id, "shmdt of that", 0, err_of(shmdt(at(4))));
    check_str(id, "nothing is left", "........", layout());
    end_case();
}

static void attached_twice(const char *id, const void *arg)
{
    (void)arg;
    if (!begin_case(id)) {
        return;
    }
    check_err(id, "no room", EINVAL, attach(0, 0));
    check_err(id, "the last page moves", 0, move(3, 7, 1));
    check_err(id, "in its place", 0, attach(0, SHM_REMAP));
    check_err(id, "the first one's page comes back", 0, move(7, 3, 1));
    check_str(id, "all are there", "abcd....", layout());
    check_err(id, "shmdt", 0, err_of(shmdt(at(0))));
    check_str(id, "the first one's page stays", "...d....", layout());
    check_err(id, "shmdt of the first", 0, err_of(shmdt(at(0))));
    check_str(id, "nothing is left", "........", layout());
    end_case();
}

static void read_only(const char *id, const void *arg)
{
    (void)arg;
    if (!begin_case(id)) {
        return;
    }
    check_err(id, "over it, to read", 0, attach(0, SHM_REMAP | SHM_RDONLY));
    check_err(id, "mprotect to write", EACCES,
              err_of(mprotect(at(0), unit, PROT_READ | PROT_WRITE)));
    check_err(id, "SHM_REMAP without a place", EINVAL,
              err_of(shmat(segment, NULL, SHM_REMAP) == (void *)-1 ? -1 : 0));
    check_str(id, "it is there", "abcd....", layout());
    end_case();
}

static int write_to(unsigned n)
{
    int fd = open("/dev/zero", O_RDONLY);
    int ret = err_of(read(fd, at(n), 1) == 1 ? 0 : -1);

    close(fd);
    return ret;
}

/* What is before the mapping that may not be changed has been. */
static void protected_in_part(const char *id, const void *arg)
{
    (void)arg;
    if (!begin_case(id)) {
        return;
    }
    check_err(id, "to read", 0, err_of(mprotect(at(0), 4 * unit, PROT_READ)));
    segment = shmget(IPC_PRIVATE, SEGMENT_PAGES * unit, IPC_CREAT | 0600);
    check_err(id, "another behind it, to read", 0, attach(4, SHM_RDONLY));
    shmctl(segment, IPC_RMID, NULL);
    check_err(id, "a page of it", EFAULT, write_to(2));
    check_err(id, "mprotect of both to write", EACCES,
              err_of(mprotect(at(2), 4 * unit, PROT_READ | PROT_WRITE)));
    check_err(id, "before those", EFAULT, write_to(1));
    check_err(id, "the first of them", 0, write_to(2));
    check_err(id, "the next", 0, write_to(3));
    check_err(id, "the other segment", EFAULT, write_to(4));
    end_case();
}

/* Since Linux 6.17 several mappings move in one call, before none do. */
static void moved_together(const char *id, const void *arg)
{
    (void)arg;
    if (!begin_case(id)) {
        return;
    }
    check_err(id, "with the hole behind it", EFAULT, move(0, 8, 5));
    check_err(id, "a page behind the hole", 0, map_page(5, 'X'));
    check_err(id, "with both", EFAULT, move(0, 8, 6));
    check_err(id, "two of its pages, and both", EFAULT, move(2, 8, 4));
    check_str(id, "nothing has moved", "abcd.X..", layout());
    check_err(id, "alone", 0, move(2, 4, 2));
    check_str(id, "it has moved", "ab..cd..", layout());
    end_case();
}

int main(int argc, char **argv)
{
    begin(argc, argv);
    unit = SHMLBA;
    run_case("X01", detaching, NULL);
    run_case("X02", without_first, NULL);
    run_case("X03", attached_twice, NULL);
    run_case("X04", read_only, NULL);
    run_case("X05", moved_together, NULL);
    run_case("X06", protected_in_part, NULL);
    return finish();
}
