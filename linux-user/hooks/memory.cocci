// Memory: calls act on the guest's own mappings and fail where Linux's do.
//
// Files: linux-user/syscall.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Series: 10.0 10.2
@mmap@
expression start, len, prot, flags, fd, offset;
position weave;
@@
 do_mmap(...)
 {
     <...
-    target_mmap@weave(start, len, prot, flags, fd, offset)
+    guest_mmap(start, len, prot, flags, target_flags, fd, offset)
     ...>
 }

// Series: 7.2
@mmap_7_2@
expression start, len, prot, flags, fd, offset;
position weave;
@@
- target_mmap@weave(start, len, prot,
-                   target_to_host_bitmask(flags, mmap_flags_tbl), fd, offset)
+ guest_mmap(start, len, prot, target_to_host_bitmask(flags, mmap_flags_tbl), flags, fd, offset)

@munmap@
expression start, len;
position weave;
@@
- get_errno(target_munmap@weave(start, len))
+ get_errno(guest_munmap(start, len))

@mprotect@
expression start, len, prot;
position weave;
@@
- target_mprotect@weave(start, len, prot)
+ guest_mprotect(start, len, prot)

// Series: 10.0 10.2
@shmat@
expression env, id, addr, flags;
position weave;
@@
- target_shmat@weave(env, id, addr, flags)
+ guest_shmat(target_shmat, env, id, addr, flags)

// Series: 7.2
@shmat_7_2@
expression env, id, addr, flags;
position weave;
@@
- do_shmat@weave(env, id, addr, flags)
+ guest_shmat(do_shmat, env, id, addr, flags)

// Series: 10.0 10.2
@shmdt@
expression addr;
position weave;
@@
- target_shmdt@weave(addr)
+ guest_shmdt(target_shmdt, addr)

// Series: 7.2
@shmdt_7_2@
expression addr;
position weave;
@@
- do_shmdt@weave(addr)
+ guest_shmdt(do_shmdt, addr)

// It knew one place only that grows.
@mprotect_grows@
identifier ts;
expression task, prot, above, below;
position weave;
@@
-{
-    TaskState *ts = task;
-    if ((prot & PROT_GROWSDOWN@weave) && above && below) {
-        ...
-    }
-}

@mremap@
expression old, old_len, new_len, flags, new;
position weave;
@@
- target_mremap@weave(old, old_len, new_len, flags, new)
+ guest_mremap(old, old_len, new_len, flags, new)

@msync@
expression cpu, start, len, flags;
position weave;
@@
- msync@weave(g2h(cpu, start), len, flags)
+ guest_msync(cpu_untagged_addr(cpu, start), len, flags)

@mlock@
expression cpu, start, len;
position weave;
@@
- mlock@weave(g2h(cpu, start), len)
+ guest_mlock(cpu_untagged_addr(cpu, start), len, 0)

@munlock@
expression cpu, start, len;
position weave;
@@
- munlock@weave(g2h(cpu, start), len)
+ guest_munlock(cpu_untagged_addr(cpu, start), len)

@mlockall@
expression flags;
position weave;
@@
- mlockall@weave(flags)
+ guest_mlockall(flags)

@munlockall@
position weave;
@@
- munlockall@weave()
+ guest_munlockall()

@mincore@
identifier a;
expression type, start, len, vec, p, ret;
position weave;
@@
 {
-    void *a = lock_user(type, start, len, 0);
-    if (!a) {
-        ...
-    }
-    p = lock_user_string(vec);
-    if (!p) {
-        ...
-    } else {
-        ret = get_errno(mincore@weave(a, len, p));
-        unlock_user(p, vec, ret);
-    }
-    unlock_user(a, start, 0);
+    ret = get_errno(guest_mincore(cpu_untagged_addr(cpu, start), len, vec));
 }

@madvise@
expression start, len, advice;
position weave;
@@
- target_madvise@weave(start, len, advice)
+ get_errno(guest_madvise(cpu_untagged_addr(cpu, start), len, advice))

// What madvise(2) keeps from a child is not in its page flags.
@forked@
expression child;
position weave;
@@
 cpu_clone_regs_child(...);
 fork_end@weave(child);
+guest_memory_in_child();

@personality@
expression persona;
position weave;
@@
- personality@weave(persona)
+ guest_personality(persona)

// What QEMU does not have at all.
@unimplemented@
expression num;
position weave;
@@
- qemu_log_mask@weave(LOG_UNIMP, "Unsupported syscall: %d\n", num);
- return -TARGET_ENOSYS;
+ return guest_more_syscalls(cpu_env, num, arg1, arg2, arg3, arg4, arg5, arg6);
