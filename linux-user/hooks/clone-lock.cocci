// The lock of who makes and who ends a thread.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Ours is for a core dump as well, and for a fork of 7.2.
@clone_lock@
position weave;
@@
-static pthread_mutex_t clone_lock@weave = PTHREAD_MUTEX_INITIALIZER;

@clone_locked@
position weave;
@@
- pthread_mutex_lock@weave(&clone_lock)
+ guest_clone_lock()

@clone_unlocked@
position weave;
@@
- pthread_mutex_unlock@weave(&clone_lock)
+ guest_clone_unlock()

// Series: 10.0 10.2
@clone_lock_renewed@
position weave;
@@
- pthread_mutex_init@weave(&clone_lock, NULL)
+ guest_clone_lock_renew()
