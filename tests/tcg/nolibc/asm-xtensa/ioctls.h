/*
 * The one terminal call of the guest programs, with xtensa's number
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ASM_IOCTLS_H
#define ASM_IOCTLS_H

#include <asm/ioctl.h>

#define FIONREAD _IOR('f', 127, int)
#define TIOCGWINSZ _IOR('t', 104, struct winsize)

#endif
