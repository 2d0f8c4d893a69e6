# SPDX-License-Identifier: GPL-2.0-or-later
"""What became of a run of tests/faults/scenario."""

import re
import signal

CRASH = re.compile(r"QEMU internal|[Aa]ssert|ERROR|Bail out|stack smashing|"
                   r"double free|corrupt|Sanitizer|runtime error")
GUEST_DIED = "uncaught target signal"
# What QEMU's own code makes of a failure, and why that is left alone: pattern
# of its message, call, where.
QEMUS_OWN = [
    # Its thread for RCU, of which a forked child has one as well.
    (r"qemu_thread_create: ", None, None),
    # Several lines about one failure.
    (r"qemu_mprotect__osdep: mprotect failed", "mprotect", None),
    # target_cpu_init() and cpu_copy() do not look whether there is memory for
    # the descriptor tables of a processor.
    (r"QEMU internal SIGSEGV {code=MAPERR", "mmap", "x86_64"),
    (r"QEMU internal SIGSEGV {code=MAPERR", "mmap", "i386"),
]
# glib ends a program that has no memory left, where it cannot even say so by
# running out of stack.
OUT_OF_MEMORY = [signal.SIGTRAP, signal.SIGABRT, signal.SIGSEGV]


class Outcome:
    """How one run ended."""

    def __init__(self, status, out, err):
        self.status = status
        self.out = out
        # QEMU prints to standard output that it cannot load the program.
        # What is set in goes with the line before.
        self.lines = [line for line in err.splitlines() + out.splitlines()
                      if re.match(r"\S", line)]
        self.err = err

    def trouble(self):
        """What is wrong with it, or None."""
        if self.status == 124:
            return "hangs"
        if self.status == 125:
            return "inject failed"
        if CRASH.search(self.err):
            return "crashes"
        if 128 < self.status < 193 and GUEST_DIED not in self.err:
            return f"is killed by signal {self.status - 128}"
        if re.search("^bad ", self.out, re.M):
            return "has a state that is neither old nor new"
        if "begin" in self.out or GUEST_DIED in self.err:
            return None
        if not self.status:
            return "says nothing"
        if len(self.lines) != 1:
            return f"does not start and says so in {len(self.lines)} lines"
        return None

    def is_qemus_own(self, call, emulator, all_fail):
        """Is it the way in which QEMU takes such a failure?"""
        target = emulator.rpartition("qemu-")[2]
        if all_fail and call == "mmap" and self.status - 128 in OUT_OF_MEMORY:
            return True
        return self.status not in (124, 125) and any(
            re.search(pattern, self.err) and of in (call, None)
            and where in (target, None) for pattern, of, where in QEMUS_OWN)

    def kind(self):
        """For the counts."""
        if "end" in self.out:
            return "went on"
        return "guest ended" if "begin" in self.out or \
            GUEST_DIED in self.err else "did not start"

    def told(self):
        """As lines of a diagnosis."""
        text = [f"status {self.status}"]
        text += [line for line in self.out.splitlines() if line.startswith("bad ")]
        return text + self.lines[:6]
