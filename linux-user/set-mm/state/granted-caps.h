/*
 * The capabilities that caps=all gives to the guest's threads
 *
 * A thread can give them up, as those that it has from the host; whoever asks
 * sees both.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GRANTED_CAPS_H
#define LINUX_USER_GRANTED_CAPS_H

#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#ifndef CAP_CHECKPOINT_RESTORE
#define CAP_CHECKPOINT_RESTORE 40
#endif

/* Beside the host's; bit N is capability N.  See capabilities(7). */
typedef struct GrantedCaps {
    uint64_t effective;
    uint64_t permitted;
    uint64_t inheritable;
    uint64_t bounding;
} GrantedCaps;

/* granted_caps_init: before any other function here */
void granted_caps_init(void);

/*
 * granted_caps_start: the guest starts with CAP_SYS_RESOURCE and
 * CAP_CHECKPOINT_RESTORE, as a program does whose file has them
 */
void granted_caps_start(void);

/* granted_caps_mask: those that can be granted */
uint64_t granted_caps_mask(void);

/* granted_caps_own: of the calling thread */
GrantedCaps granted_caps_own(void);

/* granted_caps_of: of a thread of this process */
GrantedCaps granted_caps_of(pid_t thread);

/* granted_caps_have: is one effective for the calling thread? */
bool granted_caps_have(int cap);

/**
 * granted_caps_set: the calling thread has these from now on
 *
 * A new thread does so with those of the one that has made it.
 */
void granted_caps_set(GrantedCaps caps);

/* Of a thread; only those are in the table that have changed them. */
typedef struct OwnCaps {
    bool is_there;
    GrantedCaps caps;
} OwnCaps;

/* What a thread had before it made a child by vfork(2). */
typedef struct VforkCaps {
    OwnCaps parents;
    void *thread;
} VforkCaps;

/**
 * granted_caps_vfork: the calling thread is about to make a child by vfork(2)
 * granted_caps_vfork_child: this is the child
 * granted_caps_vfork_end: the child is gone
 */
void granted_caps_vfork(VforkCaps *v);
void granted_caps_vfork_child(void);
void granted_caps_vfork_end(const VforkCaps *v);

#endif /* LINUX_USER_GRANTED_CAPS_H */
