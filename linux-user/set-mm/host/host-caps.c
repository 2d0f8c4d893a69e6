/*
 * Which sub-options of PR_SET_MM the process may use
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <linux/capability.h>
#include <linux/prctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include "set-mm/host/host-caps.h"

#ifndef CAP_CHECKPOINT_RESTORE
#define CAP_CHECKPOINT_RESTORE 40
#endif

/*
 * The kernel tests the capability before it looks at the descriptor, and no
 * descriptor has the number -1: a question without an effect.
 */
bool host_caps_sys_resource(void)
{
    return prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, -1ul, 0, 0) < 0 &&
           errno == EBADF;
}

static bool is_effective(const struct __user_cap_data_struct *data, int cap)
{
    return data[CAP_TO_INDEX(cap)].effective & CAP_TO_MASK(cap);
}

bool host_caps_checkpoint_restore(void)
{
    struct __user_cap_header_struct header = {
        .version = _LINUX_CAPABILITY_VERSION_3,
    };
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

    return syscall(__NR_capget, &header, data) == 0 &&
           (is_effective(data, CAP_CHECKPOINT_RESTORE) ||
            is_effective(data, CAP_SYS_ADMIN));
}
