/*
 * A thread's capabilities, as the kernel's /proc tells of them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "set-mm/views/proc-caps.h"

bool proc_caps_write_line(GString *out, const GrantedCaps *caps,
                          const char *line)
{
    const struct {
        const char *name;
        uint64_t granted;
    } lines[] = {
        { "CapInh:\t", caps->inheritable },
        { "CapPrm:\t", caps->permitted },
        { "CapEff:\t", caps->effective },
        { "CapBnd:\t", caps->bounding },
    };

    for (int i = 0; i < ARRAY_SIZE(lines); i++) {
        if (g_str_has_prefix(line, lines[i].name)) {
            uint64_t host = g_ascii_strtoull(line + strlen(lines[i].name),
                                             NULL, 16);

            g_string_append_printf(out, "%s%016" PRIx64 "\n", lines[i].name,
                                   host | lines[i].granted);
            return true;
        }
    }
    return false;
}
