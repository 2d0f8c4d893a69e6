/*
 * Execution by the link: what runs is the program, by every spelling
 *
 * What is executed says itself what it is.  An emulator may not be able to
 * execute its guest's binaries; then there is nothing to see.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-names.h"

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char *const *exec_argv;

/* Return only on failure. */
typedef void way_fn(const struct name *name, int flags);

static void by_path(const struct name *name, int flags)
{
    (void)flags;
    execve(name->path, exec_argv, environ);
}

static void by_dir(const struct name *name, int flags)
{
    syscall(SYS_execveat, name->dirfd, name->path, exec_argv, environ, flags);
}

static void by_opened_file(const struct name *name, int flags)
{
    int fd = openat(name->dirfd, name->path, O_PATH);

    syscall(SYS_execveat, fd, "", exec_argv, environ, flags);
}

/* The link itself is open, and cannot be executed. */
static void by_opened_link(const struct name *name, int flags)
{
    int fd = openat(name->dirfd, name->path, O_PATH | O_NOFOLLOW);

    syscall(SYS_execveat, fd, "", exec_argv, environ, flags);
}

static void by_path_of_opened_link(const struct name *name, int flags)
{
    int fd = openat(name->dirfd, name->path, O_PATH | O_NOFOLLOW);
    struct name path;

    (void)flags;
    name_fd(&path, DIR_AND_PATH, fd);
    syscall(SYS_execveat, path.dirfd, path.path, exec_argv, environ, 0);
}

static void with_suffix(const struct name *name, const char *suffix)
{
    struct name longer = *name;

    strcat(longer.path, suffix);
    if (longer.dirfd == AT_FDCWD) {
        execve(longer.path, exec_argv, environ);
    } else {
        syscall(SYS_execveat, longer.dirfd, longer.path, exec_argv, environ,
                0);
    }
}

static void by_slash(const struct name *name, int flags)
{
    (void)flags;
    with_suffix(name, "/");
}

static void by_name_below(const struct name *name, int flags)
{
    (void)flags;
    with_suffix(name, "/x");
}

static void without_permission(const struct name *name, int flags)
{
    if (fchmod(program.fd, 0644)) {
        errno = EACCES;
        return;
    }
    (name->dirfd == AT_FDCWD ? by_path : by_dir)(name, flags);
}

static const struct way {
    const char *text;
    way_fn *fn;
    enum takes takes;
    int flags;
    int want;
    bool typical;
    bool not_alias;
} ways[] = {
    { "execve", by_path, PATH, 0, 0, false, false },
    { "execveat", by_dir, DIR_AND_PATH, 0, 0, false, false },
    { "execveat AT_EMPTY_PATH", by_dir, DIR_AND_PATH, AT_EMPTY_PATH, 0, true,
      false },
    { "execveat AT_EMPTY_PATH of the file opened", by_opened_file,
      DIR_AND_PATH, AT_EMPTY_PATH, 0, true, false },
    { "execveat of \"\" without AT_EMPTY_PATH", by_opened_file, DIR_AND_PATH,
      0, ENOENT, true, false },
    { "execveat AT_EMPTY_PATH of the link opened", by_opened_link,
      DIR_AND_PATH, AT_EMPTY_PATH, ELOOP, true, true },
    { "execveat of the opened link's /proc/self/fd/N",
      by_path_of_opened_link, DIR_AND_PATH, 0, ELOOP, true, true },
    { "execveat AT_SYMLINK_NOFOLLOW", by_dir, DIR_AND_PATH,
      AT_SYMLINK_NOFOLLOW, ELOOP, true, false },
    { "execveat of unknown flags", by_dir, DIR_AND_PATH, 1 << 30, EINVAL,
      true, false },
    { "execution with a slash behind", by_slash, DIR_AND_PATH, 0, ENOTDIR,
      true, false },
    { "execution of a name below", by_name_below, DIR_AND_PATH, 0, ENOTDIR,
      true, false },
    { "execution with mode 0644", without_permission, DIR_AND_PATH, 0,
      EACCES, true, false },
};

/* What the executing process knows, for the one that looks on. */
struct notes {
    bool not_applicable;
    char why_not[100];
    char want[PATH_MAX];
};

static struct notes *notes;

/* What the program has to see of itself, where it can see. */
static void note_want(void)
{
    struct name file;

    memset(notes->want, 0, sizeof(notes->want));
    name_fd(&file, DIR_AND_PATH, program.fd);
    if (faccessat(AT_FDCWD, "/proc/self", F_OK, 0)) {
        snprintf(notes->want, sizeof(notes->want), "%s", err_name(errno));
    } else if (readlinkat(file.dirfd, file.path, notes->want,
                          sizeof(notes->want) - 1) < 0) {
        abort();
    }
}

static void execute(const struct spelling *spelling, const struct way *way)
{
    struct name name;
    const char *why = make_name(spelling, &name);

    if (why) {
        snprintf(notes->why_not, sizeof(notes->why_not), "%s", why);
        return;
    }
    if (way->takes == PATH && name.dirfd != AT_FDCWD) {
        notes->not_applicable = true;
        return;
    }
    note_want();
    way->fn(&name, way->flags);
}

/* The spelling is made by the process that executes: it is about itself. */
static void execute_aside(const struct spelling *spelling,
                          const struct way *way, struct exec_report *report)
{
    char text[16];
    char *args[] = { (char *)"again", (char *)"--report", text, NULL };
    int pipes[2];
    pid_t pid;

    memset(report, 0, sizeof(*report));
    memset(notes, 0, sizeof(*notes));
    if (pipe(pipes)) {
        abort();
    }
    pid = fork();
    if (pid == 0) {
        alarm(CASE_SECONDS);
        snprintf(text, sizeof(text), "%d", pipes[1]);
        exec_argv = args;
        execute(spelling, way);
        report->error = errno;
        _exit(write(pipes[1], report, sizeof(*report)) < 0);
    }
    close(pipes[1]);
    if (read(pipes[0], report, sizeof(*report)) != sizeof(*report)) {
        report->came_back = false;
    }
    close(pipes[0]);
    wait_for(pid);
    fchmod(program.fd, program.st.st_mode & 07777);
}

static void judge_way(const char *id, const struct spelling *spelling,
                      const struct way *way)
{
    struct exec_report report;
    char text[160];

    snprintf(text, sizeof(text), "%s, %s", way->text,
             spelling_text(spelling));
    execute_aside(spelling, way, &report);
    if (notes->not_applicable) {
        return;
    }
    if (*notes->why_not) {
        skip(id, text, notes->why_not);
    } else if (report.error == ENOEXEC && !judge.native) {
        skip(id, text, "this host cannot execute the binary");
    } else if (report.error == ENOSYS && !judge.native) {
        skip(id, text, "no such call");
    } else if (way->want) {
        check_err(id, text, way->want, report.error);
    } else {
        check(report.came_back && !strcmp(notes->want, report.exe), id, text,
              "expected %s got %s, error %d", notes->want, report.exe,
              report.error);
    }
}

static void run_spelling(const char *id, const void *arg)
{
    const struct spelling *spelling = arg;

    for (size_t i = 0; i < COUNT(ways); i++) {
        if ((spelling->typical || !ways[i].typical) &&
            !(spelling->alias && ways[i].not_alias)) {
            /* A link is made anew by each. */
            remove_tree(judge.dir);
            mkdir(judge.dir, 0755);
            judge_way(id, spelling, &ways[i]);
        }
    }
}

/* ----------------------------------------------------------------- decoys */

static void exec_decoy(const char *id, const char *text, const char *path)
{
    struct exec_report report;

    exec_for_report(&report, by_execve, path);
    if (report.error == ENOEXEC && !judge.native) {
        skip(id, text, "this host cannot execute the binary");
        return;
    }
    check_str(id, text, path_of("file"), report.exe);
}

/* An ordinary program of that name is what is executed. */
static void run_decoys(const char *id, const void *arg)
{
    char *args[] = { (char *)"exe", NULL };

    (void)arg;
    copy_file(judge.self, path_of("file"), 0755);
    symlink("file", path_of("exe"));
    exec_decoy(id, "execution of a link called exe", path_of("exe"));
    check_err(id, "unlink", 0, err_of(unlink(path_of("exe"))));
    check_err(id, "chdir", 0, err_of(chdir(judge.dir)));
    symlink("file", "exe");
    exec_decoy(id, "execution of a link called exe, here", "exe");
    check_err(id, "unlink", 0, err_of(unlink("exe")));
    mkdir("self", 0755);
    symlink("../file", "self/exe");
    exec_decoy(id, "execution of a link called self/exe", "self/exe");
    write_file("exe", 0644, "#!/bin/true\n", 12);
    check_err(id, "execution of a file called exe, mode 0644", EACCES,
              err_of(execve("exe", args, environ)));
    check_err(id, "execution of no file called self/none/exe", ENOENT,
              err_of(execve("self/none/exe", args, environ)));
}

int main(int argc, char **argv)
{
    report_if_asked(argc, argv);
    begin(argc, argv);
    know_program();
    notes = mmap(NULL, sizeof(*notes), PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (notes == MAP_FAILED) {
        abort();
    }
    for (size_t i = 0; i < NR_SPELLINGS; i++) {
        char id[16];

        snprintf(id, sizeof(id), "E%s", spellings[i].id + 1);
        run_case(id, run_spelling, &spellings[i]);
    }
    run_case("E200", run_decoys, NULL);
    return finish();
}
