/*
 * Files that QEMU itself reads and writes as streams
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/random.h>
#include "set-mm/host/fork-safety.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/host/own-stream.h"
#include "set-mm/host/own-table.h"
#include "set-mm/host/self-exec.h"
#include "set-mm/rules/same-file.h"

typedef struct OwnStream OwnStream;
struct OwnStream {
    int fd;                 /* in the keeper's table; -1: there is no more */
    char *path;
    int flags;              /* of open(2) */
    struct stat st;
    int held;               /* by a forking thread, or -1 */
    FILE *file;
    OwnStream *next;
};

static struct {
    QemuMutex lock;
    OwnStream *first;
} streams;

typedef struct WriteCall {
    OwnStream *stream;
    const void *buf;
    size_t size;
} WriteCall;

/* What is read is read at once, and not held open. */
typedef struct ReadCall {
    const char *path;
    char *text;
    size_t len;
} ReadCall;

static long read_whole(void *opaque)
{
    ReadCall *c = opaque;

    c->text = host_proc_read_at(AT_FDCWD, c->path, &c->len);
    return c->text ? 0 : -errno;
}

/* In memory that goes with the stream. */
static FILE *make_stream(const char *text, size_t len)
{
    FILE *file = fmemopen(NULL, MAX(len, 1), "w+");

    if (file) {
        fwrite(text, 1, len, file);
        rewind(file);
    }
    return file;
}

static FILE *open_to_read(const char *path)
{
    ReadCall call = { path };
    long error = own_table_call(read_whole, &call);
    FILE *file = error ? NULL : make_stream(call.text, call.len);

    g_free(call.text);
    if (error) {
        errno = -error;
    }
    return file;
}

typedef struct ContentsCall {
    const char *name;
    char **contents;
    size_t *len;
    GError **error;
} ContentsCall;

static long get_contents(void *opaque)
{
    const ContentsCall *call = opaque;

    return __real_g_file_get_contents(call->name, call->contents, call->len,
                                      call->error);
}

gboolean __wrap_g_file_get_contents(const char *name, char **contents,
                                    size_t *len, GError **error)
{
    ContentsCall call = { name, contents, len, error };

    return own_table_call(get_contents, &call);
}

static long open_stream(void *opaque)
{
    OwnStream *s = opaque;

    int fd = open(s->path, s->flags | O_CLOEXEC, 0666);

    if (fd < 0) {
        return -errno;
    }
    s->fd = own_table_keep(fd);
    if (s->fd >= 0) {
        fstat(s->fd, &s->st);
    }
    return s->fd < 0 ? s->fd : 0;
}

/* A child goes on to append to what is there. */
static void open_again(OwnStream *s)
{
    char held[sizeof("/proc/self/fd/") + 3 * sizeof(int)];

    snprintf(held, sizeof(held), "/proc/self/fd/%d", s->held);
    s->fd = own_table_keep(open(s->held < 0 ? s->path : held,
                                (s->flags & ~(O_CREAT | O_TRUNC)) |
                                O_CLOEXEC));
}

static long open_all_again(void *opaque)
{
    for (OwnStream *s = streams.first; s; s = s->next) {
        open_again(s);
    }
    return 0;
}

/* As for the executable (exe-file.c). */
static void hold_streams(void)
{
    for (OwnStream *s = streams.first; s; s = s->next) {
        struct stat st;

        s->held = -1;
        if (s->fd < 0 || fork_safety_hold == FORK_HOLD_NEVER ||
            (fork_safety_hold == FORK_HOLD_NAMELESS &&
             stat(s->path, &st) == 0 && same_file(&st, &s->st))) {
            continue;
        }
        s->held = open(own_table_path(s->fd).path, O_PATH | O_CLOEXEC);
    }
}

static void let_go(void)
{
    for (OwnStream *s = streams.first; s; s = s->next) {
        if (s->held >= 0) {
            own_table_begin();
            close(s->held);
            s->held = -1;
        }
    }
}

static long do_write(void *opaque)
{
    const WriteCall *c = opaque;

    return write(c->stream->fd, c->buf, c->size);
}

/* A log that cannot be written is no reason to stop. */
static ssize_t write_stream(void *cookie, const char *buf, size_t size)
{
    WriteCall call = { cookie, buf, size };
    long ret = own_table_call(do_write, &call);

    return ret < 0 ? size : ret;
}

static long do_close(void *opaque)
{
    OwnStream *s = opaque;

    return close(s->fd);
}

static int close_stream(void *cookie)
{
    OwnStream *s = cookie;

    qemu_mutex_lock(&streams.lock);
    for (OwnStream **at = &streams.first; *at; at = &(*at)->next) {
        if (*at == s) {
            *at = s->next;
            break;
        }
    }
    qemu_mutex_unlock(&streams.lock);
    own_table_call(do_close, s);
    g_free(s->path);
    g_free(s);
    return 0;
}

static bool is_to_read(const char *mode)
{
    return *mode == 'r' && !strchr(mode, '+');
}

/* Returns: flags of open(2), or -1 for a mode that nobody here uses. */
static int flags_of(const char *mode)
{
    if (strchr(mode, '+')) {
        return -1;
    }
    switch (*mode) {
    case 'w':
        return O_WRONLY | O_CREAT | O_TRUNC | O_APPEND;
    case 'a':
        return O_WRONLY | O_CREAT | O_APPEND;
    default:
        return -1;
    }
}

static const cookie_io_functions_t functions = {
    .write = write_stream,
    .close = close_stream,
};

/* @path: to open, if that is not the name */
static FILE *new_stream(const char *name, const char *path, int flags)
{
    OwnStream *s = g_new0(OwnStream, 1);
    long error;

    s->path = g_strdup(path);
    s->flags = flags;
    s->held = -1;
    error = own_table_call(open_stream, s);
    if (error) {
        g_free(s->path);
        g_free(s);
        errno = -error;
        return NULL;
    }
    g_free(s->path);
    s->path = g_strdup(name);
    qemu_mutex_lock(&streams.lock);
    s->next = streams.first;
    streams.first = s;
    qemu_mutex_unlock(&streams.lock);
    s->file = fopencookie(s, "w", functions);
    return s->file;
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
    int flags = flags_of(mode);

    if (is_to_read(mode)) {
        return open_to_read(path);
    }
    if (flags < 0) {
        errno = EINVAL;
        return NULL;
    }
    return new_stream(path, path, flags & (self_exec_goes_on_with(path)
                                           ? ~O_TRUNC : -1));
}

/* By the name that it has with offsets of 64 bits. */
FILE *__wrap_fopen64(const char *path, const char *mode)
{
    return __wrap_fopen(path, mode);
}

/* It may be mapped, too, so it is not only written to. */
FILE *__wrap_fdopen(int fd, const char *mode)
{
    char link[sizeof("/proc/thread-self/fd/") + 3 * sizeof(int)];
    char name[PATH_MAX];
    FILE *file;
    ssize_t len;

    if (is_to_read(mode)) {
        return __real_fdopen(fd, mode);
    }
    snprintf(link, sizeof(link), "/proc/thread-self/fd/%d", fd);
    len = readlink(link, name, sizeof(name) - 1);
    name[MAX(len, 0)] = '\0';
    /* For the keeper, whose descriptors are others. */
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    file = new_stream(name, link, O_RDWR | O_APPEND);
    if (file) {
        close(fd);
    }
    return file;
}

typedef struct MapCall {
    FILE *file;
    size_t size;
    int prot;
    int flags;
    void *ret;
} MapCall;

static long map_stream(void *opaque)
{
    MapCall *call = opaque;

    for (OwnStream *s = streams.first; s; s = s->next) {
        if (s->file == call->file) {
            call->ret = mmap(NULL, call->size, call->prot, call->flags, s->fd,
                             0);
            return call->ret == MAP_FAILED ? -errno : 0;
        }
    }
    return -EBADF;
}

void *own_stream_map(FILE *file, size_t size, int prot, int flags)
{
    MapCall call = { file, size, prot, flags, MAP_FAILED };

    errno = -own_table_call(map_stream, &call);
    return call.ret;
}

typedef struct RandomCall {
    void *buf;
    size_t size;
} RandomCall;

static long read_random(void *opaque)
{
    const RandomCall *c = opaque;
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    ssize_t ret = fd < 0 ? -1 : read(fd, c->buf, c->size);

    close(fd);
    return ret;
}

/* An emulator that runs us can have an error for no bytes. */
ssize_t __wrap_getrandom(void *buf, size_t size, unsigned flags)
{
    ssize_t ret = __real_getrandom(buf, size, flags);
    RandomCall call = { buf, size };

    if (ret < 0 && (errno == ENOSYS || errno == EPERM || !size)) {
        ret = size ? own_table_call(read_random, &call) : 0;
    }
    return ret;
}

static void __attribute__((constructor(103))) own_stream_init(void)
{
    static const ForkActions at_fork = {
        .before = hold_streams,
        .in_parent = let_go,
        .in_child = let_go,
    };

    fork_safety_lock_init(&streams.lock, &at_fork);
    own_table_at_start(open_all_again, NULL);
}
