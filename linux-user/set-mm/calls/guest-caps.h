/*
 * Calls that tell of a thread's capabilities, or change them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_CAPS_H
#define LINUX_USER_GUEST_CAPS_H

#include <linux/capability.h>

/**
 * guest_capget: capget(2)
 * @data: one element for the version of 1998, else two; may be NULL
 *
 * guest_capset: capset(2)
 *
 * What caps=all has granted is there beside what the host has given, and can be
 * given up.  Mirror kernel/capability.c and security/commoncap.c:cap_capset().
 *
 * Return: 0, or -1 with host errno.
 */
int guest_capget(struct __user_cap_header_struct *header,
                 struct __user_cap_data_struct *data);
int guest_capset(struct __user_cap_header_struct *header,
                 const struct __user_cap_data_struct *data);

/* guest_caps_wants: is it a prctl(2) option that guest_caps_prctl() handles? */
bool guest_caps_wants(int option);

/**
 * guest_caps_prctl: prctl(PR_CAPBSET_READ) and prctl(PR_CAPBSET_DROP)
 *
 * Returns: 0 or 1, or -1 with host errno.
 */
int guest_caps_prctl(int option, unsigned long cap);

#endif /* LINUX_USER_GUEST_CAPS_H */
