/*
 * The emulator's own threads are none of the guest's
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <dirent.h>
#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include "qemu.h"
#include "set-mm/calls/guest-map-files.h"
#include "set-mm/calls/guest-task.h"
#include "set-mm/host/alone.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/host/vfork-child.h"
#include "set-mm/views/sibling.h"

enum {
    /* A number above what a kernel gives. */
    NOBODY = INT_MAX,
    /* Of a directory of two threads. */
    FEWEST_LINKS = 4,
};

pid_t guest_task(pid_t pid)
{
    return unlikely(alone_is_hidden(pid)) ? NOBODY : pid;
}

pid_t guest_task_of(int which, int who)
{
    return which == PRIO_PROCESS ? guest_task(who) : who;
}

bool guest_task_is_own(pid_t pid)
{
    return pid == getpid() || syscall(__NR_tgkill, getpid(), pid, 0) == 0;
}

/* --- Paths ---------------------------------------------------------------- */

static bool is_procfs(const char *path, size_t len)
{
    g_autofree char *dir = len ? g_strndup(path, len) : g_strdup(".");
    struct statfs fs;

    return statfs(dir, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

/* The number that a component is, or 0. */
static pid_t number_at(const char *at, size_t len)
{
    pid_t number = 0;

    if (!len || len > 9) {
        return 0;
    }
    for (size_t i = 0; i < len; i++) {
        if (at[i] < '0' || at[i] > '9') {
            return 0;
        }
        number = 10 * number + (at[i] - '0');
    }
    return number;
}

/* The first component that may be a number, or NULL. */
static const char *find_number(const char *path)
{
    while (path && (*path < '0' || *path > '9')) {
        path = strchr(path, '/');
        path += path != NULL;
    }
    return path;
}

const char *guest_task_path(const char *path)
{
    static __thread char nowhere[PATH_MAX];

    for (const char *at = find_number(path); at; at = find_number(at)) {
        size_t len = strcspn(at, "/");

        if (alone_is_hidden(number_at(at, len)) &&
            is_procfs(path, at - path)) {
            /* No name of procfs begins so. */
            snprintf(nowhere, sizeof(nowhere), "%.*s-", (int)(at - path),
                     path);
            return nowhere;
        }
        at += len;
    }
    return path;
}

/* --- Directories ---------------------------------------------------------- */

/* Whose threads a directory lists, as soon as that matters. */
typedef struct Listing {
    enum { NOT_KNOWN, NO_THREADS, OWN, SIBLINGS } of;
    Sibling sibling;
} Listing;

static bool is_own_tasks(const struct stat *st)
{
    struct stat own;

    return stat("/proc/self/task", &own) == 0 && own.st_ino == st->st_ino &&
           own.st_dev == st->st_dev;
}

static void find_owner(Listing *list, int dirfd, const char *path)
{
    g_autofree char *above = g_strconcat(path, *path ? "/../" : "../", NULL);
    struct stat st;

    list->of = NO_THREADS;
    if (*path ? fstatat(dirfd, path, &st, 0) < 0
              : fstat(dirfd, &st) < 0 || !host_proc_is_procfs(dirfd)) {
        return;
    }
    if (is_own_tasks(&st)) {
        list->of = OWN;
    } else if (st.st_nlink >= FEWEST_LINKS &&
               sibling_find(&list->sibling, dirfd, above, strlen(above))) {
        list->of = SIBLINGS;
        sibling_put(&list->sibling);
    }
}

static bool is_hidden(Listing *list, int fd, const char *name)
{
    pid_t number = number_at(name, strlen(name));

    if (!number) {
        return false;
    }
    if (list->of == NOT_KNOWN) {
        find_owner(list, fd, "");
    }
    switch (list->of) {
    case OWN:
        return alone_is_hidden(number);
    case SIBLINGS:
        return sibling_hides(&list->sibling, number);
    default:
        return false;
    }
}

/* The kernel's struct linux_dirent and struct linux_dirent64. */
typedef struct DirentShape {
    size_t reclen;      /* where the length of the record is */
    size_t name;        /* where the name begins */
    long call;
} DirentShape;

static int drop_hidden(int fd, char *buf, int len, const DirentShape *shape)
{
    Listing list = { .of = NOT_KNOWN };

    for (int at = 0; at < len;) {
        unsigned short reclen = lduw_he_p(buf + at + shape->reclen);

        if (!is_hidden(&list, fd, buf + at + shape->name)) {
            at += reclen;
        } else {
            len -= reclen;
            memmove(buf + at, buf + at + reclen, len - at);
        }
    }
    return len;
}

/* Nothing at all would be the end of the directory. */
static int without_hidden(int fd, void *buf, unsigned size, int len,
                          const DirentShape *shape)
{
    int ret = drop_hidden(fd, buf, len, shape);

    while (len > 0 && ret == 0) {
        len = syscall(shape->call, fd, buf, size);
        ret = drop_hidden(fd, buf, len, shape);
    }
    return ret;
}

int guest_getdents64(int fd, void *buf, unsigned size, int len)
{
    static const DirentShape shape = {
        .reclen = offsetof(struct dirent64, d_reclen),
        .name = offsetof(struct dirent64, d_name),
        .call = __NR_getdents64,
    };

    len = guest_map_files_getdents(true, fd, buf, size, len);
    return without_hidden(fd, buf, size, len, &shape);
}

/* As QEMU chooses the host's call. */
int guest_getdents(int fd, void *buf, unsigned size, int len)
{
#if defined(SYS_getdents) && HOST_LONG_BITS >= TARGET_ABI_BITS
    static const DirentShape shape = {
        .reclen = 2 * sizeof(long),
        .name = 2 * sizeof(long) + sizeof(unsigned short),
        .call = SYS_getdents,
    };

    len = guest_map_files_getdents(false, fd, buf, size, len);
    return without_hidden(fd, buf, size, len, &shape);
#else
    return guest_getdents64(fd, buf, size, len);
#endif
}

static nlink_t links_of_tasks(int dirfd, const char *path, nlink_t links)
{
    Listing list = { .of = NOT_KNOWN };
    pid_t own[ALONE_MOST];

    find_owner(&list, dirfd, path ?: "");
    switch (list.of) {
    case OWN:
        return vfork_is_child() ? links : links - alone_list(own);
    case SIBLINGS:
        return links - sibling_hidden(&list.sibling);
    default:
        return links;
    }
}

nlink_t guest_task_links(int dirfd, const char *path, mode_t mode,
                         unsigned major, nlink_t links)
{
    bool may_be_tasks = S_ISDIR(mode) && !major && (mode & 07777) == 0555 &&
                        links >= FEWEST_LINKS;

    return may_be_tasks ? links_of_tasks(dirfd, path, links) : links;
}
