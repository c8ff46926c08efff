"""Which bodies of issues came, where there may be millions of them."""

from bisect import bisect_right
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt


class Seen(NamedTuple):
    """What is remembered of a body: a hash of its content, and when it was updated last."""

    content: int
    updated: float


class SeenBodies:
    """The bodies that came, by the ids of their issues.

    An archive gives them in the order of their ids. Those are arrays, a part each, with the first id of each
    beside them; what came out of this order is in a dict::

        firsts  "10"         "13"
        ids     10 11 12  |  13 20 21        others  {"12": …, "15": …}

    Examples
    --------
    >>> seen = SeenBodies()
    >>> seen.put("10", Seen(1, 0.5))
    >>> seen.end_part()
    >>> seen.get("10"), seen.get("11")
    (Seen(content=1, updated=0.5), None)
    """

    def __init__(self) -> None:
        self._last = ""
        self._part: dict[str, Seen] = {}
        self._others: dict[str, Seen] = {}
        self._firsts = list[str]()
        self._parts = list[tuple[npt.NDArray[np.bytes_], npt.NDArray[Any]]]()

    def get(self, issue: str) -> Seen | None:
        """Give what is remembered of an issue's body; None where none came."""
        if issue > self._last:
            return None
        return self._part.get(issue) or self._others.get(issue) or self._in_order(issue)

    def put(self, issue: str, seen: Seen) -> None:
        """Remember a body, in place of one of the same issue."""
        if issue > self._last or issue in self._part:
            self._part[issue] = seen
            self._last = max(issue, self._last)
        else:
            self._others[issue] = seen

    def end_part(self) -> None:
        """Make arrays of those that came in order since the last part."""
        if self._part:
            self._firsts.append(next(iter(self._part)))
            ids = np.array([issue.encode() for issue in self._part])
            states = np.array(list(self._part.values()), dtype=[("content", np.int64), ("updated", float)])
            self._parts.append((ids, states))
            self._part = {}

    def _in_order(self, issue: str) -> Seen | None:
        part = bisect_right(self._firsts, issue) - 1
        if part < 0:
            return None
        (ids, states), name = self._parts[part], issue.encode()
        place = int(np.searchsorted(ids, name))
        return Seen(*states[place].tolist()) if place < len(ids) and ids[place] == name else None
