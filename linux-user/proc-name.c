/*
 * Names: which entry of /proc is meant
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "proc-name.h"
#include <stdbool.h>
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
    char own[sizeof("/proc/") + 3 * sizeof(pid)];
    size_t own_len;

    if (len == strlen("/proc/self") && !memcmp(dir, "/proc/self", len)) {
        return true;
    }
    own_len = snprintf(own, sizeof(own), "/proc/%d", (int)pid);
    return len == own_len && !memcmp(dir, own, len);
}

ProcEntry proc_name_entry(const char *path, pid_t pid)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    ProcEntry entry = slash ? entry_of_component(slash + 1) : PROC_ENTRY_NONE;

    if (entry == PROC_ENTRY_NONE ||
        !is_own_directory(path, slash - path, pid)) {
        return PROC_ENTRY_NONE;
    }
    return entry;
}
