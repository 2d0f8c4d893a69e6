/*
 * Ending a function early, from a signal handler
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_CALL_STACK_H
#define LINUX_USER_CALL_STACK_H

/**
 * call_stack_return: have a function return that is not at its end
 * @context: the handler's ucontext_t; changed if this succeeds
 * @fn: a function that the interrupted code was called by, directly or not
 * @value: what @fn is to return
 *
 * When the signal handler has returned, @fn has, and what @fn called has not
 * gone on.  Locks that they took stay taken, and what they allocated is lost.
 * It is for a fault in a plain access to memory, where libgcc's unwinder may be
 * called; that costs nothing before.
 *
 * Returns: false if @fn was not found, or on a host whose registers are not
 * known here (x86-64 and arm64 are).
 */
bool call_stack_return(void *context, const void *fn, long value);

#endif /* LINUX_USER_CALL_STACK_H */
