/*
 * Open descriptors of the guest's entries of /proc
 *
 * The guest gets the host's own file: its mode, its path in /proc/self/fd, its
 * locks and its offset are right by themselves.  Only what is read from it is
 * ours, made at the time of the read, as the kernel makes it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_PROC_FILE_H
#define LINUX_USER_PROC_FILE_H

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include "qemu/thread.h"
#include "set-mm/rules/proc-name.h"
#include "set-mm/state/fd-table.h"

/* An entry of ours that a number of some table was when it was looked at. */
typedef struct ProcFile {
    unsigned refs;          /* proc-file.c's own, as the next */
    uint32_t word;          /* of the number, see fd-table.h */
    ProcEntry entry;
    bool is_own;            /* else of another process, whoever that is now */
    QemuMutex lock;         /* as the kernel's f_pos_lock; of what follows */
    GByteArray *text;       /* of an entry that is written out as a whole */
    off_t text_pos;         /* where the last read of it ended */
} ProcFile;

/* proc_file_init: before any other function here */
void proc_file_init(void);

/**
 * proc_file_opened: note what a new descriptor is
 * @fd: not opened with O_PATH
 * @entry: the caller's own, with a content; or PROC_ENTRY_NONE for a file that
 *         is no entry of anybody's
 *
 * Of what nobody notes the first read finds out.
 */
void proc_file_opened(int fd, ProcEntry entry);

/* proc_file_forget: a number is being closed */
void proc_file_forget(int fd);

/**
 * proc_file_may_be_entry: can an open file be an entry with a content?
 * @st: of it
 *
 * Few files but those of procfs have neither a size nor a device.
 */
bool proc_file_may_be_entry(const struct stat *st);

/* proc_file_serves: has an entry a content for a file with such open flags? */
static inline bool proc_file_serves(ProcEntry entry, int flags)
{
    return proc_entry_has_content(entry) &&
           (entry == PROC_ENTRY_MEM || (flags & O_ACCMODE) != O_WRONLY);
}

/**
 * proc_file_entry: look at an open file that may be one
 * @st: of it
 * @path: PATH_MAX bytes, gets the kernel's name of it
 *
 * Returns: the entry of the calling process that it is, or PROC_ENTRY_NONE.
 */
ProcEntry proc_file_entry(int fd, const struct stat *st, char *path);

/**
 * proc_file_begin: what a number is, at the beginning of a call
 *
 * Returns: the file, locked, for proc_file_end(), or NULL if the host is to be
 * asked.
 */
ProcFile *proc_file_begin(int fd);
void proc_file_end(ProcFile *file);

/* proc_file_set_text: take @text in place of what was there */
void proc_file_set_text(ProcFile *file, GByteArray *text);

#endif /* LINUX_USER_PROC_FILE_H */
