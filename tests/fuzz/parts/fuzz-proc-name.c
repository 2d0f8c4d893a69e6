/*
 * proc-name.c against following the path and comparing what is there
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "part.h"
#include "set-mm/rules/proc-name.h"

static const struct {
    const char *name;
    ProcEntry entry;
} entries[] = {
    { "exe", PROC_ENTRY_EXE }, { "cmdline", PROC_ENTRY_CMDLINE },
    { "environ", PROC_ENTRY_ENVIRON }, { "auxv", PROC_ENTRY_AUXV },
    { "stat", PROC_ENTRY_STAT }, { "statm", PROC_ENTRY_STATM },
    { "maps", PROC_ENTRY_MAPS }, { "smaps", PROC_ENTRY_SMAPS },
    { "limits", PROC_ENTRY_LIMITS },
};

static int proc_fd;

static pid_t number_of_procfs(char *number, size_t size)
{
    ssize_t len = readlinkat(proc_fd, "self", number, size - 1);

    number[len > 0 ? len : 0] = '\0';
    return len > 0 ? getpid() : 0;
}

/* Links of any name, in a directory of our own. */
static void prepare(void)
{
    static char dir[] = "/tmp/set-mm-fuzz.XXXXXX";
    static const char *const links[][2] = {
        { "/proc/self/exe", "a" }, { "a", "b" }, { "/proc/self", "c" },
        { "c/exe", "exe" }, { "/proc/self/task", "d" }, { ".", "e" },
        { "loop", "loop" }, { "/proc/self/stat", "stat" },
    };
    struct stat st;

    if (proc_fd) {
        return;
    }
    proc_fd = open("/proc", O_PATH | O_DIRECTORY);
    CHECK(proc_fd >= 0 && fstat(proc_fd, &st) == 0);
    proc_name_init(st.st_dev, number_of_procfs);
    CHECK(mkdtemp(dir) && chdir(dir) == 0);
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        CHECK(symlink(links[i][0], links[i][1]) == 0);
    }
}

static ProcEntry want_entry(const char *name)
{
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        if (!strcmp(name, entries[i].name)) {
            return entries[i].entry;
        }
    }
    return PROC_ENTRY_NONE;
}

static bool is_same(const struct stat *st, const char *path)
{
    struct stat other;

    return stat(path, &other) == 0 && st->st_dev == other.st_dev &&
           st->st_ino == other.st_ino;
}

/* Is the directory ours, or one of our threads'? */
static bool is_ours(const struct stat *st)
{
    char path[PATH_MAX];
    struct dirent *entry;
    bool found;
    DIR *dir;

    found = is_same(st, "/proc/self");
    dir = opendir("/proc/self/task");
    while (!found && dir && (entry = readdir(dir))) {
        if (entry->d_name[0] != '.') {
            snprintf(path, sizeof(path), "/proc/self/task/%s", entry->d_name);
            found = is_same(st, path);
        }
    }
    closedir(dir);
    return found;
}

static bool want_own(const char *path, ProcName name)
{
    char dir[PATH_MAX];
    struct stat st;

    if (name.entry == PROC_ENTRY_NONE) {
        return false;
    }
    snprintf(dir, sizeof(dir), "%.*s", name.dir_len ? name.dir_len : 1,
             name.dir_len ? path : ".");
    if (stat(dir, &st)) {
        return false;
    }
    return is_ours(&st);
}

/* Most paths are made of names that lead somewhere. */
static char *take_path(Input *in)
{
    static const char *const parts[] = {
        "/", "/", "/", "/proc", "self", "task", "exe", "..", ".", "fd",
        "fdinfo", "thread-self", "stat", "maps", "a", "b", "c", "d", "e",
        "loop", "cwd", "root", "0", "1", "01", "status", "comm", "PID",
        "TID", "cmdline", "1000000000", "x",
    };
    char *path = malloc(PATH_MAX), number[16];
    size_t len = 0;

    if (take(in, 1) & 1) {
        free(path);
        return take_string(in);
    }
    while (in->left && len < PATH_MAX - 40) {
        const char *part = parts[take(in, 1) % 32];

        if (!strcmp(part, "PID") || !strcmp(part, "TID")) {
            snprintf(number, sizeof(number), "%ld",
                     *part == 'P' ? (long)getpid() : syscall(SYS_gettid));
            part = number;
        }
        strcpy(path + len, part);
        len += strlen(part);
    }
    path[len] = '\0';
    return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input in = { data, size };
    char next[PATH_MAX];
    const char *slash;
    struct stat a, b;
    ProcEntry want;
    ProcName name;
    char *path;

    prepare();
    path = take_path(&in);
    name = proc_name_guess(path);
    slash = strrchr(path, '/');
    want = want_entry(slash ? slash + 1 : path);
    CHECK(name.dir_len == (slash ? slash + 1 - path : 0));
    CHECK(name.entry == want);
    /* What is looked at first must let pass all that matters. */
    CHECK(proc_name_may_be_exe(path) || want != PROC_ENTRY_EXE);
    if (strlen(path) < PATH_MAX - 1) {
        errno = EUCLEAN;
        CHECK(proc_name_is_own(AT_FDCWD, path, name) ==
              want_own(path, name));
        if (name.entry != PROC_ENTRY_NONE) {
            errno = EUCLEAN;
            proc_name_is_own(AT_FDCWD, path, name);
            CHECK(errno == EUCLEAN);
        }
        errno = EUCLEAN;
        if (proc_name_next_link(AT_FDCWD, path, next)) {
            int first = stat(path, &a), second = stat(next, &b);

            CHECK(first == second);
            CHECK(first || (a.st_dev == b.st_dev && a.st_ino == b.st_ino));
            errno = EUCLEAN;
        }
        CHECK(errno == EUCLEAN);
    }
    free(path);
    return 0;
}
