// select(2), poll(2) and recvmsg(2) with as many descriptors as the guest has.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@select_copy_in_one@
position weave;
@@
-static inline abi_long copy_from_user_fdset@weave(...)
-{
-...
-}

@select_copy_in@
position weave;
@@
-static inline abi_ulong copy_from_user_fdset_ptr@weave(...)
-{
-...
-}

@select_copy_out@
position weave;
@@
-static inline abi_long copy_to_user_fdset@weave(...)
-{
-...
-}

@select_sets@
typedef fd_set;
identifier set;
position weave;
@@
- fd_set set@weave;

@select_in@
expression ret, n, r, rp, ra, w, wp, wa, e, ep, ea;
position weave;
@@
-    ret = copy_from_user_fdset_ptr@weave(r, rp, ra, n);
+    n = guest_select_count(n);
+    ret = guest_fdset_in(GUEST_ROOM_READS, rp, ra, n);
     if (ret) {
         return ret;
     }
-    ret = copy_from_user_fdset_ptr(w, wp, wa, n);
+    ret = guest_fdset_in(GUEST_ROOM_WRITES, wp, wa, n);
     if (ret) {
         return ret;
     }
-    ret = copy_from_user_fdset_ptr(e, ep, ea, n);
+    ret = guest_fdset_in(GUEST_ROOM_ERRORS, ep, ea, n);

@select_out@
expression E, addr, n, error;
position weave;
@@
(
-if (E && copy_to_user_fdset@weave(addr, &rfds, n)) return error;
+if (E && guest_fdset_out(addr, rfds_ptr, n)) {
+    return error;
+}
|
-if (E && copy_to_user_fdset@weave(addr, &wfds, n)) return error;
+if (E && guest_fdset_out(addr, wfds_ptr, n)) {
+    return error;
+}
|
-if (E && copy_to_user_fdset@weave(addr, &efds, n)) return error;
+if (E && guest_fdset_out(addr, efds_ptr, n)) {
+    return error;
+}
)

// Series: 7.2? 10.0? 10.2?
@select_out_rest@
expression addr, n;
position weave;
@@
(
-copy_to_user_fdset@weave(addr, &rfds, n)
+guest_fdset_out(addr, rfds_ptr, n)
|
-copy_to_user_fdset@weave(addr, &wfds, n)
+guest_fdset_out(addr, wfds_ptr, n)
|
-copy_to_user_fdset@weave(addr, &efds, n)
+guest_fdset_out(addr, efds_ptr, n)
)

@poll_error@
expression n;
identifier pfd;
position weave;
@@
 do_ppoll(...)
 {
     <...
     pfd = lock_user(VERIFY_WRITE, arg1, sizeof(struct target_pollfd) * n, 1);
     if (!pfd) {
-        return -TARGET_EFAULT@weave;
+        return guest_poll_error(n);
     }
     ...>
 }

@received@
expression to, from;
position weave;
@@
-host_to_target_cmsg@weave(to, from)
+host_to_target_cmsg(to, guest_received(to, from))
