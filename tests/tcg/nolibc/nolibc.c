/*
 * The functions of nolibc.h that are the same for every architecture
 *
 * Nothing is buffered, and memory is never given back: the guest programs are
 * short, and look at themselves.  Only calls that every architecture's table
 * has are used; 32-bit ones have those with a 64-bit time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "nolibc.h"
#include "nolibc-arch.h"

#define EXPORT __attribute__((used))

/* User and group numbers of 32 bits have calls of their own in old tables. */
#ifndef NOLIBC_SYS_ID
#define NOLIBC_SYS_ID(name) SYS_##name
#endif

static long nolibc_call(long nr, long a0, long a1, long a2, long a3, long a4,
                        long a5)
{
    NOLIBC_BODY(NOLIBC_TRAP);
}

/* The child goes to nolibc_thread() with its stack. */
static long nolibc_clone(long a0, long a1, long a2, long a3, long a4)
{
    const long nr = SYS_clone, a5 = 0;

    NOLIBC_BODY(NOLIBC_TRAP NOLIBC_CHILD);
}

/* Words between the stack pointer at the start and argc. */
#ifndef NOLIBC_STACK_SKIP
#define NOLIBC_STACK_SKIP 0
#endif

/* 64-bit arguments of a call: two registers, in memory order. */
#ifdef __LP64__
#define PAIR(v) (long)(v)
#else
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define PAIR(v) (long)((uint64_t)(v) >> 32), (long)(v)
#else
#define PAIR(v) (long)(v), (long)((uint64_t)(v) >> 32)
#endif
#endif
/* Behind one other argument. */
#ifdef NOLIBC_ALIGNED_PAIRS
#define NOLIBC_ALIGNED_OFFSETS
#define ALIGN_PAIR 0,
#else
#define ALIGN_PAIR
#endif
/* That of pread and pwrite. */
#ifdef NOLIBC_ALIGNED_OFFSETS
#define ALIGN_OFFSET 0,
#else
#define ALIGN_OFFSET
#endif

#ifdef __LP64__
#define SYS_(name, name32) SYS_##name
#else
#define SYS_(name, name32) SYS_##name32
#endif

#define CALL7(nr, a, b, c, d, e, f, ...) \
    ret_of(nolibc_call(nr, (long)(a), (long)(b), (long)(c), (long)(d), \
                       (long)(e), (long)(f)))
#define CALL(...) CALL7(__VA_ARGS__, 0, 0, 0, 0, 0, 0)

/* At the bottom of its stack; never unmapped, but used again. */
struct nolibc_thread {
    int used;
    int tid;
    int error;
    int running;
    void *value;
    void *(*fn)(void *);
    void *arg;
};

enum {
    MAX_THREADS = 256,
    THREAD_STACK = 1 << 20,
};

char **environ;
static unsigned long *auxv;
static int main_errno;
static struct nolibc_thread *threads[MAX_THREADS];
static int count_threads;
static int threads_lock;

/* ---------------------------------------------------------------- errors */

/*
 * No thread pointer, as setting one is different everywhere: a thread is known
 * by its number.  A forked child has one that no thread had.
 */
int *nolibc_errno(void)
{
    if (count_threads) {
        int tid = nolibc_call(SYS_gettid, 0, 0, 0, 0, 0, 0);

        for (int i = 0; i < MAX_THREADS; i++) {
            if (threads[i] && threads[i]->tid == tid) {
                return &threads[i]->error;
            }
        }
    }
    return &main_errno;
}

static long ret_of(long ret)
{
    if (ret < 0 && ret > -4096) {
        errno = -ret;
        return -1;
    }
    return ret;
}

long syscall(long nr, ...)
{
    long a[6];
    va_list ap;

    va_start(ap, nr);
    for (int i = 0; i < 6; i++) {
        a[i] = va_arg(ap, long);
    }
    va_end(ap);
    return CALL(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

void perror(const char *what)
{
    fprintf(stderr, "%s: error %d\n", what, errno);
}

/* --------------------------------------------------------------- strings */

EXPORT void *memcpy(void *to, const void *from, size_t n)
{
    char *t = to;
    const char *f = from;

    while (n--) {
        *t++ = *f++;
    }
    return to;
}

EXPORT void *memmove(void *to, const void *from, size_t n)
{
    char *t = to;
    const char *f = from;

    if (t <= f) {
        return memcpy(to, from, n);
    }
    while (n--) {
        t[n] = f[n];
    }
    return to;
}

EXPORT void *memset(void *to, int byte, size_t n)
{
    char *t = to;

    while (n--) {
        *t++ = byte;
    }
    return to;
}

EXPORT int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *x = a, *y = b;

    for (; n--; x++, y++) {
        if (*x != *y) {
            return *x - *y;
        }
    }
    return 0;
}

void *memchr(const void *s, int byte, size_t n)
{
    for (const char *at = s; n--; at++) {
        if (*at == (char)byte) {
            return (void *)at;
        }
    }
    return NULL;
}

void *memrchr(const void *s, int byte, size_t n)
{
    const char *at = s;

    while (n--) {
        if (at[n] == (char)byte) {
            return (void *)(at + n);
        }
    }
    return NULL;
}

void *memmem(const void *s, size_t n, const void *what, size_t len)
{
    for (const char *at = s; n >= len; at++, n--) {
        if (!memcmp(at, what, len)) {
            return (void *)at;
        }
    }
    return NULL;
}

size_t strlen(const char *s)
{
    return strnlen(s, SIZE_MAX);
}

size_t strnlen(const char *s, size_t max)
{
    size_t n = 0;

    while (n < max && s[n]) {
        n++;
    }
    return n;
}

char *strcpy(char *to, const char *from)
{
    return memcpy(to, from, strlen(from) + 1);
}

char *strcat(char *to, const char *from)
{
    strcpy(to + strlen(to), from);
    return to;
}

int strncmp(const char *a, const char *b, size_t n)
{
    for (; n; n--, a++, b++) {
        if (*a != *b || !*a) {
            return (unsigned char)*a - (unsigned char)*b;
        }
    }
    return 0;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, SIZE_MAX);
}

char *strchr(const char *s, int c)
{
    return memchr(s, c, strlen(s) + 1);
}

char *strrchr(const char *s, int c)
{
    return memrchr(s, c, strlen(s) + 1);
}

char *strstr(const char *s, const char *what)
{
    return memmem(s, strlen(s), what, strlen(what));
}

size_t strspn(const char *s, const char *set)
{
    size_t n = 0;

    while (s[n] && strchr(set, s[n])) {
        n++;
    }
    return n;
}

size_t strcspn(const char *s, const char *set)
{
    size_t n = 0;

    while (s[n] && !strchr(set, s[n])) {
        n++;
    }
    return n;
}

char *strpbrk(const char *s, const char *set)
{
    s += strcspn(s, set);
    return *s ? (char *)s : NULL;
}

char *strtok_r(char *s, const char *set, char **save)
{
    s = s ? s : *save;
    s += strspn(s, set);
    *save = s + strcspn(s, set);
    if (!*s) {
        return NULL;
    }
    if (**save) {
        *(*save)++ = '\0';
    }
    return s;
}

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' :
           c >= 'a' && c <= 'z' ? c - 'a' + 10 :
           c >= 'A' && c <= 'Z' ? c - 'A' + 10 : 99;
}

/* At most @width characters; *@end is @s where there is no number. */
static unsigned long long number(const char *s, const char **end, int base,
                                 int width)
{
    unsigned long long value = 0;
    const char *at = s + strspn(s, " \t\n\v\f\r");
    bool minus = *at == '-' && width;

    *end = s;
    if (width && (*at == '-' || *at == '+')) {
        at++;
        width--;
    }
    if ((base == 0 || base == 16) && width > 2 && at[0] == '0' &&
        (at[1] | 0x20) == 'x' && digit_of(at[2]) < 16) {
        at += 2;
        width -= 2;
        base = 16;
    }
    base = base ? base : *at == '0' ? 8 : 10;
    for (; width && digit_of(*at) < base; at++, width--) {
        value = value * base + digit_of(*at);
        *end = at + 1;
    }
    return minus ? -value : value;
}

unsigned long long strtoull(const char *s, char **end, int base)
{
    const char *stop;
    unsigned long long value = number(s, &stop, base, INT_MAX);

    if (end) {
        *end = (char *)stop;
    }
    return value;
}

unsigned long strtoul(const char *s, char **end, int base)
{
    return strtoull(s, end, base);
}

long strtol(const char *s, char **end, int base)
{
    return strtoull(s, end, base);
}

int atoi(const char *s)
{
    return strtoull(s, NULL, 10);
}

/* ----------------------------------------------------------------- stdio */

struct nolibc_file {
    int fd;
};
static struct nolibc_file files[16] = { { 0 }, { 1 }, { 2 } };
FILE *stdout = &files[1], *stderr = &files[2];

struct out {
    char *to;
    size_t size, len;
};

static void put(struct out *out, char c)
{
    if (out->len + 1 < out->size) {
        out->to[out->len] = c;
    }
    out->len++;
}

static void put_padded(struct out *out, const char *s, int len, int width,
                       bool left, char pad)
{
    for (int i = len; !left && i < width; i++) {
        put(out, pad);
    }
    for (int i = 0; i < len; i++) {
        put(out, s[i]);
    }
    for (int i = len; left && i < width; i++) {
        put(out, ' ');
    }
}

int vsnprintf(char *to, size_t size, const char *fmt, va_list ap)
{
    struct out out = { to, size, 0 };

    for (; *fmt; fmt++) {
        bool left = false, zero = false, alternative = false, minus = false;
        int width = 0, precision = -1, longs = 0;
        unsigned long long value = 0;
        char text[70], *at = text + sizeof(text);
        const char *s;
        int base = 10;

        if (*fmt != '%') {
            put(&out, *fmt);
            continue;
        }
        for (fmt++; strchr("-0#", *fmt); fmt++) {
            left |= *fmt == '-';
            zero |= *fmt == '0';
            alternative |= *fmt == '#';
        }
        if (*fmt == '*') {
            width = va_arg(ap, int);
            fmt++;
        } else {
            width = number(fmt, &fmt, 10, 9);
        }
        if (*fmt == '.') {
            fmt++;
            if (*fmt == '*') {
                precision = va_arg(ap, int);
                fmt++;
            } else {
                precision = number(fmt, &fmt, 10, 9);
            }
        }
        for (; strchr("lzjt", *fmt); fmt++) {
            longs += *fmt == 'l' ? 1 : *fmt == 'j' ? 2 :
                     sizeof(size_t) == sizeof(long);
        }
        switch (*fmt) {
        case '%':
            put(&out, '%');
            continue;
        case 'c':
            text[0] = va_arg(ap, int);
            put_padded(&out, text, 1, width, left, ' ');
            continue;
        case 's':
            s = va_arg(ap, const char *);
            s = s ? s : "(null)";
            put_padded(&out, s, strnlen(s, precision < 0 ? INT_MAX : precision),
                       width, left, ' ');
            continue;
        case 'p':
            longs = 1;
            alternative = true;
            break;
        case 'd':
        case 'i':
            value = longs > 1 ? va_arg(ap, long long) :
                    longs ? va_arg(ap, long) : va_arg(ap, int);
            minus = (long long)value < 0;
            value = minus ? -value : value;
            break;
        }
        if (*fmt != 'd' && *fmt != 'i') {
            value = longs > 1 ? va_arg(ap, unsigned long long) :
                    longs ? va_arg(ap, unsigned long) :
                    va_arg(ap, unsigned int);
            base = *fmt == 'u' ? 10 : *fmt == 'o' ? 8 : 16;
        }
        do {
            *--at = (*fmt == 'X' ? "0123456789ABCDEF" :
                     "0123456789abcdef")[value % base];
            value /= base;
        } while (value);
        while (text + sizeof(text) - at < precision && at > text + 3) {
            *--at = '0';
        }
        while (zero && !left && precision < 0 && at > text + 3 &&
               text + sizeof(text) - at + minus < width) {
            *--at = '0';
        }
        if (alternative && base != 10) {
            if (base == 16) {
                *--at = 'x';
            }
            *--at = '0';
        }
        if (minus) {
            *--at = '-';
        }
        put_padded(&out, at, text + sizeof(text) - at, width, left, ' ');
    }
    if (size) {
        to[out.len < size ? out.len : size - 1] = '\0';
    }
    return out.len;
}

int snprintf(char *to, size_t size, const char *fmt, ...)
{
    va_list ap;
    int len;

    va_start(ap, fmt);
    len = vsnprintf(to, size, fmt, ap);
    va_end(ap);
    return len;
}

static int print(int fd, const char *fmt, va_list ap)
{
    char text[4096];
    int len = vsnprintf(text, sizeof(text), fmt, ap);

    len = len < (int)sizeof(text) ? len : (int)sizeof(text) - 1;
    return write(fd, text, len);
}

int printf(const char *fmt, ...)
{
    va_list ap;
    int len;

    va_start(ap, fmt);
    len = print(stdout->fd, fmt, ap);
    va_end(ap);
    return len;
}

int fprintf(FILE *file, const char *fmt, ...)
{
    va_list ap;
    int len;

    va_start(ap, fmt);
    len = print(file->fd, fmt, ap);
    va_end(ap);
    return len;
}

int dprintf(int fd, const char *fmt, ...)
{
    va_list ap;
    int len;

    va_start(ap, fmt);
    len = print(fd, fmt, ap);
    va_end(ap);
    return len;
}

int puts(const char *s)
{
    return printf("%s\n", s);
}

static void store(void *to, int longs, unsigned long long value)
{
    if (longs > 1) {
        *(unsigned long long *)to = value;
    } else if (longs) {
        *(unsigned long *)to = value;
    } else {
        *(unsigned *)to = value;
    }
}

int sscanf(const char *s, const char *fmt, ...)
{
    const char *begin = s, *end;
    int done = 0;
    va_list ap;

    va_start(ap, fmt);
    for (; *fmt; fmt++) {
        bool ignore = false;
        int width = 0, longs = 0;
        unsigned long long value;
        size_t len;
        char *to;

        if (strchr(" \t\n", *fmt)) {
            s += strspn(s, " \t\n\v\f\r");
            continue;
        }
        if (*fmt != '%') {
            if (*s++ != *fmt) {
                break;
            }
            continue;
        }
        fmt++;
        if (*fmt == '*') {
            ignore = true;
            fmt++;
        }
        width = number(fmt, &fmt, 10, 9);
        width = width ? width : INT_MAX;
        for (; *fmt == 'l' || *fmt == 'z'; fmt++) {
            longs += *fmt == 'l' || sizeof(size_t) == sizeof(long);
        }
        if (*fmt == 'n') {
            store(va_arg(ap, int *), longs, s - begin);
            continue;
        }
        if (*fmt == 's' || *fmt == '[') {
            /* Of sets, the one that ends a line. */
            const char *stop = *fmt == '[' ? "\n" : " \t\n\v\f\r";

            if (*fmt == '[') {
                fmt = strchr(fmt, ']');
            } else {
                s += strspn(s, stop);
            }
            len = strcspn(s, stop);
            len = len < (size_t)width ? len : (size_t)width;
            if (!len) {
                break;
            }
            if (!ignore) {
                to = va_arg(ap, char *);
                memcpy(to, s, len);
                to[len] = '\0';
                done++;
            }
            s += len;
            continue;
        }
        value = number(s, &end, *fmt == 'x' ? 16 : *fmt == 'i' ? 0 : 10,
                       width);
        if (end == s) {
            break;
        }
        s = end;
        if (!ignore) {
            store(va_arg(ap, void *), longs, value);
            done++;
        }
    }
    va_end(ap);
    return done;
}

int fflush(FILE *file)
{
    (void)file;
    return 0;
}

FILE *fdopen(int fd, const char *mode)
{
    (void)mode;
    if (fd < 0) {
        return NULL;
    }
    for (int i = 3; i < 16; i++) {
        if (!files[i].fd) {
            files[i].fd = fd;
            return &files[i];
        }
    }
    return NULL;
}

size_t fread(void *to, size_t size, size_t n, FILE *file)
{
    size_t len = 0;
    ssize_t got;

    while (len < size * n &&
           (got = read(file->fd, (char *)to + len, size * n - len)) > 0) {
        len += got;
    }
    return len / size;
}

void rewind(FILE *file)
{
    lseek(file->fd, 0, SEEK_SET);
}

int fclose(FILE *file)
{
    int fd = file->fd;

    file->fd = 0;
    return close(fd);
}

/* ---------------------------------------------------------------- stdlib */

void *malloc(size_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return at == MAP_FAILED ? NULL : at;
}

char *getenv(const char *name)
{
    size_t len = strlen(name);

    for (char **at = environ; *at; at++) {
        if (!strncmp(*at, name, len) && (*at)[len] == '=') {
            return *at + len + 1;
        }
    }
    return NULL;
}

unsigned long getauxval(unsigned long type)
{
    for (unsigned long *at = auxv; at[0]; at += 2) {
        if (at[0] == type) {
            return at[1];
        }
    }
    errno = ENOENT;
    return 0;
}

/* Component by component, as every C library does. */
char *realpath(const char *path, char *to)
{
    char rest[PATH_MAX], link[PATH_MAX], next[PATH_MAX];
    unsigned links = 0;
    struct stat st;

    snprintf(rest, sizeof(rest), "%s", path);
    if (*path == '/') {
        to[0] = '\0';
    } else if (CALL(SYS_getcwd, to, PATH_MAX) < 0) {
        return NULL;
    } else if (!strcmp(to, "/")) {
        to[0] = '\0';
    }
    for (;;) {
        char *part = rest + strspn(rest, "/");
        size_t len = strcspn(part, "/"), had = strlen(to);
        ssize_t n;

        if (!len) {
            break;
        }
        snprintf(next, sizeof(next), "%s", part + len);
        part[len] = '\0';
        if (!strcmp(part, ".")) {
            strcpy(rest, next);
            continue;
        }
        if (!strcmp(part, "..")) {
            if (had) {
                *strrchr(to, '/') = '\0';
            }
            strcpy(rest, next);
            continue;
        }
        snprintf(to + had, PATH_MAX - had, "/%s", part);
        n = readlink(to, link, sizeof(link) - 1);
        if (n < 0 && errno != EINVAL) {
            return NULL;
        }
        if (n < 0) {
            strcpy(rest, next);
            continue;
        }
        if (++links > 40) {
            errno = ELOOP;
            return NULL;
        }
        link[n] = '\0';
        snprintf(rest, sizeof(rest), "%s%s", link, next);
        to[link[0] == '/' ? 0 : had] = '\0';
    }
    if (!*to) {
        strcpy(to, "/");
    }
    return stat(to, &st) ? NULL : to;
}

char *mkdtemp(char *template)
{
    char *at = template + strlen(template) - 6;
    unsigned seed = getpid();

    for (int tries = 0; tries < 1000; tries++) {
        for (int i = 0; i < 6; i++) {
            at[i] = 'a' + seed % 26;
            seed = seed / 26 + 7919 * (tries + 1);
        }
        if (!mkdir(template, 0700)) {
            return template;
        }
        if (errno != EEXIST) {
            break;
        }
    }
    return NULL;
}

void _exit(int status)
{
    for (;;) {
        nolibc_call(SYS_exit_group, status, 0, 0, 0, 0, 0);
    }
}

void exit(int status)
{
    _exit(status);
}

EXPORT void abort(void)
{
    kill(getpid(), SIGABRT);
    _exit(127);
}

/* ----------------------------------------------------------------- files */

int openat(int dir, const char *path, int flags, ...)
{
    va_list ap;
    mode_t mode;

    va_start(ap, flags);
    mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
    va_end(ap);
    return CALL(SYS_openat, dir, path, flags | O_LARGEFILE, mode);
}

int open(const char *path, int flags, ...)
{
    va_list ap;
    mode_t mode;

    va_start(ap, flags);
    mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
    va_end(ap);
    return CALL(SYS_openat, AT_FDCWD, path, flags | O_LARGEFILE, mode);
}

int creat(const char *path, mode_t mode)
{
    return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int close(int fd)
{
    return CALL(SYS_close, fd);
}

ssize_t read(int fd, void *to, size_t n)
{
    return CALL(SYS_read, fd, to, n);
}

ssize_t write(int fd, const void *from, size_t n)
{
    return CALL(SYS_write, fd, from, n);
}

ssize_t pread(int fd, void *to, size_t n, off_t at)
{
    return CALL(SYS_pread64, fd, to, n, ALIGN_OFFSET PAIR(at));
}

ssize_t pwrite(int fd, const void *from, size_t n, off_t at)
{
    return CALL(SYS_pwrite64, fd, from, n, ALIGN_OFFSET PAIR(at));
}

ssize_t readv(int fd, const struct iovec *iov, int n)
{
    return CALL(SYS_readv, fd, iov, n);
}

/* The low word comes first, whatever the byte order. */
ssize_t preadv(int fd, const struct iovec *iov, int n, off_t at)
{
    return CALL(SYS_preadv, fd, iov, n, at, (uint64_t)at >> 32);
}

off_t lseek(int fd, off_t at, int whence)
{
#ifdef __LP64__
    return CALL(SYS_lseek, fd, at, whence);
#else
    off_t now;

    return CALL(SYS_llseek, fd, (uint64_t)at >> 32, at, &now, whence) ? -1
                                                                      : now;
#endif
}

ssize_t sendfile(int out, int in, off_t *at, size_t n)
{
    return CALL(SYS_(sendfile, sendfile64), out, in, at, n);
}

ssize_t splice(int in, off_t *in_at, int out, off_t *out_at, size_t n,
               unsigned flags)
{
    return CALL(SYS_splice, in, in_at, out, out_at, n, flags);
}

int dup(int fd)
{
    return CALL(SYS_dup, fd);
}

int dup2(int from, int to)
{
    if (from == to) {
        return fcntl(from, F_GETFD) < 0 ? -1 : to;
    }
    return dup3(from, to, 0);
}

int dup3(int from, int to, int flags)
{
    return CALL(SYS_dup3, from, to, flags);
}

int fcntl(int fd, int op, ...)
{
    va_list ap;
    long arg;

    va_start(ap, op);
    arg = va_arg(ap, long);
    va_end(ap);
    return CALL(SYS_(fcntl, fcntl64), fd, op, arg);
}

int ioctl(int fd, unsigned long op, ...)
{
    va_list ap;
    long arg;

    va_start(ap, op);
    arg = va_arg(ap, long);
    va_end(ap);
    return CALL(SYS_ioctl, fd, op, arg);
}

int flock(int fd, int op)
{
    return CALL(SYS_flock, fd, op);
}

int pipe2(int fd[2], int flags)
{
    return CALL(SYS_pipe2, fd, flags);
}

int pipe(int fd[2])
{
    return pipe2(fd, 0);
}

int fsync(int fd)
{
    return CALL(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return CALL(SYS_fdatasync, fd);
}

int truncate(const char *path, off_t size)
{
    return CALL(SYS_(truncate, truncate64), path, ALIGN_PAIR PAIR(size));
}

int ftruncate(int fd, off_t size)
{
    return CALL(SYS_(ftruncate, ftruncate64), fd, ALIGN_PAIR PAIR(size));
}

int fallocate(int fd, int mode, off_t at, off_t size)
{
    return CALL(SYS_fallocate, fd, mode, PAIR(at), PAIR(size));
}

int statx(int dir, const char *path, int flags, unsigned mask,
          struct statx *st)
{
    return CALL(SYS_statx, dir, path, flags, mask, st);
}

static struct timespec time_of(const struct statx_timestamp *time)
{
    return (struct timespec) { time->tv_sec, time->tv_nsec };
}

int fstatat(int dir, const char *path, struct stat *st, int flags)
{
    struct statx x;

    if (statx(dir, path, flags, STATX_BASIC_STATS, &x)) {
        return -1;
    }
    *st = (struct stat) {
        .st_dev = makedev(x.stx_dev_major, x.stx_dev_minor),
        .st_ino = x.stx_ino,
        .st_rdev = makedev(x.stx_rdev_major, x.stx_rdev_minor),
        .st_size = x.stx_size,
        .st_blocks = x.stx_blocks,
        .st_mode = x.stx_mode,
        .st_nlink = x.stx_nlink,
        .st_uid = x.stx_uid,
        .st_gid = x.stx_gid,
        .st_blksize = x.stx_blksize,
        .st_atim = time_of(&x.stx_atime),
        .st_mtim = time_of(&x.stx_mtime),
        .st_ctim = time_of(&x.stx_ctime),
    };
    return 0;
}

int stat(const char *path, struct stat *st)
{
    return fstatat(AT_FDCWD, path, st, 0);
}

int lstat(const char *path, struct stat *st)
{
    return fstatat(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

int fstat(int fd, struct stat *st)
{
    return fstatat(fd, "", st, AT_EMPTY_PATH);
}

int statfs(const char *path, struct statfs *st)
{
#ifdef __LP64__
    return CALL(SYS_statfs, path, st);
#else
    return CALL(SYS_statfs64, path, sizeof(*st), st);
#endif
}

int fstatfs(int fd, struct statfs *st)
{
#ifdef __LP64__
    return CALL(SYS_fstatfs, fd, st);
#else
    return CALL(SYS_fstatfs64, fd, sizeof(*st), st);
#endif
}

int faccessat(int dir, const char *path, int mode, int flags)
{
    return flags ? CALL(SYS_faccessat2, dir, path, mode, flags)
                 : CALL(SYS_faccessat, dir, path, mode);
}

int access(const char *path, int mode)
{
    return faccessat(AT_FDCWD, path, mode, 0);
}

int fchmodat(int dir, const char *path, mode_t mode, int flags)
{
    if (flags) {
        errno = EINVAL;
        return -1;
    }
    return CALL(SYS_fchmodat, dir, path, mode);
}

int chmod(const char *path, mode_t mode)
{
    return fchmodat(AT_FDCWD, path, mode, 0);
}

int fchmod(int fd, mode_t mode)
{
    return CALL(SYS_fchmod, fd, mode);
}

int fchownat(int dir, const char *path, uid_t uid, gid_t gid, int flags)
{
    return CALL(SYS_fchownat, dir, path, uid, gid, flags);
}

int chown(const char *path, uid_t uid, gid_t gid)
{
    return fchownat(AT_FDCWD, path, uid, gid, 0);
}

int lchown(const char *path, uid_t uid, gid_t gid)
{
    return fchownat(AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW);
}

int fchown(int fd, uid_t uid, gid_t gid)
{
    return CALL(NOLIBC_SYS_ID(fchown), fd, uid, gid);
}

mode_t umask(mode_t mask)
{
    return CALL(SYS_umask, mask);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to,
           int flags)
{
    return CALL(SYS_linkat, from_dir, from, to_dir, to, flags);
}

int link(const char *from, const char *to)
{
    return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int symlinkat(const char *text, int dir, const char *path)
{
    return CALL(SYS_symlinkat, text, dir, path);
}

int symlink(const char *text, const char *path)
{
    return symlinkat(text, AT_FDCWD, path);
}

ssize_t readlinkat(int dir, const char *path, char *to, size_t size)
{
    return CALL(SYS_readlinkat, dir, path, to, size);
}

ssize_t readlink(const char *path, char *to, size_t size)
{
    return readlinkat(AT_FDCWD, path, to, size);
}

int rename(const char *from, const char *to)
{
    return CALL(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlinkat(int dir, const char *path, int flags)
{
    return CALL(SYS_unlinkat, dir, path, flags);
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
    return CALL(SYS_mkdirat, dir, path, mode);
}

int mkdir(const char *path, mode_t mode)
{
    return mkdirat(AT_FDCWD, path, mode);
}

int mknodat(int dir, const char *path, mode_t mode, dev_t dev)
{
    return CALL(SYS_mknodat, dir, path, mode, dev);
}

int chdir(const char *path)
{
    return CALL(SYS_chdir, path);
}

int fchdir(int fd)
{
    return CALL(SYS_fchdir, fd);
}

int chroot(const char *path)
{
    return CALL(SYS_chroot, path);
}

int mount(const char *what, const char *where, const char *type,
          unsigned long flags, const void *data)
{
    return CALL(SYS_mount, what, where, type, flags, data);
}

int umount2(const char *path, int flags)
{
    return CALL(SYS_umount2, path, flags);
}

int acct(const char *path)
{
    return CALL(SYS_acct, path);
}

int utimensat(int dir, const char *path, const struct timespec time[2],
              int flags)
{
    return CALL(SYS_(utimensat, utimensat_time64), dir, path, time, flags);
}

int futimens(int fd, const struct timespec time[2])
{
    return utimensat(fd, NULL, time, 0);
}

/* ----------------------------------------------------------- directories */

struct nolibc_dir {
    int fd;
    ssize_t len, at;
    long where;
    char buf[4096] __attribute__((aligned(8)));
};
static struct nolibc_dir *free_dirs;

DIR *fdopendir(int fd)
{
    DIR *dir = free_dirs;
    struct stat st;

    if (fstat(fd, &st)) {
        return NULL;
    }
    if ((st.st_mode & S_IFMT) != S_IFDIR) {
        errno = ENOTDIR;
        return NULL;
    }
    if (dir) {
        free_dirs = *(DIR **)dir->buf;
    } else {
        dir = malloc(sizeof(*dir));
    }
    dir->fd = fd;
    dir->len = dir->at = dir->where = 0;
    return dir;
}

DIR *opendir(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd < 0 ? NULL : fdopendir(fd);
}

struct dirent *readdir(DIR *dir)
{
    struct dirent *entry;

    if (dir->at >= dir->len) {
        dir->at = 0;
        dir->len = CALL(SYS_getdents64, dir->fd, dir->buf, sizeof(dir->buf));
        if (dir->len <= 0) {
            dir->len = 0;
            return NULL;
        }
    }
    entry = (void *)(dir->buf + dir->at);
    dir->at += entry->d_reclen;
    dir->where = entry->d_off;
    return entry;
}

int closedir(DIR *dir)
{
    int ret = close(dir->fd);

    *(DIR **)dir->buf = free_dirs;
    free_dirs = dir;
    return ret;
}

int dirfd(DIR *dir)
{
    return dir->fd;
}

void rewinddir(DIR *dir)
{
    seekdir(dir, 0);
}

long telldir(DIR *dir)
{
    return dir->where;
}

void seekdir(DIR *dir, long at)
{
    lseek(dir->fd, at, SEEK_SET);
    dir->len = dir->at = 0;
    dir->where = at;
}

/* ------------------------------------------------------------ attributes */

ssize_t getxattr(const char *path, const char *name, void *to, size_t size)
{
    return CALL(SYS_getxattr, path, name, to, size);
}

ssize_t lgetxattr(const char *path, const char *name, void *to, size_t size)
{
    return CALL(SYS_lgetxattr, path, name, to, size);
}

ssize_t fgetxattr(int fd, const char *name, void *to, size_t size)
{
    return CALL(SYS_fgetxattr, fd, name, to, size);
}

int setxattr(const char *path, const char *name, const void *value,
             size_t size, int flags)
{
    return CALL(SYS_setxattr, path, name, value, size, flags);
}

int lsetxattr(const char *path, const char *name, const void *value,
              size_t size, int flags)
{
    return CALL(SYS_lsetxattr, path, name, value, size, flags);
}

int fsetxattr(int fd, const char *name, const void *value, size_t size,
              int flags)
{
    return CALL(SYS_fsetxattr, fd, name, value, size, flags);
}

ssize_t listxattr(const char *path, char *to, size_t size)
{
    return CALL(SYS_listxattr, path, to, size);
}

ssize_t llistxattr(const char *path, char *to, size_t size)
{
    return CALL(SYS_llistxattr, path, to, size);
}

ssize_t flistxattr(int fd, char *to, size_t size)
{
    return CALL(SYS_flistxattr, fd, to, size);
}

int removexattr(const char *path, const char *name)
{
    return CALL(SYS_removexattr, path, name);
}

int lremovexattr(const char *path, const char *name)
{
    return CALL(SYS_lremovexattr, path, name);
}

int fremovexattr(int fd, const char *name)
{
    return CALL(SYS_fremovexattr, fd, name);
}

int name_to_handle_at(int dir, const char *path, struct file_handle *handle,
                      int *mount_id, int flags)
{
    return CALL(SYS_name_to_handle_at, dir, path, handle, mount_id, flags);
}

int fanotify_init(unsigned flags, unsigned event_flags)
{
    return CALL(SYS_fanotify_init, flags, event_flags);
}

int fanotify_mark(int fd, unsigned flags, uint64_t mask, int dir,
                  const char *path)
{
    return CALL(SYS_fanotify_mark, fd, flags, PAIR(mask), dir, path);
}

int inotify_init1(int flags)
{
    return CALL(SYS_inotify_init1, flags);
}

int inotify_add_watch(int fd, const char *path, uint32_t mask)
{
    return CALL(SYS_inotify_add_watch, fd, path, mask);
}

/* ----------------------------------------------------------- waiting for */

int select(int n, fd_set *in, fd_set *out, fd_set *err, struct timeval *time)
{
    struct timespec ts = { 0 };

    if (time) {
        ts.tv_sec = time->tv_sec;
        ts.tv_nsec = time->tv_usec * 1000l;
    }
    return CALL(SYS_(pselect6, pselect6_time64), n, in, out, err,
                time ? &ts : NULL, NULL);
}

int poll(struct pollfd *fds, nfds_t n, int ms)
{
    struct timespec ts = { ms / 1000, ms % 1000 * 1000000l };

    return CALL(SYS_(ppoll, ppoll_time64), fds, n, ms < 0 ? NULL : &ts, NULL,
                0);
}

int pause(void)
{
    return poll(NULL, 0, -1);
}

int epoll_create1(int flags)
{
    return CALL(SYS_epoll_create1, flags);
}

int epoll_ctl(int epoll, int op, int fd, struct epoll_event *event)
{
    return CALL(SYS_epoll_ctl, epoll, op, fd, event);
}

int timerfd_gettime(int fd, struct itimerspec *time)
{
    return CALL(SYS_(timerfd_gettime, timerfd_gettime64), fd, time);
}

int socket(int family, int type, int protocol)
{
    return CALL(SYS_socket, family, type, protocol);
}

int socketpair(int family, int type, int protocol, int fd[2])
{
    return CALL(SYS_socketpair, family, type, protocol, fd);
}

int accept(int fd, struct sockaddr *address, socklen_t *len)
{
#ifdef SYS_accept
    return CALL(SYS_accept, fd, address, len);
#else
    return CALL(SYS_accept4, fd, address, len, 0);
#endif
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    return CALL(SYS_sendmsg, fd, message, flags);
}

/* -------------------------------------------------------------- processes */

#ifndef NOLIBC_FORK
#define NOLIBC_FORK(flags) nolibc_call(SYS_clone, flags, 0, 0, 0, 0, 0)
#endif

pid_t fork(void)
{
    long pid = NOLIBC_FORK(SIGCHLD);

    if (pid == 0) {
        count_threads = 0;
    }
    return ret_of(pid);
}

/* A child with our memory must not return, so it gets a copy. */
pid_t vfork(void)
{
    return ret_of(NOLIBC_FORK(CLONE_VFORK | SIGCHLD));
}

int waitid(int type, id_t id, siginfo_t *info, int flags)
{
    return CALL(SYS_waitid, type, id, info, flags, NULL);
}

pid_t waitpid(pid_t pid, int *status, int flags)
{
#ifdef SYS_wait4
    return CALL(SYS_wait4, pid, status, flags, NULL);
#else
    siginfo_t info = { 0 };

    if (waitid(pid < 0 ? P_ALL : P_PID, pid, &info, flags | WEXITED)) {
        return -1;
    }
    if (status) {
        *status = info.si_code == CLD_EXITED ? info.si_status << 8 :
                  info.si_status | (info.si_code == CLD_DUMPED ? 0x80 : 0);
    }
    return info.si_pid;
#endif
}

pid_t wait(int *status)
{
    return waitpid(-1, status, 0);
}

int execve(const char *path, char *const argv[], char *const envp[])
{
    return CALL(SYS_execve, path, argv, envp);
}

int execl(const char *path, const char *arg, ...)
{
    char *argv[16] = { (char *)arg };
    va_list ap;

    va_start(ap, arg);
    for (int i = 1; i < 15 && argv[i - 1]; i++) {
        argv[i] = va_arg(ap, char *);
    }
    va_end(ap);
    return execve(path, argv, environ);
}

pid_t getpid(void)
{
    return CALL(SYS_getpid);
}

pid_t getppid(void)
{
    return CALL(SYS_getppid);
}

pid_t getpgrp(void)
{
    return CALL(SYS_getpgid, 0);
}

pid_t getsid(pid_t pid)
{
    return CALL(SYS_getsid, pid);
}

uid_t geteuid(void)
{
    return CALL(NOLIBC_SYS_ID(geteuid));
}

gid_t getegid(void)
{
    return CALL(NOLIBC_SYS_ID(getegid));
}

int setresuid(uid_t real, uid_t effective, uid_t saved)
{
    return CALL(NOLIBC_SYS_ID(setresuid), real, effective, saved);
}

int setresgid(gid_t real, gid_t effective, gid_t saved)
{
    return CALL(NOLIBC_SYS_ID(setresgid), real, effective, saved);
}

int setfsuid(uid_t uid)
{
    return CALL(NOLIBC_SYS_ID(setfsuid), uid);
}

int setfsgid(gid_t gid)
{
    return CALL(NOLIBC_SYS_ID(setfsgid), gid);
}

int setgroups(size_t n, const gid_t *groups)
{
    return CALL(NOLIBC_SYS_ID(setgroups), n, groups);
}

int setns(int fd, int type)
{
    return CALL(SYS_setns, fd, type);
}

int unshare(int flags)
{
    return CALL(SYS_unshare, flags);
}

int prctl(int op, ...)
{
    long a[4];
    va_list ap;

    va_start(ap, op);
    for (int i = 0; i < 4; i++) {
        a[i] = va_arg(ap, long);
    }
    va_end(ap);
    return CALL(SYS_prctl, op, a[0], a[1], a[2], a[3]);
}

int kill(pid_t pid, int sig)
{
    return CALL(SYS_kill, pid, sig);
}

unsigned alarm(unsigned seconds)
{
    long timer[4] = { 0, 0, seconds, 0 };

    CALL(SYS_setitimer, 0, timer, NULL);
    return 0;
}

int nanosleep(const struct timespec *time, struct timespec *left)
{
    return -CALL(SYS_(clock_nanosleep, clock_nanosleep_time64), 1, 0, time,
                 left);
}

int usleep(unsigned us)
{
    struct timespec time = { us / 1000000, us % 1000000 * 1000l };

    return nanosleep(&time, NULL);
}

int sched_yield(void)
{
    return CALL(SYS_sched_yield);
}

int uname(struct utsname *name)
{
    return CALL(SYS_uname, name);
}

long sysconf(int name)
{
    struct rlimit limit;

    if (name == _SC_PAGESIZE) {
        return getauxval(AT_PAGESZ);
    }
    return getrlimit(RLIMIT_NOFILE, &limit) ? -1 : (long)limit.rlim_cur;
}

int prlimit(pid_t pid, int which, const struct rlimit *limit,
            struct rlimit *old)
{
    return CALL(SYS_prlimit64, pid, which, limit, old);
}

int getrlimit(int which, struct rlimit *limit)
{
    return prlimit(0, which, NULL, limit);
}

int setrlimit(int which, const struct rlimit *limit)
{
    return prlimit(0, which, limit, NULL);
}

void *mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset)
{
#ifdef __LP64__
    return (void *)CALL(SYS_mmap, at, size, prot, flags, fd, offset);
#else
    return (void *)CALL(SYS_mmap2, at, size, prot, flags, fd, offset >> 12);
#endif
}

int munmap(void *at, size_t size)
{
    return CALL(SYS_munmap, at, size);
}

int mprotect(void *at, size_t size, int prot)
{
    return CALL(SYS_mprotect, at, size, prot);
}

void *mremap(void *at, size_t size, size_t now, int flags, ...)
{
    va_list ap;
    void *where;

    va_start(ap, flags);
    where = flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) ? va_arg(ap, void *)
                                                      : NULL;
    va_end(ap);
    return (void *)CALL(SYS_mremap, at, size, now, flags, where);
}

/* --------------------------------------------------------------- threads */

#ifndef NOLIBC_SWAP
#define NOLIBC_SWAP(at, value) __atomic_exchange_n(at, value, __ATOMIC_SEQ_CST)
#endif

static void spin_lock(int *lock)
{
    while (NOLIBC_SWAP(lock, 1)) {
        sched_yield();
    }
}

static void spin_unlock(volatile int *lock)
{
    __sync_synchronize();
    *lock = 0;
}

static void futex(volatile int *at, int op, int value)
{
    nolibc_call(SYS_(futex, futex_time64), (long)at, op, value, 0, 0, 0);
}

enum { WAIT = 0, WAKE = 1 };

/* Of the threads that the assembler of nolibc-arch.h starts. */
EXPORT void nolibc_thread(long *stack)
{
    struct nolibc_thread *self = (void *)stack[NOLIBC_STACK_SKIP];

    self->tid = nolibc_call(SYS_gettid, 0, 0, 0, 0, 0, 0);
    self->value = self->fn(self->arg);
    for (;;) {
        nolibc_call(SYS_exit, (long)self->value, 0, 0, 0, 0, 0);
    }
}

static struct nolibc_thread *new_thread(void)
{
    int i;

    for (i = 0; i < MAX_THREADS - 1 && threads[i] && threads[i]->used; i++) {
        continue;
    }
    if (!threads[i]) {
        threads[i] = malloc(THREAD_STACK);
    }
    if (threads[i]) {
        threads[i]->used = 1;
        threads[i]->tid = 0;
    }
    return threads[i];
}

int pthread_create(pthread_t *thread, const void *attr, void *(*fn)(void *),
                   void *arg)
{
    struct nolibc_thread *new;
    long *top, tid;

    (void)attr;
    spin_lock(&threads_lock);
    new = new_thread();
    if (!new) {
        spin_unlock(&threads_lock);
        return EAGAIN;
    }
    new->fn = fn;
    new->arg = arg;
    new->running = 1;
    top = (long *)((char *)new + THREAD_STACK - 256);
    top[NOLIBC_STACK_SKIP] = (long)new;
    count_threads++;
    /*
     * The address to clear is the fourth argument or the fifth; the other one
     * is for a thread pointer, which is not asked for.
     */
    tid = nolibc_clone(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
                       CLONE_THREAD | CLONE_SYSVSEM | CLONE_CHILD_CLEARTID,
                       (long)top, 0, (long)&new->running,
                       (long)&new->running);
    if (tid < 0) {
        new->used = 0;
        count_threads--;
    }
    spin_unlock(&threads_lock);
    *thread = new;
    return tid < 0 ? -tid : 0;
}

/* A process; @fn returns its status. */
int clone(int (*fn)(void *), void *stack, int flags, void *arg, ...)
{
    struct nolibc_thread *self = (void *)((char *)stack - sizeof(*self));
    long *top = (long *)((((long)self) & -64L) - 256);

    self->fn = (void *(*)(void *))(void (*)(void))fn;
    self->arg = arg;
    top[NOLIBC_STACK_SKIP] = (long)self;
    return ret_of(nolibc_clone(flags, (long)top, 0, 0, 0));
}

int pthread_join(pthread_t thread, void **value)
{
    volatile int *running = &thread->running;

    while (*running) {
        futex(running, WAIT, 1);
    }
    if (value) {
        *value = thread->value;
    }
    spin_lock(&threads_lock);
    thread->tid = 0;
    thread->used = 0;
    count_threads--;
    spin_unlock(&threads_lock);
    return 0;
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    spin_lock(&mutex->locked);
    return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    spin_unlock(&mutex->locked);
    return 0;
}

int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    int turn = *(volatile int *)&cond->turn;

    pthread_mutex_unlock(mutex);
    futex(&cond->turn, WAIT, turn);
    return pthread_mutex_lock(mutex);
}

/* Called with the mutex held, here and in the guest programs. */
int pthread_cond_broadcast(pthread_cond_t *cond)
{
    cond->turn++;
    __sync_synchronize();
    futex(&cond->turn, WAKE, INT_MAX);
    return 0;
}

int pthread_cond_signal(pthread_cond_t *cond)
{
    return pthread_cond_broadcast(cond);
}

int pthread_barrier_init(pthread_barrier_t *barrier, const void *attr,
                         unsigned count)
{
    (void)attr;
    *barrier = (pthread_barrier_t) { .count = count };
    return 0;
}

int pthread_barrier_wait(pthread_barrier_t *barrier)
{
    unsigned round;

    pthread_mutex_lock(&barrier->lock);
    round = barrier->round;
    if (++barrier->here == barrier->count) {
        barrier->here = 0;
        barrier->round++;
        pthread_cond_broadcast(&barrier->cond);
    }
    while (round == *(volatile unsigned *)&barrier->round) {
        pthread_cond_wait(&barrier->cond, &barrier->lock);
    }
    pthread_mutex_unlock(&barrier->lock);
    return 0;
}

/* ------------------------------------- what compilers call without asking */

#ifdef NOLIBC_NEEDS_ATOMICS
static int atomics_lock;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wbuiltin-declaration-mismatch"

EXPORT unsigned __atomic_fetch_add_4(volatile void *at, unsigned value,
                                     int order)
{
    unsigned was;

    (void)order;
    spin_lock(&atomics_lock);
    was = *(volatile unsigned *)at;
    *(volatile unsigned *)at = was + value;
    spin_unlock(&atomics_lock);
    return was;
}
#pragma GCC diagnostic pop
#endif

#ifdef NOLIBC_NEEDS_DIVISION
typedef unsigned long long u64;

#ifndef NOLIBC_NAME
#define NOLIBC_NAME(name) __##name
#endif

static u64 divide(u64 n, u64 by, u64 *rest)
{
    u64 quotient = 0, left = 0;

    for (int i = 63; i >= 0; i--) {
        left = left << 1 | (n >> i & 1);
        if (left >= by) {
            left -= by;
            quotient |= 1ull << i;
        }
    }
    *rest = left;
    return quotient;
}

EXPORT u64 __udivmoddi4(u64 n, u64 by, u64 *rest)
{
    return divide(n, by, rest);
}

EXPORT u64 NOLIBC_NAME(udivdi3)(u64 n, u64 by)
{
    u64 rest;

    return divide(n, by, &rest);
}

EXPORT u64 NOLIBC_NAME(umoddi3)(u64 n, u64 by)
{
    u64 rest;

    divide(n, by, &rest);
    return rest;
}

EXPORT long long NOLIBC_NAME(divdi3)(long long n, long long by)
{
    u64 rest, value = divide(n < 0 ? -n : n, by < 0 ? -by : by, &rest);

    return (n < 0) != (by < 0) ? -value : value;
}

EXPORT long long NOLIBC_NAME(moddi3)(long long n, long long by)
{
    u64 rest;

    divide(n < 0 ? -n : n, by < 0 ? -by : by, &rest);
    return n < 0 ? -rest : rest;
}

#ifdef NOLIBC_NEEDS_SHORT_DIVISION
EXPORT unsigned NOLIBC_NAME(udivsi3)(unsigned n, unsigned by)
{
    return NOLIBC_NAME(udivdi3)(n, by);
}

EXPORT unsigned NOLIBC_NAME(umodsi3)(unsigned n, unsigned by)
{
    return NOLIBC_NAME(umoddi3)(n, by);
}

EXPORT int NOLIBC_NAME(divsi3)(int n, int by)
{
    return NOLIBC_NAME(divdi3)(n, by);
}

EXPORT int NOLIBC_NAME(modsi3)(int n, int by)
{
    return NOLIBC_NAME(moddi3)(n, by);
}
#endif
#endif

#ifdef NOLIBC_NEEDS_MULTIPLICATION
EXPORT u64 __muldi3(u64 a, u64 b)
{
    u64 product = 0;

    for (; b; a <<= 1, b >>= 1) {
        product += b & 1 ? a : 0;
    }
    return product;
}

EXPORT unsigned __mulsi3(unsigned a, unsigned b)
{
    unsigned product = 0;

    for (; b; a <<= 1, b >>= 1) {
        product += b & 1 ? a : 0;
    }
    return product;
}
#endif

#ifdef __hexagon__
EXPORT void *__hexagon_memcpy_likely_aligned_min32bytes_mult8bytes(
    void *to, const void *from, size_t n)
{
    return memcpy(to, from, n);
}
#endif

/* ----------------------------------------------------------------- start */

int main(int argc, char **argv);

EXPORT void nolibc_start(long *stack)
{
    int argc = stack[NOLIBC_STACK_SKIP];
    char **argv = (char **)stack + NOLIBC_STACK_SKIP + 1;
    char **at;

    environ = argv + argc + 1;
    for (at = environ; *at; at++) {
        continue;
    }
    auxv = (unsigned long *)at + 1;
    exit(main(argc, argv));
}
