#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What kernels have answered, and whether the emulators answer the same.

usage: answers.py record FILE [--base FILE] [--head TEXT]... RAW...
       answers.py compare DIR --differences FILE --runs DIR --programs DIR
                  --emulators DIR --judge FILE [--table FILE]
       answers.py table DIR FILE

record   Writes answers to FILE.  RAW is what tests/oracle/in-guest has
         printed.  With --base only what differs from that file is written.
         Fails, after it has written, if an assertion of a program did not hold
         on the kernel.
compare  Takes all files of DIR and asks the emulators the same.  What they have
         said in an ordinary run (tests/judge, ANSWERS) is in the directory
         --runs and is asked again if the program or the emulator is newer.
         Prints TAP.  --table also writes the counts as a table for docs/.
table    Writes the table for docs/ with what has been recorded alone.

Exit status: 0 if all is well, else 1.

A line of answers is "MODES | PROGRAM | ID AND TEXT | ANSWER"; the answer "-"
is that of who is not asked.
"""

import argparse
import collections
import concurrent.futures
import os
import re
import subprocess
import sys
from pathlib import Path

MODES = ("root", "nobody", "userns")
ABSENT = "-"
# The host's privileges are the emulator's in all modes but the first, where a
# kernel is asked as root.
CAPS = {"root": "all", "nobody": "host", "userns": "host"}
# 32-bit guests are not asked in the others by the ordinary runs.
ONLY_ROOT = ("i386", "arm")
SHOWN = 20


def numbered(pairs):
    """A question that comes twice gets a number."""
    seen = collections.Counter()
    result = {}
    for question, answer in pairs:
        seen[question] += 1
        if seen[question] > 1:
            question += f" ({seen[question]})"
        result[question] = answer
    return result


class Answers:
    """Of one kernel: self.of[mode, program] is {question: answer}."""

    def __init__(self):
        self.head = {}
        self.of = collections.defaultdict(dict)

    def modes(self):
        """Those that have been asked."""
        return self.head.get("users", " ".join(MODES)).split()

    @classmethod
    def read(cls, path):
        """From a file that write() has written."""
        result = cls()
        lines = path.read_text().splitlines()
        for line in lines:
            match = re.match(r"# (\w+): (.*)", line)
            if match:
                result.head[match.group(1)] = match.group(2)
        base = result.head.get("base")
        if base:
            for key, value in cls.read(path.with_name(base)).of.items():
                if key[0] in result.modes():
                    result.of[key] = dict(value)
        for line in lines:
            if line and not line.startswith("#"):
                modes, program, question, answer = line.split(" | ", 3)
                for mode in (result.modes() if modes == "all"
                             else modes.split("+")):
                    if answer == ABSENT:
                        result.of[mode, program].pop(question, None)
                    else:
                        result.of[mode, program][question] = answer
        return result

    def programs(self):
        """Their names."""
        return sorted({program for _, program in self.of})

    def lines(self, base):
        """What is to be written: without what is the same in @base."""
        for program in self.programs():
            by_question = collections.OrderedDict()
            for mode in self.modes():
                mine = self.of.get((mode, program), {})
                other = base.of.get((mode, program), {}) if base else {}
                for question in [*mine, *(set(other) - set(mine))]:
                    answer = mine.get(question, ABSENT)
                    if answer != other.get(question, ABSENT):
                        by_question.setdefault(question, {}).setdefault(
                            answer, []).append(mode)
            for question in sorted(by_question):
                for answer, modes in by_question[question].items():
                    everybody = len(modes) == len(self.modes())
                    who = "all" if everybody else "+".join(modes)
                    yield f"{who} | {program} | {question} | {answer}"

    def write(self, path, base, base_name):
        """Whole or not at all."""
        self.head.pop("base", None)
        text = "# SPDX-License-Identifier: GPL-2.0-or-later\n#\n"
        text += "".join(f"# {name}: {value}\n"
                       for name, value in self.head.items())
        if base:
            text += f"# base: {base_name}\n"
        text += "\n" + "".join(line + "\n" for line in self.lines(base))
        scratch = path.with_name(path.name + ".new")
        scratch.write_text(text)
        scratch.replace(path)


def read_raw(paths, answers):
    """in-guest's output; returns what is wrong with it."""
    wrong = []
    pairs = collections.defaultdict(list)
    for path in paths:
        for line in path.read_text(errors="replace").splitlines():
            if line.startswith("! "):
                wrong.append(line[2:])
            elif line.startswith("run "):
                _, program, mode, status, _ = line.split()
                pairs[mode, program] += []
                if status != "0":
                    wrong.append(f"{program} {mode}: exit status {status}")
            else:
                program, mode, rest = line.split(" | ", 2)
                question, _, answer = rest.rpartition(" | ")
                pairs[mode, program].append((question, answer))
    for key, value in pairs.items():
        answers.of[key] = numbered(value)
    answers.head["users"] = " ".join(
        mode for mode in MODES if any(key[0] == mode for key in pairs))
    return wrong


def record(args):
    """The command."""
    answers = Answers()
    for text in args.head:
        name, _, value = text.partition(": ")
        answers.head[name] = value
    wrong = read_raw(args.raw, answers)
    if not answers.of:
        raise OSError(f"{args.raw[0]}: no answers in it")
    base = Answers.read(args.base) if args.base else None
    # Those that tell only what is different from this one go on telling that.
    others = {path: Answers.read(path)
              for path in args.file.parent.glob("*.txt") if path != args.file}
    answers.write(args.file, base, args.base.name if args.base else "")
    for path, other in others.items():
        if other.head.get("base") == args.file.name:
            other.write(path, answers, args.file.name)
    for line in wrong:
        print(f"{args.file.name}: {line}", file=sys.stderr)
    return 1 if wrong else 0


class Difference:
    """A line of the file of differences."""

    def __init__(self, line, number):
        fields = [field.strip() for field in line.split(" | ")]
        if len(fields) != 7:
            raise OSError(f"differences, line {number}: not seven fields")
        self.number = number
        self.reason = fields[0].lstrip("?")
        # Whether it is one depends on the machine or on QEMU's version.
        self.sometimes = fields[0].startswith("?")
        self.patterns = [re.compile(re.escape(field).replace(r"\*", ".*"))
                         for field in fields[1:]]
        self.text = line
        self.count = 0

    def covers(self, what):
        """@what: kernel, mode, program, question, two answers."""
        return all(pattern.fullmatch(field)
                   for pattern, field in zip(self.patterns, what))


def read_differences(path):
    """Returns: the reasons by name, and the lines."""
    reasons = {}
    result = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = re.match(r"# reason ([\w-]+): (.*)", line)
        if match:
            reasons[match.group(1)] = match.group(2)
        elif line and not line.startswith("#"):
            result.append(Difference(line, number))
    for one in result:
        if one.reason not in reasons:
            raise OSError(f"differences, line {one.number}: the reason "
                          f"{one.reason} is not explained at the head")
    return reasons, result


class Tap:
    """Assertions."""

    def __init__(self):
        self.count = self.failed = 0

    def check(self, holds, text, details=()):
        """One."""
        self.count += 1
        self.failed += not holds
        print(f"{'' if holds else 'not '}ok {self.count} - {text}")
        if not holds:
            for line in details[:SHOWN]:
                print(f"# {line}")
            if len(details) > SHOWN:
                print(f"# and {len(details) - SHOWN} more")


class Emulators:
    """What they answer."""

    def __init__(self, args):
        self.args = args

    def asked(self, target, mode, rule, program):
        """Where the answers are, after they have been asked for if need be."""
        exe = self.args.programs / f"{program}-{target}"
        emulator = self.args.emulators / f"qemu-{target}"
        if program in self.args.any_rule:
            rule = "relaxed"
        options = f"rule={rule},caps={CAPS[mode]}"
        path = self.args.runs / target / f"{exe.name}.{mode}.{options}"
        newest = max(os.stat(exe).st_mtime, os.stat(emulator).st_mtime)
        if not path.exists() or path.stat().st_mtime < newest:
            subprocess.run(
                [self.args.judge, mode, "emulator", exe, options, emulator],
                env=dict(os.environ, ANSWERS=str(path.parent)),
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                check=False)
        return path

    def answers(self, *key):
        """{question: answer}."""
        path = self.asked(*key)
        pairs = []
        for line in path.read_text(errors="replace").splitlines():
            question, _, answer = line.rpartition(" | ")
            pairs.append((question, answer))
        return numbered(pairs)


def compare_one(kernel, emulator, what, differences, reasons):
    """Returns: how many are equal, and the differences without a reason."""
    equal = 0
    unexplained = []
    for question in [*kernel, *(name for name in emulator
                                if name not in kernel)]:
        pair = kernel.get(question, ABSENT), emulator.get(question, ABSENT)
        if pair[0] == pair[1]:
            equal += 1
            continue
        for one in differences:
            if one.covers((*what, question, *pair)):
                one.count += 1
                reasons[one.reason] += 1
                break
        else:
            unexplained.append(f"{question}: kernel {pair[0]}, "
                               f"emulator {pair[1]}")
    return equal, unexplained


def write_table(path, rows, why):
    """For docs/: a table of counts, and one of reasons."""
    lines = [".. SPDX-License-Identifier: GPL-2.0-or-later",
             ".. written by scripts/oracle", "",
             ".. list-table::", "   :header-rows: 1", "",
             "   * - Kernel", "     - Programs", "     - Rule",
             "     - Asked", "     - Equal", "     - Explained", "     - Other"]
    for row in rows:
        lines += [f"   {'*' if not i else ' '} - {field}"
                  for i, field in enumerate(row)]
    lines += ["", ".. list-table::", "   :header-rows: 1", "",
              "   * - Reason", "     - Answers", "     - Why"]
    for name, (count, text) in sorted(why.items()):
        lines += [f"   * - ``{name}``", f"     - {count}", f"     - {text}"]
    path.write_text("\n".join(lines) + "\n")


def table(args):
    """The command."""
    lines = [".. SPDX-License-Identifier: GPL-2.0-or-later",
             ".. written by scripts/oracle", "",
             ".. list-table::", "   :header-rows: 1", "",
             "   * - Kernel", "     - Date", "     - Programs", "     - Rule",
             *(f"     - As {mode}" for mode in MODES)]
    for path in sorted(args.dir.glob("*.txt")):
        answers = Answers.read(path)
        lines += [f"   * - {answers.head['kernel']}",
                  *(f"     - {answers.head[name]}"
                    for name in ("date", "programs", "rule"))]
        for mode in MODES:
            count = sum(len(value) for key, value in answers.of.items()
                        if key[0] == mode)
            lines.append(f"     - {count or '-'}")
    args.file.write_text("\n".join(lines) + "\n")
    return 0


def compare(args):
    """The command."""
    reasons, differences = read_differences(args.differences)
    emulators = Emulators(args)
    tap = Tap()
    rows = []
    why = collections.Counter()
    jobs = []
    for path in sorted(args.dir.glob("*.txt")):
        answers = Answers.read(path)
        target, rule = answers.head["programs"], answers.head["rule"]
        for mode in answers.modes():
            if mode != "root" and target in ONLY_ROOT:
                continue
            for program in answers.programs():
                jobs.append((path.stem, answers, target, mode, rule, program))
    if not jobs:
        raise OSError(f"{args.dir}: no answers; make oracle records them")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda job: emulators.asked(*job[2:]),
                      {job[2:]: job for job in jobs}.values()))
    counts = {}
    for name, answers, target, mode, rule, program in jobs:
        kernel = answers.of.get((mode, program), {})
        explained = collections.Counter()
        equal, other = compare_one(
            kernel, emulators.answers(target, mode, rule, program),
            (name, mode, program), differences, explained)
        total = sum(explained.values())
        tap.check(not other and equal > 0,
                  f"{program} {mode} as {name}: {equal} equal, "
                  f"{total} explained", other or ["nothing is equal"])
        why += explained
        sums = counts.setdefault(name, [answers, [0, 0, 0]])[1]
        for i, number in enumerate((equal, total, len(other))):
            sums[i] += number
    for one in differences:
        if not one.sometimes:
            tap.check(one.count > 0, f"differences, line {one.number}, "
                      f"{one.reason}: is still one", [one.text])
    print(f"1..{tap.count}")
    if args.table:
        for name, (answers, sums) in counts.items():
            rows.append([answers.head["kernel"], answers.head["programs"],
                         answers.head["rule"], sum(sums), *sums])
        write_table(args.table, rows, {
            name: (why[name], text) for name, text in reasons.items()
            if why[name]})
    return 1 if tap.failed else 0


def main():
    """The front door."""
    parser = argparse.ArgumentParser(usage=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("record")
    one.add_argument("file", type=Path)
    one.add_argument("raw", type=Path, nargs="+")
    one.add_argument("--base", type=Path)
    one.add_argument("--head", action="append", default=[])
    one = commands.add_parser("compare")
    one.add_argument("dir", type=Path)
    # The judge works in a directory of its own.
    for name in ("differences", "runs", "programs", "emulators", "judge"):
        one.add_argument("--" + name, type=lambda text: Path(text).resolve(),
                         required=True)
    one.add_argument("--table", type=Path)
    # What runs with one rule only, as it is the same under each.
    one.add_argument("--any-rule", nargs="*", default=[])
    one = commands.add_parser("table")
    one.add_argument("dir", type=Path)
    one.add_argument("file", type=Path)
    args = parser.parse_args()
    return {"record": record, "compare": compare, "table": table}[
        args.command](args)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ValueError) as error:
        print(f"answers: {error}", file=sys.stderr)
        sys.exit(1)
