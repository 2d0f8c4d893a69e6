/*
 * open(2), openat(2), openat2(2) and creat(2)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_OPEN_H
#define LINUX_USER_GUEST_OPEN_H

struct open_how_ver0;

/* openat(2) and openat2(2) of the host */
typedef int HostOpenat(int dirfd, const char *path, int flags, mode_t mode);
typedef int HostOpenat2(int dirfd, const char *path,
                        const struct open_how_ver0 *how, size_t size);

/* QEMU's maybe_do_fake_open() */
typedef int FakeOpen(CPUArchState *env, int dirfd, const char *path,
                     int flags, mode_t mode, int resolve, bool safe);

/**
 * guest_openat: openat(2)
 * @host: opens what is the host's; NULL for the C library's, which a signal
 *        of the guest does not interrupt
 * @fake: asked for files of procfs that are the process's own no more than
 *        anybody's, such as /proc/cpuinfo, by the kernel's name of them; may
 *        be NULL
 * @flags, @mode: host values
 *
 * The host opens the file, and what it then is says whether there is anything
 * to decide; only the link to the executable is known before.
 *
 * Returns: a new descriptor, or -1 with host errno.
 */
int guest_openat(HostOpenat *host, FakeOpen *fake, CPUArchState *env,
                 int dirfd, const char *path, int flags, mode_t mode);

/**
 * guest_openat2: openat2(2)
 * @path: as the guest passed it; QEMU's -L is applied here
 * @how: host values
 */
int guest_openat2(HostOpenat2 *host, FakeOpen *fake, CPUArchState *env,
                  int dirfd, const char *path,
                  const struct open_how_ver0 *how, size_t size);

/* guest_creat: creat(2) */
int guest_creat(const char *path, mode_t mode);

/**
 * guest_open_not_faked: for QEMU's list of what it fakes, does @path mean the
 * process's own @entry?
 *
 * Returns: 0, as guest_openat() has had it before.
 */
int guest_open_not_faked(const char *path, const char *entry);

#endif /* LINUX_USER_GUEST_OPEN_H */
