"""Interval algebra by group: difference, intersection and union, so that nothing is lost or counted twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from vsm.intervals._kernels.arrays import Flags, Ints
from vsm.intervals._kernels.grouped_search import GroupedSearch, expand_ranges, grouped_argsort


@dataclass(frozen=True, slots=True)
class Intervals:
    """Disjoint half-open intervals, sorted; ``parent`` is the number of what each was cut from.

    Examples
    --------
    >>> len(Intervals(np.array([0]), np.array([10]), np.array([20])))
    1
    """

    parent: Ints
    start: Ints
    end: Ints

    def __len__(self) -> int:
        """Give how many there are."""
        return len(self.parent)

    def __sizeof__(self) -> int:
        """Give the bytes of its arrays, so that a cluster knows what it keeps."""
        return sum(side.nbytes for side in (self.parent, self.start, self.end))

    def __getitem__(self, rows: Ints | Flags) -> "Intervals":
        """Give these rows."""
        return Intervals(self.parent[rows], self.start[rows], self.end[rows])

    def of(self, whole: "Intervals") -> "Intervals":
        """Give intervals that were cut from ``whole`` as parts of what ``whole`` itself was cut from."""
        return Intervals(whole.parent[self.parent], self.start, self.end)

    @classmethod
    def together(cls, parts: Sequence[Self]) -> "Intervals":
        """Give the intervals of all parts, one part after another."""
        sides = ([getattr(part, side) for part in parts] for side in ("parent", "start", "end"))
        return Intervals(*(np.concatenate(side) for side in sides))


def subtract(whole: Intervals, taken: Intervals) -> Intervals:
    """Give the gaps: what is left of ``whole`` once ``taken`` is out of it.

    A piece with k parts taken leaves k + 1 gaps, some of them empty: the first begins where the piece does,
    each other where a part ends; each ends where the next part begins, the last where the piece does::

        whole   0: 0 ───────────────── 100        count   2        rows of gaps   0     1     2
        taken      0 ─ 10   40 ─── 60             here    0, 1     start          0    10    60
        gaps    (0,0)  10 ─ 40   60 ─ 100                          end            0    40   100

    Parameters
    ----------
    taken
        Within pieces of ``whole``, whose row numbers are its ``parent``; sorted and disjoint.

    Returns
    -------
    Intervals
        With the row number in ``whole`` as ``parent``; empty ones are left out.

    Examples
    --------
    >>> whole = Intervals(np.array([7]), np.array([0]), np.array([100]))
    >>> taken = Intervals(np.array([0, 0]), np.array([0, 40]), np.array([10, 60]))
    >>> left = subtract(whole, taken)
    >>> left.start.tolist(), left.end.tolist(), left.parent.tolist()
    ([10, 60], [40, 100], [0, 0])
    """
    count = np.bincount(taken.parent, minlength=len(whole))
    first_gap = (
        np.arange(len(whole)) + np.cumsum(count) - count
    )  # a piece before adds one gap more than parts
    here = np.arange(len(taken)) + taken.parent  # the gap that each taken part ends
    start, end = (np.empty(len(whole) + len(taken), dtype=np.int64) for _ in range(2))
    start[first_gap], end[first_gap + count] = whole.start, whole.end
    start[here + 1], end[here] = taken.end, taken.start
    parent = np.repeat(np.arange(len(whole)), count + 1)
    return Intervals(parent, start, end)[start < end]


class GroupedIntervals:
    """Disjoint intervals of many groups, sorted by group, then by start.

    Examples
    --------
    >>> spans = GroupedIntervals(np.array([3]), np.array([10]), np.array([20]))
    >>> pieces = Intervals(np.array([0, 1]), np.array([0, 0]), np.array([15, 15]))
    >>> cut = spans.intersect(pieces, np.array([3, 4]))
    >>> cut.parent.tolist(), cut.start.tolist(), cut.end.tolist()
    ([0], [10], [15])
    """

    def __init__(self, group: Ints, start: Ints, end: Ints) -> None:
        self.group, self.start, self.end = group, start, end
        self._starts, self._ends = GroupedSearch(group, start), GroupedSearch(group, end)

    def intersect(self, pieces: Intervals, group: Ints) -> Intervals:
        """Give the parts of each piece that its group's intervals cover; ``parent`` is the row in ``pieces``.

        Those that end after the piece starts and start before it ends are neighbours in the sorted rows, so
        two searches find them: from the first that has not ended, up to the first that has not started.
        """
        first = self._ends.searchsorted(group, pieces.start, side="right")
        number, row = expand_ranges(first, self._starts.searchsorted(group, pieces.end, side="left"))
        start = np.maximum(pieces.start[number], self.start[row])
        return Intervals(number, start, np.minimum(pieces.end[number], self.end[row]))


def union(group: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
    """Give the disjoint intervals that these make together, by group; touching ones become one.

    ::

        start            0   5  20        a new interval begins where a start lies beyond
        end              6   9  22        the latest end so far
        latest end       6   9  22
        apart            T   F   T   →    0 ─ 9, 20 ─ 22

    Examples
    --------
    >>> parts = union(np.array([0, 0, 1]), np.array([0, 5, 0]), np.array([6, 9, 2]))
    >>> [part.tolist() for part in parts]
    [[0, 1], [0, 0], [9, 2]]
    """
    order = grouped_argsort(group, start)
    group, start, end = group[order], start[order], end[order]
    latest = pd.Series(end).groupby(group, sort=False).cummax().to_numpy()
    apart = np.ones(len(group), dtype=bool)
    apart[1:] = (group[1:] != group[:-1]) | (start[1:] > latest[:-1])
    begins = np.flatnonzero(apart)
    last = np.maximum.reduceat(end, begins) if len(begins) else end
    return group[begins], start[begins], last
