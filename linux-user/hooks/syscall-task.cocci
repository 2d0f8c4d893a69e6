// The emulator's threads: whatever is asked by a number, or by listing, behaves
// as if they were not there.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@task_first@
identifier call = {safe_kill, safe_tkill, sys_rt_sigqueueinfo, pidfd_open, getpgid, getsid, setpgid, sys_sched_getaffinity, sys_sched_setaffinity, sys_sched_setparam, sys_sched_getparam, sys_sched_setscheduler, sys_sched_getscheduler, sys_sched_getattr, sys_sched_setattr, sched_rr_get_interval};
identifier pid;
position weave;
@@
 get_errno(call@weave(
-                pid
+                guest_task(pid)
                 , ...))

@task_cast@
expression pid, sig;
position weave;
@@
- safe_tkill@weave((int)pid, sig)
+ safe_tkill(guest_task(pid), sig)

@task_second@
expression group, pid, sig;
position weave;
@@
- safe_tgkill@weave((int)group, (int)pid, sig)
+ safe_tgkill(guest_task(group), guest_task(pid), sig)

@task_queue@
expression group, pid, sig, info;
position weave;
@@
- sys_rt_tgsigqueueinfo@weave(group, pid, sig, info)
+ sys_rt_tgsigqueueinfo(guest_task(group), guest_task(pid), sig, info)

@task_getpriority@
expression which, who;
position weave;
@@
- getpriority@weave(which, who)
+ getpriority(which, guest_task_of(which, who))

@task_setpriority@
expression which, who, value;
position weave;
@@
- setpriority@weave(which, who, value)
+ setpriority(which, guest_task_of(which, who), value)

@task_ioprio_get@
expression which, who;
position weave;
@@
- get_errno(ioprio_get@weave(which, who))
+ get_errno(ioprio_get(which, guest_task_of(which - 1, who)))

@task_ioprio_set@
expression which, who, value;
position weave;
@@
- get_errno(ioprio_set@weave(which, who, value))
+ get_errno(ioprio_set(which, guest_task_of(which - 1, who), value))

@getdents@
expression len, fd, buf, size;
position weave;
@@
 int do_getdents(...)
 {
     <...
-    len = sys_getdents64@weave(fd, buf, size);
+    len = guest_getdents64(fd, buf, size, sys_getdents64(fd, buf, size));
     ...>
 }

@getdents_native@
expression len, fd, buf, size;
position weave;
@@
- len = sys_getdents@weave(fd, buf, size);
+ len = guest_getdents(fd, buf, size, sys_getdents(fd, buf, size));

@getdents64@
expression fd, buf, size;
position weave;
@@
- get_errno(sys_getdents64@weave(fd, buf, size))
+ get_errno(guest_getdents64(fd, buf, size, sys_getdents64(fd, buf, size)))

@chdir@
expression path;
position weave;
@@
- get_errno(chdir@weave(path))
+ get_errno(chdir(guest_task_path(path)))
