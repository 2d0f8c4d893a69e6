/*
 * Names: which entry of /proc is meant
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "proc-name.h"
#include <stdio.h>
#include <string.h>

static ProcEntry entry_of_component(const char *name)
{
    static const struct {
        const char *name;
        ProcEntry entry;
    } entries[] = {
        { "exe", PROC_ENTRY_EXE },
        { "cmdline", PROC_ENTRY_CMDLINE },
        { "environ", PROC_ENTRY_ENVIRON },
        { "auxv", PROC_ENTRY_AUXV },
        { "stat", PROC_ENTRY_STAT },
    };

    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        if (!strcmp(entries[i].name, name)) {
            return entries[i].entry;
        }
    }
    return PROC_ENTRY_NONE;
}

static bool is_own_directory(const char *dir, size_t len, pid_t pid)
{
    char own[3 * sizeof(pid) + 1];
    size_t own_len = snprintf(own, sizeof(own), "%d", (int)pid);

    return (len == strlen("self") && !memcmp(dir, "self", len)) ||
           (len == own_len && !memcmp(dir, own, len));
}

ProcEntry proc_name_entry(const char *path, pid_t pid, bool *relative)
{
    static const char root[] = "/proc/";
    const char *slash = path ? strrchr(path, '/') : NULL;
    ProcEntry entry = slash ? entry_of_component(slash + 1) : PROC_ENTRY_NONE;

    if (entry == PROC_ENTRY_NONE) {
        return PROC_ENTRY_NONE;
    }
    *relative = strncmp(path, root, strlen(root)) != 0;
    if (!*relative) {
        path += strlen(root);
    }
    return path < slash && is_own_directory(path, slash - path, pid)
           ? entry : PROC_ENTRY_NONE;
}
