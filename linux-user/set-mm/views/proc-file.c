/*
 * Open descriptors of the guest's entries of /proc
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/sysmacros.h>
#include "qemu/lockable.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/state/guest-mem.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/host/private-fd.h"
#include "set-mm/views/proc-content.h"
#include "set-mm/views/proc-file.h"
#include "set-mm/views/sibling.h"

/* An open file description of an entry of ours. */
struct ProcFile {
    unsigned refs;          /* under files.lock */
    ProcEntry entry;
    bool is_own;            /* else of another process, whoever that is now */
    bool is_inherited;      /* by a child, at any time */
    QemuMutex lock;         /* of what follows, as the kernel's f_pos_lock */
    off_t *pos;             /* shared with forked children */
    GByteArray *text;       /* of an entry that is written out as a whole */
    off_t text_pos;         /* where the last read of it ended */
};

ProcFile **proc_files;

/* Offsets are in pages that forked children share. */
enum { OFFSETS = 4096 / sizeof(off_t) };

static struct {
    QemuMutex lock;
    GHashTable *all;
    off_t *offsets;         /* of the last page; the first @used are in use */
    unsigned used;
    GSList *free;
} files = { .used = OFFSETS };

static void mark_inherited(void)
{
    GHashTableIter iter;
    gpointer file;

    g_hash_table_iter_init(&iter, files.all);
    while (g_hash_table_iter_next(&iter, &file, NULL)) {
        ((ProcFile *)file)->is_inherited = true;
    }
}

/* What the child has inherited open are entries of its parent. */
static void take_over_inherited(void)
{
    GHashTableIter iter;
    gpointer file;

    g_hash_table_iter_init(&iter, files.all);
    while (g_hash_table_iter_next(&iter, &file, NULL)) {
        ((ProcFile *)file)->is_own = false;
        qemu_mutex_init(&((ProcFile *)file)->lock);
    }
    /* What is left of the page is the parent's. */
    files.used = OFFSETS;
    g_slist_free(g_steal_pointer(&files.free));
}

void proc_file_init(void)
{
    static const ForkActions at_fork = {
        .before = mark_inherited,
        .in_child = take_over_inherited,
    };

    files.all = g_hash_table_new(NULL, NULL);
    fork_safety_lock_init(&files.lock, &at_fork);
    /* Only what is touched costs memory. */
    proc_files = mmap(NULL, PROC_FILES * sizeof(*proc_files),
                      PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (proc_files == MAP_FAILED) {
        fprintf(stderr, "qemu: no memory for the table of descriptors\n");
        exit(EXIT_FAILURE);
    }
}

static off_t *new_offset(void)
{
    off_t *offset;

    if (files.free) {
        offset = files.free->data;
        files.free = g_slist_delete_link(files.free, files.free);
        *offset = 0;
        return offset;
    }
    if (files.used == OFFSETS) {
        files.offsets = mmap(NULL, OFFSETS * sizeof(off_t),
                             PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (files.offsets == MAP_FAILED) {
            return g_new0(off_t, 1);
        }
        files.used = 0;
    }
    return &files.offsets[files.used++];
}

static bool is_tracked(int fd)
{
    return fd >= 0 && fd < PROC_FILES;
}

static bool is_file(const ProcFile *file)
{
    return file && file != PROC_FILE_PLAIN && file != PROC_FILE_BY_LINK;
}

static ProcFile *new_file(ProcEntry entry, bool is_own)
{
    ProcFile *file = g_new0(ProcFile, 1);

    qemu_mutex_init(&file->lock);
    file->entry = entry;
    file->is_own = is_own;
    file->pos = new_offset();
    g_hash_table_add(files.all, file);
    return file;
}

static ProcFile *get_file(ProcFile *file)
{
    if (is_file(file)) {
        file->refs++;
    }
    return file;
}

static void put_file(ProcFile *file)
{
    if (is_file(file) && --file->refs == 0) {
        g_hash_table_remove(files.all, file);
        if (file->text) {
            g_byte_array_unref(file->text);
        }
        if (!file->is_inherited) {
            files.free = g_slist_prepend(files.free, file->pos);
        }
        qemu_mutex_destroy(&file->lock);
        g_free(file);
    }
}

static void set_file(int fd, ProcFile *file)
{
    ProcFile *old = proc_files[fd];

    qatomic_set(&proc_files[fd], get_file(file));
    put_file(old);
}

/* The lock is only for files of ours. */
static void note(int fd, ProcFile *file)
{
    ProcFile *old;

    if (!is_tracked(fd)) {
        return;
    }
    old = qatomic_read(&proc_files[fd]);
    if (old == file) {
        return;
    }
    if (!is_file(old)) {
        qatomic_set(&proc_files[fd], file);
        return;
    }
    WITH_QEMU_LOCK_GUARD(&files.lock) {
        set_file(fd, file);
    }
}

static void note_entry(int fd, ProcEntry entry, bool is_own)
{
    if (is_tracked(fd)) {
        WITH_QEMU_LOCK_GUARD(&files.lock) {
            set_file(fd, new_file(entry, is_own));
        }
    }
}

void proc_file_opened(int fd, ProcEntry entry)
{
    if (entry == PROC_ENTRY_NONE) {
        note(fd, PROC_FILE_PLAIN);
    } else {
        note_entry(fd, entry, true);
    }
}

void proc_file_opened_by_link(int fd)
{
    note(fd, PROC_FILE_BY_LINK);
}

void proc_file_forget(int fd)
{
    note(fd, NULL);
}

bool proc_file_is_open(int fd)
{
    return is_tracked(fd) && qatomic_read(&proc_files[fd]);
}

/* A guest that closes all numbers there are has opened few of them. */
void proc_file_forget_range(unsigned first, unsigned last)
{
    rlim_t end = MIN(MIN((uint64_t)last + 1, private_fd_ceiling()),
                     PROC_FILES);

    for (unsigned fd = first; fd < end; fd++) {
        proc_file_forget(fd);
    }
}

void proc_file_dup(int old, int new)
{
    ProcFile *file = is_tracked(old) ? qatomic_read(&proc_files[old]) : NULL;

    if (!is_file(file)) {
        note(new, file);
        return;
    }
    if (!is_tracked(new)) {
        return;
    }
    WITH_QEMU_LOCK_GUARD(&files.lock) {
        set_file(new, proc_files[old]);
    }
}

bool proc_file_may_be_entry(const struct stat *st, int flags)
{
    return S_ISREG(st->st_mode) && !st->st_size && !major(st->st_dev) &&
           (flags & O_ACCMODE) != O_WRONLY;
}

ProcEntry proc_file_entry(int fd, char *path)
{
    ProcName name;

    host_proc_fd_path(fd, path);
    return proc_entry_has_content(proc_name_guess(path).entry) &&
           proc_name_is_own_file(path, &name) ? name.entry : PROC_ENTRY_NONE;
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

/* An entry of procfs, perhaps. */
static void look_at_entry(int fd)
{
    char path[PATH_MAX];
    ProcEntry entry = proc_file_entry(fd, path);

    if (entry == PROC_ENTRY_NONE) {
        entry = proc_name_guess(path).entry;
        if (proc_entry_has_content(entry) && is_siblings(fd)) {
            note_entry(fd, entry, false);
            return;
        }
        entry = PROC_ENTRY_NONE;
    }
    proc_file_opened(fd, entry);
}

/*
 * A descriptor that came by another way than open(2), such as a pipe, or one
 * that the program was started with, is looked at once.
 */
static void look(int fd)
{
    int flags = proc_file_is_open(fd) ? 0 : fcntl(fd, F_GETFL);
    struct stat st;

    if (flags < 0 || (flags & O_PATH) || fstat(fd, &st) < 0) {
        return;
    }
    if (proc_file_may_be_entry(&st, flags)) {
        look_at_entry(fd);
    } else {
        proc_file_opened(fd, PROC_ENTRY_NONE);
    }
}

/*
 * Returns: the file, for file_end(), or NULL if the host is to be asked;
 * locked.
 */
static ProcFile *file_begin(int fd)
{
    ProcFile *file = NULL;

    if (!is_tracked(fd) || proc_file_is_plain(fd)) {
        return NULL;
    }
    if (!is_file(qatomic_read(&proc_files[fd]))) {
        look(fd);
    }
    WITH_QEMU_LOCK_GUARD(&files.lock) {
        if (is_file(proc_files[fd])) {
            file = get_file(proc_files[fd]);
        }
    }
    if (file) {
        qemu_mutex_lock(&file->lock);
    }
    return file;
}

static void file_end(ProcFile *file)
{
    qemu_mutex_unlock(&file->lock);
    WITH_QEMU_LOCK_GUARD(&files.lock) {
        put_file(file);
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
        if (file->text) {
            g_byte_array_unref(file->text);
        }
        file->text = text;
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

ssize_t proc_file_read(HostRead *host, int fd, void *buf, size_t size)
{
    ProcFile *file = file_begin(fd);
    ssize_t ret;

    if (!file) {
        return host(fd, buf, size);
    }
    ret = read_at(file, fd, buf, size, file->pos);
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

ssize_t guest_readv(HostReadv *host, int fd, const struct iovec *vec,
                    int count)
{
    ProcFile *file = file_begin(fd);
    ssize_t ret;

    if (!file) {
        return host(fd, vec, count);
    }
    ret = readv_at(file, fd, vec, count, file->pos);
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
    ret = readv_at(file, fd, vec, count, pos == -1 ? file->pos : &pos);
    file_end(file);
    return ret;
}

/*
 * What is written out as a whole has no end to count from and no limit
 * (seq_lseek()); the others have an inode that says 0, and end with what
 * procfs can have (generic_file_llseek(), MAX_NON_LFS).
 */
static off_t lseek_in(ProcFile *file, off_t offset, int whence)
{
    if (whence == SEEK_CUR) {
        offset += *file->pos;
    } else if (whence != SEEK_SET &&
               (whence != SEEK_END || proc_content_is_text(file->entry))) {
        offset = -1;
    }
    if (offset < 0 ||
        (offset > INT32_MAX && !proc_content_is_text(file->entry))) {
        errno = EINVAL;
        return -1;
    }
    *file->pos = offset;
    return offset;
}

off_t guest_lseek(int fd, off_t offset, int whence)
{
    ProcFile *file = file_begin(fd);
    off_t ret;

    if (!file) {
        return lseek(fd, offset, whence);
    }
    ret = lseek_in(file, offset, whence);
    file_end(file);
    return ret;
}
