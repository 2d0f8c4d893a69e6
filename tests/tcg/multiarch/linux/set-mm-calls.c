/*
 * Every call that takes a path, through the link to the executable
 *
 * A call that follows the link answers and acts as it does by a descriptor of
 * the program's file; one that does not, as it does of another link beside.
 * What set-mm-names asks of every spelling is not repeated here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-names.h"
#include <grp.h>
#include <linux/openat2.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/xattr.h>

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

static const char attr[] = "user.set-mm";

/* The case's directory, which a chroot does not take away. */
static int case_dir;

/* Each change is another one, so that it can be told from the last. */
static unsigned turn;

/* ------------------------------------------------------------ questions */

/*
 * The C library makes one of several system calls, and not all targets have
 * all of them; these are made by number.
 */
enum { BY_LIBRARY = 0 };

static void do_stat(const struct name *name, int nr, struct answer *a)
{
    a->error = err_of(nr == BY_LIBRARY ? stat(name->path, &a->st) :
                      syscall(nr, name->path, a->bytes));
}

#if defined(SYS_newfstatat) || defined(SYS_fstatat64)
#ifdef SYS_newfstatat
#define SYS_raw_fstatat SYS_newfstatat
#else
#define SYS_raw_fstatat SYS_fstatat64
#endif

static void do_raw_fstatat(const struct name *name, int flags,
                           struct answer *a)
{
    a->error = err_of(syscall(SYS_raw_fstatat, name->dirfd, name->path,
                              a->bytes, flags));
}
#endif

#ifdef SYS_open
static void do_raw_open(const struct name *name, int flags, struct answer *a)
{
    look_at(syscall(SYS_open, name->path, flags, 0600), a);
}
#endif

static void do_faccessat(const struct name *name, int mode, struct answer *a)
{
    a->error = err_of(syscall(SYS_faccessat, name->dirfd, name->path, mode));
}

/* The mode is in the lowest bits, the flags are above. */
static void do_faccessat2(const struct name *name, int mode, struct answer *a)
{
    a->error = err_of(syscall(SYS_faccessat2, name->dirfd, name->path,
                              mode & 7, mode & ~7));
}

static void do_access(const struct name *name, int mode, struct answer *a)
{
    a->error = err_of(access(name->path, mode));
}

/*
 * On targets of 32 bits, two calls say the same in two structs; young ones
 * have only the second.
 */
static void do_statfs(const struct name *name, int nr, struct answer *a)
{
    unsigned long fs[64] = { 0 };

#ifdef SYS_statfs64
    if (nr == SYS_statfs64) {
        a->error = err_of(syscall(nr, name->path, sizeof(struct statfs), fs));
    } else
#endif
    {
        a->error = err_of(syscall(nr, name->path, fs));
    }
    memcpy(a->bytes, fs, sizeof(fs[0]));
}

static void do_readlinkat(const struct name *name, int size, struct answer *a)
{
    ssize_t len = syscall(SYS_readlinkat, name->dirfd, name->path,
                          a->bytes + 8, (long)size);

    a->error = err_of(len);
    a->bytes[0] = len;
}

static void do_getxattr(const struct name *name, int flags, struct answer *a)
{
    (void)flags;
    a->error = err_of(getxattr(name->path, attr, a->bytes, 100));
}

static void do_getxattr_size(const struct name *name, int flags,
                             struct answer *a)
{
    ssize_t len = getxattr(name->path, attr, NULL, 0);

    (void)flags;
    a->error = err_of(len);
    a->bytes[0] = len;
}

static void do_lgetxattr(const struct name *name, int flags, struct answer *a)
{
    (void)flags;
    a->error = err_of(lgetxattr(name->path, attr, a->bytes, 100));
}

static void do_listxattr(const struct name *name, int flags, struct answer *a)
{
    (void)flags;
    a->error = err_of(listxattr(name->path, a->text, sizeof(a->text)));
}

static void do_llistxattr(const struct name *name, int flags, struct answer *a)
{
    (void)flags;
    a->error = err_of(llistxattr(name->path, a->text, sizeof(a->text)));
}

static void do_handle(const struct name *name, int flags, struct answer *a)
{
    union {
        struct file_handle handle;
        unsigned char bytes[sizeof(struct file_handle) + 128];
    } u;
    int mount_id = 0;

    memset(&u, 0, sizeof(u));
    u.handle.handle_bytes = 128;
    a->error = err_of(name_to_handle_at(name->dirfd, name->path, &u.handle,
                                        &mount_id, flags));
    memcpy(a->bytes, &u, sizeof(u));
    memcpy(a->bytes + sizeof(u), &mount_id, sizeof(mount_id));
}

static void do_handle_error(const struct name *name, int flags,
                            struct answer *a)
{
    do_handle(name, flags, a);
    memset(a->bytes, 0, sizeof(a->bytes));
}

/* -------------------------------------------------------------- changes */

static struct stat now(void)
{
    struct stat st;

    fstat(program.fd, &st);
    return st;
}

/* Modes that let others read: the emulator's file must not become like ours. */
static mode_t next_mode(void)
{
    return ++turn % 2 ? 0775 : 0757;
}

static void saw_mode(struct answer *a, long ret, mode_t mode)
{
    a->error = err_of(ret);
    a->bytes[0] = (now().st_mode & 07777) == mode;
}

static void do_chmod(const struct name *name, int flags, struct answer *a)
{
    mode_t mode = next_mode();

    (void)flags;
    saw_mode(a, chmod(name->path, mode), mode);
}

static void do_fchmodat(const struct name *name, int flags, struct answer *a)
{
    mode_t mode = next_mode();

    (void)flags;
    saw_mode(a, syscall(SYS_fchmodat, name->dirfd, name->path, mode), mode);
}

static void do_fchmodat2(const struct name *name, int flags, struct answer *a)
{
    mode_t mode = next_mode();

    saw_mode(a, syscall(SYS_fchmodat2, name->dirfd, name->path, mode, flags),
             mode);
}

/* Nobody who runs tests has these, and old system calls have 16 bits. */
static uid_t next_owner(void)
{
    return ++turn % 2 ? 54321 : 54322;
}

static void saw_owner(struct answer *a, long ret, uid_t uid)
{
    a->error = err_of(ret);
    a->bytes[0] = now().st_uid == uid;
}

static void do_chown(const struct name *name, int nr, struct answer *a)
{
    uid_t uid = next_owner();

    saw_owner(a, nr == BY_LIBRARY ? chown(name->path, uid, -1) :
              syscall(nr, name->path, uid, -1), uid);
}

static void do_fchownat(const struct name *name, int flags, struct answer *a)
{
    uid_t uid = next_owner();

    saw_owner(a, fchownat(name->dirfd, name->path, uid, -1, flags), uid);
}

/* Of the link itself: who owns it must not change for other cases. */
static void do_own_lchown(const struct name *name, int nr, struct answer *a)
{
    a->error = err_of(nr == BY_LIBRARY ? lchown(name->path, geteuid(), -1) :
                      syscall(nr, name->path, geteuid(), -1));
}

static void do_own_fchownat(const struct name *name, int flags,
                            struct answer *a)
{
    a->error = err_of(fchownat(name->dirfd, name->path, geteuid(), -1,
                               flags));
}

static void saw_time(struct answer *a, long ret, long sec)
{
    a->error = err_of(ret);
    a->bytes[0] = now().st_mtime == sec;
}

#ifdef SYS_utime
static void do_utime(const struct name *name, int nr, struct answer *a)
{
    long times[2] = { 1, 1000000 + ++turn };

    saw_time(a, syscall(nr, name->path, times), times[1]);
}
#endif

#ifdef SYS_utimes
static void do_utimes(const struct name *name, int nr, struct answer *a)
{
    long times[4] = { 1, 0, 1000000 + ++turn, 0 };

    saw_time(a, syscall(nr, name->path, times), times[2]);
}
#endif

#ifdef SYS_futimesat
static void do_futimesat(const struct name *name, int nr, struct answer *a)
{
    long times[4] = { 1, 0, 1000000 + ++turn, 0 };

    saw_time(a, syscall(nr, name->dirfd, name->path, times), times[2]);
}
#endif

#ifdef SYS_utimensat
static void do_utimensat(const struct name *name, int flags, struct answer *a)
{
    long times[4] = { 1, 0, 1000000 + ++turn, 0 };

    saw_time(a, syscall(SYS_utimensat, name->dirfd, name->path, times, flags),
             times[2]);
}
#endif

#ifdef SYS_utimensat_time64
static void do_utimensat64(const struct name *name, int flags,
                           struct answer *a)
{
    int64_t times[4] = { 1, 0, 1000000 + ++turn, 0 };

    saw_time(a, syscall(SYS_utimensat_time64, name->dirfd, name->path, times,
                        flags), times[2]);
}
#endif

static void do_setxattr(const struct name *name, int flags, struct answer *a)
{
    char value[16], seen[16] = "";

    snprintf(value, sizeof(value), "%u", ++turn);
    a->error = err_of(setxattr(name->path, attr, value, sizeof(value),
                               flags));
    fgetxattr(program.fd, attr, seen, sizeof(seen));
    a->bytes[0] = !strcmp(value, seen);
}

static void do_removexattr(const struct name *name, int flags,
                           struct answer *a)
{
    char seen[16];

    (void)flags;
    fsetxattr(program.fd, attr, "remove", 6, 0);
    a->error = err_of(removexattr(name->path, attr));
    a->bytes[0] = err_of(fgetxattr(program.fd, attr, seen, sizeof(seen)));
    fsetxattr(program.fd, attr, "again", 5, 0);
}

static void do_lsetxattr(const struct name *name, int flags, struct answer *a)
{
    a->error = err_of(lsetxattr(name->path, attr, "x", 1, flags));
}

static void do_lremovexattr(const struct name *name, int flags,
                            struct answer *a)
{
    (void)flags;
    a->error = err_of(lremovexattr(name->path, attr));
}

static void do_linkat(const struct name *name, int flags, struct answer *a)
{
    struct stat st = { .st_ino = 0 };

    a->error = err_of(linkat(name->dirfd, name->path, case_dir, "new",
                             flags));
    fstatat(case_dir, "new", &st, AT_SYMLINK_NOFOLLOW);
    a->bytes[0] = is_program(&st);
    unlinkat(case_dir, "new", 0);
}

/* Reading the program must be what is noticed. */
static void touch_program(void)
{
    char byte;

    if (pread(program.fd, &byte, 1, 0) != 1) {
        abort();
    }
}

static void do_inotify(const struct name *name, int flags, struct answer *a)
{
    struct inotify_event event = { .mask = 0 };
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    int watch = inotify_add_watch(fd, name->path, IN_ACCESS | flags);

    a->error = err_of(watch);
    touch_program();
    a->bytes[0] = read(fd, &event, sizeof(event)) == sizeof(event) &&
                  event.wd == watch && event.mask == IN_ACCESS;
    close(fd);
}

/* Without privileges this is the kind that is permitted. */
static void do_fanotify(const struct name *name, int flags, struct answer *a)
{
    char events[4096];
    int fd = fanotify_init(FAN_REPORT_FID | FAN_NONBLOCK | FAN_CLOEXEC,
                           O_RDONLY);

    a->error = fd < 0 ? ENOSYS :
               err_of(fanotify_mark(fd, FAN_MARK_ADD | flags, FAN_ACCESS,
                                    name->dirfd, name->path));
    touch_program();
    a->bytes[0] = read(fd, events, sizeof(events)) > 0;
    close(fd);
}

static void do_chdir(const struct name *name, int nr, struct answer *a)
{
    a->error = err_of(syscall(nr, name->path));
}

/* --------------------------------------------- calls that follow the link */

static const struct call follow_calls[] = {
    { "stat", do_stat, PATH, BY_LIBRARY },
#ifdef SYS_stat
    { "SYS_stat", do_stat, PATH, SYS_stat },
#endif
#ifdef SYS_stat64
    { "SYS_stat64", do_stat, PATH, SYS_stat64 },
#endif
#ifdef SYS_oldstat
    { "SYS_oldstat", do_stat, PATH, SYS_oldstat },
#endif
#ifdef SYS_raw_fstatat
    { "SYS_fstatat", do_raw_fstatat, DIR_AND_PATH, 0 },
#endif
    { "fstatat AT_NO_AUTOMOUNT", do_fstatat, DIR_AND_PATH, AT_NO_AUTOMOUNT },
    { "statx AT_NO_AUTOMOUNT", do_statx, DIR_AND_PATH, AT_NO_AUTOMOUNT },
    { "statx AT_STATX_FORCE_SYNC", do_statx, DIR_AND_PATH,
      AT_STATX_FORCE_SYNC },
    { "statx of unknown flags", do_statx, DIR_AND_PATH, 1 << 30 },
    { "statx AT_EMPTY_PATH", do_statx, DIR_AND_PATH, AT_EMPTY_PATH },
    { "fstatat AT_EMPTY_PATH", do_fstatat, DIR_AND_PATH, AT_EMPTY_PATH },
#ifdef SYS_statfs
    { "statfs", do_statfs, PATH, SYS_statfs },
#endif
#ifdef SYS_statfs64
    { "statfs64", do_statfs, PATH, SYS_statfs64 },
#endif
#ifdef SYS_open
    { "SYS_open", do_raw_open, PATH, O_RDONLY },
#endif
    { "openat O_NONBLOCK|O_CLOEXEC", do_openat, DIR_AND_PATH,
      O_RDONLY | O_NONBLOCK | O_CLOEXEC },
    { "openat O_PATH|O_CLOEXEC", do_openat, DIR_AND_PATH, O_PATH | O_CLOEXEC },
    { "openat O_NOATIME", do_openat, DIR_AND_PATH, O_RDONLY | O_NOATIME },
    { "openat O_DIRECTORY", do_openat, DIR_AND_PATH, O_RDONLY | O_DIRECTORY },
    { "openat O_PATH|O_DIRECTORY", do_openat, DIR_AND_PATH,
      O_PATH | O_DIRECTORY },
    { "openat O_CREAT", do_openat, DIR_AND_PATH, O_RDONLY | O_CREAT },
    { "openat O_CREAT|O_EXCL", do_openat, DIR_AND_PATH,
      O_RDONLY | O_CREAT | O_EXCL },
    { "openat O_TMPFILE", do_openat, DIR_AND_PATH, O_RDWR | O_TMPFILE },
    { "access F_OK", do_access, PATH, F_OK },
    { "access R_OK", do_access, PATH, R_OK },
    { "access W_OK", do_access, PATH, W_OK },
    { "access X_OK", do_access, PATH, X_OK },
    { "access of unknown mode", do_access, PATH, 8 },
    { "faccessat F_OK", do_faccessat, DIR_AND_PATH, F_OK },
    { "faccessat R_OK", do_faccessat, DIR_AND_PATH, R_OK },
    { "faccessat W_OK", do_faccessat, DIR_AND_PATH, W_OK },
    { "faccessat X_OK", do_faccessat, DIR_AND_PATH, X_OK },
    { "faccessat2 R_OK", do_faccessat2, DIR_AND_PATH, R_OK },
    { "faccessat2 W_OK AT_EACCESS", do_faccessat2, DIR_AND_PATH,
      W_OK | AT_EACCESS },
    { "faccessat2 X_OK AT_EACCESS", do_faccessat2, DIR_AND_PATH,
      X_OK | AT_EACCESS },
    { "faccessat2 X_OK AT_EMPTY_PATH", do_faccessat2, DIR_AND_PATH,
      X_OK | AT_EMPTY_PATH },
    { "getxattr", do_getxattr, PATH, 0 },
    { "getxattr for its size", do_getxattr_size, PATH, 0 },
    { "listxattr", do_listxattr, PATH, 0 },
    { "setxattr", do_setxattr, PATH, 0 },
    { "setxattr XATTR_CREATE", do_setxattr, PATH, XATTR_CREATE },
    { "removexattr", do_removexattr, PATH, 0 },
    { "chmod", do_chmod, PATH, 0 },
    { "fchmodat", do_fchmodat, DIR_AND_PATH, 0 },
    { "fchmodat2", do_fchmodat2, DIR_AND_PATH, 0 },
    { "chown", do_chown, PATH, BY_LIBRARY },
#ifdef SYS_chown
    { "SYS_chown", do_chown, PATH, SYS_chown },
#endif
#ifdef SYS_chown32
    { "SYS_chown32", do_chown, PATH, SYS_chown32 },
#endif
    { "fchownat", do_fchownat, DIR_AND_PATH, 0 },
#ifdef SYS_utime
    { "utime", do_utime, PATH, SYS_utime },
#endif
#ifdef SYS_utimes
    { "utimes", do_utimes, PATH, SYS_utimes },
#endif
#ifdef SYS_futimesat
    { "futimesat", do_futimesat, DIR_AND_PATH, SYS_futimesat },
#endif
#ifdef SYS_utimensat
    { "utimensat", do_utimensat, DIR_AND_PATH, 0 },
#endif
#ifdef SYS_utimensat_time64
    { "utimensat_time64", do_utimensat64, DIR_AND_PATH, 0 },
#endif
    { "name_to_handle_at AT_SYMLINK_FOLLOW", do_handle, DIR_AND_PATH,
      AT_SYMLINK_FOLLOW },
    { "linkat AT_SYMLINK_FOLLOW", do_linkat, DIR_AND_PATH,
      AT_SYMLINK_FOLLOW },
    { "inotify_add_watch", do_inotify, PATH, 0 },
    { "inotify_add_watch IN_ONLYDIR", do_inotify, PATH, IN_ONLYDIR },
    { "fanotify_mark", do_fanotify, DIR_AND_PATH, 0 },
    { "fanotify_mark FAN_MARK_ONLYDIR", do_fanotify, DIR_AND_PATH,
      FAN_MARK_ONLYDIR },
    { "chdir", do_chdir, PATH, SYS_chdir },
    { "chroot", do_chdir, PATH, SYS_chroot },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ------------------------------------------- calls that are of the link */

/* The bytes of two links differ; that it is one must not. */
static void do_lstat(const struct name *name, int nr, struct answer *a)
{
    struct answer link, file;
    struct stat st = { .st_mode = 0 };

    memset(&link, 0, sizeof(link));
    memset(&file, 0, sizeof(file));
    a->error = err_of(nr == BY_LIBRARY ? lstat(name->path, &link.st) :
                      syscall(nr, name->path, link.bytes));
    if (nr == BY_LIBRARY) {
        lstat(judge.self, &file.st);
    } else {
        syscall(nr, judge.self, file.bytes);
    }
    lstat(name->path, &st);
    a->bytes[0] = S_ISLNK(st.st_mode);
    a->bytes[1] = !memcmp(link.bytes, file.bytes, sizeof(link.bytes));
}

static void do_fstatat_type(const struct name *name, int flags,
                            struct answer *a)
{
    struct stat st = { .st_mode = 0 };

    a->error = err_of(fstatat(name->dirfd, name->path, &st, flags));
    a->bytes[0] = S_ISLNK(st.st_mode);
}

static void do_statx_type(const struct name *name, int flags,
                          struct answer *a)
{
    struct statx stx = { .stx_mode = 0 };

    a->error = err_of(statx(name->dirfd, name->path, flags,
                            STATX_BASIC_STATS, &stx));
    a->bytes[0] = S_ISLNK(stx.stx_mode);
}

static void do_openat_type(const struct name *name, int flags,
                           struct answer *a)
{
    struct answer opened;

    memset(&opened, 0, sizeof(opened));
    do_openat(name, flags, &opened);
    a->error = opened.error;
    a->bytes[0] = S_ISLNK(opened.st.st_mode);
}

static const struct call nofollow_calls[] = {
    { "lstat", do_lstat, PATH, BY_LIBRARY },
#ifdef SYS_lstat
    { "SYS_lstat", do_lstat, PATH, SYS_lstat },
#endif
#ifdef SYS_lstat64
    { "SYS_lstat64", do_lstat, PATH, SYS_lstat64 },
#endif
#ifdef SYS_oldlstat
    { "SYS_oldlstat", do_lstat, PATH, SYS_oldlstat },
#endif
    { "fstatat AT_SYMLINK_NOFOLLOW", do_fstatat_type, DIR_AND_PATH,
      AT_SYMLINK_NOFOLLOW },
    { "fstatat AT_SYMLINK_NOFOLLOW|AT_NO_AUTOMOUNT", do_fstatat_type,
      DIR_AND_PATH, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT },
    { "statx AT_SYMLINK_NOFOLLOW", do_statx_type, DIR_AND_PATH,
      AT_SYMLINK_NOFOLLOW },
    { "openat O_NOFOLLOW", do_openat_type, DIR_AND_PATH,
      O_RDONLY | O_NOFOLLOW },
    { "openat O_PATH|O_NOFOLLOW", do_openat_type, DIR_AND_PATH,
      O_PATH | O_NOFOLLOW },
    { "openat O_PATH|O_NOFOLLOW|O_DIRECTORY", do_openat_type, DIR_AND_PATH,
      O_PATH | O_NOFOLLOW | O_DIRECTORY },
    { "faccessat2 W_OK AT_SYMLINK_NOFOLLOW", do_faccessat2, DIR_AND_PATH,
      W_OK | AT_SYMLINK_NOFOLLOW },
    { "lgetxattr", do_lgetxattr, PATH, 0 },
    { "llistxattr", do_llistxattr, PATH, 0 },
    { "lsetxattr", do_lsetxattr, PATH, 0 },
    { "lremovexattr", do_lremovexattr, PATH, 0 },
    { "fchmodat2 AT_SYMLINK_NOFOLLOW", do_fchmodat2, DIR_AND_PATH,
      AT_SYMLINK_NOFOLLOW },
    { "lchown", do_own_lchown, PATH, BY_LIBRARY },
#ifdef SYS_lchown
    { "SYS_lchown", do_own_lchown, PATH, SYS_lchown },
#endif
#ifdef SYS_lchown32
    { "SYS_lchown32", do_own_lchown, PATH, SYS_lchown32 },
#endif
    { "fchownat AT_SYMLINK_NOFOLLOW", do_own_fchownat, DIR_AND_PATH,
      AT_SYMLINK_NOFOLLOW },
#ifdef SYS_utimensat
    { "utimensat AT_SYMLINK_NOFOLLOW", do_utimensat, DIR_AND_PATH,
      AT_SYMLINK_NOFOLLOW },
#endif
#ifdef SYS_utimensat_time64
    { "utimensat_time64 AT_SYMLINK_NOFOLLOW", do_utimensat64, DIR_AND_PATH,
      AT_SYMLINK_NOFOLLOW },
#endif
    { "name_to_handle_at", do_handle_error, DIR_AND_PATH, 0 },
    { "linkat", do_linkat, DIR_AND_PATH, 0 },
    { "inotify_add_watch IN_DONT_FOLLOW", do_inotify, PATH, IN_DONT_FOLLOW },
    { "fanotify_mark FAN_MARK_DONT_FOLLOW", do_fanotify, DIR_AND_PATH,
      FAN_MARK_DONT_FOLLOW },
};

/* ------------------------------------- calls that are of the directory */

static void do_link(const struct name *name, int flags, struct answer *a)
{
    (void)flags;
    a->error = err_of(link(name->path, path_of("new")));
}

static void do_symlink(const struct name *name, int flags, struct answer *a)
{
    (void)flags;
    a->error = err_of(symlink("x", name->path));
}

static void do_symlinkat(const struct name *name, int flags, struct answer *a)
{
    (void)flags;
    a->error = err_of(symlinkat("x", name->dirfd, name->path));
}

static void do_mkdirat(const struct name *name, int flags, struct answer *a)
{
    (void)flags;
    a->error = err_of(mkdirat(name->dirfd, name->path, 0700));
}

static void do_mknodat(const struct name *name, int flags, struct answer *a)
{
    (void)flags;
    a->error = err_of(mknodat(name->dirfd, name->path, S_IFREG | 0600, 0));
}

static void do_link_onto(const struct name *name, int flags, struct answer *a)
{
    a->error = err_of(linkat(case_dir, "plain", name->dirfd, name->path,
                             flags));
}

static void do_rename(const struct name *name, int flags, struct answer *a)
{
    (void)flags;
    a->error = err_of(rename(name->path, path_of("new")));
}

static void do_renameat2(const struct name *name, int flags, struct answer *a)
{
    a->error = err_of(syscall(SYS_renameat2, name->dirfd, name->path, case_dir,
                              "new", flags));
}

static void do_rename_near(const struct name *name, int flags,
                           struct answer *a)
{
    char near[PATH_MAX + 320];

    snprintf(near, sizeof(near), "%s2", name->path);
    a->error = err_of(syscall(SYS_renameat2, name->dirfd, name->path,
                              name->dirfd, near, flags));
}

static void do_rename_onto(const struct name *name, int flags,
                           struct answer *a)
{
    a->error = err_of(syscall(SYS_renameat2, case_dir, "plain", name->dirfd,
                              name->path, flags));
}

static void do_unlink(const struct name *name, int flags, struct answer *a)
{
    (void)flags;
    a->error = err_of(unlink(name->path));
}

static void do_unlinkat(const struct name *name, int flags, struct answer *a)
{
    a->error = err_of(unlinkat(name->dirfd, name->path, flags));
}

/* They would have an effect on an ordinary link. */
static const struct call entry_calls[] = {
    { "link", do_link, PATH, 0 },
    { "symlink", do_symlink, PATH, 0 },
    { "symlinkat", do_symlinkat, DIR_AND_PATH, 0 },
    { "mkdirat", do_mkdirat, DIR_AND_PATH, 0 },
    { "mknodat", do_mknodat, DIR_AND_PATH, 0 },
    { "linkat onto it", do_link_onto, DIR_AND_PATH, 0 },
    { "rename", do_rename, PATH, 0 },
    { "renameat2", do_renameat2, DIR_AND_PATH, 0 },
    { "renameat2 beside it", do_rename_near, DIR_AND_PATH, 0 },
    { "renameat2 onto it", do_rename_onto, DIR_AND_PATH, 0 },
    { "unlink", do_unlink, PATH, 0 },
    { "unlinkat", do_unlinkat, DIR_AND_PATH, 0 },
    { "unlinkat AT_REMOVEDIR", do_unlinkat, DIR_AND_PATH, AT_REMOVEDIR },
};

/* ------------------------------------------ calls of a descriptor alone */

/* The descriptor is of a link, whose bytes differ from another's. */
static const struct call link_fd_calls[] = {
    { "fstatat AT_EMPTY_PATH", do_fstatat_type, DIR_AND_PATH, AT_EMPTY_PATH },
    { "statx AT_EMPTY_PATH", do_statx_type, DIR_AND_PATH, AT_EMPTY_PATH },
    { "openat of \"\"", do_openat_type, DIR_AND_PATH, O_RDONLY },
    { "faccessat2 W_OK AT_EMPTY_PATH", do_faccessat2, DIR_AND_PATH,
      W_OK | AT_EMPTY_PATH },
    { "fchmodat2 AT_EMPTY_PATH", do_fchmodat2, DIR_AND_PATH, AT_EMPTY_PATH },
    { "fchownat AT_EMPTY_PATH", do_own_fchownat, DIR_AND_PATH,
      AT_EMPTY_PATH },
#ifdef SYS_utimensat
    { "utimensat AT_EMPTY_PATH", do_utimensat, DIR_AND_PATH, AT_EMPTY_PATH },
#endif
    { "name_to_handle_at AT_EMPTY_PATH", do_handle_error, DIR_AND_PATH,
      AT_EMPTY_PATH },
    { "linkat AT_EMPTY_PATH", do_linkat, DIR_AND_PATH, AT_EMPTY_PATH },
};

/* By its name in /proc/self/fd, which leads to the link and no further. */
static const struct call link_fd_path_calls[] = {
    { "fstatat", do_fstatat_type, DIR_AND_PATH, 0 },
    { "statx", do_statx_type, DIR_AND_PATH, 0 },
    { "openat", do_openat_type, DIR_AND_PATH, O_RDONLY },
    { "openat O_PATH", do_openat_type, DIR_AND_PATH, O_PATH },
    { "faccessat W_OK", do_faccessat, DIR_AND_PATH, W_OK },
    { "faccessat X_OK", do_faccessat, DIR_AND_PATH, X_OK },
    { "getxattr", do_getxattr, PATH, 0 },
    { "setxattr", do_setxattr, PATH, 0 },
    { "fchmodat", do_fchmodat, DIR_AND_PATH, 0 },
    { "fchownat", do_own_fchownat, DIR_AND_PATH, 0 },
#ifdef SYS_utimensat
    { "utimensat", do_utimensat, DIR_AND_PATH, 0 },
#endif
    { "name_to_handle_at AT_SYMLINK_FOLLOW", do_handle_error, DIR_AND_PATH,
      AT_SYMLINK_FOLLOW },
    { "linkat AT_SYMLINK_FOLLOW", do_linkat, DIR_AND_PATH,
      AT_SYMLINK_FOLLOW },
    { "inotify_add_watch", do_inotify, PATH, 0 },
};

static const struct call file_fd_calls[] = {
    { "fstatat AT_EMPTY_PATH", do_fstatat, DIR_AND_PATH, AT_EMPTY_PATH },
    { "statx AT_EMPTY_PATH", do_statx, DIR_AND_PATH, AT_EMPTY_PATH },
    { "readlinkat of \"\"", do_readlinkat, DIR_AND_PATH, 100 },
    { "faccessat2 W_OK AT_EMPTY_PATH", do_faccessat2, DIR_AND_PATH,
      W_OK | AT_EMPTY_PATH },
    { "fchmodat2 AT_EMPTY_PATH", do_fchmodat2, DIR_AND_PATH, AT_EMPTY_PATH },
    { "fchownat AT_EMPTY_PATH", do_fchownat, DIR_AND_PATH, AT_EMPTY_PATH },
#ifdef SYS_utimensat
    { "utimensat AT_EMPTY_PATH", do_utimensat, DIR_AND_PATH, AT_EMPTY_PATH },
#endif
    { "name_to_handle_at AT_EMPTY_PATH", do_handle, DIR_AND_PATH,
      AT_EMPTY_PATH },
    { "linkat AT_EMPTY_PATH", do_linkat, DIR_AND_PATH, AT_EMPTY_PATH },
};

/* -------------------------------------------------------------- one name */

static void like(const char *id, const struct call *calls, size_t count,
                 const char *text, const struct name *model,
                 const struct name *name)
{
    for (size_t i = 0; i < count; i++) {
        if (takes_name(&calls[i], name)) {
            same_answer(id, calls[i].text, text, ask(&calls[i], model),
                        ask(&calls[i], name));
        }
    }
}

static void follows(const char *id, const char *text, const struct name *name)
{
    for (size_t i = 0; i < COUNT(follow_calls); i++) {
        as_program(id, &follow_calls[i], text, name);
    }
}

static void restore_program(void)
{
    const struct timespec times[2] = { program.st.st_atim,
                                       program.st.st_mtim };

    if (fchown(program.fd, program.st.st_uid, program.st.st_gid) == 0) {
        fchmod(program.fd, program.st.st_mode & 07777);
        futimens(program.fd, times);
    }
}

/* What the other files beside the program are like: an emulator is there. */
static void take_census(char *text, size_t size)
{
    int fd = openat(program.dir, ".", O_RDONLY | O_DIRECTORY);
    DIR *dir = fdopendir(fd);
    struct dirent *entry;
    char attrs[1024];
    size_t len = 0;
    struct stat st;

    *text = '\0';
    while ((entry = readdir(dir)) && len < size) {
        fd = openat(program.dir, entry->d_name, O_RDONLY | O_NOFOLLOW |
                    O_NONBLOCK);
        if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
            !is_program(&st)) {
            len += snprintf(text + len, size - len, "%s %o %u %u %zd %ld; ",
                            entry->d_name, st.st_mode, st.st_uid,
                            (unsigned)st.st_nlink,
                            flistxattr(fd, attrs, sizeof(attrs)),
                            (long)st.st_mtime);
        }
        close(fd);
    }
    closedir(dir);
}

/* Another link that is where @name is. */
static struct name sibling(const struct name *name, bool alias)
{
    struct name other_name = *name;

    strcpy(other_name.path + strlen(name->path) - 3, alias ? "oth" : "cwd");
    return other_name;
}

static void by_descriptor(const char *id, const char *text,
                          const struct name *name, const struct name *beside)
{
    struct name link = {
        .dirfd = openat(name->dirfd, name->path, O_PATH | O_NOFOLLOW),
    };
    struct name model = {
        .dirfd = openat(beside->dirfd, beside->path, O_PATH | O_NOFOLLOW),
    };
    struct name file = { .dirfd = openat(name->dirfd, name->path, O_PATH) };
    struct name file_model, link_path, model_path;
    char full[160];

    snprintf(full, sizeof(full), "fd of the link, %s", text);
    like(id, link_fd_calls, COUNT(link_fd_calls), full, &model, &link);

    name_fd(&link_path, DIR_AND_PATH, link.dirfd);
    name_fd(&model_path, DIR_AND_PATH, model.dirfd);
    snprintf(full, sizeof(full), "/proc/self/fd/N of the link, %s", text);
    like(id, link_fd_path_calls, COUNT(link_fd_path_calls), full, &model_path,
         &link_path);
    if (name->dirfd == AT_FDCWD) {
        name_fd(&link_path, PATH, link.dirfd);
        name_fd(&model_path, PATH, model.dirfd);
        like(id, link_fd_path_calls, COUNT(link_fd_path_calls), full,
             &model_path, &link_path);
    }

    name_fd(&file_model, DIR_AND_PATH, program.fd);
    file_model.dirfd = openat(file_model.dirfd, file_model.path, O_PATH);
    *file_model.path = '\0';
    snprintf(full, sizeof(full), "fd of the file, %s", text);
    like(id, file_fd_calls, COUNT(file_fd_calls), full, &file_model, &file);
    close(link.dirfd);
    close(model.dirfd);
    close(file.dirfd);
    close(file_model.dirfd);
}

static void prepare(void)
{
    case_dir = open(judge.dir, O_PATH | O_DIRECTORY);
    /* Else a case would leave behind what the last one did. */
    turn = getpid();
    write_file(path_of("plain"), 0644, "plain", 5);
    symlink("/proc/self/cwd", path_of("oth"));
    fsetxattr(program.fd, attr, "program", 7, 0);
}

static void run_calls(const char *id, const void *arg)
{
    const struct spelling *spelling = arg;
    const char *text = spelling_text(spelling);
    char before[4096], after[4096];
    struct name name, beside;
    const char *why;

    prepare();
    why = make_name(spelling, &name);
    if (why) {
        skip(id, text, why);
        return;
    }
    /* In a new user namespace owners have other numbers. */
    take_census(before, sizeof(before));
    beside = sibling(&name, spelling->alias);
    follows(id, text, &name);
    like(id, nofollow_calls, COUNT(nofollow_calls), text, &beside, &name);
    if (!spelling->alias) {
        like(id, entry_calls, COUNT(entry_calls), text, &beside, &name);
        by_descriptor(id, text, &name, &beside);
    }
    restore_program();
    take_census(after, sizeof(after));
    check(!strcmp(before, after), id, "no other file is touched",
          "expected %s got %s", before, after);
}

/* Names with something behind the link. */
static void run_suffix(const char *id, const char *suffix,
                       const struct spelling *spelling)
{
    char text[160];
    struct name name, file;
    const char *why = make_name(spelling, &name);

    if (why) {
        skip(id, spelling_text(spelling), why);
        return;
    }
    snprintf(text, sizeof(text), "%s%s", spelling_text(spelling), suffix);
    strcat(name.path, suffix);
    for (size_t i = 0; i < COUNT(follow_calls); i++) {
        name_fd(&file, follow_calls[i].takes, program.fd);
        strcat(file.path, suffix);
        like(id, &follow_calls[i], 1, text, &file, &name);
    }
    for (size_t i = 0; i < COUNT(nofollow_calls); i++) {
        name_fd(&file, nofollow_calls[i].takes, program.fd);
        strcat(file.path, suffix);
        like(id, &nofollow_calls[i], 1, text, &file, &name);
    }
}

static void run_slash(const char *id, const void *arg)
{
    prepare();
    run_suffix(id, "/", arg);
    restore_program();
}

static void run_below(const char *id, const void *arg)
{
    prepare();
    run_suffix(id, "/x", arg);
    restore_program();
}

/* ------------------------------------------------------------ permission */

/* To root nearly all is permitted, whatever file is looked at. */
static void run_other_user(const char *id, const void *arg)
{
    const uid_t nobody = 65534;
    struct name name;
    pid_t pid;

    prepare();
    if (make_name(arg, &name)) {
        abort();
    }
    fchmod(program.fd, 0600);
    pid = fork();
    if (pid == 0) {
        if (setgroups(0, NULL) || setresgid(nobody, nobody, nobody) ||
            setresuid(nobody, nobody, nobody)) {
            skip(id, "mode 0600, another user", "not root");
        } else {
            follows(id, "mode 0600, another user", &name);
        }
        _exit(0);
    }
    check_num(id, "the other user comes to an end", 0, wait_for(pid));
    restore_program();
}

/* Even root may not execute what nobody may. */
static void run_no_execute(const char *id, const void *arg)
{
    struct name name;

    prepare();
    if (make_name(arg, &name)) {
        abort();
    }
    fchmod(program.fd, 0644);
    for (size_t i = 0; i < COUNT(follow_calls); i++) {
        if (follow_calls[i].fn == do_access ||
            follow_calls[i].fn == do_faccessat ||
            follow_calls[i].fn == do_faccessat2) {
            as_program(id, &follow_calls[i], "mode 0644", &name);
        }
    }
    restore_program();
}

/* --------------------------------------------------------- short buffers */

static void short_buffers(const char *id, const void *arg)
{
    static const struct call sizes[] = {
        { "readlinkat of 1 byte", do_readlinkat, DIR_AND_PATH, 1 },
        { "readlinkat of 28 bytes", do_readlinkat, DIR_AND_PATH, 28 },
        { "readlinkat of 0 bytes", do_readlinkat, DIR_AND_PATH, 0 },
        { "readlinkat of -1 bytes", do_readlinkat, DIR_AND_PATH, -1 },
    };
    const struct spelling *spelling = arg;
    struct name name;
    char byte;

    if (make_name(spelling, &name)) {
        skip(id, "readlinkat", "no such name here");
        return;
    }
    if (spelling->alias) {
        check_num(id, "readlinkat of an ordinary link to 1 byte", 1,
                  readlinkat(name.dirfd, name.path, &byte, 1));
        return;
    }
    for (size_t i = 0; i < COUNT(sizes); i++) {
        as_program(id, &sizes[i], spelling_text(spelling), &name);
    }
}

/* --------------------------------------------------------------- openat2 */

static const struct resolve_row {
    const char *dir, *path;
    uint64_t flags, resolve;
    int want;
    const char *text;
} resolve_rows[] = {
    { NULL, "/proc/self/exe", O_RDONLY, 0, 0, "0" },
    { NULL, "/proc/self/exe", O_RDONLY, RESOLVE_NO_MAGICLINKS, ELOOP,
      "NO_MAGICLINKS" },
    { NULL, "/proc/self/exe", O_RDONLY, RESOLVE_NO_SYMLINKS, ELOOP,
      "NO_SYMLINKS" },
    { NULL, "/proc/self/exe", O_RDONLY, RESOLVE_NO_XDEV, EXDEV, "NO_XDEV" },
    { NULL, "/proc/self/exe", O_RDONLY, RESOLVE_BENEATH, EXDEV, "BENEATH" },
    { NULL, "/proc/self/exe", O_RDONLY, RESOLVE_CACHED, EAGAIN, "CACHED" },
    { NULL, "/proc/self/exe", O_PATH | O_NOFOLLOW, RESOLVE_NO_MAGICLINKS, 0,
      "NO_MAGICLINKS, O_PATH|O_NOFOLLOW" },
    { "/", "proc/self/exe", O_RDONLY, RESOLVE_IN_ROOT, EXDEV, "IN_ROOT" },
    { "/", "/proc/self/exe", O_RDONLY, RESOLVE_IN_ROOT, EXDEV, "IN_ROOT" },
    { "/", "proc/self/exe", O_RDONLY, RESOLVE_BENEATH, EXDEV, "BENEATH" },
    { "/", "proc/self/exe", O_PATH | O_NOFOLLOW, RESOLVE_IN_ROOT, 0,
      "IN_ROOT, O_PATH|O_NOFOLLOW" },
    { "/proc", "self/exe", O_RDONLY, 0, 0, "0" },
    { "/proc", "self/exe", O_RDONLY, RESOLVE_NO_XDEV, EXDEV, "NO_XDEV" },
    { "/proc", "self/exe", O_PATH | O_NOFOLLOW, RESOLVE_NO_SYMLINKS, ELOOP,
      "NO_SYMLINKS, O_PATH|O_NOFOLLOW" },
    { "/proc/self", "exe", O_RDONLY, 0, 0, "0" },
    { "/proc/self", "exe", O_RDONLY | O_CLOEXEC, 0, 0, "0, O_CLOEXEC" },
    { "/proc/self", "exe", O_PATH, 0, 0, "0, O_PATH" },
    { "/proc/self", "exe", O_RDONLY | O_NOFOLLOW, 0, ELOOP, "0, O_NOFOLLOW" },
    { "/proc/self", "exe", O_RDONLY, RESOLVE_NO_MAGICLINKS, ELOOP,
      "NO_MAGICLINKS" },
    { "/proc/self", "exe", O_PATH, RESOLVE_NO_MAGICLINKS, ELOOP,
      "NO_MAGICLINKS, O_PATH" },
    { "/proc/self", "exe", O_RDONLY, RESOLVE_NO_SYMLINKS, ELOOP,
      "NO_SYMLINKS" },
    { "/proc/self", "exe", O_RDONLY, RESOLVE_NO_XDEV, EXDEV, "NO_XDEV" },
    { "/proc/self", "exe", O_RDONLY, RESOLVE_BENEATH, EXDEV, "BENEATH" },
    { "/proc/self", "exe", O_RDONLY, RESOLVE_IN_ROOT, EXDEV, "IN_ROOT" },
    { "/proc/self", "exe", O_RDONLY, RESOLVE_CACHED, EAGAIN, "CACHED" },
    { "/proc/self", "exe", O_PATH | O_NOFOLLOW, RESOLVE_NO_SYMLINKS, 0,
      "NO_SYMLINKS, O_PATH|O_NOFOLLOW" },
    { "/proc/self", "exe", O_PATH | O_NOFOLLOW,
      RESOLVE_NO_MAGICLINKS | RESOLVE_BENEATH | RESOLVE_NO_XDEV, 0,
      "NO_MAGICLINKS|BENEATH|NO_XDEV, O_PATH|O_NOFOLLOW" },
    { "/proc/self", "exe", O_RDONLY, 1 << 30, EINVAL, "unknown" },
    { "/proc/self", "exe", O_RDONLY, RESOLVE_BENEATH | RESOLVE_IN_ROOT,
      EINVAL, "BENEATH|IN_ROOT" },
    { "/proc/self", "exe", 1ull << 31, 0, EINVAL, "0, unknown flag" },
    { "/proc/self", "exe", O_RDONLY | O_CREAT | O_EXCL, 0, EEXIST,
      "0, O_CREAT|O_EXCL" },
    { "/proc/self", "exe/", O_RDONLY, 0, ENOTDIR, "0" },
};

/* The one that is opened: the link itself, if nothing is followed. */
static void check_opened(const char *id, const char *text, int fd,
                         bool follow)
{
    struct stat st = { .st_mode = 0 };

    fstat(fd, &st);
    if (follow) {
        check_true(id, text, is_program(&st));
    } else {
        check_num(id, text, S_IFLNK, st.st_mode & S_IFMT);
    }
}

static void run_resolve(const char *id, const void *arg)
{
    (void)arg;
    if (sw_lacks(SYS_openat2)) {
        skip(id, "openat2", "this QEMU has no openat2");
        return;
    }
    for (size_t i = 0; i < COUNT(resolve_rows); i++) {
        const struct resolve_row *row = &resolve_rows[i];
        struct open_how how = { .flags = row->flags, .resolve = row->resolve };
        int dir = row->dir ? open(row->dir, O_PATH | O_DIRECTORY) : AT_FDCWD;
        char text[120];
        int fd;

        if (row->flags & O_CREAT) {
            how.mode = 0600;
        }
        snprintf(text, sizeof(text), "openat2 %s, %s%s%s", row->text,
                 row->dir ?: "", row->dir ? ": " : "", row->path);
        fd = syscall(SYS_openat2, dir, row->path, &how, sizeof(how));
        if (strstr(row->text, "unknown flag") && !sw_knows_open_flags()) {
            skip(id, text, "QEMU forgets the flag");
            continue;
        }
        check_err(id, text, row->want, err_of(fd));
        if (fd >= 0 && !row->want) {
            check_opened(id, text, fd, !(row->flags & O_NOFOLLOW));
        }
        close(fd);
        close(dir);
    }
}

/* ---------------------------------------------------------------- writing */

/*
 * Something else is installed where that is possible: what goes wrong here
 * would empty the file of the program that runs.
 */
static bool install_other(void)
{
    int fd;

    if (!may_set_exe_by_map()) {
        return false;
    }
    write_file(path_of("other"), 0755, "#!/bin/true\n", 12);
    fd = open(path_of("other"), O_RDONLY);
    detach_exe();
    if (set_exe_by_map(fd)) {
        return false;
    }
    dup2(fd, program.fd);
    fstat(program.fd, &program.st);
    return true;
}

static void write_name(const char *id, const char *text,
                       const struct name *name)
{
    static const struct {
        int flags;
        const char *text;
    } rows[] = {
        { O_WRONLY, "O_WRONLY" },
        { O_RDWR, "O_RDWR" },
        { O_WRONLY | O_APPEND, "O_WRONLY|O_APPEND" },
        { O_WRONLY | O_CREAT, "O_WRONLY|O_CREAT" },
        { O_RDONLY | O_TRUNC, "O_RDONLY|O_TRUNC" },
        { O_WRONLY | O_CREAT | O_TRUNC, "O_WRONLY|O_CREAT|O_TRUNC" },
    };
    struct stat st;
    int want = faccessat(name->dirfd, name->path, W_OK, AT_EACCESS) ?
               EACCES : ETXTBSY;
    char full[160];

    for (size_t i = 0; i < COUNT(rows); i++) {
        snprintf(full, sizeof(full), "openat %s, %s", rows[i].text, text);
        check_err(id, full, want, err_of(openat(name->dirfd, name->path,
                                                rows[i].flags, 0600)));
    }
    if (name->dirfd == AT_FDCWD) {
        snprintf(full, sizeof(full), "creat, %s", text);
        check_err(id, full, want, err_of(creat(name->path, 0600)));
#ifdef SYS_creat
        check_err(id, full, want, err_of(syscall(SYS_creat, name->path,
                                                 0600)));
#endif
        snprintf(full, sizeof(full), "truncate, %s", text);
        check_err(id, full, want, err_of(truncate(name->path, 0)));
#ifdef SYS_truncate
        check_err(id, full, want, err_of(syscall(SYS_truncate, name->path,
                                                 0L)));
#endif
    }
    snprintf(full, sizeof(full), "size afterwards, %s", text);
    fstat(program.fd, &st);
    check_num(id, full, program.st.st_size, st.st_size);
}

static void run_write(const char *id, const void *arg)
{
    struct name name;

    if (!install_other() && access(judge.self, W_OK) == 0 && !judge.native) {
        skip(id, "writing", "it would be the program's own file");
        return;
    }
    if (make_name(arg, &name)) {
        skip(id, "writing", "no such name here");
        return;
    }
    write_name(id, spelling_text(arg), &name);
}

/* ------------------------------------------------------ mount and account */

static void run_mount(const char *id, const void *arg)
{
    int in, fd;

    (void)arg;
    write_file(path_of("place"), 0644, "place", 5);
    write_file(path_of("link-place"), 0644, "place", 5);
    symlink("/proc/self/exe", path_of("any"));
    /* Only what is in the same mount namespace can be bound. */
    if (!own_mounts() || !install_other()) {
        skip(id, "mount the link's file", NO_MOUNT);
        return;
    }
    in = program.fd;
    check_err(id, "bind /proc/self/exe", 0,
              err_of(mount("/proc/self/exe", path_of("place"), NULL, MS_BIND,
                           NULL)));
    check_true(id, "that is the installed file",
               same_file(path_of("place"), in));
    check_err(id, "bind a link to it", 0,
              err_of(mount(path_of("any"), path_of("link-place"), NULL,
                           MS_BIND, NULL)));
    check_true(id, "that is the installed file, too",
               same_file(path_of("link-place"), in));
    /* Mounted over the file, it is what the path means and not the link. */
    check_err(id, "bind onto /proc/self/exe", 0,
              err_of(mount("/dev/null", "/proc/self/exe", NULL, MS_BIND,
                           NULL)));
    fd = open("/proc/self/exe", O_PATH);
    check_true(id, "the link still leads to the installed file",
               same_file("/proc/self/exe", in));
    check_true(id, "the path does not", !same_file(path_of("other"), in));
    close(fd);
}

/* As root this could begin to account. */
static void run_acct(const char *id, const void *arg)
{
    const unsigned cap_sys_pacct = 20;

    (void)arg;
    if (has_cap(cap_sys_pacct) && in_first_user_ns()) {
        skip(id, "acct", "it may be permitted");
        return;
    }
    check_err(id, "acct", EPERM, err_of(acct("/proc/self/exe")));
}

/* ----------------------------------------------------------------- decoys */

/* From now on, the program is an ordinary file. */
static void become_plain(void)
{
    int fd;

    prepare();
    write_file(path_of("file"), 0755, "plain", 5);
    fd = open(path_of("file"), O_RDONLY);
    dup2(fd, program.fd);
    close(fd);
    fstat(program.fd, &program.st);
    fsetxattr(program.fd, attr, "plain", 5, 0);
}

static void run_decoy_file(const char *id, const void *arg)
{
    struct name name = { .dirfd = AT_FDCWD };

    become_plain();
    strcpy(name.path, path_of(arg));
    link(path_of("file"), name.path);
    follows(id, "an ordinary file of that name", &name);
}

static void run_decoy_link(const char *id, const void *arg)
{
    struct name name = { .dirfd = AT_FDCWD }, beside = { .dirfd = AT_FDCWD };

    become_plain();
    strcpy(name.path, path_of(arg));
    strcpy(beside.path, path_of("other"));
    symlink("file", name.path);
    symlink("file", beside.path);
    follows(id, "an ordinary link of that name", &name);
    like(id, nofollow_calls, COUNT(nofollow_calls),
         "an ordinary link of that name", &beside, &name);
}

/* What is done to them is done to the directory. */
static void run_decoy_entry(const char *id, const void *arg)
{
    struct stat st;

    become_plain();
    check_err(id, "chdir", 0, err_of(chdir(judge.dir)));
    check_err(id, "creat", 0, err_of(creat(arg, 0644)));
    check_err(id, "unlink", 0, err_of(unlink(arg)));
    check_err(id, "link", 0, err_of(link("file", arg)));
    check_err(id, "truncate", 0, err_of(truncate(arg, 1)));
    check_err(id, "rename", 0, err_of(rename(arg, "moved")));
    check_err(id, "stat of the old name", ENOENT, err_of(stat(arg, &st)));
    check_err(id, "rename back", 0, err_of(rename("moved", arg)));
    check_err(id, "unlink the link", 0, err_of(unlink(arg)));
    check_err(id, "symlink", 0, err_of(symlink("/proc/self/exe", arg)));
    check_err(id, "unlink the symbolic link", 0, err_of(unlink(arg)));
    check_err(id, "mkdir", 0, err_of(mkdir(arg, 0755)));
    check_err(id, "chdir to it", 0, err_of(chdir(arg)));
    check_err(id, "rmdir", 0, err_of(rmdir(path_of(arg))));
}

/* ------------------------------------------------------------------- rows */

static const struct {
    const char *prefix;
    case_fn *fn;
} of_typical[] = {
    { "C", run_calls },
    { "CS", run_slash },
    { "CB", run_below },
    { "CR", short_buffers },
    { "CW", run_write },
};

static const struct {
    const char *id;
    case_fn *fn;
    const void *arg;
} others[] = {
    { "C200", run_other_user, &spellings[0] },
    { "C201", run_no_execute, &spellings[0] },
    { "C202", run_resolve, NULL },
    { "C203", run_mount, NULL },
    { "C204", run_acct, NULL },
    { "C210", run_decoy_file, "exe" },
    { "C211", run_decoy_file, "stat" },
    { "C212", run_decoy_file, "cmdline" },
    { "C213", run_decoy_link, "exe" },
    { "C214", run_decoy_link, "environ" },
    { "C215", run_decoy_entry, "exe" },
    { "C216", run_decoy_entry, "maps" },
};

int main(int argc, char **argv)
{
    begin(argc, argv);
    know_program();
    for (size_t i = 0; i < COUNT(of_typical); i++) {
        for (size_t j = 0; j < NR_SPELLINGS; j++) {
            char id[16];

            snprintf(id, sizeof(id), "%s%s", of_typical[i].prefix,
                     spellings[j].id + 1);
            if (spellings[j].typical) {
                run_case(id, of_typical[i].fn, &spellings[j]);
            }
        }
    }
    for (size_t i = 0; i < COUNT(others); i++) {
        run_case(others[i].id, others[i].fn, others[i].arg);
    }
    fremovexattr(program.fd, attr);
    return finish();
}
