/*
 * Ending a function early, from a signal handler
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <ucontext.h>
#include <unwind.h>
#include "set-mm/host/call-stack.h"

typedef struct Search {
    mcontext_t *regs;
    const void *fn;
    bool is_caller;
    bool found;
} Search;

/* x86-64 */
#ifdef REG_RIP

/* By DWARF's number: what a function leaves as it was. */
static void set_registers(mcontext_t *regs, struct _Unwind_Context *frame)
{
    static const struct {
        int dwarf, reg;
    } kept[] = {
        { 3, REG_RBX }, { 6, REG_RBP }, { 12, REG_R12 }, { 13, REG_R13 },
        { 14, REG_R14 }, { 15, REG_R15 },
    };

    for (int i = 0; i < ARRAY_SIZE(kept); i++) {
        regs->gregs[kept[i].reg] = _Unwind_GetGR(frame, kept[i].dwarf);
    }
    regs->gregs[REG_RSP] = _Unwind_GetCFA(frame);
    regs->gregs[REG_RIP] = _Unwind_GetIP(frame);
}

static void set_value(mcontext_t *regs, long value)
{
    regs->gregs[REG_RAX] = value;
}

#elif defined(__aarch64__)

static void set_registers(mcontext_t *regs, struct _Unwind_Context *frame)
{
    for (int i = 19; i <= 30; i++) {
        regs->regs[i] = _Unwind_GetGR(frame, i);
    }
    regs->sp = _Unwind_GetCFA(frame);
    regs->pc = _Unwind_GetIP(frame);
}

static void set_value(mcontext_t *regs, long value)
{
    regs->regs[0] = value;
}

#else
#define NO_REGISTERS
#endif

#ifdef NO_REGISTERS

bool call_stack_return(void *context, const void *fn, long value)
{
    return false;
}

#else

/* A frame's registers are known when its callee has been looked at. */
static _Unwind_Reason_Code look_at(struct _Unwind_Context *frame, void *opaque)
{
    Search *search = opaque;
    void *ip = (void *)_Unwind_GetIP(frame);

    if (search->is_caller) {
        set_registers(search->regs, frame);
        search->found = true;
        return _URC_END_OF_STACK;
    }
    search->is_caller = _Unwind_FindEnclosingFunction(ip) == search->fn;
    return _URC_NO_REASON;
}

bool call_stack_return(void *context, const void *fn, long value)
{
    ucontext_t *uc = context;
    Search search = { .regs = &uc->uc_mcontext, .fn = fn };

    _Unwind_Backtrace(look_at, &search);
    if (search.found) {
        set_value(&uc->uc_mcontext, value);
    }
    return search.found;
}

#endif /* NO_REGISTERS */
