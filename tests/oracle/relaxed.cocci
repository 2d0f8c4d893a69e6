// The change that was proposed in December 2021: the executable may be
// replaced while the old one is still mapped.  For Linux since 6.1.
//
// Files: kernel/fork.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Known by what it decides: a kernel that has another rule is noticed, as
// nothing matches then.
@still_mapped@
expression old, ret;
position where;
@@
 replace_mm_exe_file(...)
 {
     <...
     if@where (old) { <+... ret = -EBUSY; ...+> }
     ...>
 }

@not_asked@
position still_mapped.where;
expression mm, old;
statement block;
@@
-old = get_mm_exe_file(mm);
-if@where (old) block

@depends on not_asked@
identifier vma;
@@
 replace_mm_exe_file(...)
 {
-    struct vm_area_struct *vma;
     ...
 }
