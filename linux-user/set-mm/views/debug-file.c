/*
 * Files that gdb reads as the guest sees them
 *
 * One thread at a time serves gdb.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "set-mm/host/own-socket.h"
#include "set-mm/state/fd-table.h"
#include "set-mm/views/debug-file.h"
#include "set-mm/views/proc-file.h"
#include "set-mm/views/proc-io.h"

/* Handles of texts begin here; others are of own-socket.h. */
enum { FIRST_TEXT = 1000, TEXTS = 16 };

static GByteArray *texts[TEXTS];

static GByteArray *read_whole(int fd)
{
    GByteArray *text = g_byte_array_new();
    char part[4096];
    ssize_t len;

    while ((len = proc_file_pread_own(fd, part, sizeof(part), text->len)) > 0) {
        g_byte_array_append(text, (uint8_t *)part, len);
    }
    return text;
}

static int keep_text(int fd)
{
    for (int i = 0; i < TEXTS; i++) {
        if (!texts[i]) {
            texts[i] = read_whole(fd);
            return FIRST_TEXT + i;
        }
    }
    errno = EMFILE;
    return -1;
}

int debug_file_keep(int fd)
{
    struct stat st;
    bool is_text;
    int handle = -1;

    if (fd < 0) {
        return fd;
    }
    is_text = fstat(fd, &st) == 0 && proc_file_may_be_entry(&st);
    if (is_text) {
        handle = keep_text(fd);
    }
    fd_table_begin(fd);
    proc_file_forget(fd);
    if (is_text) {
        close(fd);
    } else {
        handle = own_socket_give(fd);
    }
    fd_table_end(fd);
    return handle;
}

static GByteArray **text_of(int handle)
{
    int i = handle - FIRST_TEXT;

    return i >= 0 && i < TEXTS && texts[i] ? &texts[i] : NULL;
}

ssize_t debug_file_pread(int handle, void *buf, size_t size, off_t pos)
{
    GByteArray **text = text_of(handle);
    size_t len = 0;

    if (!text) {
        return own_socket_pread(handle, buf, size, pos);
    }
    if (pos >= 0 && pos < (*text)->len) {
        len = MIN(size, (*text)->len - pos);
        memcpy(buf, (*text)->data + pos, len);
    }
    return len;
}

int debug_file_close(int handle)
{
    GByteArray **text = text_of(handle);

    if (!text) {
        return own_socket_close(handle);
    }
    g_byte_array_unref(*text);
    *text = NULL;
    return 0;
}
