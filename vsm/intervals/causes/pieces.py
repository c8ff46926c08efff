"""How is waiting cut, so that nothing is lost or counted twice? Pieces, and what is taken out of them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from vsm.intervals.instants import Flags, Instants, Ints, expanded, in_order


@dataclass(frozen=True, slots=True)
class Pieces:
    """Which stretches of waiting? Sorted, disjoint, half-open; ``source`` is the number of what was cut.

    Examples
    --------
    >>> len(Pieces(np.array([0]), np.array([10]), np.array([20])))
    1
    """

    source: Ints
    start: Ints
    end: Ints

    def __len__(self) -> int:
        """How many are there?"""
        return len(self.source)

    def __getitem__(self, rows: Ints | Flags) -> "Pieces":
        """Which are these rows?"""
        return Pieces(self.source[rows], self.start[rows], self.end[rows])

    def of(self, whole: "Pieces") -> "Pieces":
        """Which are they, told by what ``whole`` was cut from? For pieces cut from ``whole`` itself."""
        return Pieces(whole.source[self.source], self.start, self.end)


def carve(whole: Pieces, taken: Pieces) -> Pieces:
    """What is left of ``whole`` once ``taken`` is out of it?

    Parameters
    ----------
    taken
        Within pieces of ``whole``, whose row numbers are its ``source``; sorted and disjoint.

    Returns
    -------
    Pieces
        The gaps, with the row number in ``whole`` as ``source``; empty ones are left out.

    Examples
    --------
    >>> whole = Pieces(np.array([7]), np.array([0]), np.array([100]))
    >>> taken = Pieces(np.array([0, 0]), np.array([0, 40]), np.array([10, 60]))
    >>> left = carve(whole, taken)
    >>> left.start.tolist(), left.end.tolist(), left.source.tolist()
    ([10, 60], [40, 100], [0, 0])
    """
    count = np.bincount(taken.source, minlength=len(whole))
    begins = np.arange(len(whole)) + np.cumsum(count) - count
    here = np.arange(len(taken)) + taken.source
    start, end = (np.empty(len(whole) + len(taken), dtype=np.int64) for _ in range(2))
    start[begins], end[begins + count] = whole.start, whole.end
    start[here + 1], end[here] = taken.end, taken.start
    source = np.repeat(np.arange(len(whole)), count + 1)
    return Pieces(source, start, end)[start < end]


class Spans:
    """When did something hold, for each of many groups? Disjoint spans, sorted by group, then by start.

    Examples
    --------
    >>> spans = Spans(np.array([3]), np.array([10]), np.array([20]))
    >>> cut = spans.within(Pieces(np.array([0, 1]), np.array([0, 0]), np.array([15, 15])), np.array([3, 4]))
    >>> cut.source.tolist(), cut.start.tolist(), cut.end.tolist()
    ([0], [10], [15])
    """

    def __init__(self, group: Ints, start: Ints, end: Ints) -> None:
        self.group, self.start, self.end = group, start, end
        self._starts, self._ends = Instants(group, start), Instants(group, end)

    def within(self, pieces: Pieces, group: Ints) -> Pieces:
        """Which parts of each piece do the spans of its group cover? ``source`` is the row in ``pieces``."""
        number, row = expanded(self._ends.until(group, pieces.start), self._starts.before(group, pieces.end))
        start = np.maximum(pieces.start[number], self.start[row])
        return Pieces(number, start, np.minimum(pieces.end[number], self.end[row]))


def united(group: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
    """Which disjoint spans do these make together, by group? Touching ones become one.

    Examples
    --------
    >>> parts = united(np.array([0, 0, 1]), np.array([0, 5, 0]), np.array([6, 9, 2]))
    >>> [part.tolist() for part in parts]
    [[0, 1], [0, 0], [9, 2]]
    """
    order = in_order(group, start)
    group, start, end = group[order], start[order], end[order]
    apart = np.ones(len(group), dtype=bool)
    apart[1:] = (group[1:] != group[:-1]) | (start[1:] > _highest_so_far(group, end)[:-1])
    begins = np.flatnonzero(apart)
    last = np.maximum.reduceat(end, begins) if len(begins) else end
    return group[begins], start[begins], last


def _highest_so_far(group: Ints, end: Ints) -> Ints:
    """Find the latest end of each group's rows so far; groups are sorted."""
    latest = pd.Series(end).groupby(group, sort=False).cummax()
    return latest.to_numpy()
