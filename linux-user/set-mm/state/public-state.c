/*
 * What the process shows to other emulators of ours
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sched.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <linux/magic.h>
#include "qemu/atomic.h"
#include "qemu/host-utils.h"
#include "set-mm/host/alone.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/host/own-table.h"
#include "set-mm/host/rcu-thread.h"
#include "set-mm/state/public-state.h"

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

/* In the layout of an ELF note. */
typedef struct StateNote {
    uint32_t name_size;
    uint32_t description_size;
    uint32_t type;
    char name[ROUND_UP(sizeof(PUBLIC_STATE_NOTE), 4)];
} StateNote;

static const StateNote __attribute__((section(".note." PUBLIC_STATE_NOTE),
                                      used, aligned(4))) note = {
    .name_size = sizeof(PUBLIC_STATE_NOTE),
    .type = 1,
    .name = PUBLIC_STATE_NOTE,
};

static const char magic[sizeof(((PublicState *)0)->magic)] = "qemu-set-mm 2";

enum {
    /* Where the log begins; how many changes are kept before it begins anew. */
    LOG_AT = ROUND_UP(sizeof(PublicState), 4096),
    FIRST_ROOM = 2048,
    /* Address space is reserved for so many. */
    MOST_ROOM = 1 << 20,
    MAP_SIZE = LOG_AT + MOST_ROOM * sizeof(Region),
};

/* In place of the number of changes: there were too many. */
static const uint32_t LOST = -1;

/*
 * A reader that meets a writer waits for the few instructions of a change.  A
 * busy host can take the processor away from the writer meanwhile.  Another
 * user's process may never end its change.
 */
enum { READ_TRIES = 100, READ_YIELDS = 80, READ_SLEEP_US = 1000 };

static struct {
    QemuMutex lock;
    PublicState *own;       /* what is true; NULL: there was no memory */
    PublicState *shown;     /* its copy in the file; NULL: that is empty */
    void *place;            /* where a copy is mapped, also the parent's */
    size_t room;            /* for so many changes */
} pub = { .room = FIRST_ROOM };

static Region *log_of(PublicState *state)
{
    return (Region *)((char *)state + LOG_AT);
}

static size_t used_size(const PublicState *state)
{
    return LOG_AT + (state->nregions == LOST ? 0 : state->nregions) *
           sizeof(Region);
}

static int create_file(void)
{
    char name[64];
    int fd;

    snprintf(name, sizeof(name), "%s@%" PRIxPTR, magic, (uintptr_t)pub.own);
    fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
    if (fd < 0 && errno == EINVAL) {
        fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    }
    return fd;
}

/* A limit that does not allow the size would send a signal. */
static bool may_have_size(void)
{
    struct rlimit rlim;

    return getrlimit(RLIMIT_FSIZE, &rlim) == 0 && rlim.rlim_cur >= MAP_SIZE;
}

/* Nobody else may change it, nor cut it off under our feet. */
static PublicState *map_file(int fd)
{
    void *map = MAP_FAILED;

    if (may_have_size() && ftruncate(fd, MAP_SIZE) == 0) {
        map = mmap(pub.place, MAP_SIZE, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_NORESERVE | (pub.place ? MAP_FIXED : 0),
                   fd, 0);
    }
    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_FUTURE_WRITE);
    return map == MAP_FAILED ? NULL : map;
}

static void note_helpers(PublicState *state)
{
    pid_t thread[ALONE_MOST];

    QEMU_BUILD_BUG_ON(ARRAY_SIZE(thread) != ARRAY_SIZE(state->helper));

    state->helper_threads = alone_list(thread);
    for (int i = 0; i < state->helper_threads; i++) {
        state->helper[i] = thread[i];
    }
}

/* The keeper's: a forked child shows what was true when it was forked. */
static long show(void *opaque)
{
    int fd = create_file();
    PublicState *shown = fd < 0 ? NULL : map_file(fd);

    if (!shown && pub.place) {
        munmap(pub.place, MAP_SIZE);
    }
    pub.shown = pub.place = shown;
    note_helpers(pub.own);
    if (shown) {
        memcpy(shown, pub.own, used_size(pub.own));
    }
    return own_table_put(OWN_STATE, fd);
}

/*
 * The counter is odd in between.  The reader's pread() of all comes before that
 * of the number, so each step is seen in its place.
 */
static void count_change(void)
{
    pub.own->changes++;
    /* Behind all that was written before. */
    smp_wmb();
    if (pub.shown) {
        qatomic_set(&pub.shown->changes, pub.own->changes);
    }
    /* Before all that is written next. */
    smp_wmb();
}

/* Returns: false if there is nothing to change, and nothing is locked. */
static bool begin_change(void)
{
    qemu_mutex_lock(&pub.lock);
    if (!pub.own) {
        qemu_mutex_unlock(&pub.lock);
        return false;
    }
    count_change();
    return true;
}

static void end_change(void)
{
    count_change();
    qemu_mutex_unlock(&pub.lock);
}

/* @at: in pub.own or its log */
static void put(void *at, const void *value, size_t len)
{
    memcpy(at, value, len);
    if (pub.shown) {
        memcpy((char *)pub.shown + ((char *)at - (char *)pub.own), value, len);
    }
}

static void put_number(uint32_t *at, uint32_t value)
{
    put(at, &value, sizeof(value));
}

static void put_helpers(void)
{
    PublicState now;

    note_helpers(&now);
    put_number(&pub.own->helper_threads, now.helper_threads);
    put(pub.own->helper, now.helper, sizeof(now.helper));
}

static void show_helpers(void)
{
    if (begin_change()) {
        put_helpers();
        end_change();
    }
}

/* A child without a keeper must not write to its parent's. */
static void show_nothing(void)
{
    if (pub.own) {
        memset(pub.own->child, 0, sizeof(pub.own->child));
    }
    if (own_table_is_put_off || !own_table_thread()) {
        pub.shown = NULL;
    }
}

void public_state_init(void)
{
    static const ForkActions at_fork = { .in_child = show_nothing };
    void *map = mmap(NULL, MAP_SIZE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    fork_safety_lock_init(&pub.lock, &at_fork);
    if (map != MAP_FAILED) {
        pub.own = map;
        rcu_thread_at_change(show_helpers);
        own_table_call(show, NULL);
        own_table_at_start(show, NULL);
    }
}

void public_state_set_layout(const MMLayout *layout)
{
    if (begin_change()) {
        put(&pub.own->layout, layout, sizeof(*layout));
        end_change();
    }
}

void public_state_set_auxv(const void *auxv, size_t len)
{
    len = MIN(len, PUBLIC_AUXV_MAX);
    if (begin_change()) {
        put_number(&pub.own->auxv_len, len);
        put(pub.own->auxv, auxv, len);
        end_change();
    }
}

void public_state_set_limit(PublicLimit which, const PublicRlimit *limit)
{
    if (begin_change()) {
        put(&pub.own->limit[which], limit, sizeof(*limit));
        end_change();
    }
}

static void replace_child(pid_t old, pid_t new)
{
    if (!begin_change()) {
        return;
    }
    for (int i = 0; i < PUBLIC_MOST_CHILDREN; i++) {
        if (pub.own->child[i] == old) {
            put(&pub.own->child[i], &(int32_t) { new }, sizeof(int32_t));
            break;
        }
    }
    put_helpers();
    end_change();
}

void public_state_add_child(pid_t pid)
{
    replace_child(0, pid);
}

void public_state_remove_child(pid_t pid)
{
    replace_child(pid, 0);
}

bool public_state_add_region(const Region *region)
{
    uint32_t n;
    bool has_room;

    if (!begin_change()) {
        return true;
    }
    n = pub.own->nregions;
    has_room = n < pub.room;
    if (has_room) {
        put(&log_of(pub.own)[n], region, sizeof(*region));
        put_number(&pub.own->nregions, n + 1);
    }
    end_change();
    return has_room || n == LOST;
}

void public_state_set_regions(const Region *regions, size_t n)
{
    /* Room for as many changes again, so that it is not soon used up. */
    size_t room = MIN(MAX(pub.room, 2 * n), MOST_ROOM);

    if (!begin_change()) {
        return;
    }
    if (n < room) {
        pub.room = room;
        put(log_of(pub.own), regions, n * sizeof(*regions));
    }
    put_number(&pub.own->nregions, n < room ? n : LOST);
    end_change();
}

void public_state_start(const PublicProgram *program)
{
    if (begin_change()) {
        put(&pub.own->program, program, sizeof(*program));
        put_number(&pub.own->size, sizeof(*pub.own));
        put(pub.own->magic, magic, sizeof(magic));
        end_change();
    }
}

/* --- Others' -------------------------------------------------------------- */

/* "/memfd:magic@address (deleted)" */
static bool read_address(int dir, const char *link, uint64_t *at)
{
    char name[128];
    ssize_t len = readlinkat(dir, link, name, sizeof(name) - 1);
    char *address;

    name[MAX(len, 0)] = '\0';
    address = strchr(name, '@');
    if (!g_str_has_prefix(name, "/memfd:") || !address) {
        return false;
    }
    *at = g_ascii_strtoull(address + 1, NULL, 16);
    return true;
}

static bool is_in_memory(int fd)
{
    struct statfs fs;

    return fstatfs(fd, &fs) == 0 && fs.f_type == TMPFS_MAGIC;
}

int public_state_open(PublicReader *reader, int dir, pid_t thread)
{
    char link[sizeof("task//fd/") + 6 * sizeof(int)];
    struct stat st;

    snprintf(link, sizeof(link), "task/%d/fd/%d", (int)thread, OWN_STATE);
    if (fstatat(dir, link, &st, 0) < 0) {
        return -errno;
    }
    if (!S_ISREG(st.st_mode) || !read_address(dir, link, &reader->at)) {
        return -ENOENT;
    }
    reader->dir = dir;
    /* A lease or a FIFO would have us wait. */
    reader->fd = openat(dir, st.st_size ? link : "mem",
                        O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (reader->fd < 0) {
        return -errno;
    }
    if (st.st_size) {
        reader->at = 0;
        if (!is_in_memory(reader->fd)) {
            close(reader->fd);
            return -ENOENT;
        }
    }
    return 0;
}

void public_state_close(PublicReader *reader)
{
    close(reader->fd);
}

static bool is_sound(const PublicState *state)
{
    return !memcmp(state->magic, magic, sizeof(magic)) &&
           state->size == sizeof(*state) &&
           state->auxv_len <= sizeof(state->auxv) &&
           state->helper_threads <= PUBLIC_MOST_HELPERS &&
           (state->program.word_size == 4 || state->program.word_size == 8) &&
           is_power_of_2(state->program.page_size);
}

static bool read_at(const PublicReader *reader, void *buf, size_t len,
                    uint64_t offset)
{
    return pread(reader->fd, buf, len, reader->at + offset) == (ssize_t)len;
}

static bool read_changes(const PublicReader *reader, uint32_t *changes)
{
    return read_at(reader, changes, sizeof(*changes),
                   offsetof(PublicState, changes));
}

bool public_state_read(const PublicReader *reader, PublicState *state)
{
    for (int tries = 0; tries < READ_TRIES; tries++) {
        uint32_t after;

        if (!read_at(reader, state, sizeof(*state), 0) ||
            !read_changes(reader, &after)) {
            return false;
        }
        if (!(after & 1) && after == state->changes) {
            return is_sound(state);
        }
        if (tries < READ_YIELDS) {
            sched_yield();
        } else {
            g_usleep(READ_SLEEP_US);
        }
    }
    return false;
}

bool public_state_has_child(const PublicState *state, pid_t pid)
{
    for (int i = 0; pid && i < PUBLIC_MOST_CHILDREN; i++) {
        if (state->child[i] == pid) {
            return true;
        }
    }
    return false;
}

/* One that changes again and again is taken as it is between two changes. */
Region *public_state_read_log(const PublicReader *reader, size_t most,
                              size_t *n)
{
    for (int tries = 0; tries < READ_TRIES; tries++) {
        g_autofree Region *log = NULL;
        PublicState state;
        uint32_t after;
        size_t size;

        if (!public_state_read(reader, &state) ||
            state.nregions > MIN(most, MOST_ROOM)) {
            return NULL;
        }
        size = state.nregions * sizeof(*log);
        log = g_malloc(size);
        if (!read_at(reader, log, size, LOG_AT) ||
            !read_changes(reader, &after)) {
            return NULL;
        }
        if (after == state.changes) {
            *n = state.nregions;
            return g_steal_pointer(&log);
        }
    }
    return NULL;
}
