"""When did each commit land on the main line, and which release was the first to contain it?

Both follow the graph of commits, never their dates: clocks are skewed in every real repository. Each takes
one walk over the graph, O(commits + edges); asking ``git tag --contains`` for each commit takes hours.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

NOWHERE: Final = -1
NONE: Final = -(2**63)


class History:
    """Which commits does each commit stand on? Numbers in place of hashes, parents before children.

    Parents that are not there (a shallow clone's edge) are left out.

    Examples
    --------
    >>> history = History(["a", "b", "c"], ["", "a", "b a"])
    >>> history.parents, history.first_parents(2)
    ([[], [0], [1, 0]], [0, 1, 2])
    """

    def __init__(self, commits: Sequence[str], parents: Sequence[str]) -> None:
        self.number = {commit: number for number, commit in enumerate(commits)}
        known = self.number
        self.parents = [
            [known[line]] if line in known else [known[p] for p in line.split() if p in known]
            for line in parents
        ]

    def first_parents(self, tip: int) -> list[int]:
        """Which commits are the main line that ends here? The oldest first.

        Examples
        --------
        >>> History(["a", "b", "c"], ["", "a", "b"]).first_parents(1)
        [0, 1]
        """
        line = [tip]
        while self.parents[line[-1]]:
            line.append(self.parents[line[-1]][0])
        return line[::-1]

    def claimed(self, claimants: Iterable[int]) -> list[int]:
        """Which claimant was the first to contain each commit? ``NOWHERE`` where none does.

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

    def reached(self, tips: Iterable[int]) -> Any:
        """Which commits can be reached from these? An array of flags.

        Examples
        --------
        >>> History(["a", "b", "c"], ["", "a", "a"]).reached([1]).tolist()
        [True, True, False]
        """
        return np.array(self.claimed(tips), dtype="int64") != NOWHERE

    def places(self, values: Mapping[int, int]) -> list[tuple[int, int]]:
        """What is the greatest value among all that a commit contains, and how long is its way to a root?

        Neither is ever less than that of a commit contained; the second is always more. Only commits that
        have a value are told of, in the order of their numbers.

        Examples
        --------
        >>> History(["a", "b", "c"], ["", "a", "b"]).places({0: 9, 2: 5})
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


def with_deliveries(commits: pd.DataFrame, *, branches: pd.DataFrame, releases: pd.DataFrame) -> pd.DataFrame:
    """When did each commit land, and in which release did it come out first?

    Parameters
    ----------
    commits
        COMMITS, parents before children within a repository.
    branches
        BRANCHES; the one marked ``main`` is the main line of its repository.
    releases
        RELEASES; those that are not ``final`` are left out.

    Returns
    -------
    DataFrame
        The same rows with ``landing, landed, release, released`` filled in. A commit lands with the first
        commit of the main line's first-parent chain that contains it: the merge, or itself. Its release
        is the first that contains it: releases follow one another by instant, but never one before
        another that it contains; of several at one instant, the one on the shorter history is first. A
        release's instant is when its tag was made, where that is known and not before its commit's. Instants
        are as recorded: a skewed clock may put a landing before its work.
    """
    parts = []
    for repository, rows in commits.groupby("repository", observed=True, sort=False):
        main = branches.loc[(branches["repository"] == repository) & branches["main"], "commit"]
        shipped = releases[(releases["repository"] == repository) & releases["final"]]
        parts.append(_delivered(rows, list(main), shipped))
    if len(parts) < 2:
        return parts[0] if parts else commits
    return pd.concat(parts).reindex(commits.index)


def _delivered(commits: pd.DataFrame, main: list[str], releases: pd.DataFrame) -> pd.DataFrame:
    history = History(commits["commit"].tolist(), commits["parents"].tolist())
    tips = [history.number[tip] for tip in main if tip in history.number]
    landing = np.array(history.claimed(n for tip in tips for n in history.first_parents(tip)), dtype="int64")
    order = _release_order(releases, history)
    owner = history.claimed(number for number, _ in order)
    place = dict(reversed(order))
    release = np.array([place.get(number, NOWHERE) for number in owner], dtype="int64")
    out = releases.assign(released=_release_instants(releases))
    return commits.assign(
        landing=_taken(commits["commit"], landing),
        landed=_taken(commits["committed"], landing),
        release=_taken(out["release"], release),
        released=_taken(out["released"], release),
    )


def _release_instants(releases: pd.DataFrame) -> "pd.Series[Any]":
    return releases["tagged"].where(releases["tagged"] > releases["at"], releases["at"])


def _release_order(releases: pd.DataFrame, history: History) -> list[tuple[int, int]]:
    """Tell commit and row of each release, in the order in which they came out; contained ones first."""
    when = _release_instants(releases).astype("int64").tolist()
    known = [
        (history.number[commit], row)
        for row, commit in enumerate(releases["commit"])
        if commit in history.number
    ]
    own: dict[int, int] = {}
    for number, row in known:
        own[number] = max(own.get(number, NONE), when[row])
    place, names = dict(zip(sorted(own), history.places(own), strict=True)), releases["release"].tolist()
    return sorted(known, key=lambda one: (place[one[0]], when[one[1]], names[one[1]]))


def _taken(values: "pd.Series[Any]", rows: Any) -> Any:
    """Take values by row; ``NOWHERE`` gives a missing value."""
    beyond = np.where(rows == NOWHERE, len(values), rows)
    return values.reset_index(drop=True).reindex(pd.Index(beyond)).array
