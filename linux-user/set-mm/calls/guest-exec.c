/*
 * execve(2) and execveat(2)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <elf.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include "qemu.h"
#include "user-internals.h"
#include "user/safe-syscall.h"
#include "set-mm/calls/exec-program.h"
#include "set-mm/calls/guest-exec.h"
#include "set-mm/calls/set-mm.h"
#include "set-mm/host/binfmt.h"
#include "set-mm/host/self-exec.h"
#include "set-mm/host/vfork-child.h"
#include "set-mm/rules/exec-format.h"
#include "set-mm/state/exe-file.h"
#include "set-mm/state/fd-table.h"

/* What the guest has called. */
typedef struct Execution {
    HostExecve *host;
    HostExecveat *host_at;
    int dirfd;
    const char *path;
    char **argv;
    char **envp;
    int flags;
    ExecProgram program;
} Execution;

/* Where QEMU has none of its own. */
static int safe_execveat(int dirfd, const char *path, char **argv,
                         char **envp, int flags)
{
    return safe_syscall(__NR_execveat, dirfd, path, argv, envp, flags);
}

static int execute_on_host(HostExecve *host, HostExecveat *host_at, int dirfd,
                           const char *path, char **argv, char **envp,
                           int flags)
{
    return dirfd == AT_FDCWD && !flags
           ? host(path, argv, envp)
           : host_at(dirfd, path, argv, envp, flags);
}

/*
 * Whoever searches PATH executes many names that are not there.  Another
 * error does not mean that execve(2) will not find it a moment later.
 */
static bool is_absent(int dirfd, const char *path)
{
    return *path && faccessat(dirfd, path, F_OK, AT_EACCESS) < 0 &&
           (errno == ENOENT || errno == ENOTDIR || errno == EACCES ||
            errno == ELOOP || errno == ENAMETOOLONG);
}

/* The host's own programs are as this one. */
static const ExecHead *host_head(void)
{
    return (const ExecHead *)__ehdr_start;
}

static bool is_for_us(const ExecProgram *program)
{
#ifdef TARGET_HAS_BFLT
    if (exec_format_is_flat(&program->head)) {
        return true;
    }
#endif
    return exec_format_is_for(&program->head, TARGET_NAME);
}

/* Can no kernel of this host start it but by binfmt_misc? */
static bool is_foreign(const ExecProgram *program)
{
    const Elf32_Ehdr *host = (const Elf32_Ehdr *)host_head();

    return exec_format_target(&program->head) &&
           !exec_format_may_be_native(&program->head, host->e_machine);
}

/* Is it a script's #!/proc/self/exe, where the kernel finds the emulator? */
static bool is_script_by_exe(const ExecProgram *program)
{
    return program->argv && program->is_exe;
}

static char **argv_of(const Execution *exec)
{
    return exec->program.argv ?: exec->argv;
}

/* Whom the kernel would give other rights.  Returns: 0 or -EPERM. */
static int check_rights(const ExecProgram *program)
{
    struct statvfs fs;
    struct stat st;

    if (fstat(program->fd, &st) < 0 || fstatvfs(program->fd, &fs) < 0 ||
        (fs.f_flag & ST_NOSUID) || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) > 0 ||
        ((!(st.st_mode & S_ISUID) || st.st_uid == geteuid()) &&
         ((st.st_mode & (S_ISGID | S_IXGRP)) != (S_ISGID | S_IXGRP) ||
          st.st_gid == getegid()))) {
        return 0;
    }
    if (set_mm_opts()->exec_suid == SET_MM_SUID_REFUSE) {
        return -EPERM;
    }
    fprintf(stderr, "qemu: %s runs with its caller's rights; only binfmt_misc "
            "with flag C can give it its owner's\n", program->name);
    return 0;
}

/* Since Linux 6.14, of what is executed by its descriptor. */
static bool is_named_by_file(const Execution *exec)
{
    unsigned major = 0, minor = 0;
    struct utsname host;

    return exec->dirfd != AT_FDCWD && !*exec->path && uname(&host) == 0 &&
           sscanf(host.release, "%u.%u", &major, &minor) == 2 &&
           (major > 6 || (major == 6 && minor >= 14));
}

/*
 * The next emulator inherits the program's number, and whoever shares the table
 * must not.  The kernel takes this process out of it as well (unshare_files()),
 * but only if nothing fails.
 */
static int leave_shared_table(ExecProgram *program)
{
    if (!fd_table_is_shared()) {
        return 0;
    }
    exec_program_close(program);
    if (unshare(CLONE_FILES) == 0) {
        fd_table_unshare();
    }
    return exec_program_reopen(program);
}

static int by_emulator(Execution *exec)
{
    ExecProgram *program = &exec->program;
    const char *target = exec_format_target(&program->head);
    SelfProgram self = {
        .is_named_by_file = is_named_by_file(exec),
        .execfn = program->first_name,
        .path = program->name,
    };
    char other[PATH_MAX];
    int error = 0;

    if (is_for_us(program)) {
        target = target ? TARGET_NAME : NULL;
    } else if (target && self_exec_other(target, set_mm_opts()->exec_path,
                                         other)) {
        self.emulator = other;
    } else {
        error = -ENOEXEC;
    }
    if (!error && target) {
        error = exec_program_loads(program, target);
    }
    if (!error) {
        error = check_rights(program);
    }
    if (!error && leave_shared_table(program) < 0) {
        error = -errno;
    }
    if (error) {
        errno = -error;
        return -1;
    }
    self.fd = program->fd;
    return self_exec(exec->host_at, &self, argv_of(exec), exec->envp);
}

static int by_kernel(const Execution *exec)
{
    const ExecProgram *program = &exec->program;
    char **argv = exec->argv;
    int dirfd = exec->dirfd, flags = exec->flags;
    const char *path = exec->path;
    char buf[PATH_MAX];

    if (program->is_exe) {
        dirfd = program->dirfd;
        flags = program->argv ? 0 : flags;
        argv = argv_of(exec);
        path = exe_file_exec_path(dirfd, program->link, program->is_own, buf);
    }
    path = binfmt_exec_path(dirfd, path, flags);
    return execute_on_host(exec->host, exec->host_at, dirfd, path, argv,
                           exec->envp, flags);
}

static int check_first(const Execution *exec)
{
    const ExecProgram *program = &exec->program;

    return exec_program_check(exec->dirfd, program->is_exe && !program->argv
                              ? exec_program_path(program) : exec->path,
                              exec->argv, exec->envp, exec->flags);
}

/*
 * An emulator that the kernel has started can only end if the program is not
 * fit to run: the caller, who would get the error, is gone.  Interpreters may
 * be at another place for that emulator than for this one.
 *
 * Returns: 0, or -1 with errno.
 */
static int check_loads(const Execution *exec)
{
    const ExecProgram *program = &exec->program;
    int error = is_foreign(program) && is_for_us(program)
                ? exec_program_loads(program, TARGET_NAME) : 0;

    if (!error || error == -ENOENT) {
        return 0;
    }
    if (check_first(exec) == 0) {
        errno = -error;
    }
    return -1;
}

/* Where the kernel starts an emulator, it counts that as one script more. */
static bool is_left_to_us(const ExecProgram *program, int error)
{
    return errno == ENOEXEC || (errno == ELOOP && !error && program->argv);
}

/*
 * Everything that the kernel may say but ENOEXEC is about the file and the
 * arguments, or about an emulator that it has started.
 *
 * @error: errno of exec_program_find(), or 0
 */
static int by_kernel_or_emulator(Execution *exec, int error)
{
    const char *target = exec_format_target(&exec->program.head);
    bool is_kernels = set_mm_opts()->exec == SET_MM_EXEC_KERNEL;
    int ret;

    if (!error && !is_kernels && check_loads(exec) < 0) {
        return -1;
    }
    exec_program_close(&exec->program);
    ret = by_kernel(exec);
    if (ret == 0 || is_kernels || !is_left_to_us(&exec->program, error)) {
        return ret;
    }
    if (error) {
        /* Who cannot read it cannot say whose program it is. */
        errno = error == EACCES || error == EMFILE ? error : ENOEXEC;
        return -1;
    }
    if (!g_strcmp0(target, exec_format_target(host_head())) ||
        exec_program_reopen(&exec->program) < 0) {
        errno = ENOEXEC;
        return -1;
    }
    return by_emulator(exec);
}

/*
 * Of the call that is under way; what a child of vfork(2) has allocated stays
 * behind when it succeeds.
 */
static __thread struct {
    char **argv;
    char **envp;
    char **script;
} left;

void guest_exec_vfork_end(void)
{
    g_free(left.argv);
    g_free(left.envp);
    g_strfreev(left.script);
    memset(&left, 0, sizeof(left));
    self_exec_vfork_end();
}

static int execute(Execution *exec)
{
    SetMMExec who = set_mm_opts()->exec;
    int error = exec_program_find(&exec->program, exec->dirfd, exec->path,
                                  exec->argv, exec->envp, exec->flags) < 0
                ? errno : 0;
    bool by_exe = is_script_by_exe(&exec->program);

    left.script = exec->program.argv;
    if (exec->flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)) {
        return by_kernel(exec);
    }
    if (error && by_exe) {
        errno = error;
        return -1;
    }
    if (!error && is_foreign(&exec->program) &&
        (who == SET_MM_EXEC_SELF || (by_exe && who == SET_MM_EXEC_AUTO))) {
        return check_first(exec) < 0 ? -1 : by_emulator(exec);
    }
    return by_kernel_or_emulator(exec, error);
}

/* Its names are long, so what is absent is done with before. */
static int execute_present(HostExecve *host, HostExecveat *host_at, int dirfd,
                           const char *path, char **argv, char **envp,
                           int flags)
{
    Execution exec = {
        .host = host,
        .host_at = host_at,
        .dirfd = dirfd,
        .path = path,
        .argv = argv,
        .envp = envp,
        .flags = flags,
    };
    int ret = execute(&exec);

    left.script = NULL;
    exec_program_free(&exec.program);
    return ret;
}

int guest_exec(HostExecve *host, HostExecveat *host_at, int dirfd,
               const char *path, char **argv, char **envp, int flags)
{
    int ret;

    host_at = host_at ?: safe_execveat;
    if (is_absent(dirfd, path) || strlen(path) >= PATH_MAX) {
        return execute_on_host(host, host_at, dirfd, path, argv, envp, flags);
    }
    if (vfork_is_child()) {
        left.argv = argv;
        left.envp = envp;
    } else {
        vfork_wait();
    }
    ret = execute_present(host, host_at, dirfd, path, argv, envp, flags);
    left.argv = left.envp = NULL;
    vfork_go_on();
    return ret;
}
