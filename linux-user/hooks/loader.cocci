// The loader: what is between segments, and where the program's headers are.
//
// Files: linux-user/elfload.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@segment@
identifier end, vaddr;
position weave;
@@
 load_elf_image(...)
 {
     <...
     end = vaddr + eppnt->p_memsz@weave;
+    guest_image_segment(info->load_addr, vaddr, end);
+    guest_image_headers(ehdr->e_phoff, eppnt->p_offset, eppnt->p_filesz, vaddr);
     ...>
 }

@phdr@
expression at;
position weave;
@@
- NEW_AUX_ENT@weave(AT_PHDR, at);
+ NEW_AUX_ENT(AT_PHDR, guest_image_phdr());

// All of its limit was mapped from the start.
@stack_map@
expression size, prot, flags;
position weave;
@@
 setup_arg_pages(...)
 {
     <...
-    target_mmap@weave(0, size, prot, flags, -1, 0)
+    guest_stack_map(size, prot)
     ...>
 }
