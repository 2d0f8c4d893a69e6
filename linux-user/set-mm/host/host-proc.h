/*
 * The host's /proc, as the emulator itself reads it
 *
 * Nothing is held open, as that would keep the guest from unmounting it, unless
 * a chroot is about to hide it.  What must be opened for a moment is opened in
 * the keeper's table (own-table.h).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_HOST_PROC_H
#define LINUX_USER_HOST_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "set-mm/host/own-table.h"

/* host_proc_init: look at what is mounted; without a /proc all here fails */
void host_proc_init(void);

/**
 * host_proc_hold: go on to reach /proc after the caller's chroot(2)
 *
 * A process that may unmount it holds a copy of the mount instead.
 */
void host_proc_hold(void);

/**
 * host_proc_at: where an entry is, for the *at() calls of the keeper's thread
 * @dirfd: gets what a relative path begins at
 * @name: such as "self/maps"
 * @path: PATH_MAX bytes, gets the path
 */
void host_proc_at(int *dirfd, const char *name, char *path);

/**
 * host_proc_read: the whole of an entry
 * @name: such as "self/maps"
 *
 * Returns: a text of @len bytes and a NUL, for g_free(), or NULL with errno.
 */
char *host_proc_read(const char *name, size_t *len);

/**
 * host_proc_read_fd: the whole of an entry from its beginning
 * @fd: open for reading; its offset stays as it is
 *
 * Returns: a text of @len bytes and a NUL, for g_free(), or NULL with errno.
 */
char *host_proc_read_fd(int fd, size_t *len);

/**
 * host_proc_read_at: the whole of a file, in the keeper's thread
 * @dirfd, @path: as for openat(2)
 *
 * Returns: as host_proc_read_fd().
 */
char *host_proc_read_at(int dirfd, const char *path, size_t *len);

/* host_proc_read_record: host_proc_read_fd() of what one read(2) reads */
char *host_proc_read_record(int fd, size_t *len);

/**
 * host_proc_fd_path: the kernel's name of what the calling thread has open
 * @path: PATH_MAX bytes, gets it with a NUL; empty on failure
 *
 * Returns: whether there is one.
 */
bool host_proc_fd_path(int fd, char *path);

/**
 * host_proc_own_path: the kernel's name of a file in the keeper's table
 * @path: PATH_MAX bytes, gets it with a NUL; empty on failure
 *
 * As seen from the root of the process; also where that has no /proc.
 *
 * Returns: whether there is one.
 */
bool host_proc_own_path(OwnFile file, char *path);

/* host_proc_is_procfs: is what is open in a procfs, wherever it is mounted? */
bool host_proc_is_procfs(int fd);

/* The numbers of stat and the position behind the name in parentheses. */
enum { HOST_STAT_FIELDS = 52 };

typedef struct HostStat {
    const char *name;               /* within the text, name_len bytes */
    size_t name_len;
    const char *field[HOST_STAT_FIELDS + 1];    /* 1, and from 3 on */
    size_t field_len[HOST_STAT_FIELDS + 1];
} HostStat;

/**
 * host_stat_parse: find the fields of a text of stat
 * @text: must outlive @stat
 *
 * Fields of an older kernel's shorter line are empty.
 *
 * Returns: whether it is such a text.
 */
bool host_stat_parse(HostStat *stat, const char *text);

/* host_stat_number: field @n as an unsigned number */
uint64_t host_stat_number(const HostStat *stat, unsigned n);

/* One mapping of the host. */
typedef struct HostMapping {
    uint64_t start;
    uint64_t end;
    uint64_t offset;
    uint64_t inode;
    unsigned major;
    unsigned minor;
    bool readable;
    bool writable;
    bool shared;
    const char *path;       /* up to the end of the line; may be empty */
    size_t path_len;
} HostMapping;

/**
 * host_mapping_parse: read a line of maps, or of smaps
 * @line: at its beginning; moved to the next one
 * @mapping: set if the line describes a mapping
 *
 * Returns: false at the end of the text or for a line of another form.
 */
bool host_mapping_parse(const char **line, HostMapping *mapping);

/* host_mapping_is: is that its path, or its label? */
bool host_mapping_is(const HostMapping *mapping, const char *path);

/* host_mapping_begins: does its path begin so? */
bool host_mapping_begins(const HostMapping *mapping, const char *prefix);

/* host_mapping_is_segment: is it of a segment of System V? */
bool host_mapping_is_segment(const HostMapping *mapping);

/**
 * host_proc_anonymous: how much of a range of memory the kernel would read for
 * cmdline and environ (FOLL_ANON)
 * @maps: of the process, open for reading; stays the caller's
 * @addr, @len: of the host's address space, in bytes
 * @readable: whether it must be readable as well
 *
 * Returns: bytes from @addr on that are private, anonymous memory.
 */
size_t host_proc_anonymous(int maps, uint64_t addr, size_t len, bool readable);

/**
 * host_proc_own_anonymous: the same for the process's own memory, readable or
 * not
 *
 * Returns: whether it is known.
 */
bool host_proc_own_anonymous(uint64_t addr, size_t len, size_t *anonymous);

#endif /* LINUX_USER_HOST_PROC_H */
