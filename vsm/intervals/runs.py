"""What can be told of rows that lie sorted by ticket and time? Small kernels on plain arrays.

``NOBODY`` stands for a missing row or code, ``NEVER`` for a missing instant; instants and durations are
whole microseconds.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vsm.intervals.codes import latest_row
from vsm.intervals.instants import Flags, Ints

NOBODY: Final = -1
NEVER: Final = int(np.iinfo(np.int64).max)


def begins(*columns: npt.NDArray[Any]) -> Flags:
    """Which rows differ from the row before in any of the columns? The first does.

    Examples
    --------
    >>> begins(np.array([7, 7, 8])).tolist()
    [True, False, True]
    """
    first = np.ones(len(columns[0]), dtype=bool)
    if len(first):
        first[1:] = columns[0][1:] != columns[0][:-1]
        for column in columns[1:]:
            first[1:] |= column[1:] != column[:-1]
    return first


def ends(begin: Flags) -> Flags:
    """Which rows are the last of their run, if these begin one?

    Examples
    --------
    >>> ends(np.array([True, False, True])).tolist()
    [False, True, True]
    """
    return np.append(begin[1:], np.ones(min(len(begin), 1), dtype=bool))


def first_row(begin: Flags) -> Ints:
    """In which row does each row's run begin?

    Examples
    --------
    >>> first_row(np.array([True, False, True])).tolist()
    [0, 0, 2]
    """
    return np.maximum.accumulate(np.where(begin, np.arange(len(begin)), 0))


def latest(said: Flags, floor: Ints) -> Ints:
    """In which row, up to each row and from ``floor`` on, was something last said? NOBODY without one.

    Examples
    --------
    >>> latest(np.array([True, False, False]), np.array([0, 0, 2])).tolist()
    [0, 0, -1]
    """
    source = latest_row(said)
    return np.where(source >= floor, source, NOBODY)


def following(values: npt.NDArray[Any], last: Flags, *, missing: int) -> npt.NDArray[Any]:
    """Which value has the next row of the same run? ``missing`` in its ``last`` row.

    Examples
    --------
    >>> following(np.array([5, 6, 7]), np.array([False, True, True]), missing=0).tolist()
    [6, 0, 0]
    """
    ahead = np.empty_like(values)
    ahead[:-1] = values[1:]
    ahead[last] = missing
    return ahead


def earliest_of(said: Flags, values: Ints, number: Ints, *, runs: int) -> Ints:
    """Which value does the first row of each run have that says something? NEVER without one.

    Examples
    --------
    >>> earliest_of(np.array([False, True, True]), np.array([5, 6, 7]), np.array([0, 0, 0]), runs=1).tolist()
    [6]
    """
    found = np.full(runs, NEVER)
    rows = np.flatnonzero(said)[::-1]  # of several values for one run the last one written stays
    found[number[rows]] = values[rows]
    return found


def latest_of(said: Flags, values: Ints, number: Ints, *, runs: int, missing: int) -> Ints:
    """Which value does the last row of each run have that says something? ``missing`` without one.

    Examples
    --------
    >>> said, number = np.array([True, True, False]), np.array([0, 0, 0])
    >>> latest_of(said, np.array([5, 6, 7]), number, runs=1, missing=0).tolist()
    [6]
    """
    found = np.full(runs, missing)
    rows = np.flatnonzero(said)
    found[number[rows]] = values[rows]
    return found


def row_at(ticket: Ints, at: Ints, *, first: Ints, beyond: Ints, entered: Ints) -> Ints:
    """Which row of its ticket holds at each instant? The last that begins by then; NOBODY before the first.

    Halves every ticket's rows ``[first, beyond)`` at once, so it needs no key of ticket and time in one.

    Examples
    --------
    >>> one = np.array([0])
    >>> row_at(one, np.array([25]), first=one, beyond=np.array([3]), entered=np.array([10, 20, 30])).tolist()
    [1]
    """
    low, high = first[ticket] - 1, beyond[ticket]
    while (wide := high - low > 1).any():
        middle = np.where(wide, (low + high) // 2, np.maximum(low, 0))
        by_then = entered[middle] <= at
        low, high = np.where(wide & by_then, middle, low), np.where(wide & ~by_then, middle, high)
    return np.where(low >= first[ticket], low, NOBODY)
