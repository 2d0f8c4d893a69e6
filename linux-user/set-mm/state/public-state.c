/*
 * What the process shows to other emulators of ours
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sched.h>
#include <sys/mman.h>
#include "qemu/atomic.h"
#include "qemu/cutils.h"
#include "qemu/host-utils.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/host/private-fd.h"
#include "set-mm/state/public-state.h"

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

static const char magic[sizeof(((PublicState *)0)->magic)] = "qemu-set-mm 1";

enum {
    /* Where the log begins in the file; how much room it has at first. */
    LOG_AT = ROUND_UP(sizeof(PublicState), 4096),
    FIRST_ROOM = 2048,
    /* Address space is reserved for so many. */
    MOST_ROOM = 1 << 20,
    MAP_SIZE = LOG_AT + MOST_ROOM * sizeof(Region),
};

/* In place of the number of changes: there were too many. */
static const uint32_t LOST = -1;

/* A reader that meets a writer waits for the few instructions of a change. */
enum { READ_TRIES = 100 };

static struct {
    QemuMutex lock;
    PublicState *shared;    /* mapped from the file; NULL: there is none */
    bool is_shared;         /* with a process that was forked, or is one */
    size_t room;            /* for so many changes */
    dev_t dev;              /* of all files in memory */
} pub;

static Region *log_of(PublicState *state)
{
    return (Region *)((char *)state + LOG_AT);
}

static size_t used_size(const PublicState *state)
{
    return LOG_AT + (state->nregions == LOST ? 0 : state->nregions) *
           sizeof(Region);
}

/*
 * Parent and child have one file until one of them has something to change.
 */
static void share(void)
{
    pub.is_shared = true;
}

static int set_room(int fd, size_t room)
{
    return ftruncate(fd, LOG_AT + room * sizeof(Region));
}

static int create_file(size_t room)
{
    int fd = memfd_create(magic, MFD_CLOEXEC | MFD_ALLOW_SEALING |
                          MFD_NOEXEC_SEAL);

    if (fd < 0 && errno == EINVAL) {
        fd = memfd_create(magic, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    }
    if (fd >= 0 && set_room(fd, room) < 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/*
 * With the addresses that the log may grow to.  Nobody else may change it, nor
 * cut it off under our feet.
 */
static void *map_file(int fd, void *at)
{
    void *map = mmap(at, MAP_SIZE, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_NORESERVE | (at ? MAP_FIXED : 0), fd, 0);

    if (map == MAP_FAILED) {
        return NULL;
    }
    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_FUTURE_WRITE);
    return map;
}

int public_state_create(void)
{
    struct stat st;
    int fd = create_file(FIRST_ROOM);

    pub.room = FIRST_ROOM;
    if (fd >= 0) {
        pub.shared = fstat(fd, &st) == 0 ? map_file(fd, NULL) : NULL;
        pub.dev = st.st_dev;
    }
    if (fd >= 0 && !pub.shared) {
        close(fd);
        return -1;
    }
    return fd;
}

void public_state_init(void)
{
    static const ForkActions at_fork = { .before = share };

    fork_safety_lock_init(&pub.lock, &at_fork);
}

/*
 * Moves to a file of the process's own.  Without one it must not say what is
 * not true.
 */
static void part(void)
{
    size_t size = used_size(pub.shared);
    g_autofree PublicState *copy = g_memdup2(pub.shared, size);
    int fd = create_file(pub.room);

    if (fd >= 0 && map_file(fd, pub.shared)) {
        memcpy(pub.shared, copy, size);
        pub.is_shared = false;
    }
    if (pub.is_shared || private_fd_replace(PRIVATE_FD_STATE, fd) < 0) {
        private_fd_replace(PRIVATE_FD_STATE, private_fd(PRIVATE_FD_EXE));
        munmap(g_steal_pointer(&pub.shared), MAP_SIZE);
    }
    if (fd >= 0) {
        close(fd);
    }
}

/* Returns: where to write until end_change(), or NULL and that is all. */
static PublicState *begin_change(void)
{
    qemu_mutex_lock(&pub.lock);
    if (pub.shared && pub.is_shared) {
        part();
    }
    if (!pub.shared) {
        qemu_mutex_unlock(&pub.lock);
        return NULL;
    }
    qatomic_set(&pub.shared->changes, pub.shared->changes + 1);
    /* The reader's pread() of all comes before that of the number. */
    smp_wmb();
    return pub.shared;
}

static void end_change(void)
{
    /* As above, the other way round. */
    smp_wmb();
    qatomic_set(&pub.shared->changes, pub.shared->changes + 1);
    qemu_mutex_unlock(&pub.lock);
}

void public_state_set_layout(const MMLayout *layout)
{
    PublicState *state = begin_change();

    if (state) {
        state->layout = *layout;
        end_change();
    }
}

void public_state_set_auxv(const void *auxv, size_t len)
{
    PublicState *state = begin_change();

    if (state) {
        state->auxv_len = MIN(len, sizeof(state->auxv));
        memcpy(state->auxv, auxv, state->auxv_len);
        end_change();
    }
}

void public_state_set_nofile(const struct rlimit *rlim)
{
    PublicState *state = begin_change();

    if (state) {
        state->nofile_cur = rlim->rlim_cur;
        state->nofile_max = rlim->rlim_max;
        end_change();
    }
}

void public_state_set_comm(const char *emulator, const char *program)
{
    PublicState *state = begin_change();

    if (state) {
        pstrcpy(state->emulator_comm, sizeof(state->emulator_comm), emulator);
        pstrcpy(state->program_comm, sizeof(state->program_comm), program);
        end_change();
    }
}

bool public_state_add_region(const Region *region)
{
    PublicState *state = begin_change();
    bool has_room;

    if (!state) {
        return true;
    }
    has_room = state->nregions < pub.room;
    if (has_room) {
        log_of(state)[state->nregions++] = *region;
    }
    has_room |= state->nregions == LOST;
    end_change();
    return has_room;
}

/* Room for as many changes again, so that it is not soon used up. */
static bool make_room(size_t n)
{
    size_t room = MIN(MAX(pub.room, 2 * n), MOST_ROOM);

    if (room == pub.room) {
        return n < room;
    }
    if (n >= room || set_room(private_fd(PRIVATE_FD_STATE), room) < 0) {
        return false;
    }
    pub.room = room;
    return true;
}

void public_state_set_regions(const Region *regions, size_t n)
{
    PublicState *state = begin_change();

    if (!state) {
        return;
    }
    if (make_room(n)) {
        memcpy(log_of(state), regions, n * sizeof(*regions));
        state->nregions = n;
    } else {
        state->nregions = LOST;
    }
    end_change();
}

void public_state_start(const PublicProgram *program)
{
    PublicState *state = begin_change();

    if (state) {
        state->program = *program;
        state->helper_threads = PUBLIC_HELPER_THREADS;
        state->size = sizeof(*state);
        memcpy(state->magic, magic, sizeof(magic));
        end_change();
    }
}

/* --- Others' -------------------------------------------------------------- */

bool public_state_may_be(const struct stat *st)
{
    return S_ISREG(st->st_mode) && st->st_dev == pub.dev &&
           st->st_size >= sizeof(PublicState);
}

static bool is_sound(const PublicState *state)
{
    return !memcmp(state->magic, magic, sizeof(magic)) &&
           state->size == sizeof(*state) &&
           state->auxv_len <= sizeof(state->auxv) &&
           (state->program.word_size == 4 || state->program.word_size == 8) &&
           is_power_of_2(state->program.page_size) &&
           memchr(state->emulator_comm, '\0', TASK_COMM_LEN) &&
           memchr(state->program_comm, '\0', TASK_COMM_LEN);
}

static bool read_changes(int fd, uint32_t *changes)
{
    return pread(fd, changes, sizeof(*changes),
                 offsetof(PublicState, changes)) == sizeof(*changes);
}

bool public_state_read(int fd, PublicState *state)
{
    for (int tries = 0; tries < READ_TRIES; tries++) {
        uint32_t after;

        if (pread(fd, state, sizeof(*state), 0) != sizeof(*state) ||
            !read_changes(fd, &after)) {
            return false;
        }
        if (!(after & 1) && after == state->changes) {
            return is_sound(state);
        }
        sched_yield();
    }
    return false;
}

/* One that changes again and again is taken as it is between two changes. */
Region *public_state_read_log(int fd, size_t *n)
{
    for (int tries = 0; tries < READ_TRIES; tries++) {
        g_autofree Region *log = NULL;
        PublicState state;
        uint32_t after;
        size_t size;

        if (!public_state_read(fd, &state) || state.nregions > MOST_ROOM) {
            return NULL;
        }
        size = state.nregions * sizeof(*log);
        log = g_malloc(size);
        if (pread(fd, log, size, LOG_AT) != size ||
            !read_changes(fd, &after)) {
            return NULL;
        }
        if (after == state.changes) {
            *n = state.nregions;
            return g_steal_pointer(&log);
        }
    }
    return NULL;
}
