"""The graph of commits: what contains what. Questions of order are answered by it, never by dates.

Clocks are skewed in every real repository. Each answer takes one walk over the graph, O(commits + edges);
asking ``git tag --contains`` for each commit takes hours.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

NOWHERE: Final = -1
NONE: Final = -(2**63)


class History:
    """The parents of each commit: numbers in place of hashes, parents before children.

    Parents that are not there (a shallow clone's edge) are left out.

    Examples
    --------
    >>> history = History(["a", "b", "c"], ["", "a", "b a"])
    >>> history.parents, history.first_parents(2)
    ([[], [0], [1, 0]], [0, 1, 2])
    """

    def __init__(self, commits: Sequence[str], parents: Sequence[str]) -> None:
        self.number = {commit: number for number, commit in enumerate(commits)}
        number = self.number
        self.parents = [
            [number[line]] if line in number else [number[p] for p in line.split() if p in number]
            for line in parents
        ]

    def first_parents(self, tip: int) -> list[int]:
        """Give the commits of the main line that ends here, the oldest first."""
        line = [tip]
        while self.parents[line[-1]]:
            line.append(self.parents[line[-1]][0])
        return line[::-1]

    def claimed(self, claimants: Iterable[int]) -> list[int]:
        """Give the first claimant that contains each commit; ``NOWHERE`` where none does.

        Parameters
        ----------
        claimants
            Numbers of commits, the first to claim first.

        Examples
        --------
        >>> History(["a", "b", "c"], ["", "a", "a"]).claimed([1, 2])
        [1, 1, 2]
        """
        owner, parents = [NOWHERE] * len(self.parents), self.parents
        for claimant in claimants:
            stack = [claimant]
            while stack:
                commit = stack.pop()
                if owner[commit] == NOWHERE:
                    owner[commit] = claimant
                    stack += parents[commit]
        return owner

    def reached(self, tips: Iterable[int]) -> npt.NDArray[np.bool_]:
        """Give flags of the commits that can be reached from these.

        Examples
        --------
        >>> History(["a", "b", "c"], ["", "a", "a"]).reached([1]).tolist()
        [True, True, False]
        """
        return np.array([owner != NOWHERE for owner in self.claimed(tips)], dtype=np.bool_)

    def ranks(self, values: Mapping[int, int]) -> list[tuple[int, int]]:
        """Give the greatest value among all that a commit contains, and the length of its way to a root.

        Neither is ever less than that of a commit contained; the second is always more. Only commits that
        have a value are ranked, in the order of their numbers.

        Examples
        --------
        >>> History(["a", "b", "c"], ["", "a", "b"]).ranks({0: 9, 2: 5})
        [(9, 0), (9, 2)]
        """
        greatest, height = list[int](), list[int]()
        for commit, parents in enumerate(self.parents):
            if len(parents) == 1:
                (parent,) = parents
                most, above = greatest[parent], height[parent] + 1
            else:
                most = max([greatest[parent] for parent in parents], default=NONE)
                above = max([height[parent] for parent in parents], default=NOWHERE) + 1
            if commit in values and values[commit] > most:
                most = values[commit]
            greatest.append(most)
            height.append(above)
        return [(greatest[commit], height[commit]) for commit in sorted(values)]
