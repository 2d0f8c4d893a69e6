/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.c: the little that is needed of a C library
 */
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include "arch.h"

static struct {
    int fd;
    size_t used, next;
    char buf[8192];
} lines;

/* The compiler calls these on its own; it must not find itself in them. */
void *memcpy(void *to, const void *from, size_t len)
{
    char *t = to;
    const char *f = from;

    if (!(((uintptr_t)t | (uintptr_t)f) % sizeof(long))) {
        for (; len >= sizeof(long); len -= sizeof(long)) {
            *(long *)t = *(const long *)f;
            t += sizeof(long);
            f += sizeof(long);
        }
    }
    while (len--) {
        *t++ = *f++;
    }
    return to;
}

void *memmove(void *to, const void *from, size_t len)
{
    char *t = to;
    const char *f = from;

    if (t <= f) {
        while (len--) {
            *t++ = *f++;
        }
    } else {
        while (len--) {
            t[len] = f[len];
        }
    }
    return to;
}

void *memset(void *to, int c, size_t len)
{
    char *t = to;

    while (len--) {
        *t++ = c;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t len)
{
    const uint8_t *x = a, *y = b;

    /* Whole pages are compared by it, which are often the same. */
    for (; len >= sizeof(long); len -= sizeof(long)) {
        unsigned long v, w;

        __builtin_memcpy(&v, x, sizeof(v));
        __builtin_memcpy(&w, y, sizeof(w));
        if (v != w) {
            break;
        }
        x += sizeof(v);
        y += sizeof(w);
    }
    for (; len; len--, x++, y++) {
        if (*x != *y) {
            return *x - *y;
        }
    }
    return 0;
}

size_t strlen(const char *text)
{
    size_t len = 0;

    while (text[len]) {
        len++;
    }
    return len;
}

int strcmp(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return (uint8_t)*a - (uint8_t)*b;
}

/*
 * Begin to read a file by lines.  Returns false when it cannot be opened.
 */
bool lines_open(const char *path)
{
    lines.fd = sys(__NR_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    lines.used = lines.next = 0;
    return lines.fd >= 0;
}

/*
 * The next line, without its end, in memory that is valid until the next
 * call, or NULL at the end.  What is longer than the buffer comes in parts.
 */
char *lines_next(void)
{
    for (;;) {
        char *line = lines.buf + lines.next;
        long got;

        for (size_t i = lines.next; i < lines.used; i++) {
            if (lines.buf[i] == '\n') {
                lines.buf[i] = '\0';
                lines.next = i + 1;
                return line;
            }
        }
        lines.used -= lines.next;
        memmove(lines.buf, line, lines.used);
        lines.next = 0;
        got = sys(__NR_read, lines.fd, lines.buf + lines.used,
                  sizeof(lines.buf) - 1 - lines.used);
        if (got <= 0) {
            lines.buf[lines.used] = '\0';
            lines.next = lines.used;
            return lines.used ? lines.buf : NULL;
        }
        lines.used += got;
    }
}

/*
 * End reading.
 */
void lines_close(void)
{
    sys(__NR_close, lines.fd);
}

/*
 * Read a number and move *text behind it.
 */
uint64_t text_number(const char **text, unsigned base)
{
    uint64_t n = 0;

    for (;; (*text)++) {
        unsigned digit = **text - '0';

        if (digit > 9) {
            digit = (**text | 0x20) - 'a' + 10;
            if (digit < 10) {
                return n;
            }
        }
        if (digit >= base) {
            return n;
        }
        n = n * base + digit;
    }
}

/*
 * What follows name and blanks in a line that begins with it, or NULL.
 */
const char *text_after(const char *line, const char *name)
{
    while (*name) {
        if (*line++ != *name++) {
            return NULL;
        }
    }
    while (*line == ' ' || *line == '\t') {
        line++;
    }
    return line;
}

/*
 * Write n to buf, which has room for it, and a NUL.  Returns where that is.
 */
char *text_decimal(char *buf, unsigned long n)
{
    char digits[20];
    int len = 0;

    do {
        digits[len++] = '0' + n % 10;
        n /= 10;
    } while (n);
    while (len) {
        *buf++ = digits[--len];
    }
    *buf = '\0';
    return buf;
}

/*
 * Write n in hexadecimal to buf, which has room for it, and a NUL.  Returns
 * where that is.
 */
char *text_hex(char *buf, uint64_t n)
{
    int shift = 60;

    while (shift && !(n >> shift)) {
        shift -= 4;
    }
    for (; shift >= 0; shift -= 4) {
        *buf++ = "0123456789abcdef"[n >> shift & 15];
    }
    *buf = '\0';
    return buf;
}

/*
 * Whether text ends with end.
 */
bool text_ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), n = strlen(end);

    return len >= n && !memcmp(text + len - n, end, n);
}

/*
 * Take a line of /proc/self/maps apart.  Returns false when it is none.
 */
bool text_maps_line(char *line, MapsLine *map)
{
    const char *p = line;

    map->start = text_number(&p, 16);
    if (*p++ != '-') {
        return false;
    }
    map->end = text_number(&p, 16);
    if (*p++ != ' ' || strlen(p) < 5) {
        return false;
    }
    map->prot = (p[0] == 'r' ? PROT_READ : 0) |
                (p[1] == 'w' ? PROT_WRITE : 0) |
                (p[2] == 'x' ? PROT_EXEC : 0);
    map->shared = p[3] == 's';
    p += 5;
    map->offset = text_number(&p, 16);
    p++;
    text_number(&p, 16);
    p++;
    text_number(&p, 16);
    p++;
    map->inode = text_number(&p, 10);
    while (*p == ' ') {
        p++;
    }
    map->path = line + (p - line);
    return true;
}

/*
 * Whether a mapping is of the vdso: its code, or what that reads.
 */
bool text_is_vdso(const MapsLine *map)
{
    return !strcmp(map->path, "[vdso]") || text_after(map->path, "[vvar");
}

/* Join texts, any of which may be NULL; returns the length, with no NUL. */
static size_t join(char *buf, size_t size, const char *const *parts, int count)
{
    size_t used = 0;

    for (int i = 0; i < count; i++) {
        for (const char *p = parts[i]; p && *p && used < size - 1;) {
            buf[used++] = *p++;
        }
    }
    return used;
}

/*
 * Say a line on standard error: "checkpoint: detail: text", in one write so
 * that it stays together; detail may be NULL.
 */
void say(const char *text, const char *detail)
{
    static char line[1024];
    const char *parts[] = { "checkpoint: ", detail, detail ? ": " : "", text };
    size_t used = join(line, sizeof(line), parts, 4);

    line[used++] = '\n';
    sys(__NR_write, 2, line, used);
}

/*
 * A reason with its object and cause, "text: object: cause", in memory that
 * is valid until the next call; cause may be NULL.
 */
const char *text_reason(const char *text, const char *object,
                        const char *cause)
{
    static char reason[512];
    const char *parts[] = { text, ": ", object, cause ? ": " : "", cause };

    reason[join(reason, sizeof(reason), parts, 5)] = '\0';
    return reason;
}

/*
 * The text for a negative errno.  The memory is valid until the next call.
 */
const char *error_text(long error)
{
    static char other[32] = "error ";

    switch (-error) {
    case ENOENT:
        return "no such file";
    case EACCES:
        return "permission denied";
    case EPERM:
        return "not permitted";
    case EBUSY:
        return "busy";
    case EINVAL:
        return "invalid argument";
    case ENOMEM:
        return "not enough memory, or no such place";
    case EBADF:
        return "bad descriptor";
    case ENOSYS:
        return "not implemented";
    case EEXIST:
        return "exists";
    }
    text_decimal(other + 6, -error);
    return other;
}
