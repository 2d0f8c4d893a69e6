/*
 * Calls that tell of a thread's capabilities, or change them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/prctl.h>
#include <sys/syscall.h>
#include "set-mm/calls/guest-caps.h"
#include "set-mm/calls/guest-task.h"
#include "set-mm/state/granted-caps.h"

/* The three sets of a call, whatever its version. */
typedef struct CapSets {
    uint64_t effective;
    uint64_t permitted;
    uint64_t inheritable;
} CapSets;

static int words_of(const struct __user_cap_header_struct *header)
{
    return header->version == _LINUX_CAPABILITY_VERSION_1 ? 1 : 2;
}

static CapSets load(const struct __user_cap_data_struct *data, int words)
{
    CapSets sets = { 0 };

    for (int i = 0; i < words; i++) {
        sets.effective |= (uint64_t)data[i].effective << 32 * i;
        sets.permitted |= (uint64_t)data[i].permitted << 32 * i;
        sets.inheritable |= (uint64_t)data[i].inheritable << 32 * i;
    }
    return sets;
}

static void store(struct __user_cap_data_struct *data, int words,
                  CapSets sets)
{
    for (int i = 0; i < words; i++) {
        data[i].effective = sets.effective >> 32 * i;
        data[i].permitted = sets.permitted >> 32 * i;
        data[i].inheritable = sets.inheritable >> 32 * i;
    }
}

int guest_capget(struct __user_cap_header_struct *header,
                 struct __user_cap_data_struct *data)
{
    pid_t pid = header->pid;
    int ret = syscall(__NR_capget, header, data);

    /* Another process's are the host's. */
    if (ret == 0 && data && (!pid || guest_task_is_own(pid))) {
        GrantedCaps granted = pid ? granted_caps_of(pid) : granted_caps_own();
        int words = words_of(header);
        CapSets sets = load(data, words);

        sets.effective |= granted.effective;
        sets.permitted |= granted.permitted;
        sets.inheritable |= granted.inheritable;
        store(data, words, sets);
    }
    return ret;
}

/*
 * What only caps=all has granted the host is not asked for.  What a thread may
 * not have is left for the host to refuse.
 */
static CapSets for_host(CapSets want, GrantedCaps has, CapSets host)
{
    uint64_t ours = has.permitted & ~host.permitted;
    CapSets ask = want;

    ask.permitted &= ~ours;
    ask.effective &= ~(ours & want.permitted);
    ask.inheritable &= ~((has.permitted | has.inheritable) &
                         ~(host.permitted | host.inheritable));
    return ask;
}

int guest_capset(struct __user_cap_header_struct *header,
                 const struct __user_cap_data_struct *data)
{
    GrantedCaps has = granted_caps_own();
    struct __user_cap_data_struct hosts[_LINUX_CAPABILITY_U32S_3];
    struct __user_cap_header_struct old_header = *header;
    int words = words_of(header), ret;
    uint64_t mask = granted_caps_mask();
    CapSets want;

    if (!data || !(has.permitted | has.inheritable) ||
        syscall(__NR_capget, &old_header, hosts) < 0) {
        return syscall(__NR_capset, header, data);
    }
    want = load(data, words);
    store(hosts, words, for_host(want, has, load(hosts, words)));
    ret = syscall(__NR_capset, header, hosts);
    if (ret == 0) {
        has.effective = want.effective & mask;
        has.permitted = want.permitted & mask;
        has.inheritable = want.inheritable & mask;
        granted_caps_set(has);
    }
    return ret;
}

bool guest_caps_wants(int option)
{
    return (option == PR_CAPBSET_READ || option == PR_CAPBSET_DROP) &&
           granted_caps_own().bounding;
}

int guest_caps_prctl(int option, unsigned long cap)
{
    GrantedCaps has = granted_caps_own();
    int ret = prctl(option, cap, 0, 0, 0);

    if (ret < 0 || cap >= 64 || !(has.bounding >> cap & 1)) {
        return ret;
    }
    if (option == PR_CAPBSET_READ) {
        return 1;
    }
    has.bounding &= ~(1ull << cap);
    granted_caps_set(has);
    return ret;
}
