// What is mapped, for other guests to see.
//
// Files: linux-user/mmap.c linux-user/elfload.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Series: 10.0
@regions@
expression start, last, flags;
position weave;
@@
 page_set_flags@weave(start, last, flags);
+guest_regions_note(start, last, flags);

// Series: 7.2
@regions_to_end@
expression start, end, flags;
position weave;
@@
 page_set_flags@weave(start, end, flags);
+guest_regions_note(start, (end) - 1, flags);
