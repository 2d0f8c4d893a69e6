# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run of "meson test" found, read from its testlog.json."""

import copy
import json
import re
from pathlib import Path

PROJECT = "qemu-set-mm"
RESULT = re.compile(r"(not )?ok\b *(\d*)(?: *-)? *(.*?)"
                    r"(?: *# *(SKIP|TODO)\b *(.*))?$", re.I)
PLAN = re.compile(r"^1\.\.(\d+)(?: *# *SKIP\b *(.*))?", re.M | re.I)


# Of tests/tcg and all beside it, as their meson.build has it.
PROJECT = "qemu-set-mm"
# What no page, no list and no terminal can show.
ODD = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd"
                 "\U00010000-\U0010ffff]")


def readable(text):
    return ODD.sub("\N{REPLACEMENT CHARACTER}", text)


class Assertion:
    """A line of TAP: state is "passed", "failed" or "skipped"."""

    def __init__(self, state, text, reason):
        self.state = state
        self.text = text
        self.reason = reason
        self.diagnostics = []


def split_name(name):
    """Suite and name of a test: "PROJECT:SUITE / NAME" is what meson calls it,
    and newer ones "SUITE - PROJECT:NAME"."""
    suite, found, rest = name.partition(f" - {PROJECT}:")
    if found:
        return suite, rest
    suite, _, rest = name.partition(":")[2].partition(" / ")
    return suite, rest


class Program:
    """One program that was run, with its assertions."""

    def __init__(self, record):
        self.suite, self.name = split_name(record["name"])
        self.full_name = f"{PROJECT}:{self.suite} / {self.name}"
        self.command = record["command"]
        self.start = record.get("starttime", 0)
        self.duration = record["duration"]
        self.stdout = readable(record.get("stdout", ""))
        self.stderr = readable(record.get("stderr", ""))
        self.assertions = list(self.read_tap())
        plan = PLAN.search(self.stdout)
        self.planned = int(plan.group(1)) if plan else None
        self.skip_reason = plan.group(2) if plan and not self.planned else None
        self.problem = self.trouble(record)

    def read_tap(self):
        last = None
        for line in self.stdout.splitlines():
            match = RESULT.match(line)
            if match:
                fails, _, text, directive, reason = match.groups()
                # What "TODO" hides does not hold all the same.
                state = ("failed" if fails else
                         "skipped" if (directive or "").upper() == "SKIP"
                         else "passed")
                last = Assertion(state, text, reason or "")
                yield last
            elif last and line.startswith("#"):
                last.diagnostics.append(line.lstrip("# "))

    def trouble(self, record):
        """What is wrong beside the assertions, if anything."""
        if record["result"] == "TIMEOUT":
            return f"timed out after {record['duration']:.0f} s"
        if record["returncode"] < 0:
            return f"killed by signal {-record['returncode']}"
        if record["result"] == "INTERRUPT":
            return "was interrupted"
        if self.planned is None:
            return f"made no plan (exit status {record['returncode']})"
        if self.planned != len(self.assertions):
            return (f"planned {self.planned} assertions, "
                    f"made {len(self.assertions)}")
        if self.count("failed"):
            return None
        if record["returncode"]:
            return f"exit status {record['returncode']}"
        if record["result"] not in ("OK", "SKIP"):
            return record["result"]
        return None

    def part(self, assertion):
        """One of its assertions, as if that were the program."""
        part = copy.copy(self)
        part.assertions = [assertion]
        part.problem = part.skip_reason = None
        return part

    def count(self, state):
        return sum(item.state == state for item in self.assertions)

    @property
    def passed(self):
        return self.count("passed")

    @property
    def failed(self):
        """A program that is in trouble counts as one assertion more."""
        return self.count("failed") + bool(self.problem)

    @property
    def skipped(self):
        """So does one that ran nothing."""
        return self.count("skipped") or int(
            not self.assertions and not self.problem)

    def skip_reasons(self):
        if self.skip_reason is not None:
            yield self.skip_reason
        for item in self.assertions:
            if item.state == "skipped":
                yield item.reason

    def failures(self):
        """Lines that say what does not hold, and why."""
        if self.problem:
            yield self.problem
        for item in self.assertions:
            if item.state == "failed":
                yield "; ".join([item.text] + item.diagnostics[:3])


def read(path):
    """The programs of a testlog.json, in the order in which they ended."""
    # Some of what a program said may be no text.
    with Path(path).open(encoding="utf-8", errors="replace") as lines:
        return [Program(json.loads(line)) for line in lines if line.strip()]
