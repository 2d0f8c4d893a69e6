/*
 * The program that an execve(2) leads to, and whether it will start
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <elf.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include "qemu/cutils.h"
#include "set-mm/calls/exec-program.h"
#include "set-mm/calls/guest-task.h"
#include "set-mm/state/exe-file.h"

#ifndef AT_EXECVE_CHECK
#define AT_EXECVE_CHECK 0x10000
#endif

/* --- Finding the program -------------------------------------------------- */

/* As fs/exec.c:alloc_bprm() names it. */
static void name_program(ExecProgram *program)
{
    const char *path = program->path;

    if (program->dirfd == AT_FDCWD || *path == '/') {
        pstrcpy(program->name, sizeof(program->name), path);
    } else {
        snprintf(program->name, sizeof(program->name), "/dev/fd/%d%s%s",
                 program->dirfd, *path ? "/" : "", path);
    }
}

/* Does the name lead nowhere once the script's interpreter runs? */
static bool is_inaccessible(const ExecProgram *program)
{
    int flags = program->dirfd == AT_FDCWD || *program->path == '/'
                ? 0 : fcntl(program->dirfd, F_GETFD);

    return flags > 0 && (flags & FD_CLOEXEC);
}

const char *exec_program_path(const ExecProgram *program)
{
    return program->is_own ? exe_file_path(program->dirfd, program->link)
           : program->is_exe ? program->link : program->path;
}

/*
 * By the calling thread, whose credentials count, and in its table, as the next
 * emulator inherits it.  The guest may have used up all its numbers.
 */
static int open_here(int dirfd, const char *path, int flags)
{
    int fd = openat(dirfd, path, flags | O_CLOEXEC);
    struct rlimit rlim, more;

    if (fd >= 0 || errno != EMFILE || getrlimit(RLIMIT_NOFILE, &rlim) < 0) {
        return fd;
    }
    /* Numbers beyond a limit that was lowered may be in use, too. */
    more = (struct rlimit) { rlim.rlim_max, rlim.rlim_max };
    if (setrlimit(RLIMIT_NOFILE, &more) < 0) {
        errno = EMFILE;
        return -1;
    }
    fd = openat(dirfd, path, flags | O_CLOEXEC);
    setrlimit(RLIMIT_NOFILE, &rlim);
    return fd;
}

/* Where there is no /proc it cannot be opened anew, but read. */
static int open_again(int fd, int flags)
{
    char link[64];
    int ret;

    snprintf(link, sizeof(link), "/proc/thread-self/fd/%d", fd);
    ret = open_here(AT_FDCWD, link, flags);
    return ret < 0 && errno == ENOENT ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : ret;
}

static int open_program(const ExecProgram *program)
{
    int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY;
    const char *path = exec_program_path(program);
    struct stat st;

    if (fstatat(program->dirfd, path, &st,
                program->flags & (AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)) < 0) {
        return -1;
    }
    if (!S_ISREG(st.st_mode)) {
        errno = EACCES;
        return -1;
    }
    if (!*path) {
        return open_again(program->dirfd, flags);
    }
    if (program->flags & AT_SYMLINK_NOFOLLOW) {
        flags |= O_NOFOLLOW;
    }
    return open_here(program->dirfd, path, flags);
}

void exec_program_close(ExecProgram *program)
{
    int error = errno;

    if (program->fd >= 0) {
        close(program->fd);
        program->fd = -1;
    }
    errno = error;
}

int exec_program_reopen(ExecProgram *program)
{
    memset(&program->head, 0, sizeof(program->head));
    program->fd = open_program(program);
    return program->fd < 0 || pread(program->fd, &program->head,
                                    sizeof(program->head), 0) < 0 ? -1 : 0;
}

/* Returns: 0, or -1 with errno. */
static int look_at(ExecProgram *program)
{
    name_program(program);
    program->is_exe = !(program->flags & AT_SYMLINK_NOFOLLOW) &&
                      guest_path_exe_link(program->dirfd, program->path,
                                          program->link, &program->is_own);
    program->is_own = program->is_exe && program->is_own;
    return exec_program_reopen(program);
}

int exec_program_check(int dirfd, const char *path, char **argv,
                       char **envp, int flags)
{
    struct stat st;

    if (syscall(__NR_execveat, dirfd, path, argv, envp,
                flags | AT_EXECVE_CHECK) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return -1;
    }
    if (fstatat(dirfd, path, &st,
                flags & (AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)) < 0) {
        return -1;
    }
    if (S_ISLNK(st.st_mode)) {
        errno = ELOOP;
        return -1;
    }
    if (!S_ISREG(st.st_mode)) {
        errno = EACCES;
        return -1;
    }
    return *path ? faccessat(dirfd, path, X_OK, AT_EACCESS)
           : syscall(__NR_faccessat2, dirfd, "", X_OK,
                     AT_EACCESS | AT_EMPTY_PATH);
}

/* The interpreter's arguments, as fs/binfmt_script.c:load_script() has them. */
static char **script_argv(const ExecScript *script, const char *name,
                          char **argv)
{
    GPtrArray *args = g_ptr_array_new();

    g_ptr_array_add(args, g_strdup(script->name));
    if (script->has_arg) {
        g_ptr_array_add(args, g_strdup(script->arg));
    }
    g_ptr_array_add(args, g_strdup(name));
    for (int i = 1; argv[0] && argv[i]; i++) {
        g_ptr_array_add(args, g_strdup(argv[i]));
    }
    g_ptr_array_add(args, NULL);
    return (char **)g_ptr_array_free(args, false);
}

/* From a script to its interpreter.  Returns: 0, or -1 with errno. */
static int go_on(ExecProgram *program, const ExecScript *script,
                 char **argv, char **envp)
{
    g_auto(GStrv) before = program->argv;

    program->argv = script_argv(script, program->name,
                                before ?: argv);
    exec_program_close(program);
    program->dirfd = AT_FDCWD;
    program->flags = 0;
    pstrcpy(program->path, sizeof(program->path), script->name);
    if (look_at(program) < 0) {
        return -1;
    }
    return exec_program_check(program->dirfd, exec_program_path(program),
                              program->argv, envp, 0);
}

int exec_program_find(ExecProgram *program, int dirfd, const char *path,
                      char **argv, char **envp, int flags)
{
    ExecScript script;
    int ret;

    program->argv = NULL;
    program->dirfd = dirfd;
    program->flags = flags;
    pstrcpy(program->path, sizeof(program->path), path);
    ret = look_at(program);
    pstrcpy(program->first_name, EXEC_NAME_MAX, program->name);
    for (int i = 0; !ret && exec_format_is_script(&program->head); i++) {
        if (!exec_format_script(&program->head, &script)) {
            errno = ENOEXEC;
            return -1;
        }
        if (is_inaccessible(program)) {
            errno = ENOENT;
            return -1;
        }
        ret = go_on(program, &script, argv, envp);
        if (!ret && i == EXEC_MAX_SCRIPTS) {
            errno = ELOOP;
            return -1;
        }
    }
    return ret;
}

void exec_program_free(ExecProgram *program)
{
    exec_program_close(program);
    g_strfreev(program->argv);
}

/* --- Whether it will start ------------------------------------------------ */

static bool read_all(int fd, void *buf, size_t size, uint64_t offset)
{
    return offset <= INT64_MAX && pread(fd, buf, size, offset) == size;
}

static char *read_table(int fd, const ExecHead *head, size_t *size)
{
    ExecTable table;
    char *phdrs;

    if (!exec_format_table(head, &table)) {
        return NULL;
    }
    phdrs = g_malloc(table.size);
    if (!read_all(fd, phdrs, table.size, table.offset)) {
        g_free(phdrs);
        return NULL;
    }
    *size = table.size;
    return phdrs;
}

/* The next emulator looks anew below a prefix that a chroot left behind. */
static const char *prefixed_anew(const char *name)
{
    const char *path = guest_prefixed(guest_task_path(name));

    return faccessat(AT_FDCWD, path, F_OK, 0) < 0 ? name : path;
}

/* As fs/binfmt_elf.c:load_elf_binary() looks at it. */
static int check_interpreter(const char *name, const char *target)
{
    const char *path = prefixed_anew(name);
    char *none[] = { NULL };
    g_autofree char *phdrs = NULL;
    ExecHead head = { "" };
    size_t size;
    int fd;

    if (exec_program_check(AT_FDCWD, path, none, none, 0) < 0) {
        return -errno;
    }
    fd = open_here(AT_FDCWD, path, O_RDONLY | O_NONBLOCK);
    if (fd < 0) {
        return -errno;
    }
    if (pread(fd, &head, sizeof(head), 0) < sizeof(Elf32_Ehdr)) {
        close(fd);
        return -EIO;
    }
    if (exec_format_is_for(&head, target)) {
        phdrs = read_table(fd, &head, &size);
    }
    close(fd);
    return phdrs ? 0 : -ELIBBAD;
}

int exec_program_loads(const ExecProgram *program, const char *target)
{
    g_autofree char *phdrs = NULL;
    char name[PATH_MAX];
    ExecPart part;
    size_t size;

    phdrs = read_table(program->fd, &program->head, &size);
    if (!phdrs || exec_format_segment(&program->head, phdrs, size, PT_INTERP,
                                      1, &part)) {
        return -ENOEXEC;
    }
    if (!exec_format_segment(&program->head, phdrs, size, PT_INTERP, 0,
                             &part)) {
        return 0;
    }
    if (part.size < 2 || part.size > sizeof(name)) {
        return -ENOEXEC;
    }
    if (!read_all(program->fd, name, part.size, part.offset)) {
        return -EIO;
    }
    return name[part.size - 1] ? -ENOEXEC : check_interpreter(name, target);
}
