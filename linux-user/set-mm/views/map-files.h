/*
 * map_files: a link for each mapping of a file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_MAP_FILES_H
#define LINUX_USER_MAP_FILES_H

#include <glib.h>
#include <stdint.h>
#include "set-mm/views/sibling.h"

/* A mapping of the guest's, and the host's that begins where it does. */
typedef struct MapFile {
    uint64_t start;
    uint64_t end;
    uint64_t host_start;
    uint64_t host_end;
} MapFile;

/* Two addresses and what is between them. */
enum { MAP_FILE_NAME = 2 * 16 + 2 };

/* map_file_name: a name of MAP_FILE_NAME bytes, with its NUL */
void map_file_name(char *name, uint64_t start, uint64_t end);

/**
 * map_file_parse: is the end of a path such a name?
 * @start, @end: get what it says
 *
 * Asked for every path of the guest, so that it looks at the last letters only.
 *
 * Returns: where in @path the name begins, or NULL.
 */
const char *map_file_parse(const char *path, uint64_t *start, uint64_t *end);

/**
 * map_files_list: the guest's mappings of files
 * @sibling: whose; NULL: the process's own
 *
 * Returns: MapFiles in the order of addresses, for g_array_unref(), or NULL if
 * they are not to be had.
 */
GArray *map_files_list(const Sibling *sibling);

#endif /* LINUX_USER_MAP_FILES_H */
