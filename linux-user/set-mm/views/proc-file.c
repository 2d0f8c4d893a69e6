/*
 * Open descriptors of the guest's entries of /proc
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/sysmacros.h>
#include "qemu/lockable.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/state/fd-table.h"
#include "set-mm/state/guest-mem.h"
#include "set-mm/views/proc-content.h"
#include "set-mm/views/proc-file.h"
#include "set-mm/views/sibling.h"

/* An entry of ours that a number of some table was when it was looked at. */
typedef struct ProcFile {
    unsigned refs;          /* under files.lock */
    uint32_t word;          /* of the number, see fd-table.h */
    ProcEntry entry;
    bool is_own;            /* else of another process, whoever that is now */
    QemuMutex lock;         /* as the kernel's f_pos_lock; of what follows */
    GByteArray *text;       /* of an entry that is written out as a whole */
    off_t text_pos;         /* where the last read of it ended */
} ProcFile;

/* A number of a thread's table. */
typedef struct FileKey {
    const FdTable *table;
    intptr_t fd;
} FileKey;

static struct {
    QemuMutex lock;
    GHashTable *all;        /* FileKey -> ProcFile */
    bool any;
} files;

static guint hash_key(gconstpointer data)
{
    const FileKey *key = data;

    return g_direct_hash(key->table) ^ key->fd;
}

static gboolean is_same_key(gconstpointer a, gconstpointer b)
{
    return !memcmp(a, b, sizeof(FileKey));
}

/* Under files.lock. */
static void put_file(gpointer data)
{
    ProcFile *file = data;

    if (--file->refs == 0) {
        if (file->text) {
            g_byte_array_unref(file->text);
        }
        qemu_mutex_destroy(&file->lock);
        g_free(file);
    }
}

static void make_list(void)
{
    files.all = g_hash_table_new_full(hash_key, is_same_key, g_free, put_file);
}

/*
 * What a child has inherited open are entries of its parent, and another
 * thread may have been reading them just now.
 */
static void forget_all(void)
{
    make_list();
}

void proc_file_init(void)
{
    static const ForkActions at_fork = { .in_child = forget_all };

    make_list();
    fork_safety_lock_init(&files.lock, &at_fork);
    fd_table_init();
}

static ProcFile *new_file(int fd, uint32_t word, ProcEntry entry, bool is_own)
{
    ProcFile *file = g_new0(ProcFile, 1);
    FileKey *key = g_new0(FileKey, 1);

    qemu_mutex_init(&file->lock);
    file->refs = 2;
    file->word = word;
    file->entry = entry;
    file->is_own = is_own;
    *key = (FileKey) { fd_table_own, fd };
    WITH_QEMU_LOCK_GUARD(&files.lock) {
        g_hash_table_replace(files.all, key, file);
        qatomic_set(&files.any, true);
    }
    return file;
}

/* Returns: what was found out of the number as it is now, or NULL. */
static ProcFile *find_file(int fd, uint32_t word)
{
    FileKey key = { fd_table_own, fd };
    ProcFile *file;

    WITH_QEMU_LOCK_GUARD(&files.lock) {
        file = g_hash_table_lookup(files.all, &key);
        if (file && file->word != word) {
            g_hash_table_remove(files.all, &key);
            file = NULL;
        }
        if (file) {
            file->refs++;
        }
    }
    return file;
}

static void release_file(ProcFile *file)
{
    WITH_QEMU_LOCK_GUARD(&files.lock) {
        put_file(file);
    }
}

void proc_file_opened(int fd, ProcEntry entry)
{
    uint32_t word = fd_table_word(fd);

    if (fd < 0) {
        return;
    }
    if (entry == PROC_ENTRY_NONE) {
        fd_table_note_plain(fd, word);
    } else if (!(word & FD_STATE)) {
        release_file(new_file(fd, word, entry, true));
    }
}

/* Most guests have none open. */
void proc_file_forget(int fd)
{
    FileKey key = { fd_table_own, fd };

    if (qatomic_read(&files.any)) {
        WITH_QEMU_LOCK_GUARD(&files.lock) {
            g_hash_table_remove(files.all, &key);
            qatomic_set(&files.any, g_hash_table_size(files.all) > 0);
        }
    }
}

bool proc_file_may_be_entry(const struct stat *st, int flags)
{
    return S_ISREG(st->st_mode) && !st->st_size && !major(st->st_dev) &&
           (flags & O_ACCMODE) != O_WRONLY;
}

ProcEntry proc_file_entry(int fd, const struct stat *st, char *path)
{
    ProcName name;

    return host_proc_fd_path(fd, path) &&
           proc_entry_has_content(proc_name_guess(path).entry) &&
           proc_name_of_file(path, st->st_dev, &name) ? name.entry
                                                      : PROC_ENTRY_NONE;
}

static bool is_siblings(int fd)
{
    Sibling sibling;

    if (!sibling_find_file(&sibling, fd)) {
        return false;
    }
    sibling_put(&sibling);
    return true;
}

/*
 * A descriptor can come by other ways than open(2), such as a pipe, a message
 * or from the program that was there before.
 *
 * Returns: NULL if it is nothing of ours.
 */
static ProcFile *look(int fd, uint32_t word)
{
    int flags = fcntl(fd, F_GETFL);
    char path[PATH_MAX];
    ProcEntry entry;
    struct stat st;

    if (flags < 0 || (flags & O_PATH) || fstat(fd, &st) < 0) {
        return NULL;
    }
    if (proc_file_may_be_entry(&st, flags)) {
        entry = proc_file_entry(fd, &st, path);
        if (entry != PROC_ENTRY_NONE) {
            return new_file(fd, word, entry, true);
        }
        entry = proc_name_guess(path).entry;
        if (proc_entry_has_content(entry) && is_siblings(fd)) {
            return new_file(fd, word, entry, false);
        }
    }
    fd_table_note_plain(fd, word);
    return NULL;
}

/*
 * Returns: the file, for file_end(), or NULL if the host is to be asked;
 * locked.
 */
static ProcFile *file_begin(int fd)
{
    uint32_t word = fd_table_word(fd);
    ProcFile *file;

    if (fd < 0 || (word & FD_STATE) == FD_PLAIN) {
        return NULL;
    }
    file = find_file(fd, word) ?: look(fd, word);
    if (file) {
        qemu_mutex_lock(&file->lock);
    }
    return file;
}

static void file_end(ProcFile *file)
{
    qemu_mutex_unlock(&file->lock);
    release_file(file);
}

/*
 * The host's offset is moved as the kernel would move it.  For an entry of many
 * lines a read is cheaper than lseek(2), which has the kernel write them all
 * anew; the host's text can be shorter than ours, though.
 */
static void move_offset(const ProcFile *file, int fd, off_t from, off_t to)
{
    char skipped[4096];
    ssize_t len;

    if (file->entry == PROC_ENTRY_MAPS || file->entry == PROC_ENTRY_SMAPS) {
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
        WITH_QEMU_LOCK_GUARD(&files.lock) {
            GByteArray *old = file->text;

            file->text = text;
            text = old;
        }
        if (text) {
            g_byte_array_unref(text);
        }
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
    return len;
}

static ssize_t read_to(ProcFile *file, int fd, const Buffer *buf, off_t *pos)
{
    if (proc_content_is_text(file->entry)) {
        return read_text(file, fd, buf, pos);
    }
    return file->is_own
           ? read_content(file, NULL, fd, buf, pos)
           : read_others(file, fd, buf, pos);
}

/* @buf: the guest's */
static ssize_t read_at(ProcFile *file, int fd, void *buf, size_t size,
                       off_t *pos)
{
    Buffer guests = { buf, size, guest_mem_store_host };

    return read_to(file, fd, &guests, pos);
}

/* A vector is read like so many buffers, until one is not filled. */
static ssize_t readv_at(ProcFile *file, int fd, const struct iovec *vec,
                        int count, off_t *pos)
{
    ssize_t total = 0;

    for (int i = 0; i < count; i++) {
        ssize_t len = read_at(file, fd, vec[i].iov_base, vec[i].iov_len, pos);

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

/* Reads at the host's offset, and moves it. */
static ssize_t readv_here(ProcFile *file, int fd, const struct iovec *vec,
                          int count)
{
    off_t from = lseek(fd, 0, SEEK_CUR), to = from;
    ssize_t ret = readv_at(file, fd, vec, count, &to);

    move_offset(file, fd, from, to);
    return ret;
}

ssize_t proc_file_read(HostRead *host, int fd, void *buf, size_t size)
{
    struct iovec vec = { buf, size };
    ProcFile *file = file_begin(fd);
    ssize_t ret;

    if (!file) {
        return host(fd, buf, size);
    }
    ret = readv_here(file, fd, &vec, 1);
    file_end(file);
    return ret;
}

static ssize_t pread_to(int fd, const Buffer *buf, off_t pos)
{
    ProcFile *file = pos < 0 ? NULL : file_begin(fd);
    ssize_t ret;

    if (!file) {
        return pread(fd, buf->at, buf->size, pos);
    }
    ret = read_to(file, fd, buf, &pos);
    file_end(file);
    return ret;
}

ssize_t guest_pread(int fd, void *buf, size_t size, off_t pos)
{
    Buffer guests = { buf, size, guest_mem_store_host };

    return pread_to(fd, &guests, pos);
}

ssize_t proc_file_pread_own(int fd, void *buf, size_t size, off_t pos)
{
    Buffer own = { buf, size, store_own };

    return pread_to(fd, &own, pos);
}

GByteArray *proc_file_maps(int fd, bool *is_own)
{
    ProcFile *file = file_begin(fd);
    GByteArray *text = NULL;

    if (!file) {
        return NULL;
    }
    *is_own = file->is_own;
    if (file->entry == PROC_ENTRY_MAPS) {
        text = make_text(file, fd);
    }
    file_end(file);
    if (text) {
        g_byte_array_append(text, (const uint8_t *)"", 1);
    }
    return text;
}

ssize_t guest_readv(HostReadv *host, int fd, const struct iovec *vec,
                    int count)
{
    ProcFile *file = file_begin(fd);
    ssize_t ret;

    if (!file) {
        return host(fd, vec, count);
    }
    ret = readv_here(file, fd, vec, count);
    file_end(file);
    return ret;
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

ssize_t guest_preadv(HostPreadv *host, int fd, const struct iovec *vec,
                     int count, unsigned long low, unsigned long high)
{
    off_t pos = join_halves(low, high);
    ProcFile *file = pos < 0 ? NULL : file_begin(fd);
    ssize_t ret;

    if (!file) {
        return host(fd, vec, count, low, high);
    }
    ret = readv_at(file, fd, vec, count, &pos);
    file_end(file);
    return ret;
}

/* Flags are refused by procfs, which the host says; position -1 is read(2). */
ssize_t guest_preadv2(HostPreadv2 *host, int fd, const struct iovec *vec,
                      int count, unsigned long low, unsigned long high,
                      int flags)
{
    off_t pos = join_halves(low, high);
    ProcFile *file = flags || pos < -1 ? NULL : file_begin(fd);
    ssize_t ret;

    if (!file) {
        return host(fd, vec, count, low, high, flags);
    }
    ret = pos == -1 ? readv_here(file, fd, vec, count)
                    : readv_at(file, fd, vec, count, &pos);
    file_end(file);
    return ret;
}
