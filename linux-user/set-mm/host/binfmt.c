/*
 * What the kernel's binfmt_misc hands over, and what it must be handed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <elf.h>
#include <sys/auxv.h>
#include "set-mm/host/binfmt.h"
#include "set-mm/host/handed-program.h"
#include "set-mm/rules/same-file.h"

#ifndef AT_FLAGS_PRESERVE_ARGV0
#define AT_FLAGS_PRESERVE_ARGV0 1
#endif

int binfmt_program(void)
{
    int fd = handed_program();

    if (fd >= 0) {
        /* One that could not be opened anew. */
        lseek(fd, 0, SEEK_SET);
    }
    errno = 0;
    return fd >= 0 ? fd : (int)getauxval(AT_EXECFD);
}

bool binfmt_opened(void)
{
    errno = 0;
    return getauxval(AT_EXECFD) != 0 || errno == 0;
}

/* With neither O nor P the kernel leaves no trace. */
static bool was_started(void)
{
    return binfmt_opened() ||
           (getauxval(AT_FLAGS) & AT_FLAGS_PRESERVE_ARGV0);
}

bool binfmt_is_option(const char *arg)
{
    return *arg == '-' && !was_started();
}

/* The kernel tells the emulator the same that it would tell the program. */
char *binfmt_execfn(char *path)
{
    char *name = (char *)getauxval(AT_EXECFN);

    if (handed_execfn()) {
        return handed_execfn();
    }
    return was_started() && name ? name : path;
}

static bool is_close_on_exec(int fd)
{
    int flags = fcntl(fd, F_GETFD);

    return flags >= 0 && (flags & FD_CLOEXEC);
}

/* One that cannot be read is no script either: nobody could interpret it. */
static bool may_be_elf(const char *path)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    char magic[SELFMAG];
    bool is_elf;

    if (fd < 0) {
        return errno == EACCES;
    }
    is_elf = pread(fd, magic, sizeof(magic), 0) == sizeof(magic) &&
             !memcmp(magic, ELFMAG, SELFMAG);
    close(fd);
    return is_elf;
}

/* Does the absolute path lead to the regular file that is meant? */
static bool leads_to(const char *name, const struct stat *file)
{
    struct stat st;

    return stat(name, &st) == 0 && same_file(&st, file) &&
           S_ISREG(st.st_mode);
}

const char *binfmt_exec_path(int dirfd, const char *path, int flags)
{
    static const char *const dirs[] = { "/dev/fd", "/proc/self/fd" };
    static __thread char name[PATH_MAX], real[PATH_MAX];
    struct stat st;

    if (*path == '/' || dirfd == AT_FDCWD || (flags & AT_SYMLINK_NOFOLLOW) ||
        !is_close_on_exec(dirfd) ||
        fstatat(dirfd, path, &st, flags & AT_EMPTY_PATH) < 0) {
        return path;
    }
    for (int i = 0; i < ARRAY_SIZE(dirs); i++) {
        if (snprintf(name, sizeof(name), "%s/%d%s%s", dirs[i], dirfd,
                     *path ? "/" : "", path) < sizeof(name) &&
            leads_to(name, &st)) {
            if (!may_be_elf(name)) {
                return path;
            }
            if (!binfmt_opened() && realpath(name, real) &&
                leads_to(real, &st)) {
                return real;
            }
            return name;
        }
    }
    return path;
}
