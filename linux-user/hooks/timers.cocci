// POSIX timers: the guest's are the host's, by the same numbers.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@timer_table@
typedef timer_t;
position weave;
@@
-static timer_t g_posix_timers@weave[...];

@timer_table_taken@
position weave;
@@
-static int g_posix_timer_allocated@weave[...];

@timer_table_next@
position weave;
@@
-static inline int next_free_host_timer@weave(void)
-{
-...
-}

@timer_table_free@
identifier id;
position weave;
@@
-static inline void free_host_timer_slot@weave(int id)
-{
-...
-}

@timer_number@
typedef target_timer_t, abi_long;
identifier arg;
position weave;
@@
-static target_timer_t get_timer_id@weave(abi_long arg)
-{
-...
-}

@timer_create@
typedef timer_t;
identifier phtimer;
statement S1, S2;
position weave;
@@
-int timer_index = next_free_host_timer@weave();
-if (timer_index < 0) {
-    ret = -TARGET_EAGAIN;
-} else {
-    timer_t *phtimer = g_posix_timers + timer_index;
     if (arg2) {
         phost_sevp = &host_sevp;
         ret = target_to_host_sigevent(phost_sevp, arg2);
         if (ret != 0) {
-            free_host_timer_slot(timer_index);
             return ret;
         }
     }
-    ret = get_errno(timer_create(clkid, phost_sevp, phtimer));
-    if (ret) S1 else S2
-}
-return ret;
+return guest_timer_create(clkid, phost_sevp, arg3);

@timer_id@
position weave;
@@
-get_timer_id@weave(arg1)
+arg1

@timer_id_checked@
statement S;
position weave;
@@
-if (timerid@weave < 0) {
-    ret = timerid;
-} else
     S

@timer_settime@
typedef timer_t;
identifier htimer, copy = {host_to_target_itimerspec, host_to_target_itimerspec64};
expression flags, value, old, addr;
position weave;
@@
-timer_t htimer = g_posix_timers[timerid];
 ... when any
-timer_settime@weave(htimer, flags, value, old)
+guest_timer_settime(timerid, flags, value, old)
 ... when any
-if (addr && copy(addr, old))
+if (!ret && addr && copy(addr, old))
 { ... }

@timer_gettime@
typedef timer_t;
identifier htimer, copy = {host_to_target_itimerspec, host_to_target_itimerspec64};
expression value, addr;
position weave;
@@
-timer_t htimer = g_posix_timers[timerid];
 ... when any
-timer_gettime@weave(htimer, value)
+guest_timer_gettime(timerid, value)
 ... when any
-if (copy(addr, value))
+if (!ret && copy(addr, value))
 { ... }

@timer_getoverrun@
typedef timer_t;
identifier htimer;
position weave;
@@
-timer_t htimer = g_posix_timers[timerid];
 ...
-timer_getoverrun@weave(htimer)
+guest_timer_getoverrun(timerid)

@timer_delete@
typedef timer_t;
identifier htimer;
position weave;
@@
-timer_t htimer = g_posix_timers[timerid];
 ...
-timer_delete@weave(htimer)
+guest_timer_delete(timerid)
 ...
-free_host_timer_slot(timerid);
