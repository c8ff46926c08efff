"""Runs: neighbouring rows that belong together, such as the rows of one ticket in a table sorted by ticket.

One table serves all examples below: rows sorted by ``ticket``, ``said`` marks the rows that say something::

    row               0  1  2  3  4
    ticket            7  7  7  8  8
    said              F  T  F  F  T
    run_starts        T  F  F  T  F       first row of each run
    run_ends          F  F  T  F  T       last row of each run
    run_start_index   0  0  0  3  3       where each row's run starts
    last_true        -1  1  1  1  4       last row up to here that says something, whatever its run
    last_true_in_run -1  1  1 -1  4       the same within the run
    run number        0  0  0  1  1       cumsum(run_starts) − 1
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from vsm.intervals._kernels.arrays import NEVER, NOBODY, Flags, Ints


def run_starts(*columns: npt.NDArray[Any]) -> Flags:
    """Mark the rows that differ from the row before in any of these columns; the first row does.

    Examples
    --------
    >>> run_starts(np.array([7, 7, 8])).tolist()
    [True, False, True]
    """
    starts = np.ones(len(columns[0]), dtype=bool)
    if len(starts):
        starts[1:] = columns[0][1:] != columns[0][:-1]
        for column in columns[1:]:
            starts[1:] |= column[1:] != column[:-1]
    return starts


def run_ends(starts: Flags) -> Flags:
    """Mark the last row of each run: the one before the next run's start.

    Examples
    --------
    >>> run_ends(np.array([True, False, True])).tolist()
    [False, True, True]
    """
    return np.append(starts[1:], np.ones(min(len(starts), 1), dtype=bool))


def run_start_index(starts: Flags) -> Ints:
    """Give the row in which each row's run starts.

    Examples
    --------
    >>> run_start_index(np.array([True, False, True])).tolist()
    [0, 0, 2]
    """
    bounds = np.concatenate(([0], np.flatnonzero(starts[1:]) + 1, [len(starts)]))
    return np.repeat(bounds[:-1], np.diff(bounds))


def last_true(flags: npt.NDArray[Any]) -> Ints:
    """Give the last row up to each that is marked; −1 before the first.

    Examples
    --------
    >>> last_true(np.array([False, True, False])).tolist()
    [-1, 1, 1]
    """
    rows = np.append(NOBODY, np.flatnonzero(flags))
    latest: Ints = rows[np.cumsum(flags)]  # as many are marked up to here
    return latest


def last_true_in_run(flags: Flags, start: Ints) -> Ints:
    """Give the last row up to each, from its run's ``start`` on, that is marked; NOBODY without one.

    Examples
    --------
    >>> last_true_in_run(np.array([True, False, False]), np.array([0, 0, 2])).tolist()
    [0, 0, -1]
    """
    row = last_true(flags)
    return (row + 1) * (row >= start) + NOBODY  # as np.where, which takes three times as long


def shift_within_run(values: npt.NDArray[Any], last: Flags, *, missing: int) -> npt.NDArray[Any]:
    """Give each row its run's next value; ``missing`` in the ``last`` row of a run.

    Examples
    --------
    >>> shift_within_run(np.array([5, 6, 7]), np.array([False, True, True]), missing=0).tolist()
    [6, 0, 0]
    """
    ahead = np.empty_like(values)
    ahead[:-1] = values[1:]
    ahead[last] = missing
    return ahead


def first_of_run(flags: Flags, values: Ints, run: Ints, *, runs: int) -> Ints:
    """Give the value of each run's first marked row; NEVER without one. ``run`` numbers the run of each row.

    Examples
    --------
    >>> first_of_run(np.array([False, True, True]), np.array([5, 6, 7]), np.array([0, 0, 0]), runs=1).tolist()
    [6]
    """
    found = np.full(runs, NEVER)
    rows = np.flatnonzero(flags)[::-1]  # assigned backwards: of several rows of a run the first one stays
    found[run[rows]] = values[rows]
    return found


def last_of_run(flags: Flags, values: Ints, run: Ints, *, runs: int, missing: int) -> Ints:
    """Give the value of each run's last marked row; ``missing`` without one.

    Examples
    --------
    >>> flags, run = np.array([True, True, False]), np.array([0, 0, 0])
    >>> last_of_run(flags, np.array([5, 6, 7]), run, runs=1, missing=0).tolist()
    [6]
    """
    found = np.full(runs, missing)
    rows = np.flatnonzero(flags)  # assigned forwards: the last one stays
    found[run[rows]] = values[rows]
    return found


def take_or_missing(values: npt.NDArray[Any], rows: Ints, *, missing: int = -1) -> Ints:
    """Give the values of these rows; ``missing``, which is appended, where the row is −1.

    Examples
    --------
    >>> take_or_missing(np.array([5, 6]), np.array([1, -1])).tolist()
    [6, -1]
    """
    return np.append(values, missing)[rows]


def summed(values: Ints, first: Ints) -> Ints:
    """Sum the values of each run, if runs begin in the rows ``first``.

    Examples
    --------
    >>> summed(np.array([1, 2, 3, 4, 5]), np.array([0, 3])).tolist()
    [6, 9]
    """
    sums: Ints = np.add.reduceat(values, first) if len(first) else values[:0]
    return sums
