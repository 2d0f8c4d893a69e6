// An Arm CPU describes its registers only to who is going to look at them.
//
// Files: target/arm/cpu.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

@include_gdb_registers@
@@
 #include "internals.h"
+#include "linux-user/set-mm/views/gdb-registers.h"

@describe_registers@
expression cpu;
position weave;
@@
- arm_cpu_register_gdb_regs_for_features@weave(cpu);
+ if (gdb_registers_wanted()) {
+     arm_cpu_register_gdb_regs_for_features(cpu);
+ }
