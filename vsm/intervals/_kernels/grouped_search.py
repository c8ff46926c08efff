"""Binary search in the sorted timelines of many groups, all queries at once."""

from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from vsm.intervals._kernels.arrays import Ints

MAX_KEY: Final = 1 << 62
Side = Literal["left", "right"]


class GroupedSearch:
    """``np.searchsorted``, but within groups::

        group   0   0   1   1          key = group · width + (at − first)
        at     10  20  10  40          width = last − first + 3, so that groups never overlap
        query  (group 1, at 15) → key lies between rows 2 and 3 → 3 rows are before it

    A group's number and an instant make one integer key, so one binary search serves all groups and no
    instant is rounded. Instants outside of first … last are clipped to one beyond either end, where nothing
    lies. Where the key could overflow (many groups over centuries), each group's few rows are halved instead.

    Parameters
    ----------
    group, at
        Of equal length, sorted by group, then by instant (microseconds).

    Examples
    --------
    >>> lines = GroupedSearch(np.array([0, 0, 1]), np.array([10, 20, 10]))
    >>> lines.searchsorted(np.array([0, 1]), np.array([20, 20]), side="left").tolist()
    [1, 3]
    >>> lines.searchsorted(np.array([0, 1]), np.array([20, 5]), side="right").tolist()
    [2, 2]
    """

    def __init__(self, group: npt.NDArray[Any], at: Ints) -> None:
        first, last = (int(at.min()), int(at.max())) if len(at) else (0, 0)
        self._bounds, self._width = (first - 1, last + 1), last - first + 3
        self._group, self._at = group, at
        overflows = int(group.max(initial=0)) + 1 > MAX_KEY // self._width
        self._keys = None if overflows else self._key(group, at)

    def _key(self, group: npt.NDArray[Any], at: Ints) -> Ints:
        offset: Ints = np.clip(at, *self._bounds) - self._bounds[0]
        return group.astype(np.int64) * self._width + offset

    def searchsorted(self, group: npt.NDArray[Any], at: Ints, *, side: Side) -> Ints:
        """Count the rows of earlier groups, and of this group before ``at`` (``right``: not after it)."""
        if self._keys is not None:
            return np.searchsorted(self._keys, self._key(group, at), side=side)
        low, high = (np.searchsorted(self._group, group, side=end) for end in ("left", "right"))
        query = np.flatnonzero(low < high)
        while len(query):
            middle = (low[query] + high[query]) // 2
            early = self._at[middle] <= at[query] if side == "right" else self._at[middle] < at[query]
            low[query] = np.where(early, middle + 1, low[query])
            high[query] = np.where(early, high[query], middle)
            query = query[low[query] < high[query]]
        return low


def grouped_argsort(group: npt.NDArray[Any], at: Ints) -> npt.NDArray[np.intp]:
    """Give the order of rows by group, then by instant; equal ones keep theirs.

    One key of both is sorted several times faster than two keys; only where it would overflow, two are.

    Examples
    --------
    >>> grouped_argsort(np.array([1, 0, 0]), np.array([5, 9, 7])).tolist()
    [2, 1, 0]
    """
    first, last = (int(at.min()), int(at.max())) if len(at) else (0, 0)
    width = last - first + 1
    if int(group.max(initial=0)) + 1 > MAX_KEY // width:
        return np.lexsort((at, group))
    return np.argsort(group.astype(np.int64) * width + (at - first), kind="stable")


def expand_ranges(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Write half-open ranges of rows out: the number of each range, and the row, one after another.

    ::

        first [5 0 2]   last [7 0 3]     count [2 0 1]
        number   0 0 2                   repeat(range, count)
        arange   0 1 2
        row      5 6 2                   arange − where the range begins in the output + first

    Examples
    --------
    >>> [part.tolist() for part in expand_ranges(np.array([5, 0, 2]), np.array([7, 0, 3]))]
    [[0, 0, 2], [5, 6, 2]]
    """
    count = np.maximum(last - first, 0)
    number = np.repeat(np.arange(len(count)), count)
    begins = np.cumsum(count) - count
    return number, np.arange(len(number)) - begins[number] + first[number]
