/*
 * Which sub-options of PR_SET_MM the process may use
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_HOST_CAPS_H
#define LINUX_USER_HOST_CAPS_H

/**
 * host_caps_sys_resource: capable(CAP_SYS_RESOURCE), that is in the initial
 * user namespace, asked of the host's kernel for the calling thread
 */
bool host_caps_sys_resource(void);

/**
 * host_caps_checkpoint_restore: CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN in
 * the calling thread's own user namespace, the kernel's
 * checkpoint_restore_ns_capable()
 */
bool host_caps_checkpoint_restore(void);

#endif /* LINUX_USER_HOST_CAPS_H */
