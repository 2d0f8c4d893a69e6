/*
 * How an emulator executes itself for another program of its guest
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <elf.h>
#include <sys/auxv.h>
#include "qemu/cutils.h"
#include "qemu/thread.h"
#include "set-mm/host/fork-safety.h"
#include "set-mm/host/handed-program.h"
#include "set-mm/host/self-exec.h"
#include "set-mm/rules/elf-note.h"
#include "set-mm/rules/same-file.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

/* Another emulator that knows the option is known by it, whatever its name. */
#define NOTE_NAME "qemu-set-mm-exec"

static const struct {
    Elf32_Nhdr header;
    char name[ROUND_UP(sizeof(NOTE_NAME), 4)];
} note __attribute__((section(".note." NOTE_NAME), aligned(4), used)) = {
    { sizeof(NOTE_NAME), 0, 1 }, NOTE_NAME,
};

/*
 * The emulator's own binary.  Memory outlives a chroot without /proc, and forks
 * there; nothing of it is read until it is needed.
 */
static struct {
    void *map;
    size_t size;
    struct stat file;
} binary;

/* Of the command line; the names are without dashes. */
static struct {
    const char *name;
    char *arg;
} *options;

static size_t n_options;

#define OWN_LINK "/proc/self/exe"

/* Descriptors that are not close-on-exec, or -1. */
typedef struct Handed {
    int program;
    int emulator;
} Handed;

/*
 * Those of just now, and whose.  With vfork(2) memory may be shared with a
 * process that has executed meanwhile.
 */
static struct {
    QemuMutex lock;
    pid_t forking;
    pid_t pid;
    Handed fds;
} handing = { .fds = { -1, -1 } };

/* --- The emulator's own binary -------------------------------------------- */

static void close_if_open(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

static void before_fork(void)
{
    handing.forking = getpid();
}

static void in_child(void)
{
    if (handing.pid == handing.forking) {
        close_if_open(handing.fds.program);
        close_if_open(handing.fds.emulator);
    }
    handing.fds = (Handed) { -1, -1 };
}

/* Before the guest runs. */
static int open_own_binary(void)
{
    const char *name = (const char *)getauxval(AT_EXECFN);
    int fd = handed_emulator();

    if (fd < 0) {
        fd = open(OWN_LINK, O_RDONLY | O_CLOEXEC);
    }
    return fd < 0 && name ? open(name, O_RDONLY | O_CLOEXEC) : fd;
}

void self_exec_init(void)
{
    static const ForkActions at_fork = {
        .before = before_fork,
        .in_child = in_child,
    };
    int fd = open_own_binary();

    fork_safety_lock_init(&handing.lock, &at_fork);
    if (fd < 0) {
        return;
    }
    if (fstat(fd, &binary.file) == 0) {
        binary.size = binary.file.st_size;
        binary.map = mmap(NULL, binary.size, PROT_READ, MAP_PRIVATE, fd, 0);
    }
    if (binary.map == MAP_FAILED) {
        binary.map = NULL;
    }
    close(fd);
}

/* Executable, although a machine may make that an exception. */
static int new_file_in_memory(void)
{
    int fd = memfd_create("qemu", MFD_CLOEXEC | MFD_EXEC);

    return fd < 0 && errno == EINVAL ? memfd_create("qemu", MFD_CLOEXEC) : fd;
}

/* Returns: a descriptor, or -1 with errno. */
static int copy_of_binary(void)
{
    int fd = binary.map ? new_file_in_memory() : -1;
    size_t done = 0;

    while (fd >= 0 && done < binary.size) {
        ssize_t n = write(fd, (char *)binary.map + done, binary.size - done);

        if (n < 0) {
            close(fd);
            return -1;
        }
        done += n;
    }
    return fd;
}

/*
 * The magic link leads there although the file was deleted or replaced.
 *
 * Returns: -1 if it can be used, or the descriptor of a copy.
 */
static int own_binary(void)
{
    struct stat st;

    return stat(OWN_LINK, &st) == 0 &&
           (!binary.map || same_file(&st, &binary.file))
           ? -1 : copy_of_binary();
}

/* --- Options -------------------------------------------------------------- */

/* What is no option of the next one's. */
static bool is_of_this_program(const char *name)
{
    return !strcmp(name, "0") || !strcmp(name, "E") || !strcmp(name, "U") ||
           !strcmp(name, SELF_EXEC_OPTION);
}

/* What says nothing to another architecture's. */
static bool is_of_this_target(const char *name)
{
    return !strcmp(name, "cpu") || !strcmp(name, "B") ||
           !strcmp(name, "R") || !strcmp(name, "xtensa-abi-call0");
}

static char *absolute(const char *name, const char *arg)
{
    static const char file[] = "file=";
    g_autofree char *cwd = NULL;
    bool is_plugin = !strcmp(name, "plugin");
    const char *prefix = "";

    if (is_plugin && g_str_has_prefix(arg, file)) {
        prefix = file;
        arg += strlen(file);
    }
    if (*arg == '/' ||
        (!is_plugin && strcmp(name, "L") && strcmp(name, "D"))) {
        return g_strconcat(prefix, arg, NULL);
    }
    cwd = g_get_current_dir();
    return g_strconcat(prefix, cwd, "/", arg, NULL);
}

const char *self_exec_option(const char *name, const char *arg)
{
    if (!is_of_this_program(name)) {
        options = g_realloc_n(options, n_options + 1, sizeof(*options));
        options[n_options].name = name;
        options[n_options].arg = arg ? absolute(name, arg) : NULL;
        n_options++;
    }
    return arg;
}

bool self_exec_goes_on_with(const char *path)
{
    for (size_t i = 0; i < n_options && handed_program() >= 0; i++) {
        if (!strcmp(options[i].name, "D") &&
            !strncmp(path, options[i].arg, strcspn(options[i].arg, "%"))) {
            return true;
        }
    }
    return false;
}

/* A name that means something to QEMU is not handed on. */
static const char *own_name(void)
{
    const char *name = program_invocation_name;

    return g_str_has_suffix(name, "-binfmt-P") ? "qemu" : name;
}

static void add(GPtrArray *args, const char *word)
{
    g_ptr_array_add(args, g_strdup(word));
}

static GPtrArray *command_line(const SelfProgram *program, Handed fds,
                               char **argv)
{
    GPtrArray *args = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *own = fds.emulator < 0 ? g_strdup("")
                           : g_strdup_printf(",%d", fds.emulator);

    add(args, program->emulator ?: own_name());
    add(args, "-" SELF_EXEC_OPTION);
    g_ptr_array_add(args, g_strdup_printf("%d%s%s:%s", fds.program,
                                          program->is_named_by_file ? "f" : "",
                                          own, program->execfn));
    for (size_t i = 0; i < n_options; i++) {
        if (program->emulator && is_of_this_target(options[i].name)) {
            continue;
        }
        g_ptr_array_add(args, g_strconcat("-", options[i].name, NULL));
        if (options[i].arg) {
            add(args, options[i].arg);
        }
    }
    /* Without any the kernel gives one that is empty. */
    add(args, "-0");
    add(args, argv[0] ?: "");
    add(args, "--");
    add(args, program->path);
    for (int i = 1; argv[0] && argv[i]; i++) {
        add(args, argv[i]);
    }
    g_ptr_array_add(args, NULL);
    return args;
}

/* --- Execution ------------------------------------------------------------ */

static void hand(Handed fds)
{
    handing.pid = getpid();
    handing.fds = fds;
    fcntl(fds.program, F_SETFD, 0);
    if (fds.emulator >= 0) {
        fcntl(fds.emulator, F_SETFD, 0);
    }
}

static void take_back(Handed fds)
{
    fcntl(fds.program, F_SETFD, FD_CLOEXEC);
    close_if_open(fds.emulator);
    handing.fds = (Handed) { -1, -1 };
}

static __thread GPtrArray *last_args;

void self_exec_vfork_end(void)
{
    if (last_args) {
        g_ptr_array_free(last_args, true);
        last_args = NULL;
    }
}

int self_exec(HostExecveat *host, const SelfProgram *program, char **argv,
              char **envp)
{
    Handed fds = { program->fd, program->emulator ? -1 : own_binary() };
    GPtrArray *args = command_line(program, fds, argv);
    int error;

    last_args = args;
    hand(fds);
    if (fds.emulator >= 0) {
        host(fds.emulator, "", (char **)args->pdata, envp, AT_EMPTY_PATH);
    } else {
        host(AT_FDCWD, program->emulator ?: OWN_LINK, (char **)args->pdata,
             envp, 0);
    }
    error = errno;
    take_back(fds);
    self_exec_vfork_end();
    errno = error;
    return -1;
}

/* --- Others --------------------------------------------------------------- */

static bool is_ours(const char *path)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    bool ret = fd >= 0 && access(path, X_OK) == 0 &&
               elf_note_find(fd, NOTE_NAME);

    close_if_open(fd);
    return ret;
}

/* Of the emulator's binary, without its name. */
static bool own_dir(char dir[PATH_MAX])
{
    ssize_t len = readlink(OWN_LINK, dir, PATH_MAX - 1);
    char *slash;

    dir[MAX(len, 0)] = '\0';
    slash = strrchr(dir, '/');
    if (slash) {
        *slash = '\0';
    }
    return slash;
}

bool self_exec_other(const char *target, const char *dir, char path[PATH_MAX])
{
    static const char *const names[] = { "qemu-set-mm-", "qemu-" };
    char own[PATH_MAX];

    if (!*dir) {
        if (!own_dir(own)) {
            return false;
        }
        dir = own;
    }
    for (int i = 0; i < ARRAY_SIZE(names); i++) {
        if (snprintf(path, PATH_MAX, "%s/%s%s", dir, names[i], target) <
            PATH_MAX && is_ours(path)) {
            return true;
        }
    }
    return false;
}
