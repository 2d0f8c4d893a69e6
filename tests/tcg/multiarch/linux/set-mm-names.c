/*
 * Every spelling of the link to the executable is the link
 *
 * Each spelling gets a few calls that a program makes to find itself;
 * set-mm-calls has all the others.  Then come names that only look like it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-names.h"
#include <linux/openat2.h>
#include <sys/xattr.h>

static const char attr[] = "user.set-mm";

/* --------------------------------------------------------------- calls */

static void do_readlink(const struct name *name, int flags, struct answer *a)
{
    (void)flags;
    a->error = err_of(readlink(name->path, a->text, sizeof(a->text)));
}

static void do_readlinkat(const struct name *name, int flags, struct answer *a)
{
    (void)flags;
    a->error = err_of(readlinkat(name->dirfd, name->path, a->text,
                                 sizeof(a->text)));
}

static void do_stat(const struct name *name, int flags, struct answer *a)
{
    (void)flags;
    a->error = err_of(stat(name->path, &a->st));
}

static void do_open(const struct name *name, int flags, struct answer *a)
{
    look_at(open(name->path, flags), a);
}

static void do_openat2(const struct name *name, int flags, struct answer *a)
{
    struct open_how how = { .flags = flags };

    look_at(syscall(SYS_openat2, name->dirfd, name->path, &how, sizeof(how)),
            a);
}

static void do_faccessat(const struct name *name, int mode, struct answer *a)
{
    a->error = err_of(faccessat(name->dirfd, name->path, mode, 0));
}

static void do_getxattr(const struct name *name, int flags, struct answer *a)
{
    (void)flags;
    a->error = err_of(getxattr(name->path, attr, a->bytes, sizeof(a->bytes)));
}

static void do_statfs(const struct name *name, int flags, struct answer *a)
{
    struct statfs fs;

    (void)flags;
    memset(&fs, 0, sizeof(fs));
    a->error = err_of(statfs(name->path, &fs));
    /* The numbers of free blocks change all the time. */
    a->fs.f_type = fs.f_type;
    a->fs.f_fsid = fs.f_fsid;
    a->fs.f_flags = fs.f_flags;
}

static const struct call link_calls[] = {
    { "readlink", do_readlink, PATH, 0 },
    { "readlinkat", do_readlinkat, DIR_AND_PATH, 0 },
};

static const struct call calls[] = {
    { "stat", do_stat, PATH, 0 },
    { "fstatat", do_fstatat, DIR_AND_PATH, 0 },
    { "statx", do_statx, DIR_AND_PATH, 0 },
    { "open", do_open, PATH, O_RDONLY },
    { "openat", do_openat, DIR_AND_PATH, O_RDONLY },
    { "openat O_PATH", do_openat, DIR_AND_PATH, O_PATH },
    { "openat2", do_openat2, DIR_AND_PATH, O_RDONLY },
    { "faccessat X_OK", do_faccessat, DIR_AND_PATH, X_OK },
    { "getxattr", do_getxattr, PATH, 0 },
    { "statfs", do_statfs, PATH, 0 },
};

enum { NR_CALLS = sizeof(calls) / sizeof(calls[0]) };

/* ----------------------------------------------------------- spellings */

static void fixed(const char *id, const char *call, const char *text,
                  int want, int got)
{
    char full[200];

    snprintf(full, sizeof(full), "%s, %s", call, text);
    check_err(id, full, want, got);
}

static int error_of_open(const struct name *name, int flags)
{
    return err_of(openat(name->dirfd, name->path, flags));
}

/* What does not follow the link, and what it does not let through. */
static void is_link(const char *id, const char *text, const struct name *name)
{
    struct name slash = *name;
    struct stat st = { .st_mode = 0 };
    int writing = faccessat(program.proc, "self/exe", W_OK, AT_EACCESS) ?
                  EACCES : ETXTBSY;
    char full[200];

    snprintf(full, sizeof(full), "fstatat AT_SYMLINK_NOFOLLOW, %s: a link",
             text);
    fstatat(name->dirfd, name->path, &st, AT_SYMLINK_NOFOLLOW);
    check_num(id, full, S_IFLNK, st.st_mode & S_IFMT);
    fixed(id, "openat O_NOFOLLOW", text, ELOOP,
          error_of_open(name, O_RDONLY | O_NOFOLLOW));
    fixed(id, "openat O_WRONLY", text, writing, error_of_open(name, O_WRONLY));
    strcat(slash.path, "/");
    fixed(id, "fstatat of it and a slash", text, ENOTDIR,
          err_of(fstatat(slash.dirfd, slash.path, &st, 0)));
}

/* The descriptor of the link itself is one more name. */
static void as_descriptor(const char *id, const char *text,
                          const struct name *name)
{
    struct answer want, got;
    struct name file;
    struct name fd = {
        .dirfd = openat(name->dirfd, name->path, O_PATH | O_NOFOLLOW),
    };

    name_fd(&file, DIR_AND_PATH, program.fd);
    memset(&want, 0, sizeof(want));
    memset(&got, 0, sizeof(got));
    do_readlinkat(&file, 0, &want);
    do_readlinkat(&fd, 0, &got);
    same_answer(id, "readlinkat of an O_PATH|O_NOFOLLOW fd", text, &want,
                &got);
    close(fd.dirfd);
}

static void run_spelling(const char *id, const void *arg)
{
    const struct spelling *spelling = arg;
    const char *text = spelling_text(spelling);
    struct name name;
    const char *why = make_name(spelling, &name);

    if (why) {
        skip(id, text, why);
        return;
    }
    for (size_t i = 0; i < 2 && !spelling->alias; i++) {
        as_program(id, &link_calls[i], text, &name);
    }
    for (size_t i = 0; i < NR_CALLS; i++) {
        as_program(id, &calls[i], text, &name);
    }
    is_link(id, text, &name);
    if (!spelling->alias) {
        as_descriptor(id, text, &name);
    }
}

/* The comparison of all the others is with a descriptor; this one is not. */
static void names_program(const char *id, const void *arg)
{
    char now[PATH_MAX], path[40], want[40];
    struct stat st;

    (void)arg;
    check_str(id, "readlink is the program", judge.self,
              read_link("/proc/self/exe", now, sizeof(now)));
    check_err(id, "stat of the program", 0, err_of(stat(judge.self, &st)));
    check_true(id, "that is the program's file", is_program(&st));
    check_err(id, "stat of the link", 0, err_of(stat("/proc/self/exe", &st)));
    check_true(id, "that is the same file", is_program(&st));
    snprintf(path, sizeof(path), "/proc/self/fd/%d",
             open("/proc/self/exe", O_PATH | O_NOFOLLOW));
    snprintf(want, sizeof(want), "/proc/%d/exe", getpid());
    check_str(id, "a descriptor of the link is of the link", want,
              read_link(path, now, sizeof(now)));
}

/* --------------------------------------------------------------- decoys */

static const char *const entries[] = {
    "exe", "stat", "cmdline", "environ", "auxv", "maps", "self",
};

enum { NR_ENTRIES = sizeof(entries) / sizeof(entries[0]) };

static void make_plain(const char *name)
{
    write_file(path_of(name), 0640, "an ordinary file\n", 17);
    setxattr(path_of(name), attr, "plain", 5, 0);
}

/* All calls answer as they do of the same file by its other name. */
static void as_plain(const char *id, const char *text,
                     const struct name *plain, const struct name *name)
{
    for (size_t i = 0; i < NR_CALLS; i++) {
        if (takes_name(&calls[i], name)) {
            same_answer(id, calls[i].text, text, ask(&calls[i], plain),
                        ask(&calls[i], name));
        }
    }
}

static void decoy_file(const char *id, const void *arg)
{
    struct name plain = { .dirfd = AT_FDCWD }, name = { .dirfd = AT_FDCWD };
    char text[80];

    (void)arg;
    make_plain("plain");
    strcpy(plain.path, path_of("plain"));
    for (size_t i = 0; i < NR_ENTRIES; i++) {
        snprintf(text, sizeof(text), "a file called %s", entries[i]);
        link(plain.path, path_of(entries[i]));
        strcpy(name.path, path_of(entries[i]));
        as_plain(id, text, &plain, &name);
    }
}

static void decoy_in_dir(const char *id, const void *arg)
{
    int dir = open(judge.dir, O_PATH | O_DIRECTORY);
    struct name plain = { .dirfd = dir, .path = "plain" };
    struct name name = { .dirfd = dir, .path = "exe" };

    (void)arg;
    make_plain("plain");
    link(path_of("plain"), path_of("exe"));
    as_plain(id, "a file called exe, by descriptor", &plain, &name);
}

static void decoy_in_cwd(const char *id, const void *arg)
{
    struct name plain = { .dirfd = AT_FDCWD, .path = "plain" };
    struct name name = { .dirfd = AT_FDCWD };
    char text[80];

    (void)arg;
    make_plain("plain");
    check_err(id, "chdir", 0, err_of(chdir(judge.dir)));
    for (size_t i = 0; i < NR_ENTRIES; i++) {
        snprintf(text, sizeof(text), "a file called %s, here", entries[i]);
        link("plain", entries[i]);
        strcpy(name.path, entries[i]);
        as_plain(id, text, &plain, &name);
    }
}

/* The directories have the names of those in /proc, too. */
static void decoy_dirs(const char *id, const void *arg)
{
    struct name plain = { .dirfd = AT_FDCWD }, name = { .dirfd = AT_FDCWD };

    (void)arg;
    make_plain("plain");
    strcpy(plain.path, path_of("plain"));
    mkdir(path_of("proc"), 0755);
    mkdir(path_of("proc/self"), 0755);
    link(plain.path, path_of("proc/self/exe"));
    strcpy(name.path, path_of("proc/self/exe"));
    as_plain(id, "a file DIR/proc/self/exe", &plain, &name);
}

static void decoy_link(const char *id, const void *arg)
{
    struct name plain = { .dirfd = AT_FDCWD }, name = { .dirfd = AT_FDCWD };
    char text[80], now[PATH_MAX];

    (void)arg;
    make_plain("plain");
    strcpy(plain.path, path_of("plain"));
    for (size_t i = 0; i < NR_ENTRIES; i++) {
        snprintf(text, sizeof(text), "a link called %s", entries[i]);
        symlink("plain", path_of(entries[i]));
        strcpy(name.path, path_of(entries[i]));
        as_plain(id, text, &plain, &name);
        check_str(id, text, "plain",
                  read_link(name.path, now, sizeof(now)));
    }
}

static void decoy_dangling(const char *id, const void *arg)
{
    char now[PATH_MAX];
    struct stat st;

    (void)arg;
    symlink("/proc/self/exe/", path_of("slash"));
    symlink("/proc/self/none", path_of("exe"));
    check_err(id, "stat of a link to /proc/self/exe/", ENOTDIR,
              err_of(stat(path_of("slash"), &st)));
    check_err(id, "stat of a link called exe to nothing", ENOENT,
              err_of(stat(path_of("exe"), &st)));
    check_err(id, "access to it", ENOENT,
              err_of(access(path_of("exe"), F_OK)));
    check_str(id, "readlink of it", "/proc/self/none",
              read_link(path_of("exe"), now, sizeof(now)));
    check_err(id, "open of it", ENOENT,
              err_of(open(path_of("exe"), O_RDONLY)));
}

static void decoy_loop(const char *id, const void *arg)
{
    char now[PATH_MAX];
    struct stat st;

    (void)arg;
    symlink("exe", path_of("exe"));
    check_err(id, "stat of a link called exe to itself", ELOOP,
              err_of(stat(path_of("exe"), &st)));
    check_err(id, "open of it", ELOOP,
              err_of(open(path_of("exe"), O_RDONLY)));
    check_err(id, "access to it", ELOOP,
              err_of(access(path_of("exe"), F_OK)));
    check_str(id, "readlink of it", "exe",
              read_link(path_of("exe"), now, sizeof(now)));
}

/* Something else is mounted where procfs was. */
static void decoy_proc(const char *id, const void *arg)
{
    struct name plain = { .dirfd = AT_FDCWD, .path = "/proc/plain" };
    struct name name = { .dirfd = AT_FDCWD, .path = "/proc/self/exe" };
    struct name old = { .dirfd = program.proc, .path = "self/exe" };

    (void)arg;
    if (!own_mounts() || mount("none", "/proc", "tmpfs", 0, NULL)) {
        skip(id, "no procfs at /proc", NO_MOUNT);
        return;
    }
    mkdir("/proc/self", 0755);
    write_file("/proc/plain", 0755, "an ordinary file\n", 17);
    link("/proc/plain", "/proc/self/exe");
    as_plain(id, "an ordinary /proc/self/exe", &plain, &name);
    for (size_t i = 0; i < NR_CALLS; i++) {
        as_program(id, &calls[i], "procfs below something else", &old);
    }
}

/* The number is ours, but in another namespace than the procfs shows. */
static void decoy_pid(const char *id, const void *arg)
{
    const char *why = pids_and_old_proc();
    char path[40];
    struct stat st;
    int fd;

    (void)arg;
    if (why) {
        skip(id, "/proc/PID of an older namespace", why);
        return;
    }
    check_num(id, "the first process", 1, getpid());
    snprintf(path, sizeof(path), "/proc/%d/exe", getpid());
    check_true(id, "stat of /proc/PID/exe is not the program",
               stat(path, &st) || !is_program(&st));
    fd = open(path, O_RDONLY);
    check_true(id, "open of /proc/PID/exe is not the program",
               fd < 0 || fstat(fd, &st) || !is_program(&st));
}

static void decoy_cut(const char *id, const void *arg)
{
    static const char *const paths[] = {
        "/proc/self/ex", "/proc/self/exe2", "/proc/self/Exe",
        "/proc/self/map_files/exe", "/proc/exe", "/proc/self/fd/exe",
        "/proc/self/task/exe", "/proc/self/task/1/exe", "/exe",
    };
    char now[PATH_MAX];

    (void)arg;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        check_str(id, paths[i], "ENOENT",
                  read_link(paths[i], now, sizeof(now)));
    }
}

static const struct {
    const char *id;
    case_fn *fn;
} others[] = {
    { "N00", names_program },
    { "N200", decoy_file },
    { "N201", decoy_in_dir },
    { "N202", decoy_in_cwd },
    { "N203", decoy_dirs },
    { "N204", decoy_link },
    { "N205", decoy_dangling },
    { "N206", decoy_loop },
    { "N207", decoy_proc },
    { "N208", decoy_pid },
    { "N209", decoy_cut },
};

int main(int argc, char **argv)
{
    begin(argc, argv);
    know_program();
    fsetxattr(program.fd, attr, "program", 7, 0);
    /* Whoever looks at another file may execute it. */
    fchmod(program.fd, 0644);
    for (size_t i = 0; i < NR_SPELLINGS; i++) {
        run_case(spellings[i].id, run_spelling, &spellings[i]);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        run_case(others[i].id, others[i].fn, NULL);
    }
    fchmod(program.fd, program.st.st_mode & 07777);
    fremovexattr(program.fd, attr);
    return finish();
}
