"""Where does a line of values next lie beyond a bound? And which is the least that holds in each segment?"""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from vsm.intervals.instants import Ints

NEVER: Final = np.iinfo(np.int64).max


def least_covering(first: Ints, last: Ints, value: Ints, *, segments: int) -> Ints:
    """Which is the least value of all ranges that cover each segment? ``NEVER`` where none does.

    Every range is laid down as two overlapping ranges of a power of two, which are then halved level by
    level: n log n steps, whatever covers what.

    Parameters
    ----------
    first, last
        Ranges of segments, half-open and not empty.
    value
        Of each range.
    segments
        How many there are.

    Examples
    --------
    >>> least_covering(np.array([0, 1]), np.array([3, 2]), np.array([5, 2]), segments=4)[:3].tolist()
    [5, 2, 5]
    """
    power = np.frexp((last - first).astype(np.float64))[1] - 1
    least = np.full(segments, NEVER)
    for level in range(int(power.max(initial=0)), -1, -1):
        here = power == level
        for begin in (first[here], last[here] - (1 << level)):
            np.minimum.at(least, begin, value[here])
        if level:
            half = 1 << (level - 1)
            np.minimum(least[half:], least[:-half].copy(), out=least[half:])
    return least


class Line:
    """Where does a line of values next lie above, or at most at, a bound? All queries at once.

    Examples
    --------
    >>> line = Line(np.array([1, 5, 2, 9]))
    >>> line.next_above(np.array([0, 2]), np.array([4, 4])).tolist()
    [1, 3]
    >>> line.next_not_above(np.array([1, 3]), np.array([2, 2])).tolist()
    [2, 4]
    """

    def __init__(self, values: Ints) -> None:
        self._count = len(values)
        self._size = 1 << max(self._count - 1, 1).bit_length()
        self._highest = self._tree(values, np.maximum, -NEVER)
        self._lowest = self._tree(values, np.minimum, NEVER)

    def _tree(self, values: Ints, better: np.ufunc, worst: int) -> Ints:
        """Lay the values out as leaves of a binary tree in which each node holds its children's best."""
        tree = np.full(2 * self._size, worst)
        tree[self._size : self._size + self._count] = values
        node = self._size // 2
        while node:
            better(
                tree[2 * node : 4 * node : 2], tree[2 * node + 1 : 4 * node : 2], out=tree[node : 2 * node]
            )
            node //= 2
        return tree

    def next_above(self, start: Ints, bound: Ints) -> Ints:
        """Which is the first place from ``start`` on with a value over ``bound``? The length if none."""
        return self._search(start, lambda node, query: self._highest[node] > bound[query])

    def next_not_above(self, start: Ints, bound: Ints) -> Ints:
        """Which is the first place from ``start`` on with a value not over ``bound``?"""
        return self._search(start, lambda node, query: self._lowest[node] <= bound[query])

    def _search(self, start: Ints, holds: Callable[[Ints, Ints], npt.NDArray[np.bool_]]) -> Ints:
        """Climb to the first subtree that holds such a value, then descend to its first leaf that does."""
        found = np.zeros(len(start), dtype=np.int64)
        query = np.flatnonzero(start < self._count)
        node = start[query] + self._size
        while len(query):
            hit = holds(node, query)
            found[query[hit]] = node[hit]
            node, query = node[~hit] + 1, query[~hit]
            inside = node & (node - 1) != 0
            node, query = node[inside], query[inside]
            node //= node & -node
        return self._leaves(found, holds)

    def _leaves(self, node: Ints, holds: Callable[[Ints, Ints], npt.NDArray[np.bool_]]) -> Ints:
        query = np.flatnonzero((node > 0) & (node < self._size))
        while len(query):
            left = 2 * node[query]
            node[query] = np.where(holds(left, query), left, left + 1)
            query = query[node[query] < self._size]
        return np.where(node > 0, node - self._size, self._count)
