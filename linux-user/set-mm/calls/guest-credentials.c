/*
 * Calls that change a thread's credentials
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu.h"
#include "set-mm/calls/guest-credentials.h"
#include "set-mm/calls/guest-thread.h"
#include "set-mm/host/alone.h"
#include "set-mm/host/vfork-child.h"

int guest_credentials(int ret)
{
    if (ret >= 0 && !vfork_is_child()) {
        alone_renew(guest_thread_is_alone());
    }
    return ret;
}
