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
#include "set-mm/views/proc-file.h"
#include "set-mm/views/sibling.h"

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

static gboolean is_in_table(gpointer key, gpointer value, gpointer table)
{
    return ((const FileKey *)key)->table == table;
}

static void forget_table(const FdTable *table)
{
    WITH_QEMU_LOCK_GUARD(&files.lock) {
        g_hash_table_foreach_remove(files.all, is_in_table, (gpointer)table);
    }
}

void proc_file_init(void)
{
    static const ForkActions at_fork = { .in_child = forget_all };

    make_list();
    fork_safety_lock_init(&files.lock, &at_fork);
    fd_table_init();
    fd_table_at_end(forget_table);
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

/*
 * While the number is being changed, nothing that was found out counts.
 *
 * Returns: what was found out of the number as it is now, or NULL.
 */
static ProcFile *find_file(int fd, uint32_t word)
{
    FileKey key = { fd_table_own, fd };
    ProcFile *file;

    WITH_QEMU_LOCK_GUARD(&files.lock) {
        file = g_hash_table_lookup(files.all, &key);
        if (file && (file->word != word || (word & FD_STATE))) {
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

bool proc_file_may_be_entry(const struct stat *st)
{
    return S_ISREG(st->st_mode) && !st->st_size && !major(st->st_dev);
}

ProcEntry proc_file_entry(int fd, const struct stat *st, char *path)
{
    ProcName name;

    return host_proc_fd_path(fd, path) &&
           proc_entry_has_content(proc_name_guess(path).entry) &&
           proc_name_of_file(path, st->st_dev, &name) ? name.entry
                                                      : PROC_ENTRY_NONE;
}

/* The open flags, for which nobody asks the host before they matter. */
static bool serves(int fd, ProcEntry entry)
{
    int flags = fcntl(fd, F_GETFL);

    return flags >= 0 && !(flags & O_PATH) && proc_file_serves(entry, flags);
}

static bool is_siblings(const char *path, const struct stat *st)
{
    Sibling sibling;

    if (!sibling_find_opened(&sibling, path, st)) {
        return false;
    }
    sibling_put(&sibling);
    return true;
}

/*
 * These are of the memory that the process had when they were opened, and end
 * with it when it executes another program.
 */
static bool has_ended(int fd, ProcEntry entry)
{
    char first;

    return (entry == PROC_ENTRY_MAPS || entry == PROC_ENTRY_SMAPS ||
            entry == PROC_ENTRY_NUMA_MAPS || entry == PROC_ENTRY_ENVIRON) &&
           pread(fd, &first, 1, 0) == 0;
}

/* What the host says there is in the host's byte order. */
static bool is_pagemap(int fd, ProcEntry entry)
{
    return entry == PROC_ENTRY_PAGEMAP && host_proc_is_procfs(fd);
}

/*
 * A descriptor can come by other ways than open(2), such as a pipe, a message
 * or from the program that was there before.
 *
 * Returns: NULL if it is nothing of ours.
 */
static ProcFile *look(int fd, uint32_t word)
{
    char path[PATH_MAX];
    ProcEntry entry;
    struct stat st;
    bool is_own;

    if (fstat(fd, &st) < 0) {
        return NULL;
    }
    if (proc_file_may_be_entry(&st)) {
        is_own = proc_file_entry(fd, &st, path) != PROC_ENTRY_NONE;
        entry = proc_name_guess(path).entry;
        if (proc_entry_has_content(entry) &&
            (is_own || is_siblings(path, &st) || is_pagemap(fd, entry)) &&
            serves(fd, entry) && !has_ended(fd, entry)) {
            return new_file(fd, word, entry, is_own);
        }
    }
    fd_table_note_plain(fd, word);
    return NULL;
}

ProcFile *proc_file_begin(int fd)
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

void proc_file_end(ProcFile *file)
{
    qemu_mutex_unlock(&file->lock);
    release_file(file);
}

/* Under the file's lock, so that nobody else replaces it. */
void proc_file_set_text(ProcFile *file, GByteArray *text)
{
    WITH_QEMU_LOCK_GUARD(&files.lock) {
        GByteArray *old = file->text;

        file->text = text;
        text = old;
    }
    if (text) {
        g_byte_array_unref(text);
    }
}
