/*
 * The file that the link leads to: renamed, removed, replaced, out of reach
 *
 * Installing needs a privilege.  The last cases need none: they move the
 * program's own file.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-names.h"
#include <grp.h>

#ifndef MFD_CLOEXEC
#define MFD_CLOEXEC 1
#endif

/* ------------------------------------------------------------- helpers */

/* A copy of the program that can be told from it, opened for reading. */
static int make_copy(const char *path)
{
    int fd = -1;

    if (copy_file(judge.self, path, 0755)) {
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    return fd;
}

/* Returns: whether there is something to be looked at. */
static bool install(const char *id, int fd)
{
    if (!may_set_exe_by_map()) {
        skip(id, "install a file", "no privilege");
        return false;
    }
    detach_exe();
    return check_err(id, "install a file", 0, set_exe_by_map(fd));
}

static void names(const char *id, const char *text, const char *want)
{
    char now[PATH_MAX];

    check_str(id, text, want, read_link("/proc/self/exe", now, sizeof(now)));
}

static const char *deleted(const char *path)
{
    static char text[PATH_MAX + 320];

    snprintf(text, sizeof(text), "%s (deleted)", path);
    return text;
}

static bool same_content(int a, int b)
{
    static char bytes[2][65536];
    ssize_t len;
    off_t at = 0;

    do {
        len = pread(a, bytes[0], sizeof(bytes[0]), at);
        if (len < 0 || pread(b, bytes[1], sizeof(bytes[1]), at) != len ||
            memcmp(bytes[0], bytes[1], len)) {
            return false;
        }
        at += len;
    } while (len);
    return true;
}

/* Whatever the name is, the link leads to what @fd is open on. */
static void leads_to(const char *id, const char *text, int fd)
{
    char full[120];
    struct stat want, st;
    int opened;

    memset(&st, 0, sizeof(st));
    snprintf(full, sizeof(full), "stat, %s", text);
    check_true(id, full, same_file("/proc/self/exe", fd));
    snprintf(full, sizeof(full), "number of links, %s", text);
    fstat(fd, &want);
    stat("/proc/self/exe", &st);
    check_num(id, full, want.st_nlink, st.st_nlink);
    snprintf(full, sizeof(full), "access X_OK, %s", text);
    check_err(id, full, 0, err_of(access("/proc/self/exe", X_OK)));
    snprintf(full, sizeof(full), "open, %s", text);
    opened = open("/proc/self/exe", O_RDONLY);
    check_err(id, full, 0, err_of(opened));
    snprintf(full, sizeof(full), "bytes, %s", text);
    check_true(id, full, same_content(opened, fd));
    close(opened);
}

static void executes(const char *id, const char *text, const char *want)
{
    struct exec_report report;

    exec_for_report(&report, by_execve, "/proc/self/exe");
    if (report.error == ENOEXEC && !judge.native) {
        skip(id, text, "this host cannot execute the binary");
        return;
    }
    check(report.came_back && !strcmp(want, report.exe), id, text,
          "expected %s got %s, error %d", want, report.exe, report.error);
}

static void all(const char *id, const char *text, int fd, const char *want)
{
    char full[120];

    snprintf(full, sizeof(full), "readlink, %s", text);
    names(id, full, want);
    leads_to(id, text, fd);
    snprintf(full, sizeof(full), "execution, %s", text);
    executes(id, full, want);
}

/* ------------------------------------------------------- installed files */

static void f_rename(const char *id, const void *arg)
{
    int fd = make_copy(path_of("prog"));

    (void)arg;
    if (!install(id, fd)) {
        return;
    }
    all(id, "installed", fd, path_of("prog"));
    rename(path_of("prog"), path_of("moved"));
    all(id, "renamed", fd, path_of("moved"));
    mkdir(path_of("dir"), 0755);
    rename(path_of("moved"), path_of("dir/prog"));
    all(id, "moved to a directory", fd, path_of("dir/prog"));
    rename(path_of("dir"), path_of("other"));
    all(id, "its directory renamed", fd, path_of("other/prog"));
    unlink(path_of("other/prog"));
    all(id, "removed", fd, path_of("other/prog (deleted)"));
    rmdir(path_of("other"));
    all(id, "removed with its directory", fd,
        path_of("other/prog (deleted)"));
}

static void f_upgrade(const char *id, const void *arg)
{
    int fd = make_copy(path_of("prog"));
    int new;

    (void)arg;
    write_file(path_of("upgrade"), 0755, "#!/bin/true\n", 12);
    new = open(path_of("upgrade"), O_RDONLY);
    if (!install(id, fd)) {
        return;
    }
    check_err(id, "rename the new over the old", 0,
              err_of(rename(path_of("upgrade"), path_of("prog"))));
    all(id, "replaced", fd, path_of("prog (deleted)"));
    check_true(id, "the path is the new file",
               same_file(path_of("prog"), new));
}

/* A file whose name only looks like what a removed one gets. */
static void f_deleted_name(const char *id, const void *arg)
{
    int fd = make_copy(path_of("prog (deleted)"));

    (void)arg;
    if (!install(id, fd)) {
        return;
    }
    all(id, "called so", fd, path_of("prog (deleted)"));
    unlink(path_of("prog (deleted)"));
    all(id, "called so, and removed", fd,
        path_of("prog (deleted) (deleted)"));
}

static void f_deleted_decoy(const char *id, const void *arg)
{
    int fd = make_copy(path_of("prog"));

    (void)arg;
    if (!install(id, fd)) {
        return;
    }
    unlink(path_of("prog"));
    write_file(path_of("prog (deleted)"), 0755, "#!/bin/true\n", 12);
    all(id, "another has its name with (deleted)", fd,
        path_of("prog (deleted)"));
    write_file(path_of("prog"), 0755, "#!/bin/false\n", 13);
    all(id, "another has its name", fd, path_of("prog (deleted)"));
}

static void f_hard_link(const char *id, const void *arg)
{
    int fd = make_copy(path_of("one"));

    (void)arg;
    link(path_of("one"), path_of("two"));
    if (!install(id, fd)) {
        return;
    }
    all(id, "with a second name", fd, path_of("one"));
    unlink(path_of("one"));
    all(id, "only the second name left", fd, path_of("one (deleted)"));
    rename(path_of("two"), path_of("one"));
    all(id, "the second renamed to the first", fd,
        path_of("one (deleted)"));
}

static void f_odd_name(const char *id, const void *arg)
{
    int fd = make_copy(path_of(arg));

    if (install(id, fd)) {
        all(id, "an odd name", fd, path_of(arg));
        unlink(path_of(arg));
        all(id, "an odd name, removed", fd, deleted(path_of(arg)));
    }
}

static void f_unmounted(const char *id, const void *arg)
{
    int fd;

    (void)arg;
    mkdir(path_of("m"), 0755);
    if (!own_mounts() || mount("none", path_of("m"), "tmpfs", 0, NULL)) {
        skip(id, "a file on an unmounted file system", NO_MOUNT);
        return;
    }
    mkdir(path_of("m/sub"), 0755);
    fd = make_copy(path_of("m/sub/prog"));
    if (!install(id, fd)) {
        return;
    }
    all(id, "mounted", fd, path_of("m/sub/prog"));
    check_err(id, "unmount lazily", 0,
              err_of(umount2(path_of("m"), MNT_DETACH)));
    all(id, "unmounted", fd, "/sub/prog");
    check_err(id, "the path", ENOENT,
              err_of(access(path_of("m/sub/prog"), F_OK)));
}

static void f_covered(const char *id, const void *arg)
{
    int fd;

    (void)arg;
    mkdir(path_of("m"), 0755);
    fd = make_copy(path_of("m/prog"));
    if (!own_mounts()) {
        skip(id, "a mount over the file's directory", NO_MOUNT);
        return;
    }
    if (!install(id, fd)) {
        return;
    }
    check_err(id, "mount over its directory", 0,
              err_of(mount("none", path_of("m"), "tmpfs", 0, NULL)));
    all(id, "covered by a mount", fd, path_of("m/prog"));
    write_file(path_of("m/prog"), 0755, "#!/bin/true\n", 12);
    all(id, "another at its path", fd, path_of("m/prog"));
}

/* The kernel tells the path from the root of the one that reads. */
static void f_chroot(const char *id, const void *arg)
{
    int fd = make_copy(path_of("prog"));
    char want[PATH_MAX] = "", now[PATH_MAX] = "";
    struct name file;
    struct stat st;

    (void)arg;
    if (!install(id, fd)) {
        return;
    }
    name_fd(&file, DIR_AND_PATH, fd);
    if (chroot(judge.dir) || chdir("/")) {
        skip(id, "the file below the root", NO_CHROOT);
        return;
    }
    readlinkat(file.dirfd, file.path, want, sizeof(want) - 1);
    readlinkat(program.proc, "self/exe", now, sizeof(now) - 1);
    check_str(id, "a descriptor of it, from the new root", "/prog", want);
    check_str(id, "the link, from the new root", "/prog", now);
    check_err(id, "stat, from the new root", 0,
              err_of(fstatat(program.proc, "self/exe", &st, 0)));
    check_true(id, "that is the file", same_file("/prog", fd));
    rename("/prog", "/moved");
    memset(now, 0, sizeof(now));
    readlinkat(program.proc, "self/exe", now, sizeof(now) - 1);
    check_str(id, "the link after a rename, from the new root", "/moved",
              now);
}

static void f_memfd(const char *id, const void *arg)
{
    const unsigned *flags = arg;
    int fd = syscall(SYS_memfd_create, "prog", *flags);
    char path[40];
    struct statfs want, fs;
    int ro;

    memset(&fs, 0, sizeof(fs));
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (!copy_file(judge.self, path, 0755)) {
        abort();
    }
    ro = open(path, O_RDONLY | O_CLOEXEC);
    /* Who has it open for writing could write to what is executed. */
    close(fd);
    if (!install(id, ro)) {
        return;
    }
    all(id, "a memfd", ro, "/memfd:prog (deleted)");
    fstatfs(ro, &want);
    statfs("/proc/self/exe", &fs);
    check_num(id, "type of its file system", want.f_type, fs.f_type);
}

/* Root reads what it likes, so another user has to look. */
static void f_unreadable(const char *id, const void *arg)
{
    const uid_t nobody = 65534;
    int fd = make_copy(path_of("prog"));

    (void)arg;
    fchmod(fd, 0111);
    if (!install(id, fd)) {
        return;
    }
    if (geteuid()) {
        check_err(id, "open, mode 0111, its owner", EACCES,
                  err_of(open("/proc/self/exe", O_RDONLY)));
        return;
    }
    all(id, "mode 0111, the same user", fd, path_of("prog"));
    if (setgroups(0, NULL) || setresgid(nobody, nobody, nobody) ||
        setresuid(nobody, nobody, nobody)) {
        skip(id, "mode 0111, another user", "not root");
        return;
    }
    names(id, "readlink, mode 0111, another user", path_of("prog"));
    check_true(id, "stat, mode 0111, another user",
               same_file("/proc/self/exe", fd));
    check_err(id, "open, mode 0111, another user", EACCES,
              err_of(open("/proc/self/exe", O_RDONLY)));
    check_true(id, "open O_PATH, mode 0111, another user",
               open("/proc/self/exe", O_PATH) >= 0);
    check_err(id, "access R_OK, mode 0111, another user", EACCES,
              err_of(access("/proc/self/exe", R_OK)));
    check_err(id, "access X_OK, mode 0111, another user", 0,
              err_of(access("/proc/self/exe", X_OK)));
}

static void f_many_bits(const char *id, const void *arg)
{
    int fd = make_copy(path_of("prog"));
    struct stat st = { .st_mode = 0 };

    (void)arg;
    if (!install(id, fd)) {
        return;
    }
    check_err(id, "chmod 04511 by the link", 0,
              err_of(chmod("/proc/self/exe", 04511)));
    check_err(id, "stat of the file", 0,
              err_of(stat(path_of("prog"), &st)));
    check_num(id, "its mode", 04511, st.st_mode & 07777);
    st.st_mode = 0;
    check_err(id, "stat of the link", 0,
              err_of(stat("/proc/self/exe", &st)));
    check_num(id, "the link's mode", 04511, st.st_mode & 07777);
}

enum { DEPTH = 20, NAME_LENGTH = 250 };

/* One above the other, as no path is long enough. */
static void remove_deep(int *dirs, const char *name)
{
    unlinkat(dirs[DEPTH], "prog", 0);
    for (int i = DEPTH; i > 0; i--) {
        close(dirs[i]);
        unlinkat(dirs[i - 1], name, AT_REMOVEDIR);
    }
}

static int copy_to_dir(int dir)
{
    static char bytes[65536];
    int in = open(judge.self, O_RDONLY | O_CLOEXEC);
    int out = openat(dir, "prog", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    ssize_t len;

    while ((len = read(in, bytes, sizeof(bytes))) > 0) {
        if (write(out, bytes, len) != len) {
            abort();
        }
    }
    close(in);
    close(out);
    return openat(dir, "prog", O_RDONLY | O_CLOEXEC);
}

static void f_long_path(const char *id, const void *arg)
{
    char name[NAME_LENGTH + 1];
    int dirs[DEPTH + 1];
    int fd;

    (void)arg;
    memset(name, 'd', NAME_LENGTH);
    name[NAME_LENGTH] = '\0';
    dirs[0] = open(judge.dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < DEPTH; i++) {
        mkdirat(dirs[i], name, 0755);
        dirs[i + 1] = openat(dirs[i], name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    fd = copy_to_dir(dirs[DEPTH]);
    if (install(id, fd)) {
        /* Not even its end can be told. */
        all(id, "a path over PATH_MAX", fd, err_name(ENAMETOOLONG));
    }
    remove_deep(dirs, name);
}

/* ------------------------------------------------ the program's own file */

static bool may_move(const char *id, const char *text)
{
    if (!getenv("SET_MM_PRIVATE")) {
        skip(id, text, "SET_MM_PRIVATE is not set: the file may be in use");
        return false;
    }
    return true;
}

static const char *beside_program(const char *name)
{
    static char path[PATH_MAX + 20];

    snprintf(path, sizeof(path), "%s.%s", judge.self, name);
    return path;
}

/* Each goes on from where the last one has left the file. */
static void f_own_rename(const char *id, const void *arg)
{
    (void)arg;
    if (may_move(id, "rename the program")) {
        check_err(id, "rename", 0,
                  err_of(rename(judge.self, beside_program("old"))));
        all(id, "renamed", program.fd, beside_program("old"));
        check_err(id, "rename back", 0,
                  err_of(rename(beside_program("old"), judge.self)));
        all(id, "renamed back", program.fd, judge.self);
    }
}

static void f_own_upgrade(const char *id, const void *arg)
{
    (void)arg;
    if (!may_move(id, "replace the program")) {
        return;
    }
    write_file(path_of("upgrade"), 0755, "#!/bin/true\n", 12);
    check_err(id, "rename the new over the old", 0,
              err_of(rename(path_of("upgrade"), judge.self)));
    all(id, "replaced", program.fd, deleted(judge.self));
    check_true(id, "the path is another file",
               !same_file(judge.self, program.fd));
    check_err(id, "remove the new", 0, err_of(unlink(judge.self)));
    all(id, "removed", program.fd, deleted(judge.self));
    names(id, "name by another spelling", deleted(judge.self));
}

/* ------------------------------------------------------------------- rows */

static const unsigned no_flags;
static const unsigned cloexec = MFD_CLOEXEC;

static const struct {
    const char *id;
    case_fn *fn;
    const void *arg;
} rows[] = {
    { "F01", f_rename, NULL },
    { "F02", f_upgrade, NULL },
    { "F03", f_deleted_name, NULL },
    { "F04", f_deleted_decoy, NULL },
    { "F05", f_hard_link, NULL },
    { "F06", f_odd_name, "new\nline" },
    { "F07", f_odd_name, "back\\slash" },
    { "F08", f_odd_name, "\\012octal" },
    { "F09", f_odd_name, " blanks and # \t tab " },
    { "F10", f_odd_name, "\xff\xfe\x80" },
    { "F11", f_odd_name, "exe" },
    { "F12", f_unmounted, NULL },
    { "F13", f_covered, NULL },
    { "F14", f_chroot, NULL },
    { "F15", f_memfd, &no_flags },
    { "F16", f_memfd, &cloexec },
    { "F17", f_unreadable, NULL },
    { "F18", f_many_bits, NULL },
    { "F19", f_long_path, NULL },
    { "F30", f_own_rename, NULL },
    { "F31", f_own_upgrade, NULL },
};

/* What statx(2) has behind the fields of its first version. */
static void mount_number(const char *id, const void *arg)
{
    enum { MNT_ID_BIT = 12, MNT_ID_AT = 0x90 };
    union {
        uint32_t mask;
        char bytes[0x100];
    } answer = { 0 };
    int fd = open("/", O_RDONLY | O_DIRECTORY);
    char path[64], text[4096] = "";
    uint64_t number = 0;
    const char *at;

    (void)arg;
    if (syscall(SYS_statx, AT_FDCWD, "/", 0, 1 << MNT_ID_BIT, &answer) < 0 ||
        !(answer.mask >> MNT_ID_BIT & 1)) {
        skip(id, "the number of a mount", "this kernel tells none");
        return;
    }
    memcpy(&number, answer.bytes + MNT_ID_AT, sizeof(number));
    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    read_text(path, text, sizeof(text));
    at = strstr(text, "mnt_id:");
    check_num(id, "the number of a mount", at ? atoi(at + 7) : -1, number);
    close(fd);
}

int main(int argc, char **argv)
{
    report_if_asked(argc, argv);
    begin(argc, argv);
    know_program();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        run_case(rows[i].id, rows[i].fn, rows[i].arg);
    }
    run_case("F90", mount_number, NULL);
    return finish();
}
