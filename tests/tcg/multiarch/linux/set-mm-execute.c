/*
 * Execution: the kernel's errors and their order, scripts, and what the
 * program finds
 *
 * Whoever executes the program, the kernel or an emulator in its place, it
 * comes out the same.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-names.h"
#include <elf.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/auxv.h>
#include <sys/prctl.h>

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Where the program says what it is. */
enum { SAY_FD = 9 };

struct said {
    int error;          /* of the execution */
    bool came;
    char argv[1024];    /* each in brackets */
    char execfn[1024];
    char comm[17];
    char exe[1024];
    bool same_cmdline;
    bool blocked;       /* SIGUSR1 */
    bool pending;       /* the same */
    bool ignored;       /* SIGUSR2 */
    bool caught;        /* SIGTERM, whose handler is gone */
    int pid;
    int secure;
    int fds;            /* below 64 that are open */
    int envc;
};

/* --------------------------------------------------------- the executed one */

static void join(char *to, size_t size, char **words)
{
    size_t len = 0;

    *to = '\0';
    for (; *words && len < size; words++) {
        len += snprintf(to + len, size - len, "[%s]", *words);
    }
}

static bool has_cmdline(char **argv)
{
    char text[4096];
    ssize_t len = read_whole("/proc/self/cmdline", text, sizeof(text));
    const char *at = text;

    for (; *argv; argv++) {
        if (at + strlen(*argv) >= text + len || strcmp(at, *argv)) {
            return false;
        }
        at += strlen(at) + 1;
    }
    return at == text + len;
}

static void say(char **argv)
{
    static struct said said;
    struct sigaction action;
    sigset_t set;

    said.came = true;
    join(said.argv, sizeof(said.argv), argv);
    snprintf(said.execfn, sizeof(said.execfn), "%s",
             (char *)getauxval(AT_EXECFN));
    prctl(PR_GET_NAME, said.comm);
    read_link("/proc/self/exe", said.exe, sizeof(said.exe));
    said.same_cmdline = has_cmdline(argv);
    sigprocmask(SIG_BLOCK, NULL, &set);
    said.blocked = sigismember(&set, SIGUSR1);
    sigpending(&set);
    said.pending = sigismember(&set, SIGUSR1);
    sigaction(SIGUSR2, NULL, &action);
    said.ignored = action.sa_handler == SIG_IGN;
    sigaction(SIGTERM, NULL, &action);
    said.caught = action.sa_handler != SIG_DFL;
    said.pid = getpid();
    said.secure = getauxval(AT_SECURE);
    for (int fd = 0; fd < 64; fd++) {
        said.fds += fd != SAY_FD && fcntl(fd, F_GETFD) >= 0;
    }
    for (char **env = environ; *env; env++) {
        said.envc++;
    }
    _exit(write(SAY_FD, &said, sizeof(said)) != sizeof(said));
}

/* ------------------------------------------------------------- the executor */

typedef void way_fn(const char *path, char **argv);

static void by_path(const char *path, char **argv)
{
    execve(path, argv, environ);
}

/* Returns: the process that executed. */
static pid_t execute(struct said *said, way_fn *way, const char *path,
                     char **argv)
{
    int pipes[2];
    pid_t pid;

    memset(said, 0, sizeof(*said));
    if (pipe(pipes)) {
        abort();
    }
    pid = fork();
    if (pid == 0) {
        alarm(CASE_SECONDS);
        dup2(pipes[1], SAY_FD);
        close(pipes[0]);
        close(pipes[1]);
        way(path, argv);
        said->error = errno;
        _exit(write(SAY_FD, said, sizeof(*said)) != sizeof(*said));
    }
    close(pipes[1]);
    if (read(pipes[0], said, sizeof(*said)) != sizeof(*said)) {
        said->error = -1;
    }
    close(pipes[0]);
    wait_for(pid);
    return pid;
}

static char *plain_argv[] = { (char *)"zero", (char *)"--say", (char *)"one",
                              (char *)"", NULL };

static void check_error(const char *id, const char *text, way_fn *way,
                        const char *path, int want)
{
    struct said said;

    execute(&said, way, path, plain_argv);
    check_err(id, text, want, said.error);
}

/* The program is what it should be, and nothing else has changed. */
static void check_said(const char *id, const char *text,
                       const struct said *said, const char *argv,
                       const char *execfn, const char *exe)
{
    char name[64];

    if (!said->came) {
        check_err(id, text, 0, said->error);
        return;
    }
    snprintf(name, sizeof(name), "%.40s, argv", text);
    check_str(id, name, argv, said->argv);
    snprintf(name, sizeof(name), "%.40s, AT_EXECFN", text);
    check_str(id, name, execfn, said->execfn);
    snprintf(name, sizeof(name), "%.40s, exe", text);
    check_str(id, name, exe, said->exe);
    snprintf(name, sizeof(name), "%.40s, cmdline", text);
    check_true(id, name, said->same_cmdline);
}

/* -------------------------------------------------------------------- files */

static void put_program(const char *name)
{
    copy_file(judge.self, path_of(name), 0755);
}

static void put_script(const char *name, const char *format, ...)
{
    char text[2048];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    write_file(path_of(name), 0755, text, strlen(text));
}

#if UINTPTR_MAX > UINT32_MAX
typedef Elf64_Ehdr Ehdr;
typedef Elf64_Phdr Phdr;
#else
typedef Elf32_Ehdr Ehdr;
typedef Elf32_Phdr Phdr;
#endif

/* The program with another header, or NULL for as much as its length. */
static void put_broken(const char *name, void (*change)(Ehdr *), off_t length)
{
    Ehdr ehdr;
    int fd;

    put_program(name);
    fd = open(path_of(name), O_RDWR);
    if (change && pread(fd, &ehdr, sizeof(ehdr), 0) == sizeof(ehdr)) {
        change(&ehdr);
        if (pwrite(fd, &ehdr, sizeof(ehdr), 0) != sizeof(ehdr)) {
            abort();
        }
    }
    if (length && ftruncate(fd, length)) {
        abort();
    }
    close(fd);
}

static void no_program(Ehdr *ehdr)
{
    ehdr->e_type = ET_REL;
}

static void no_headers(Ehdr *ehdr)
{
    ehdr->e_phnum = 0;
}

static void other_headers(Ehdr *ehdr)
{
    ehdr->e_phentsize++;
}

static void no_magic(Ehdr *ehdr)
{
    ehdr->e_ident[EI_MAG3]++;
}

static void no_machine(Ehdr *ehdr)
{
    ehdr->e_machine = 0x7777;
}

/* What Linux does not look at; an AppImage has letters there. */
static void odd_ident(Ehdr *ehdr)
{
    memset(ehdr->e_ident + EI_VERSION, 'A', EI_NIDENT - EI_VERSION);
    ehdr->e_version = 0;
    ehdr->e_ehsize = 0;
}

/*
 * The program with an interpreter: a header that it can do without, that of its
 * stack for example, becomes one that names @interp, with @size bytes.
 */
static void put_interpreted(const char *name, const char *interp, size_t size)
{
    off_t end;
    Ehdr ehdr;
    Phdr phdr;
    int fd;

    put_program(name);
    fd = open(path_of(name), O_RDWR);
    end = lseek(fd, 0, SEEK_END);
    if (pread(fd, &ehdr, sizeof(ehdr), 0) != sizeof(ehdr) ||
        pwrite(fd, interp, size, end) != (ssize_t)size) {
        abort();
    }
    for (int i = 0; i < ehdr.e_phnum; i++) {
        off_t at = ehdr.e_phoff + i * sizeof(phdr);

        if (pread(fd, &phdr, sizeof(phdr), at) == sizeof(phdr) &&
            (phdr.p_type == PT_GNU_STACK || phdr.p_type == PT_GNU_RELRO)) {
            phdr.p_type = PT_INTERP;
            phdr.p_offset = end;
            phdr.p_filesz = size;
            if (pwrite(fd, &phdr, sizeof(phdr), at) != sizeof(phdr)) {
                abort();
            }
            break;
        }
    }
    close(fd);
}

/* ------------------------------------------------------------------- errors */

static void by_path_while_written(const char *path, char **argv)
{
    /* By another process, as this one's descriptors stay. */
    int fd = open(path, O_WRONLY);

    execve(path, argv, environ);
    close(fd);
}

static void with_long_argument(const char *path, char **argv)
{
    static char text[40 * 4096 * 16];

    memset(text, 'x', sizeof(text) - 1);
    argv[2] = text;
    execve(path, argv, environ);
}

static void run_errors(const char *id, const void *arg)
{
    char *name = malloc(5000);

    (void)arg;
    put_program("file");
    write_file(path_of("not-x"), 0644, "#!/bin/true\n", 12);
    write_file(path_of("empty"), 0755, "", 0);
    write_file(path_of("text"), 0755, "echo\n", 5);
    mkfifo(path_of("fifo"), 0755);
    symlink("loop", path_of("loop"));
    memset(name, 'x', 4999);
    name[4999] = '\0';
    check_error(id, "no file", by_path, path_of("none"), ENOENT);
    check_error(id, "no path", by_path, "", ENOENT);
    check_error(id, "a file for a directory", by_path, path_of("file/x"),
                ENOTDIR);
    check_error(id, "a long path", by_path, name, ENAMETOOLONG);
    check_error(id, "links in a loop", by_path, path_of("loop"), ELOOP);
    check_error(id, "a directory", by_path, judge.dir, EACCES);
    check_error(id, "a pipe", by_path, path_of("fifo"), EACCES);
    check_error(id, "mode 0644", by_path, path_of("not-x"), EACCES);
    check_error(id, "an empty file", by_path, path_of("empty"), ENOEXEC);
    check_error(id, "a text", by_path, path_of("text"), ENOEXEC);
    check_error(id, "a file that is open for writing", by_path_while_written,
                path_of("file"), ETXTBSY);
    check_error(id, "a long argument", with_long_argument, path_of("file"),
                E2BIG);
    /* Since Linux 6.8 the file is opened first. */
    check_error(id, "a long argument of a directory", with_long_argument,
                judge.dir, kernel_since(6, 8) ? EACCES : E2BIG);
    check_error(id, "a long argument of a text", with_long_argument,
                path_of("text"), E2BIG);
    free(name);
}

static void run_broken(const char *id, const void *arg)
{
    static const struct {
        const char *text;
        void (*change)(Ehdr *);
        off_t length;
    } cases[] = {
        { "an object file", no_program, 0 },
        { "no program headers", no_headers, 0 },
        { "program headers of another size", other_headers, 0 },
        { "another magic", no_magic, 0 },
        { "nobody's machine", no_machine, 0 },
        { "a file that ends behind its header", NULL, sizeof(Ehdr) },
        { "a file that ends within its header", NULL, 20 },
    };
    struct said said;

    (void)arg;
    for (size_t i = 0; i < COUNT(cases); i++) {
        put_broken("broken", cases[i].change, cases[i].length);
        check_error(id, cases[i].text, by_path, path_of("broken"), ENOEXEC);
    }
    put_broken("odd", odd_ident, 0);
    execute(&said, by_path, path_of("odd"), plain_argv);
    check_said(id, "what nobody looks at", &said, "[zero][--say][one][]",
               path_of("odd"), path_of("odd"));
}

static void run_interpreted(const char *id, const void *arg)
{
    static const struct {
        const char *text, *interp;
        int want;
    } cases[] = {
        { "an interpreter that is not there", "none", ENOENT },
        { "an interpreter that is a directory", ".", EACCES },
        { "an interpreter of mode 0644", "not-x", EACCES },
        { "an interpreter that is a text", "text", ELIBBAD },
        { "an interpreter that is short", "short", EIO },
        { "an interpreter of nobody's machine", "machine", ELIBBAD },
    };
    char text[100];

    (void)arg;
    memset(text, 'x', sizeof(text));
    write_file(path_of("text"), 0755, text, sizeof(text));
    write_file(path_of("short"), 0755, text, 10);
    write_file(path_of("not-x"), 0644, text, sizeof(text));
    put_broken("machine", no_machine, 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *path = path_of(cases[i].interp);

        if (cases[i].want == ENOENT && !sw_misses_interpreter()) {
            skip(id, cases[i].text, "interpreter-gone");
            continue;
        }
        put_interpreted("program", path, strlen(path) + 1);
        check_error(id, cases[i].text, by_path, path_of("program"),
                    cases[i].want);
    }
    put_interpreted("program", "/x", 2);
    check_error(id, "an interpreter without an end", by_path,
                path_of("program"), ENOEXEC);
    put_interpreted("program", "", 1);
    check_error(id, "an interpreter without a name", by_path,
                path_of("program"), ENOEXEC);
}

/* ------------------------------------------------------------------ scripts */

static void by_opened_cloexec(const char *path, char **argv)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    syscall(SYS_execveat, fd, "", argv, environ, AT_EMPTY_PATH);
}

static void check_script(const char *id, const char *text, const char *path,
                         const char *argv)
{
    char want[1024], *pid;
    struct said said;

    execute(&said, by_path, path, plain_argv);
    /* %s of the expectation is the directory. */
    snprintf(want, sizeof(want), argv, judge.dir, judge.dir, judge.dir,
             judge.dir);
    pid = said.came ? said.comm : NULL;
    check_said(id, text, &said, want, path, path_of("file"));
    if (pid) {
        check_str(id, "a script's name is the task's", strrchr(path, '/') + 1,
                  said.comm);
    }
}

static void run_scripts(const char *id, const void *arg)
{
    struct said said;
    char name[300];

    (void)arg;
    put_program("file");
    put_script("plain", "#!%s --say\n", path_of("file"));
    check_script(id, "a script", path_of("plain"),
                 "[%s/file][--say][%s/plain][--say][one][]");
    put_script("blanks", "#! \t%s \t--say  a b\t %c", path_of("file"),
               '\n');
    check_script(id, "a script with blanks", path_of("blanks"),
                 "[%s/file][--say  a b][%s/blanks][--say][one][]");
    put_script("end", "#!%s --say", path_of("file"));
    check_script(id, "a script without a newline", path_of("end"),
                 "[%s/file][--say][%s/end][--say][one][]");
    put_script("two", "#!%s two\n", path_of("plain"));
    check_script(id, "a script of a script", path_of("two"),
                 "[%s/file][--say][%s/plain][two][%s/two][--say][one][]");

    check_err(id, "chdir", 0, err_of(chdir(judge.dir)));
    put_script("here", "#!file --say\n");
    execute(&said, by_path, "./here", plain_argv);
    check_said(id, "an interpreter by a relative path", &said,
               "[file][--say][./here][--say][one][]", "./here",
               path_of("file"));

    put_script("s1", "#!%s --say\n", path_of("file"));
    for (int i = 2; i <= 6; i++) {
        snprintf(name, sizeof(name), "s%d", i);
        put_script(name, "#!s%d\n", i - 1);
    }
    execute(&said, by_path, "s5", plain_argv);
    check_true(id, "five scripts", said.came);
    check_error(id, "six scripts", by_path, "s6", ELOOP);
    put_script("self", "#!%s\n", path_of("self"));
    check_error(id, "a script of itself", by_path, path_of("self"), ELOOP);

    put_script("none", "#!%s\n", path_of("nothing"));
    check_error(id, "an interpreter that is not there", by_path,
                path_of("none"), ENOENT);
    put_script("dir", "#!%s\n", judge.dir);
    check_error(id, "an interpreter that is a directory", by_path,
                path_of("dir"), EACCES);
    write_file(path_of("text"), 0755, "echo\n", 5);
    put_script("of-text", "#!%s\n", path_of("text"));
    check_error(id, "an interpreter that is a text", by_path,
                path_of("of-text"), ENOEXEC);
    write_file(path_of("not-x"), 0644, "echo\n", 5);
    put_script("of-not-x", "#!%s\n", path_of("not-x"));
    check_error(id, "an interpreter of mode 0644", by_path,
                path_of("of-not-x"), EACCES);
    put_script("nothing", "#! %c", '\n');
    check_error(id, "no interpreter", by_path, path_of("nothing"), ENOEXEC);
    put_script("nul", "#!");
    /* To the kernel that is the current directory. */
    check_error(id, "no interpreter and no newline", by_path, path_of("nul"),
                EACCES);
    put_script("long", "#!/%0300d\n", 0);
    check_error(id, "a name that is cut off", by_path, path_of("long"),
                ENOEXEC);
    if (!sw_lacks(SYS_execveat)) {
        check_error(id, "a script by a close-on-exec descriptor",
                    by_opened_cloexec, path_of("plain"), ENOENT);
    }
}

/* The kernel's own way leads to whatever emulator there is. */
static void run_script_by_exe(const char *id, const void *arg)
{
    struct said said;

    (void)arg;
    put_script("by-exe", "#!/proc/self/exe --say\n");
    execute(&said, by_path, path_of("by-exe"), plain_argv);
    check_true(id, "a script's #!/proc/self/exe runs", said.came);
    check_str(id, "it is this program", judge.self, said.exe);
    symlink("/proc/self/exe", path_of("link"));
    put_script("by-link", "#!%s --say\n", path_of("link"));
    execute(&said, by_path, path_of("by-link"), plain_argv);
    check_true(id, "by a link of another name", said.came);
    check_str(id, "it is this program, too", judge.self, said.exe);
}

/* ------------------------------------------------------------ what is kept */

static void on_signal(int number)
{
    (void)number;
}

static void with_signals(const char *path, char **argv)
{
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    struct sigaction handle = { .sa_handler = on_signal };
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    sigaction(SIGUSR2, &ignore, NULL);
    sigaction(SIGTERM, &handle, NULL);
    execve(path, argv, environ);
}

static void with_descriptors(const char *path, char **argv)
{
    for (int i = 3; i < 64; i++) {
        if (i != SAY_FD) {
            close(i);
        }
    }
    dup2(0, 20);
    dup2(0, 21);
    fcntl(21, F_SETFD, FD_CLOEXEC);
    execve(path, argv, environ);
}

static void without_arguments(const char *path, char **argv)
{
    char *none[] = { NULL };

    (void)argv;
    execve(path, none, none);
}

static const char *thread_path;
static char **thread_argv;

static void *wait_in_thread(void *arg)
{
    pause();
    return arg;
}

static void *in_thread(void *arg)
{
    (void)arg;
    execve(thread_path, thread_argv, environ);
    return NULL;
}

static void by_thread(const char *path, char **argv)
{
    pthread_t threads[3];

    thread_path = path;
    thread_argv = argv;
    for (int i = 0; i < 2; i++) {
        pthread_create(&threads[i], NULL, wait_in_thread, NULL);
    }
    pthread_create(&threads[2], NULL, in_thread, NULL);
    pthread_join(threads[2], NULL);
}

static void by_vfork(const char *path, char **argv)
{
    pid_t pid = vfork();

    if (pid == 0) {
        execve(path, argv, environ);
        _exit(1);
    }
    wait_for(pid);
    _exit(0);
}

static void after_failures(const char *path, char **argv)
{
    const char *script = path_of("of-dir"), *broken = path_of("broken");

    for (int i = 0; i < 20; i++) {
        execve(judge.dir, argv, environ);
        execve(script, argv, environ);
        execve(broken, argv, environ);
    }
    with_descriptors(path, argv);
}

static void run_kept(const char *id, const void *arg)
{
    struct said said;
    pid_t pid;

    (void)arg;
    put_program("file");
    pid = execute(&said, with_signals, path_of("file"), plain_argv);
    check_num(id, "the process is the same", pid, said.pid);
    check_true(id, "a blocked signal stays blocked", said.blocked);
    check_true(id, "a pending signal stays pending", said.pending);
    check_true(id, "an ignored signal stays ignored", said.ignored);
    check_true(id, "a handler goes", said.came && !said.caught);
    check_num(id, "AT_SECURE", 0, said.secure);
    check_str(id, "the task's name", "file", said.comm);
    execute(&said, with_descriptors, path_of("file"), plain_argv);
    check_num(id, "open descriptors", 4, said.fds);
    pid = execute(&said, by_thread, path_of("file"), plain_argv);
    check_num(id, "executed by one of several threads", pid, said.pid);
    execute(&said, by_vfork, path_of("file"), plain_argv);
    check_true(id, "executed by a child of vfork", said.came);
    put_script("of-dir", "#!%s\n", judge.dir);
    put_broken("broken", no_headers, 0);
    execute(&said, after_failures, path_of("file"), plain_argv);
    check_num(id, "open descriptors after failures", 4, said.fds);
    execute(&said, without_arguments, path_of("file"), plain_argv);
    if (kernel_since(5, 18)) {
        check_str(id, "argv without any", "[]", said.argv);
        check_num(id, "environ without any", 0, said.envc);
    }
}

int main(int argc, char **argv)
{
    if (argc == 1 || (argc > 1 && !strncmp(argv[1], "--say", 5))) {
        say(argv);
    }
    begin(argc, argv);
    run_case("G100", run_errors, NULL);
    run_case("G110", run_broken, NULL);
    run_case("G120", run_interpreted, NULL);
    run_case("G130", run_scripts, NULL);
    run_case("G140", run_script_by_exe, NULL);
    run_case("G150", run_kept, NULL);
    return finish();
}
