/*
 * What is read from entries of /proc, and written to them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "set-mm/state/guest-mem.h"
#include "set-mm/views/proc-content.h"
#include "set-mm/views/proc-file.h"
#include "set-mm/views/proc-io.h"
#include "set-mm/views/proc-memory.h"
#include "set-mm/views/sibling.h"

/*
 * The host's offset is moved as the kernel would move it.  For an entry of many
 * lines a read is cheaper than lseek(2), which has the kernel write them all
 * anew; the host's text can be shorter than ours, though.
 */
static void move_offset(const ProcFile *file, int fd, off_t from, off_t to)
{
    char skipped[4096];
    ssize_t len;

    if (file->entry == PROC_ENTRY_MAPS || file->entry == PROC_ENTRY_SMAPS ||
        file->entry == PROC_ENTRY_NUMA_MAPS) {
        while (from < to && (len = read(fd, skipped, MIN(to - from,
                                                         sizeof(skipped))))
               > 0) {
            from += len;
        }
    }
    if (from != to) {
        lseek(fd, to, SEEK_SET);
    }
}

static GByteArray *make_text(ProcFile *file, int fd)
{
    Sibling sibling;
    GByteArray *text;

    if (file->is_own) {
        return proc_content_text(file->entry, NULL, fd);
    }
    if (!sibling_find_file(&sibling, fd)) {
        return proc_content_host_text(fd);
    }
    text = proc_content_text(file->entry, &sibling, fd);
    sibling_put(&sibling);
    return text;
}

/*
 * Where a reader wants it.  With 64 bits most addresses of the host could be
 * the guest's as well, so they do not tell whose a buffer is.
 */
typedef struct Buffer {
    char *at;
    size_t size;
    bool (*store)(void *to, const void *from, size_t len);
} Buffer;

static bool store_own(void *to, const void *from, size_t len)
{
    memcpy(to, from, len);
    return true;
}

/*
 * As fs/seq_file.c: reads that follow one another see one text; a read at any
 * other place makes a new one.
 */
static ssize_t read_text(ProcFile *file, int fd, const Buffer *buf,
                         off_t *pos)
{
    size_t len = 0;

    if (*pos == 0 || *pos != file->text_pos || !file->text) {
        GByteArray *text = make_text(file, fd);

        if (!text) {
            return -1;
        }
        proc_file_set_text(file, text);
    }
    if (*pos < file->text->len) {
        len = MIN(buf->size, file->text->len - *pos);
        if (!buf->store(buf->at, file->text->data + *pos, len)) {
            errno = EFAULT;
            return -1;
        }
    }
    *pos += len;
    file->text_pos = *pos;
    return len;
}

/* The guest's buffer can go away at any time, so it is written to at once. */
static ssize_t read_content(ProcFile *file, const Sibling *sibling, int fd,
                            const Buffer *buf, off_t *pos)
{
    char few[1024];
    g_autofree char *many = NULL;
    char *own = few;
    const off_t before = *pos;
    ssize_t len;

    if (buf->size > sizeof(few)) {
        own = many = g_try_malloc(buf->size);
        if (!many) {
            errno = ENOMEM;
            return -1;
        }
    }
    len = proc_content_read(file->entry, sibling, fd, own, buf->size, pos);
    /* environ gives bytes that it does not count where memory ends early. */
    if (*pos > before && !buf->store(buf->at, own, *pos - before)) {
        *pos = before;
        errno = EFAULT;
        return -1;
    }
    return len;
}

/* Of a process that is no guest, or no more, the host knows. */
static ssize_t read_others(ProcFile *file, int fd, const Buffer *buf,
                           off_t *pos)
{
    Sibling sibling;
    ssize_t len;

    if (sibling_find_file(&sibling, fd)) {
        len = read_content(file, &sibling, fd, buf, pos);
        sibling_put(&sibling);
        return len;
    }
    len = pread(fd, buf->at, buf->size, *pos);
    *pos += MAX(len, 0);
    if (len > 0 && file->entry == PROC_ENTRY_PAGEMAP) {
        proc_memory_swap(buf->at, len);
    }
    return len;
}

static ssize_t read_part(ProcFile *file, int fd, const Buffer *buf, off_t *pos)
{
    return file->is_own ? read_content(file, NULL, fd, buf, pos)
                        : read_others(file, fd, buf, pos);
}

/* As much as is copied of memory at a time. */
enum { MEMORY_PART = 1 << 20 };

static bool is_memory(const ProcFile *file)
{
    return file->entry == PROC_ENTRY_MEM || file->entry == PROC_ENTRY_PAGEMAP;
}

/* What was copied before an error counts, unless the buffer is bad. */
static ssize_t read_memory(ProcFile *file, int fd, const Buffer *buf,
                           off_t *pos)
{
    size_t done = 0;
    Buffer part;
    ssize_t len;

    do {
        part = (Buffer) { buf->at + done, MIN(buf->size - done, MEMORY_PART),
                          buf->store };
        len = read_part(file, fd, &part, pos);
        done += MAX(len, 0);
    } while (len == part.size && done < buf->size);
    return done && (len >= 0 || errno != EFAULT) ? done : len;
}

static ssize_t read_to(ProcFile *file, int fd, const Buffer *buf, off_t *pos)
{
    if (proc_content_is_text(file->entry)) {
        return read_text(file, fd, buf, pos);
    }
    return is_memory(file) && buf->size ? read_memory(file, fd, buf, pos)
                                        : read_part(file, fd, buf, pos);
}

/* @buf: the guest's */
static ssize_t read_at(ProcFile *file, int fd, void *buf, size_t size,
                       off_t *pos)
{
    Buffer guests = { buf, size, guest_mem_store_host };

    return read_to(file, fd, &guests, pos);
}

/* @buf: the emulator's */
static ssize_t read_own_at(ProcFile *file, int fd, void *buf, size_t size,
                           off_t *pos)
{
    Buffer own = { buf, size, store_own };

    return read_to(file, fd, &own, pos);
}

static ssize_t write_part(ProcFile *file, int fd, const void *buf, size_t size,
                          off_t *pos)
{
    Sibling sibling;
    ssize_t len;

    if (file->is_own) {
        return proc_memory_write(NULL, fd, buf, size, pos);
    }
    if (!sibling_find_file(&sibling, fd)) {
        len = pwrite(fd, buf, size, *pos);
        *pos += MAX(len, 0);
        return len;
    }
    len = proc_memory_write(&sibling, fd, buf, size, pos);
    sibling_put(&sibling);
    return len;
}

/* @buf: the guest's, which can go away at any time */
static ssize_t write_at(ProcFile *file, int fd, void *buf, size_t size,
                        off_t *pos)
{
    g_autofree char *own = g_malloc(MIN(size, MEMORY_PART) + 1);
    size_t done = 0, part;
    ssize_t len;

    do {
        part = MIN(size - done, MEMORY_PART);
        if (!guest_mem_load_host(own, (char *)buf + done, part)) {
            errno = EFAULT;
            return -1;
        }
        len = write_part(file, fd, own, part, pos);
        done += MAX(len, 0);
    } while (len == part && done < size);
    return done ? done : len;
}

/* read_at(), read_own_at() or write_at() */
typedef ssize_t Access(ProcFile *file, int fd, void *buf, size_t size,
                       off_t *pos);

/* A vector is like so many buffers, until one is not filled. */
static ssize_t access_at(Access *access, ProcFile *file, int fd,
                         const struct iovec *vec, int count, off_t *pos)
{
    ssize_t total = 0;

    for (int i = 0; i < count; i++) {
        ssize_t len = access(file, fd, vec[i].iov_base, vec[i].iov_len, pos);

        if (len < 0) {
            return total ? total : len;
        }
        total += len;
        if (len < vec[i].iov_len) {
            break;
        }
    }
    return total;
}

/*
 * At the host's offset, which is moved.
 *
 * Returns: false if there is none, as another thread has closed the number
 * meanwhile, or given it to something else.
 */
static bool access_here(Access *access, ProcFile *file, int fd,
                        const struct iovec *vec, int count, ssize_t *ret)
{
    off_t from = lseek(fd, 0, SEEK_CUR), to = from;

    if (from == -1) {
        return false;
    }
    *ret = access_at(access, file, fd, vec, count, &to);
    move_offset(file, fd, from, to);
    return true;
}

/* In place of a position: the host's offset. */
enum { HERE = -1 };

/* Only mem takes what is written. */
static __attribute__((noinline))
bool access_unknown(Access *access, int fd, const struct iovec *vec, int count,
                    off_t pos, ssize_t *ret)
{
    ProcFile *file = proc_file_begin(fd);
    bool is_served = file && (access != write_at ||
                              file->entry == PROC_ENTRY_MEM);

    if (is_served && pos == HERE) {
        is_served = access_here(access, file, fd, vec, count, ret);
    } else if (is_served) {
        *ret = access_at(access, file, fd, vec, count, &pos);
    }
    if (file) {
        proc_file_end(file);
    }
    return is_served;
}

/* Returns: whether the file is one of ours; else the host is to be asked. */
static inline bool access_entry(Access *access, int fd,
                                const struct iovec *vec, int count, off_t pos,
                                ssize_t *ret)
{
    return unlikely(!fd_table_is_plain(fd)) &&
           access_unknown(access, fd, vec, count, pos, ret);
}

/* As QEMU's target_to_host_low_high() has split it. */
static off_t join_halves(unsigned long low, unsigned long high)
{
#if HOST_LONG_BITS == 64
    return low;
#else
    return (uint64_t)high << 32 | low;
#endif
}

ssize_t proc_file_read(HostRead *host, int fd, void *buf, size_t size)
{
    struct iovec vec = { buf, size };
    ssize_t ret;

    return access_entry(read_at, fd, &vec, 1, HERE, &ret)
           ? ret : host(fd, buf, size);
}

ssize_t guest_pread(int fd, void *buf, size_t size, off_t pos)
{
    struct iovec vec = { buf, size };
    ssize_t ret;

    return pos >= 0 && access_entry(read_at, fd, &vec, 1, pos, &ret)
           ? ret : pread(fd, buf, size, pos);
}

ssize_t proc_file_pread_own(int fd, void *buf, size_t size, off_t pos)
{
    struct iovec vec = { buf, size };
    ssize_t ret;

    return pos >= 0 && access_entry(read_own_at, fd, &vec, 1, pos, &ret)
           ? ret : pread(fd, buf, size, pos);
}

GByteArray *proc_file_maps(int fd, bool *is_own)
{
    ProcFile *file = proc_file_begin(fd);
    GByteArray *text = NULL;

    if (!file) {
        return NULL;
    }
    *is_own = file->is_own;
    if (file->entry == PROC_ENTRY_MAPS) {
        text = make_text(file, fd);
    }
    proc_file_end(file);
    if (text) {
        g_byte_array_append(text, (const uint8_t *)"", 1);
    }
    return text;
}

ssize_t proc_file_write(HostWrite *host, int fd, const void *buf, size_t size)
{
    struct iovec vec = { (void *)buf, size };
    ssize_t ret;

    return access_entry(write_at, fd, &vec, 1, HERE, &ret)
           ? ret : host(fd, buf, size);
}

ssize_t guest_pwrite(int fd, const void *buf, size_t size, off_t pos)
{
    struct iovec vec = { (void *)buf, size };
    ssize_t ret;

    return pos >= 0 && access_entry(write_at, fd, &vec, 1, pos, &ret)
           ? ret : pwrite(fd, buf, size, pos);
}

/* --- Vectors -------------------------------------------------------------- */

static ssize_t access_vectors(Access *access, HostReadv *host, int fd,
                              const struct iovec *vec, int count)
{
    ssize_t ret;

    return access_entry(access, fd, vec, count, HERE, &ret)
           ? ret : host(fd, vec, count);
}

static ssize_t access_vectors_at(Access *access, HostPreadv *host, int fd,
                                 const struct iovec *vec, int count,
                                 unsigned long low, unsigned long high)
{
    off_t pos = join_halves(low, high);
    ssize_t ret;

    return pos >= 0 && access_entry(access, fd, vec, count, pos, &ret)
           ? ret : host(fd, vec, count, low, high);
}

/*
 * Flags are refused by procfs, which the host says; position -1 is read(2) or
 * write(2).
 */
static ssize_t access_vectors_with(Access *access, HostPreadv2 *host, int fd,
                                   const struct iovec *vec, int count,
                                   unsigned long low, unsigned long high,
                                   int flags)
{
    off_t pos = join_halves(low, high);
    ssize_t ret;

    return !flags && pos >= HERE &&
           access_entry(access, fd, vec, count, pos, &ret)
           ? ret : host(fd, vec, count, low, high, flags);
}

ssize_t guest_readv(HostReadv *host, int fd, const struct iovec *vec,
                    int count)
{
    return access_vectors(read_at, host, fd, vec, count);
}

ssize_t guest_preadv(HostPreadv *host, int fd, const struct iovec *vec,
                     int count, unsigned long low, unsigned long high)
{
    return access_vectors_at(read_at, host, fd, vec, count, low, high);
}

ssize_t guest_preadv2(HostPreadv2 *host, int fd, const struct iovec *vec,
                      int count, unsigned long low, unsigned long high,
                      int flags)
{
    return access_vectors_with(read_at, host, fd, vec, count, low, high,
                               flags);
}

ssize_t guest_writev(HostReadv *host, int fd, const struct iovec *vec,
                     int count)
{
    return access_vectors(write_at, host, fd, vec, count);
}

ssize_t guest_pwritev(HostPreadv *host, int fd, const struct iovec *vec,
                      int count, unsigned long low, unsigned long high)
{
    return access_vectors_at(write_at, host, fd, vec, count, low, high);
}

ssize_t guest_pwritev2(HostPreadv2 *host, int fd, const struct iovec *vec,
                       int count, unsigned long low, unsigned long high,
                       int flags)
{
    return access_vectors_with(write_at, host, fd, vec, count, low, high,
                               flags);
}
