/*
 * The program that an emulator was handed by the one that executed it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/prctl.h>
#include "qemu/cutils.h"
#include "set-mm/host/handed-program.h"

static struct {
    int program;
    int emulator;
    char *execfn;
    char comm[16];
} handed = { .program = -1, .emulator = -1 };

/* As the kernel names a task: by the last component, cut off. */
static void set_comm(const char *name)
{
    pstrcpy(handed.comm, sizeof(handed.comm), name);
    prctl(PR_SET_NAME, handed.comm);
}

static void set_comm_from_file(void)
{
    static const char deleted[] = " (deleted)";
    g_autofree char *link = g_strdup_printf("/proc/self/fd/%d",
                                            handed.program);
    char path[PATH_MAX];
    struct stat st;
    ssize_t len = readlink(link, path, sizeof(path) - 1);

    if (len < 0) {
        return;
    }
    path[len] = '\0';
    if (fstat(handed.program, &st) == 0 && !st.st_nlink &&
        g_str_has_suffix(path, deleted)) {
        path[len - strlen(deleted)] = '\0';
    }
    set_comm(strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
}

void handed_option(const char *arg)
{
    int program, emulator = -1, ret;
    const char *end;
    bool by_file;

    ret = qemu_strtoi(arg, &end, 10, &program);
    by_file = ret == 0 && *end == 'f';
    end += by_file;
    if (ret == 0 && *end == ',') {
        ret = qemu_strtoi(end + 1, &end, 10, &emulator);
    }
    if (ret < 0 || *end != ':' || fcntl(program, F_GETFD) < 0 ||
        (emulator >= 0 && fcntl(emulator, F_SETFD, FD_CLOEXEC) < 0)) {
        fprintf(stderr, "qemu: -" SELF_EXEC_OPTION " is for emulators that "
                "execute themselves, not '%s'\n", arg);
        exit(1);
    }
    handed.program = program;
    handed.emulator = emulator;
    handed.execfn = g_strdup(end + 1);
    set_comm(strrchr(handed.execfn, '/') ? strrchr(handed.execfn, '/') + 1
                                         : handed.execfn);
    if (by_file) {
        set_comm_from_file();
    }
}

int handed_program(void)
{
    return handed.program;
}

int handed_emulator(void)
{
    int fd = handed.emulator;

    handed.emulator = -1;
    return fd;
}

char *handed_execfn(void)
{
    return handed.execfn;
}

const char *handed_comm(void)
{
    return handed.execfn ? handed.comm : NULL;
}
