/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * calls.c: system calls that look different from kernel to kernel
 */
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/stat.h>
#include "agent.h"

/*
 * mmap().  Returns the address, or a negative errno.
 */
long agent_mmap(uintptr_t addr, size_t len, int prot, int flags, int fd,
                uint64_t offset)
{
#if defined(__s390x__)
    unsigned long args[] = { addr, len, prot, flags, fd, offset };

    return sys(__NR_mmap, args);
#elif defined(__NR_mmap2)
    return sys(__NR_mmap2, addr, len, prot, flags, fd, offset >> 12);
#else
    return sys(__NR_mmap, addr, len, prot, flags, fd, offset);
#endif
}

/*
 * Whether what mmap() or mremap() returned is an error.
 */
bool agent_is_error(long ret)
{
    return (unsigned long)ret > -4096UL;
}

/*
 * lseek().  Returns the new offset, or a negative errno.
 */
int64_t agent_seek(int fd, int64_t offset, int whence)
{
#ifdef __NR__llseek
    int64_t result;
    long ret = sys(__NR__llseek, fd, offset >> 32, offset, &result, whence);

    return ret < 0 ? ret : result;
#else
    return sys(__NR_lseek, fd, offset, whence);
#endif
}

/*
 * Read and write exactly len bytes at pos.  Return whether that was possible;
 * the file's own offset changes.
 */
bool agent_read(int fd, uint64_t pos, void *buf, size_t len)
{
    if (pos > INT64_MAX || agent_seek(fd, pos, SEEK_SET) < 0) {
        return false;
    }
    while (len) {
        long got = sys(__NR_read, fd, buf, len);

        if (got <= 0) {
            return false;
        }
        buf = (char *)buf + got;
        len -= got;
    }
    return true;
}

bool agent_write(int fd, uint64_t pos, const void *buf, size_t len)
{
    if (agent_seek(fd, pos, SEEK_SET) < 0) {
        return false;
    }
    while (len) {
        long done = sys(__NR_write, fd, buf, len);

        if (done <= 0) {
            return false;
        }
        buf = (const char *)buf + done;
        len -= done;
    }
    return true;
}

/*
 * Read a link into buf and end it with NUL.  Returns its length, or a
 * negative errno; what does not fit is none either.
 */
long agent_link_text(const char *path, char *buf, size_t size)
{
    long len = sys(__NR_readlinkat, AT_FDCWD, path, buf, size);

    if (len >= 0 && (size_t)len >= size) {
        return -ENAMETOOLONG;
    }
    if (len >= 0) {
        buf[len] = '\0';
    }
    return len;
}

/*
 * Ask for a file's inode, size and mode; with path NULL for fd's, otherwise
 * for that of path, links followed.  Returns whether there is one.
 */
bool agent_status(int fd, const char *path, uint64_t *inode, uint64_t *size,
                  unsigned *mode)
{
    struct statx st;

    if (sys(__NR_statx, path ? AT_FDCWD : fd, path ? path : "",
            path ? 0 : AT_EMPTY_PATH, STATX_BASIC_STATS, &st) < 0) {
        return false;
    }
    *inode = st.stx_ino;
    *size = st.stx_size;
    *mode = st.stx_mode;
    return true;
}

/*
 * Of the len bytes at offset in a mapped file, how many pages it has, in bytes;
 * what lies behind its end cannot be touched.  Returns whether that is known.
 */
bool agent_in_file(int fd, uint64_t offset, uint64_t *len)
{
    uint64_t inode, size;
    unsigned mode;

    if (!agent_status(fd, NULL, &inode, &size, &mode)) {
        return false;
    }
    size = agent_page_up(size);
    size = size > offset ? size - offset : 0;
    if (*len > size) {
        *len = size;
    }
    return true;
}

/*
 * Let other threads run for a millisecond.
 */
void agent_pause(void)
{
    long wait[2] = { 0, 1000000 };

    sys(__NR_nanosleep, wait, NULL);
}

/*
 * Send a signal again, to a thread of ours by its number, or to the process if
 * that is IMAGE_NONE.  Returns 0, or a negative errno.
 */
long agent_send(const ImageSignal *s, uint64_t tid)
{
    long pid = sys(__NR_getpid);

    return tid == IMAGE_NONE
           ? sys(__NR_rt_sigqueueinfo, pid, s->signal, s->info)
           : sys(__NR_rt_tgsigqueueinfo, pid, (int)tid, s->signal, s->info);
}
