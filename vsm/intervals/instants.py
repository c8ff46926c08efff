"""Which instants of a group lie before another? Sorted timelines of many groups, searched all at once."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MOST: Final = 1 << 62
ENDS: Final[tuple[Any, ...]] = ("left", "right")


class Instants:
    """Where among the instants of many groups does each query fall?

    A group's number and an instant make one integer key, so that one binary search serves all groups and no
    instant is ever rounded. Where that would be too large a number, each group's few rows are halved instead.

    Parameters
    ----------
    group, at
        Of equal length, sorted by group, then by instant (microseconds).

    Examples
    --------
    >>> lines = Instants(np.array([0, 0, 1]), np.array([10, 20, 10]))
    >>> lines.before(np.array([0, 1]), np.array([20, 20])).tolist()
    [1, 3]
    >>> lines.until(np.array([0, 1]), np.array([20, 5])).tolist()
    [2, 2]
    """

    def __init__(self, group: npt.NDArray[Any], at: Ints) -> None:
        first, last = (int(at.min()), int(at.max())) if len(at) else (0, 0)
        self._bounds, self._width = (first - 1, last + 1), last - first + 3
        self._group, self._at = group, at
        wide = int(group.max(initial=0)) + 1 > MOST // self._width
        self._keys = None if wide else self._key(group, at)

    def before(self, group: npt.NDArray[Any], at: Ints) -> Ints:
        """How many rows lie in earlier groups, or in this one before this instant?"""
        return self._rows(group, at, side="left")

    def until(self, group: npt.NDArray[Any], at: Ints) -> Ints:
        """How many rows lie in earlier groups, or in this one not after this instant?"""
        return self._rows(group, at, side="right")

    def _key(self, group: npt.NDArray[Any], at: Ints) -> Ints:
        placed: Ints = np.clip(at, *self._bounds) - self._bounds[0]
        return group.astype(np.int64) * self._width + placed

    def _rows(self, group: npt.NDArray[Any], at: Ints, *, side: Any) -> Ints:
        if self._keys is not None:
            return np.searchsorted(self._keys, self._key(group, at), side=side)
        low, high = (np.searchsorted(self._group, group, side=end) for end in ENDS)
        query = np.flatnonzero(low < high)
        while len(query):  # halve each group's rows, all groups at once
            middle = (low[query] + high[query]) // 2
            early = self._at[middle] <= at[query] if side == "right" else self._at[middle] < at[query]
            low[query] = np.where(early, middle + 1, low[query])
            high[query] = np.where(early, high[query], middle)
            query = query[low[query] < high[query]]
        return low


def in_order(group: npt.NDArray[Any], at: Ints) -> npt.NDArray[np.intp]:
    """In which order do rows lie by group, then by instant? Equal ones keep theirs.

    One key is sorted several times faster than two; only where it would be too large a number, two are.

    Examples
    --------
    >>> in_order(np.array([1, 0, 0]), np.array([5, 9, 7])).tolist()
    [2, 1, 0]
    """
    first, last = (int(at.min()), int(at.max())) if len(at) else (0, 0)
    width = last - first + 1
    if int(group.max(initial=0)) + 1 > MOST // width:
        return np.lexsort((at, group))
    return np.argsort(group.astype(np.int64) * width + (at - first), kind="stable")


def expanded(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Which rows do ranges of rows hold? The number of each range, and the row, one after another.

    Examples
    --------
    >>> [part.tolist() for part in expanded(np.array([5, 0]), np.array([7, 0]))]
    [[0, 0], [5, 6]]
    """
    count = np.maximum(last - first, 0)
    number = np.repeat(np.arange(len(count)), count)
    begins = np.cumsum(count) - count
    return number, np.arange(len(number)) - begins[number] + first[number]
