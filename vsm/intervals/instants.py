"""Which instants of a group lie before another? Sorted timelines of many groups, searched all at once."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MOST: Final = 1 << 62


class Instants:
    """Where among the instants of many groups does each query fall?

    A group's number and an instant make one integer key, so that one binary search serves all groups and no
    instant is ever rounded. Where that would be too large a number, the instant's rank stands for it.

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
        first, last = (int(at[0]), int(at[-1])) if len(at) else (0, 0)
        first, last = int(at.min(initial=first)), int(at.max(initial=last))
        self._bounds, self._width = (first - 1, last + 1), last - first + 3
        self._times: Ints | None = None
        if int(group.max(initial=0)) + 1 > MOST // self._width:
            self._times = np.unique(at)
            self._width = 2 * len(self._times) + 2
        self._keys = self._key(group, at)

    def before(self, group: npt.NDArray[Any], at: Ints) -> Ints:
        """How many rows lie in earlier groups, or in this one before this instant?"""
        return np.searchsorted(self._keys, self._key(group, at), side="left")

    def until(self, group: npt.NDArray[Any], at: Ints) -> Ints:
        """How many rows lie in earlier groups, or in this one not after this instant?"""
        return np.searchsorted(self._keys, self._key(group, at), side="right")

    def _key(self, group: npt.NDArray[Any], at: Ints) -> Ints:
        return group.astype(np.int64) * self._width + self._place(at)

    def _place(self, at: Ints) -> Ints:
        """Number an instant so that order is kept: by the clock, or by rank where that is too large."""
        if self._times is None:
            placed: Ints = np.clip(at, *self._bounds) - self._bounds[0]
            return placed
        sides = (np.searchsorted(self._times, at, side=side) for side in ("left", "right"))
        ranked: Ints = np.add(*sides)
        return ranked


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
