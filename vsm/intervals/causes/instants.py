"""Which instants of a group lie before another? Sorted timelines of many groups, searched all at once."""

from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Instants:
    """Where among the instants of many groups does each query fall?

    A group's number and an instant's rank make one integer key, so that one binary search serves all groups
    and no instant is ever rounded.

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
        self._times = np.unique(at)
        self._width = len(self._times) + 1
        self._keys = self._key(group, at, side="right")

    def before(self, group: npt.NDArray[Any], at: Ints) -> Ints:
        """How many rows lie in earlier groups, or in this one before this instant?"""
        return np.searchsorted(self._keys, self._key(group, at, side="left"), side="right")

    def until(self, group: npt.NDArray[Any], at: Ints) -> Ints:
        """How many rows lie in earlier groups, or in this one not after this instant?"""
        return np.searchsorted(self._keys, self._key(group, at, side="right"), side="right")

    def _key(self, group: npt.NDArray[Any], at: Ints, *, side: Any) -> Ints:
        ranks: Ints = np.searchsorted(self._times, at, side=side)
        return group.astype(np.int64) * self._width + ranks


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
