"""A segment tree that finds the next value beyond a bound, and the minimum of ranges over each segment."""

from collections.abc import Callable

import numpy as np

from vsm.intervals._kernels.arrays import NEVER, Flags, Ints


def range_minimum(first: Ints, last: Ints, value: Ints, *, segments: int) -> Ints:
    """Give, for each segment, the least value of all ranges that cover it; NEVER where none does.

    A sparse table read backwards: each range is laid down as two overlapping ranges of one power of two, and
    each level hands its minima down to two ranges of half the length: n log n steps, however much the ranges
    overlap::

        range [0, 3) value 5            level 1 (length 2): 5 at 0 and at 1     [5 5 . .]
        range [1, 2) value 2            level 0 (length 1): 2 at 1              [5 2 5 .]
                                                            the 5 at 1 was handed down to 1 and to 2

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
    >>> range_minimum(np.array([0, 1]), np.array([3, 2]), np.array([5, 2]), segments=4)[:3].tolist()
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


class SegmentTree:
    """A binary tree over a line of values in which each node holds its children's maximum, and their minimum.

    ::

        values       1   5   2   9              next_above(start 0, bound 4):
        leaves      [4] [5] [6] [7]             leaf 4 holds 1: no → its right neighbour, leaf 5: holds 5 → 1
        inner         [2]     [3]               next_above(start 2, bound 4):
        maxima         5       9                leaf 6 holds 2: no → node 7, which holds 9 → 3
        root              [1] 9

    Examples
    --------
    >>> tree = SegmentTree(np.array([1, 5, 2, 9]))
    >>> tree.next_above(np.array([0, 2]), np.array([4, 4])).tolist()
    [1, 3]
    >>> tree.next_not_above(np.array([1, 3]), np.array([2, 2])).tolist()
    [2, 4]
    """

    def __init__(self, values: Ints) -> None:
        self._count = len(values)
        self._size = 1 << max(self._count - 1, 1).bit_length()
        self._maximum = self._tree(values, np.maximum, -NEVER)
        self._minimum = self._tree(values, np.minimum, NEVER)

    def _tree(self, values: Ints, better: np.ufunc, worst: int) -> Ints:
        """Lay the values out as leaves ``size … 2·size``; the children of node i are 2i and 2i + 1."""
        tree = np.full(2 * self._size, worst)
        tree[self._size : self._size + self._count] = values
        node = self._size // 2
        while node:  # one level at a time, from the leaves' parents up to the root
            better(
                tree[2 * node : 4 * node : 2], tree[2 * node + 1 : 4 * node : 2], out=tree[node : 2 * node]
            )
            node //= 2
        return tree

    def next_above(self, start: Ints, bound: Ints) -> Ints:
        """Give the first position from ``start`` on with a value over ``bound``; the length if none."""
        return self._search(start, lambda node, query: self._maximum[node] > bound[query])

    def next_not_above(self, start: Ints, bound: Ints) -> Ints:
        """Give the first position from ``start`` on with a value not over ``bound``; the length if none."""
        return self._search(start, lambda node, query: self._minimum[node] <= bound[query])

    def _search(self, start: Ints, holds: Callable[[Ints, Ints], Flags]) -> Ints:
        """Climb to the first subtree that holds such a value, then descend to its first such leaf."""
        found = np.zeros(len(start), dtype=np.int64)
        query = np.flatnonzero(start < self._count)
        node = start[query] + self._size
        while len(query):
            hit = holds(node, query)
            found[query[hit]] = node[hit]
            # Everything up to the end of this subtree is searched: go on with the next one at its right. A
            # power of two is the leftmost node of a level: then node − 1 was the rightmost, and the line is
            # at its end.
            node, query = node[~hit] + 1, query[~hit]
            inside = node & (node - 1) != 0
            node, query = node[inside], query[inside]
            node //= node & -node  # up to the largest subtree that begins here: strip trailing zero bits
        return self._first_leaf(found, holds)

    def _first_leaf(self, node: Ints, holds: Callable[[Ints, Ints], Flags]) -> Ints:
        query = np.flatnonzero((node > 0) & (node < self._size))
        while len(query):
            left = 2 * node[query]
            node[query] = np.where(holds(left, query), left, left + 1)
            query = query[node[query] < self._size]
        return np.where(node > 0, node - self._size, self._count)
