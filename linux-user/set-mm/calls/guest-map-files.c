/*
 * Names in /proc/PID/map_files, which are the guest's addresses
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <dirent.h>
#include <sys/sysmacros.h>
#include "qemu/bswap.h"
#include "set-mm/calls/guest-map-files.h"
#include "set-mm/rules/proc-name.h"
#include "set-mm/rules/same-file.h"
#include "set-mm/state/fd-table.h"
#include "set-mm/views/map-files.h"
#include "set-mm/views/sibling.h"

/*
 * Nobody else's directory is listed so: it is named map_files, has mode 0500,
 * and beside it is the maps of a process.
 *
 * @dir: with a slash behind, or empty for @dirfd itself
 *
 * Returns: as map_files_list(), NULL for a directory of another kind.
 */
static GArray *list_of(int dirfd, const char *dir)
{
    g_autofree char *here = g_strconcat(dir, ".", NULL);
    g_autofree char *name = g_strconcat(dir, "../map_files", NULL);
    g_autofree char *maps = g_strconcat(dir, "../maps", NULL);
    struct stat st, named;
    Sibling sibling;
    GArray *list;

    if (fstatat(dirfd, here, &st, 0) < 0 || major(st.st_dev) ||
        st.st_mode != (S_IFDIR | S_IRUSR | S_IXUSR) ||
        fstatat(dirfd, name, &named, 0) < 0 || !same_file(&st, &named)) {
        return NULL;
    }
    if (proc_name_find(dirfd, maps).entry == PROC_ENTRY_MAPS) {
        return map_files_list(NULL);
    }
    if (!sibling_find(&sibling, dirfd, maps, strlen(maps) - strlen("maps"))) {
        return NULL;
    }
    list = map_files_list(&sibling);
    sibling_put(&sibling);
    return list;
}

/* --- Paths ---------------------------------------------------------------- */

static const MapFile *find(const GArray *list, uint64_t start, uint64_t end)
{
    for (guint i = 0; i < list->len; i++) {
        const MapFile *file = &g_array_index(list, MapFile, i);

        if (file->start == start && file->end == end) {
            return file;
        }
    }
    return NULL;
}

const char *guest_map_files_path(int dirfd, const char *path)
{
    static __thread char hosts[PATH_MAX];
    g_autoptr(GArray) list = NULL;
    g_autofree char *dir = NULL;
    /* No name of procfs is so. */
    char name[MAP_FILE_NAME] = "-";
    uint64_t start, end;
    const char *at = map_file_parse(path, &start, &end);
    const MapFile *file;

    if (likely(!at)) {
        return path;
    }
    dir = g_strndup(path, at - path);
    list = list_of(dirfd, dir);
    if (!list) {
        return path;
    }
    file = find(list, start, end);
    if (file) {
        map_file_name(name, file->host_start, file->host_end);
    }
    snprintf(hosts, sizeof(hosts), "%s%s", dir, name);
    return hosts;
}

/* --- Directories ---------------------------------------------------------- */

/* The kernel's struct linux_dirent64, or struct linux_dirent. */
typedef struct Record {
    bool is_64;
    char *at;
} Record;

enum { RECORD_HEAD = 2 * sizeof(uint64_t) };

#ifdef SYS_getdents
enum { OLD_NAME = 2 * sizeof(long) + sizeof(uint16_t) };
#else
enum { OLD_NAME = 0 };
#endif

static const char *name_of(Record r)
{
    return r.at + (r.is_64 ? offsetof(struct dirent64, d_name) : OLD_NAME);
}

static unsigned size_of(Record r)
{
    return lduw_he_p(r.at + (r.is_64 ? offsetof(struct dirent64, d_reclen)
                                     : 2 * sizeof(long)));
}

static uint64_t next_of(Record r)
{
    return r.is_64 ? ldq_he_p(r.at + sizeof(uint64_t))
                   : *(unsigned long *)(r.at + sizeof(long));
}

/* Returns: bytes, or 0 if there is no room. */
static unsigned put_record(Record r, unsigned room, const char *name,
                           ino_t inode, uint64_t next)
{
    const unsigned align = r.is_64 ? sizeof(uint64_t) : sizeof(long);
    const unsigned head = name_of(r) - r.at, len = strlen(name) + 1;
    /* The older one has the type in its last byte. */
    const unsigned size = ROUND_UP(head + len + !r.is_64, align);

    if (size > room) {
        return 0;
    }
    memset(r.at, 0, size);
    memcpy(r.at + head, name, len);
    if (r.is_64) {
        stq_he_p(r.at, inode);
        stq_he_p(r.at + sizeof(uint64_t), next);
        stw_he_p(r.at + RECORD_HEAD, size);
        r.at[RECORD_HEAD + sizeof(uint16_t)] = DT_LNK;
    } else {
        *(unsigned long *)r.at = inode;
        *(unsigned long *)(r.at + sizeof(long)) = next;
        stw_he_p(r.at + 2 * sizeof(long), size);
        r.at[size - 1] = DT_LNK;
    }
    return size;
}

/*
 * Where the host's records of mappings begin in a buffer, and which of them is
 * the first, counted from 0.
 *
 * Returns: false if that is no such directory.
 */
static bool find_first(bool is_64, int fd, char *buf, int len, int *first,
                       off_t *number)
{
    uint64_t start, end;
    Record r = { is_64, buf };

    for (*first = 0; *first < len; *first += size_of(r)) {
        r.at = buf + *first;
        if (*name_of(r) != '.') {
            *number = next_of(r) - 1 - 2;
            return map_file_parse(name_of(r), &start, &end);
        }
    }
    if (len) {
        return false;
    }
    /* The end of the host's list need not be that of the guest's. */
    *number = lseek(fd, 0, SEEK_CUR) - 2;
    return *number >= 0;
}

static ino_t inode_of(int fd, const MapFile *file)
{
    char name[MAP_FILE_NAME];
    struct stat st;

    map_file_name(name, file->host_start, file->host_end);
    return fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_ino : 1;
}

int guest_map_files_getdents(bool is_64, int fd, void *buf, unsigned size,
                             int len)
{
    g_autoptr(GArray) list = NULL;
    char name[MAP_FILE_NAME];
    uint32_t word = fd_table_word(fd);
    off_t number;
    int at;

    if (len < 0 || (!len && fd_table_is_plain(fd)) ||
        !find_first(is_64, fd, buf, len, &at, &number)) {
        return len;
    }
    list = list_of(fd, "");
    if (!list) {
        if (!len) {
            fd_table_note_plain(fd, word);
        }
        return len;
    }
    for (; number < list->len; number++) {
        const MapFile *file = &g_array_index(list, MapFile, number);
        Record r = { is_64, (char *)buf + at };
        unsigned used;

        map_file_name(name, file->start, file->end);
        used = put_record(r, size - at, name, inode_of(fd, file),
                          number + 1 + 2);
        if (!used) {
            break;
        }
        at += used;
    }
    lseek(fd, number + 2, SEEK_SET);
    if (!at && number < list->len) {
        errno = EINVAL;
        return -1;
    }
    return at;
}
