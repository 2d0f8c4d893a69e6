# SPDX-License-Identifier: GPL-2.0-or-later
"""Ratios of samples that were taken in turn: what measure and jobs share."""

import collections
import statistics


class Spread(collections.namedtuple("Spread", "low median high")):
    """Quartiles; formatted with three digits, or as the format says."""

    def __format__(self, spec):
        low, median, high = (format(value, spec or ".3f") for value in self)
        return f"{median} [{low} {high}]"

    def __str__(self):
        return format(self)


def spread(over, under):
    """Of the rounds' ratios of two lists of samples."""
    values = [a / b for a, b in zip(over, under)]
    if len(values) == 1:
        return Spread(*values * 3)
    return Spread(*statistics.quantiles(values, n=4, method="inclusive"))


def word_of(ratio, limit):
    """Whether a promise is kept: that the ratio is at most the limit."""
    return ("kept" if ratio.median <= limit else
            "NOT KEPT" if ratio.low > limit else "in doubt")


def in_turn(variants, number, place):
    """The order in which a round measures the variants of an operation."""
    turn = (number + place) % len(variants) if variants else 0
    order = variants[turn:] + variants[:turn]
    return order[::-1] if number % 2 else order


def columns(rows):
    """Rows of cells as lines; the first cell is left-aligned.  A row of one
    cell is a line of its own."""
    width = [max(len(row[i]) for row in rows if len(row) > max(i, 1))
             for i in range(max(map(len, rows)))]
    for row in rows:
        if len(row) == 1:
            yield row[0]
        else:
            yield "  ".join(
                cell.ljust(width[i]) if i == 0 else cell.rjust(width[i])
                for i, cell in enumerate(row)).rstrip()
