/*
 * What the guest programs use of a C library, for architectures that have a
 * compiler in Debian but no library
 *
 * Constants and structs are the kernel's own, from <linux/...> and
 * <asm/...>.  All headers of a C library that a program includes are this one;
 * see make-headers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef NOLIBC_H
#define NOLIBC_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* ------------------------------------------------------------- integers */

/* The compilers for bare metal have uint32_t as long, the kernel has not. */
typedef signed char int8_t;
typedef unsigned char uint8_t;
typedef short int16_t;
typedef unsigned short uint16_t;
typedef int int32_t;
typedef unsigned int uint32_t;
#ifdef __LP64__
typedef long int64_t;
typedef unsigned long uint64_t;
#define __PRI64 "l"
#else
typedef long long int64_t;
typedef unsigned long long uint64_t;
#define __PRI64 "ll"
#endif
typedef __INTPTR_TYPE__ intptr_t;
typedef __UINTPTR_TYPE__ uintptr_t;
typedef __PTRDIFF_TYPE__ ssize_t;
typedef int64_t off_t;
typedef int64_t off64_t;
typedef int64_t time_t;
typedef uint64_t dev_t;
typedef uint64_t ino_t;
typedef unsigned int mode_t;
typedef unsigned int nlink_t;
typedef unsigned int uid_t;
typedef unsigned int gid_t;
typedef int pid_t;
typedef int id_t;
typedef unsigned int socklen_t;

#define PRIx64 __PRI64 "x"
#define PRIu64 __PRI64 "u"
#define PRId64 __PRI64 "d"
#define SCNx64 __PRI64 "x"
#define SCNu64 __PRI64 "u"
#define SCNi64 __PRI64 "i"

#define INT_MAX __INT_MAX__
#define INT_MIN (-INT_MAX - 1)
#define UINT_MAX (2u * INT_MAX + 1)
#define LONG_MAX __LONG_MAX__
#define LONG_MIN (-LONG_MAX - 1)
#define ULONG_MAX (2ul * LONG_MAX + 1)
#define INT32_MAX INT_MAX
#define UINT16_MAX 0xffff
#define UINT32_MAX UINT_MAX
#define INT64_MAX ((int64_t)(UINT64_MAX >> 1))
#define UINT64_MAX (~(uint64_t)0)
#define SIZE_MAX (~(size_t)0)
#define UINTPTR_MAX (~(uintptr_t)0)
#define CHAR_BIT __CHAR_BIT__

/* ----------------------------------------------------------- the kernel's */

#include <linux/posix_types.h>
#include <linux/types.h>
#include <asm/unistd.h>
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <asm/ioctls.h>
#include <asm/mman.h>
#include <asm/resource.h>
#include <asm/signal.h>
#include <asm/siginfo.h>
#include <asm/socket.h>
#include <asm/poll.h>
#include <asm/statfs.h>
#include <asm/termios.h>
#include <linux/auxvec.h>
#include <linux/close_range.h>
#include <linux/elf.h>
#include <linux/eventpoll.h>
#include <linux/fanotify.h>
#include <linux/inotify.h>
#include <linux/limits.h>
#include <linux/memfd.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/stat.h>
#include <linux/uio.h>
#include <linux/wait.h>
#include <linux/xattr.h>
#include "nolibc-calls.h"

#ifndef O_LARGEFILE
#define O_LARGEFILE 0
#endif
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif
#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif
#define S_IFMT 00170000
#define R_OK 4
#define W_OK 2
#define X_OK 1
#define F_OK 0
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2
#define MAP_FAILED ((void *)-1)
#define LOCK_SH 1
#define LOCK_EX 2
#define LOCK_NB 4
#define LOCK_UN 8
#define MNT_DETACH 2
#define UMOUNT_NOFOLLOW 8
#define UTIME_NOW 0x3fffffff
#define UTIME_OMIT 0x3ffffffe
#define SPLICE_F_NONBLOCK 2

/* --------------------------------------------------------------- errors */

int *nolibc_errno(void);
#define errno (*nolibc_errno())
void perror(const char *what);

/* -------------------------------------------------------------- strings */

void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int byte, size_t n);
void *memrchr(const void *s, int byte, size_t n);
void *memmem(const void *s, size_t n, const void *what, size_t len);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
char *strcpy(char *to, const char *from);
char *strcat(char *to, const char *from);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *what);
size_t strspn(const char *s, const char *set);
size_t strcspn(const char *s, const char *set);
char *strpbrk(const char *s, const char *set);
char *strtok_r(char *s, const char *set, char **save);
unsigned long long strtoull(const char *s, char **end, int base);
unsigned long strtoul(const char *s, char **end, int base);
long strtol(const char *s, char **end, int base);
int atoi(const char *s);

/* ---------------------------------------------------------------- stdio */

typedef struct nolibc_file FILE;
extern FILE *stdout, *stderr;
#define EOF (-1)

int printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int fprintf(FILE *file, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
int dprintf(int fd, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
int snprintf(char *to, size_t size, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int vsnprintf(char *to, size_t size, const char *fmt, va_list ap);
int sscanf(const char *s, const char *fmt, ...)
    __attribute__((format(scanf, 2, 3)));
int puts(const char *s);
int fflush(FILE *file);
FILE *fdopen(int fd, const char *mode);
size_t fread(void *to, size_t size, size_t n, FILE *file);
void rewind(FILE *file);
int fclose(FILE *file);

/* --------------------------------------------------------------- stdlib */

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1

extern char **environ;
void *malloc(size_t size);
char *getenv(const char *name);
char *realpath(const char *path, char *to);
char *mkdtemp(char *template);
void exit(int status) __attribute__((noreturn));
void _exit(int status) __attribute__((noreturn));
void abort(void) __attribute__((noreturn));
unsigned long getauxval(unsigned long type);

/* ---------------------------------------------------------------- files */

struct timespec {
    int64_t tv_sec;
    long long tv_nsec;
};

struct timeval {
    long tv_sec;
    long tv_usec;
};

struct itimerspec {
    struct timespec it_interval;
    struct timespec it_value;
};

struct stat {
    dev_t st_dev;
    ino_t st_ino;
    dev_t st_rdev;
    off_t st_size;
    off_t st_blocks;
    mode_t st_mode;
    nlink_t st_nlink;
    uid_t st_uid;
    gid_t st_gid;
    int st_blksize;
    struct timespec st_atim, st_mtim, st_ctim;
};
#define st_mtime st_mtim.tv_sec

struct dirent {
    ino_t d_ino;
    off_t d_off;
    uint16_t d_reclen;
    uint8_t d_type;
    char d_name[256 + 5];
};
typedef struct nolibc_dir DIR;

#define DT_DIR 4
#define DT_REG 8
#define DT_LNK 10

#ifndef __LP64__
/* The functions have the structs' names. */
#define statfs statfs64
#define fstatfs fstatfs64
#endif

int open(const char *path, int flags, ...);
int openat(int dir, const char *path, int flags, ...);
int creat(const char *path, mode_t mode);
int close(int fd);
ssize_t read(int fd, void *to, size_t n);
ssize_t write(int fd, const void *from, size_t n);
ssize_t pread(int fd, void *to, size_t n, off_t at);
ssize_t pwrite(int fd, const void *from, size_t n, off_t at);
ssize_t readv(int fd, const struct iovec *iov, int n);
ssize_t preadv(int fd, const struct iovec *iov, int n, off_t at);
off_t lseek(int fd, off_t at, int whence);
ssize_t sendfile(int out, int in, off_t *at, size_t n);
ssize_t splice(int in, off_t *in_at, int out, off_t *out_at, size_t n,
               unsigned flags);
int dup(int fd);
int dup2(int from, int to);
int dup3(int from, int to, int flags);
int fcntl(int fd, int op, ...);
int ioctl(int fd, unsigned long op, ...);
int flock(int fd, int op);
int pipe(int fd[2]);
int pipe2(int fd[2], int flags);
int fsync(int fd);
int fdatasync(int fd);
int truncate(const char *path, off_t size);
int ftruncate(int fd, off_t size);
int fallocate(int fd, int mode, off_t at, off_t size);
int stat(const char *path, struct stat *st);
int lstat(const char *path, struct stat *st);
int fstat(int fd, struct stat *st);
int fstatat(int dir, const char *path, struct stat *st, int flags);
int statx(int dir, const char *path, int flags, unsigned mask,
          struct statx *st);
int statfs(const char *path, struct statfs *st);
int fstatfs(int fd, struct statfs *st);
int access(const char *path, int mode);
int faccessat(int dir, const char *path, int mode, int flags);
int chmod(const char *path, mode_t mode);
int fchmod(int fd, mode_t mode);
int fchmodat(int dir, const char *path, mode_t mode, int flags);
int chown(const char *path, uid_t uid, gid_t gid);
int lchown(const char *path, uid_t uid, gid_t gid);
int fchown(int fd, uid_t uid, gid_t gid);
int fchownat(int dir, const char *path, uid_t uid, gid_t gid, int flags);
mode_t umask(mode_t mask);
int link(const char *from, const char *to);
int linkat(int from_dir, const char *from, int to_dir, const char *to,
           int flags);
int symlink(const char *text, const char *path);
int symlinkat(const char *text, int dir, const char *path);
ssize_t readlink(const char *path, char *to, size_t size);
ssize_t readlinkat(int dir, const char *path, char *to, size_t size);
int rename(const char *from, const char *to);
int unlink(const char *path);
int unlinkat(int dir, const char *path, int flags);
int mkdir(const char *path, mode_t mode);
int mkdirat(int dir, const char *path, mode_t mode);
int mknodat(int dir, const char *path, mode_t mode, dev_t dev);
int rmdir(const char *path);
int chdir(const char *path);
int fchdir(int fd);
int chroot(const char *path);
int mount(const char *what, const char *where, const char *type,
          unsigned long flags, const void *data);
int umount2(const char *path, int flags);
int acct(const char *path);
int utimensat(int dir, const char *path, const struct timespec time[2],
              int flags);
int futimens(int fd, const struct timespec time[2]);
DIR *opendir(const char *path);
DIR *fdopendir(int fd);
struct dirent *readdir(DIR *dir);
int closedir(DIR *dir);
int dirfd(DIR *dir);
void rewinddir(DIR *dir);
long telldir(DIR *dir);
void seekdir(DIR *dir, long at);

ssize_t getxattr(const char *path, const char *name, void *to, size_t size);
ssize_t lgetxattr(const char *path, const char *name, void *to, size_t size);
ssize_t fgetxattr(int fd, const char *name, void *to, size_t size);
int setxattr(const char *path, const char *name, const void *value,
             size_t size, int flags);
int lsetxattr(const char *path, const char *name, const void *value,
              size_t size, int flags);
int fsetxattr(int fd, const char *name, const void *value, size_t size,
              int flags);
ssize_t listxattr(const char *path, char *to, size_t size);
ssize_t llistxattr(const char *path, char *to, size_t size);
ssize_t flistxattr(int fd, char *to, size_t size);
int removexattr(const char *path, const char *name);
int lremovexattr(const char *path, const char *name);
int fremovexattr(int fd, const char *name);

struct file_handle {
    unsigned int handle_bytes;
    int handle_type;
    unsigned char f_handle[];
};
int name_to_handle_at(int dir, const char *path, struct file_handle *handle,
                      int *mount_id, int flags);
int fanotify_init(unsigned flags, unsigned event_flags);
int fanotify_mark(int fd, unsigned flags, uint64_t mask, int dir,
                  const char *path);
int inotify_init1(int flags);
int inotify_add_watch(int fd, const char *path, uint32_t mask);

static inline dev_t makedev(unsigned major, unsigned minor)
{
    return (minor & 0xff) | (major & 0xfff) << 8 |
           (dev_t)(minor & ~0xffu) << 12 | (dev_t)(major & ~0xfffu) << 32;
}

static inline unsigned major(dev_t dev)
{
    return (dev >> 8 & 0xfff) | (unsigned)(dev >> 32 & ~0xfffu);
}

static inline unsigned minor(dev_t dev)
{
    return (dev & 0xff) | (unsigned)(dev >> 12 & ~0xffu);
}

/* ---------------------------------------------------------- waiting for */

#define FD_SETSIZE 1024
typedef struct {
    unsigned long bits[FD_SETSIZE / 8 / sizeof(long)];
} fd_set;
#define FD_ZERO(set) memset(set, 0, sizeof(fd_set))
#define FD_SET(fd, set) \
    ((set)->bits[(fd) / (8 * sizeof(long))] |= \
     1ul << (fd) % (8 * sizeof(long)))
typedef unsigned long nfds_t;

int select(int n, fd_set *in, fd_set *out, fd_set *err, struct timeval *time);
int poll(struct pollfd *fds, nfds_t n, int ms);
int epoll_create1(int flags);
int epoll_ctl(int epoll, int op, int fd, struct epoll_event *event);
int timerfd_gettime(int fd, struct itimerspec *time);

#define AF_UNIX 1
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_CLOEXEC O_CLOEXEC
#define SOCK_NONBLOCK O_NONBLOCK
#define SOL_SOCKET_LEVEL SOL_SOCKET
#define SCM_RIGHTS 1
#define MSG_DONTWAIT 0x40
#define MSG_NOSIGNAL 0x4000

struct sockaddr {
    unsigned short sa_family;
    char sa_data[14];
};

struct msghdr {
    void *msg_name;
    int msg_namelen;
    struct iovec *msg_iov;
    size_t msg_iovlen;
    void *msg_control;
    size_t msg_controllen;
    unsigned msg_flags;
};

struct cmsghdr {
    size_t cmsg_len;
    int cmsg_level;
    int cmsg_type;
};
#define CMSG_ALIGN(n) (((n) + sizeof(long) - 1) & -sizeof(long))
#define CMSG_LEN(n) (CMSG_ALIGN(sizeof(struct cmsghdr)) + (n))
#define CMSG_SPACE(n) (CMSG_ALIGN(sizeof(struct cmsghdr)) + CMSG_ALIGN(n))
#define CMSG_DATA(c) ((unsigned char *)(c) + CMSG_ALIGN(sizeof(*(c))))
#define CMSG_FIRSTHDR(m) ((struct cmsghdr *)(m)->msg_control)

int socket(int family, int type, int protocol);
int socketpair(int family, int type, int protocol, int fd[2]);
int accept(int fd, struct sockaddr *address, socklen_t *len);
ssize_t sendmsg(int fd, const struct msghdr *message, int flags);

/* ------------------------------------------------------------- processes */

#define P_ALL 0
#define P_PID 1
#define WIFEXITED(s) (((s) & 0x7f) == 0)
#define WEXITSTATUS(s) ((s) >> 8 & 0xff)
#define WIFSIGNALED(s) (((s) & 0x7f) != 0 && ((s) & 0x7f) != 0x7f)
#define WTERMSIG(s) ((s) & 0x7f)
#define WIFSTOPPED(s) (((s) & 0xff) == 0x7f)
#define WSTOPSIG(s) WEXITSTATUS(s)
#define _SC_OPEN_MAX 4
#define _SC_PAGESIZE 30
#define RLIM_KERNEL_INFINITY RLIM_INFINITY
#undef RLIM_INFINITY
#define RLIM_INFINITY (~0ull)
#define RTLD_NOW 2

typedef uint64_t rlim_t;
struct rlimit {
    rlim_t rlim_cur;
    rlim_t rlim_max;
};

struct utsname {
    char sysname[65];
    char nodename[65];
    char release[65];
    char version[65];
    char machine[65];
    char domainname[65];
};

long syscall(long nr, ...);
pid_t fork(void);
pid_t vfork(void);
int clone(int (*fn)(void *), void *stack, int flags, void *arg, ...);
pid_t waitpid(pid_t pid, int *status, int flags);
pid_t wait(int *status);
int waitid(int type, id_t id, siginfo_t *info, int flags);
int execve(const char *path, char *const argv[], char *const envp[]);
int execl(const char *path, const char *arg, ...);
pid_t getpid(void);
pid_t getppid(void);
pid_t getpgrp(void);
pid_t getsid(pid_t pid);
uid_t geteuid(void);
gid_t getegid(void);
int setresuid(uid_t real, uid_t effective, uid_t saved);
int setresgid(gid_t real, gid_t effective, gid_t saved);
int setfsuid(uid_t uid);
int setfsgid(gid_t gid);
int setgroups(size_t n, const gid_t *groups);
int setns(int fd, int type);
int unshare(int flags);
int prctl(int op, ...);
int kill(pid_t pid, int sig);
unsigned alarm(unsigned seconds);
int pause(void);
int usleep(unsigned us);
int nanosleep(const struct timespec *time, struct timespec *left);
int sched_yield(void);
int uname(struct utsname *name);
long sysconf(int name);
int getrlimit(int which, struct rlimit *limit);
int setrlimit(int which, const struct rlimit *limit);
int prlimit(pid_t pid, int which, const struct rlimit *limit,
            struct rlimit *old);

void *mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset);
int munmap(void *at, size_t size);
int mprotect(void *at, size_t size, int prot);
void *mremap(void *at, size_t size, size_t now, int flags, ...);

#ifdef __LP64__
#define ElfW(type) Elf64_##type
#else
#define ElfW(type) Elf32_##type
#endif

/* --------------------------------------------------------------- threads */

typedef struct nolibc_thread *pthread_t;
typedef struct {
    int locked;
} pthread_mutex_t;
typedef struct {
    int turn;
} pthread_cond_t;
typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t cond;
    unsigned count, here, round;
} pthread_barrier_t;
#define PTHREAD_MUTEX_INITIALIZER { 0 }
#define PTHREAD_COND_INITIALIZER { 0 }
#define PTHREAD_BARRIER_SERIAL_THREAD (-1)

int pthread_create(pthread_t *thread, const void *attr, void *(*fn)(void *),
                   void *arg);
int pthread_join(pthread_t thread, void **value);
int pthread_mutex_lock(pthread_mutex_t *mutex);
int pthread_mutex_unlock(pthread_mutex_t *mutex);
int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);
int pthread_cond_signal(pthread_cond_t *cond);
int pthread_cond_broadcast(pthread_cond_t *cond);
int pthread_barrier_init(pthread_barrier_t *barrier, const void *attr,
                         unsigned count);
int pthread_barrier_wait(pthread_barrier_t *barrier);

#endif
