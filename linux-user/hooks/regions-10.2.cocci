// What is mapped, for other guests to see; flags are set and cleared apart.
//
// Files: linux-user/mmap.c linux-user/arm/elfload.c linux-user/hppa/elfload.c
// Files: linux-user/x86_64/elfload.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Whether it goes into a core dump is nothing to be seen.
// Series: 10.2
@regions_set_clear@
expression start, last, flags, clear;
position weave;
@@
(
 page_set_flags(start, last, PAGE_DONTDUMP, 0);
|
 page_set_flags(start, last, 0, PAGE_DONTDUMP);
|
 page_set_flags@weave(start, last, flags, clear);
+guest_regions_note(start, last, flags);
)
